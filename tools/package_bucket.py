"""The bucket of an account where packages, templates and the notes of deployments are kept."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from chalicelib.kernel.clock import SystemClock

__all__ = ["PackageBucket", "Template", "with_code"]

Template: TypeAlias = dict[str, Any]
Given: TypeAlias = Mapping[str, Any]
_PRIVATE = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


@dataclass(frozen=True, kw_only=True)
class PackageBucket:
    """The bucket as one stage uses it. All stages share its packages."""

    stage: str
    aws: Any  # a boto3 session

    @cached_property
    def name(self) -> str:
        """Return the bucket's name."""
        identity = self.aws.client("sts").get_caller_identity()
        account = identity["Account"]
        return f"chunhui-packages-{account}-{self.aws.region_name}"

    @cached_property
    def _s3(self) -> Any:
        return self.aws.client("s3")

    def upload(self, template: Given, package: Path) -> str:
        """Upload the package, under its digest, and the template; return the template's name."""
        self._create()
        archive = package.read_bytes()
        code_key = f"code/{_digest(archive)}.zip"
        self._put(code_key, archive)
        return self.put_template(with_code(template, self.name, code_key))

    def put_template(self, template: Given) -> str:
        """Store a template whose code is in the bucket; return its name."""
        content = json.dumps(template, ensure_ascii=False).encode()
        digest = _digest(content)
        name = f"{_now()}-{digest[:12]}"
        self._put(self._template_key(name), content)
        return name

    def url_of(self, name: str) -> str:
        """Return the address of a template."""
        endpoint = self._s3.meta.endpoint_url
        return f"{endpoint}/{self.name}/{self._template_key(name)}"

    def template(self, name: str) -> Template:
        """Return an uploaded template."""
        key = self._template_key(name)
        stored = self._s3.get_object(Bucket=self.name, Key=key)
        template: Template = json.loads(stored["Body"].read())
        return template

    def former(self) -> Iterator[str]:
        """Yield the names of the deployed templates, the present one last."""
        lister = self._s3.get_paginator("list_objects_v2")
        prefix = f"deployed/{self.stage}/"
        for page in lister.paginate(Bucket=self.name, Prefix=prefix):
            for item in page.get("Contents", []):
                _, _, name = item["Key"].rpartition(".")
                yield name

    def remember(self, name: str) -> str:
        """Note that a template is deployed from now on; return the key of the note."""
        key = f"deployed/{self.stage}/{_now()}.{name}"
        self._put(key, b"")
        return key

    def forget(self, key: str) -> None:
        """Remove the note of a deployment that has failed."""
        self._s3.delete_object(Bucket=self.name, Key=key)

    def _put(self, key: str, content: bytes) -> None:
        self._s3.put_object(Bucket=self.name, Key=key, Body=content)

    def _template_key(self, name: str) -> str:
        return f"templates/{self.stage}/{name}.json"

    def _create(self) -> None:
        """Create the bucket unless it exists."""
        listed = self._s3.list_buckets()
        existing = [bucket["Name"] for bucket in listed["Buckets"]]
        if self.name in existing:
            return
        options: dict[str, Any] = {}
        region = self.aws.region_name
        if region != "us-east-1":  # the default, which may not be named
            location = {"LocationConstraint": region}
            options["CreateBucketConfiguration"] = location
        self._s3.create_bucket(Bucket=self.name, **options)
        self._s3.put_public_access_block(
            Bucket=self.name,
            PublicAccessBlockConfiguration=_PRIVATE,
        )


def with_code(template: Given, bucket: str, key: str) -> Template:
    """Return a template whose functions take their code from a bucket."""
    whole: Template = json.loads(json.dumps(template))
    for resource in whole["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            properties = resource["Properties"]
            properties["CodeUri"] = {"Bucket": bucket, "Key": key}
    return whole


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _now() -> str:
    now = SystemClock().now()
    return f"{now:%Y%m%dT%H%M%S}"
