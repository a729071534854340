"""Brings a package to AWS by a CloudFormation change set, after a person has read what it will change.

python -m tools.deploy --stage dev                      # shows the changes and asks
python -m tools.deploy --stage prod --set AlarmEmail=duty@example.cn --yes
python -m tools.deploy --stage prod --former            # lists what was deployed, the present one last
python -m tools.deploy --stage prod --former before     # goes back to what was deployed before the present one
python -m tools.deploy --stage prod --former 20261124T130501-3f9c0a1b2c3d   # or to any other
Everything goes through boto3, so AWS_ENDPOINT_URL leads it to an emulator.
"""

import argparse
import hashlib
import json
import os
import secrets
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.kernel.clock import SystemClock

__all__ = [
    "KEEPS_DATA",
    "PACKAGE",
    "Deployment",
    "Refused",
    "agreed",
    "main",
    "readable",
]

# What `make package` makes; an emulator's test deploys one of its own with the same commands.
PACKAGE = Path(
    os.environ.get("DEPLOY_FROM")
    or Path(__file__).resolve().parent.parent / "build" / "package"
)
KEEPS_DATA = ("AWS::DynamoDB::Table", "AWS::S3::Bucket")
_POLL = 2  # seconds between two looks at CloudFormation
_ENDED = ("_COMPLETE", "_FAILED")


class Refused(Exception):
    """Says why nothing was deployed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One stage in one account and region."""

    stage: str
    aws: Any  # a boto3 session

    @property
    def stack(self) -> str:
        """Return the stack's name."""
        return f"chunhui-{self.stage}"

    @property
    def bucket(self) -> str:
        """Return the bucket where packages and templates of every stage are kept."""
        account = self.aws.client("sts").get_caller_identity()["Account"]
        return f"chunhui-packages-{account}-{self.aws.region_name}"

    def upload(self, template: Mapping[str, Any], package: Path) -> str:
        """Put package and template into the bucket, the package under its digest; return the template's name."""
        s3, bucket, data = self.aws.client("s3"), self.bucket, package.read_bytes()
        self._make_bucket(s3, bucket)
        key = f"code/{hashlib.sha256(data).hexdigest()}.zip"
        s3.put_object(Bucket=bucket, Key=key, Body=data)
        text = json.dumps(with_code(template, bucket, key), ensure_ascii=False).encode()
        name = f"{SystemClock().now():%Y%m%dT%H%M%S}-{hashlib.sha256(text).hexdigest()[:12]}"
        s3.put_object(Bucket=bucket, Key=self._template_key(name), Body=text)
        return name

    def _make_bucket(self, s3: Any, bucket: str) -> None:
        if bucket in (found["Name"] for found in s3.list_buckets()["Buckets"]):
            return
        region = self.aws.region_name
        where = (
            {}
            if region == "us-east-1"
            else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        )
        s3.create_bucket(Bucket=bucket, **where)
        private = dict.fromkeys(
            (
                "BlockPublicAcls",
                "IgnorePublicAcls",
                "BlockPublicPolicy",
                "RestrictPublicBuckets",
            ),
            True,
        )
        s3.put_public_access_block(
            Bucket=bucket, PublicAccessBlockConfiguration=private
        )

    def _template_key(self, name: str) -> str:
        return f"templates/{self.stage}/{name}.json"

    def former(self) -> list[str]:
        """Return the names of the templates that were deployed, the present one last."""
        pages = (
            self.aws.client("s3")
            .get_paginator("list_objects_v2")
            .paginate(Bucket=self.bucket, Prefix=f"deployed/{self.stage}/")
        )
        return [
            item["Key"].rpartition(".")[2]
            for page in pages
            for item in page.get("Contents", [])
        ]

    def before(self) -> str:
        """Return the name of the template that was deployed before the present one, and is another.

        Raises:
            Refused: there is none.

        """
        *earlier, present = self.former() or [""]
        for name in reversed(earlier):
            if name.partition("-")[2] != present.partition("-")[2]:
                return name
        raise Refused("nothing else was deployed before")

    def _remember(self, name: str) -> str:
        """Note that a template is deployed from now on; what was only proposed is nothing to go back to. Return the note's key."""
        key = f"deployed/{self.stage}/{SystemClock().now():%Y%m%dT%H%M%S}.{name}"
        self.aws.client("s3").put_object(Bucket=self.bucket, Key=key, Body=b"")
        return key

    def propose(self, name: str, given: Mapping[str, str]) -> dict[str, Any] | None:
        """Make a change set of a template; return it, or None where it would change nothing.

        Raises:
            Refused: CloudFormation does not take it.

        """
        s3, before = self.aws.client("s3"), self.look()
        if before and before["StackStatus"] in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED"):
            raise Refused(
                "the first deployment has failed and left a stack that takes no other; end it with tools.undeploy"
            )
        template = json.loads(
            s3.get_object(Bucket=self.bucket, Key=self._template_key(name))[
                "Body"
            ].read()
        )
        return self.change_set(
            f"c{name}-{secrets.token_hex(4)}",  # who goes back to a template twice, or was interrupted, proposes it once more
            ChangeSetType="UPDATE" if before else "CREATE",
            TemplateURL=f"{s3.meta.endpoint_url}/{self.bucket}/{self._template_key(name)}",
            Parameters=list(
                self._parameters(template.get("Parameters", {}), before, given)
            ),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )

    def change_set(self, name: str, **asked: Any) -> dict[str, Any] | None:
        """Make a change set and wait for it; return it, or None where it would change nothing.

        Raises:
            Refused: CloudFormation does not take it.

        """
        formation, described = (
            self.aws.client("cloudformation"),
            {"StackName": self.stack, "ChangeSetName": name},
        )
        formation.create_change_set(**described, **asked)
        while (found := formation.describe_change_set(**described))["Status"].endswith(
            ("PENDING", "IN_PROGRESS")
        ):
            time.sleep(_POLL)
        if found["Status"] == "FAILED":
            formation.delete_change_set(**described)
            reason = found.get("StatusReason", "")
            if "didn't contain changes" in reason or "No updates" in reason:
                return None
            raise Refused(f"CloudFormation does not take it: {reason}")
        changes = list(found["Changes"])
        while found.get("NextToken"):
            found = formation.describe_change_set(
                **described, NextToken=found["NextToken"]
            )
            changes += found["Changes"]
        return {
            "ChangeSetName": name,
            "Changes": [change["ResourceChange"] for change in changes],
        }

    def _parameters(
        self,
        known: Mapping[str, Any],
        before: Mapping[str, Any] | None,
        given: Mapping[str, str],
    ) -> Iterator[dict[str, Any]]:
        """Yield the value of every parameter: given now, of the installation itself, as it was, or the template's own."""
        unknown = given.keys() - known.keys()
        if unknown:
            raise Refused(f"no such parameter: {', '.join(sorted(unknown))}")
        former = {
            p["ParameterKey"]: p.get("ParameterValue", "")
            for p in (before or {}).get("Parameters", [])
        }
        values = {"Stage": self.stage, "SecretVersion": self._secret_version()} | dict(
            given
        )
        if not values.get("PublicUrl") and not former.get("PublicUrl") and before:
            values["PublicUrl"] = outputs_of(before).get("EndpointURL", "").rstrip("/")
        for name in known:
            if name in values:
                yield {"ParameterKey": name, "ParameterValue": values[name]}
            elif name in former:
                yield {"ParameterKey": name, "UsePreviousValue": True}

    def _secret_version(self) -> str:
        """Return the current version of the installation's secret; its values are never read here."""
        try:
            found = self.aws.client("secretsmanager").describe_secret(
                SecretId=f"chunhui/{self.stage}"
            )
        except ClientError as error:
            raise Refused(
                f"the secret chunhui/{self.stage} cannot be read (docs/operations.md, Secrets): {error}"
            ) from None
        return str(
            next(
                id
                for id, labels in found["VersionIdsToStages"].items()
                if "AWSCURRENT" in labels
            )
        )

    def look(self) -> dict[str, Any] | None:
        """Return the stack as it is; None where there is none yet."""
        try:
            (found,) = self.aws.client("cloudformation").describe_stacks(
                StackName=self.stack
            )["Stacks"]
        except ClientError as error:
            if (
                error.response["Error"]["Code"] != "ValidationError"
            ):  # what cannot be seen may be there all the same
                raise
            return None
        return None if found["StackStatus"] == "REVIEW_IN_PROGRESS" else dict(found)

    def carry_out(self, change_set: str, template: str = "") -> dict[str, Any]:
        """Execute a change set and wait; return the stack. `template` is what it brings, to be gone back to some day.

        It is noted as soon as AWS has begun, and crossed out if it failed: whoever stops waiting stops nothing in AWS.

        Raises:
            Refused: it failed, and CloudFormation has put everything back as it was, or says what it could not.

        """
        formation, begun = self.aws.client("cloudformation"), SystemClock().now()
        formation.execute_change_set(StackName=self.stack, ChangeSetName=change_set)
        note = self._remember(template) if template else ""
        while True:
            time.sleep(_POLL)
            (found,) = formation.describe_stacks(StackName=self.stack)["Stacks"]
            if found["StackStatus"].endswith(_ENDED):
                break
        if found["StackStatus"] not in (
            "CREATE_COMPLETE",
            "UPDATE_COMPLETE",
            "IMPORT_COMPLETE",
        ):
            if note:
                self.aws.client("s3").delete_object(Bucket=self.bucket, Key=note)
            events = formation.describe_stack_events(StackName=self.stack)[
                "StackEvents"
            ]
            failed = [
                e
                for e in events
                if e["ResourceStatus"].endswith("_FAILED") and e["Timestamp"] >= begun
            ]
            said = "\n".join(
                f"  {e['LogicalResourceId']}: {e.get('ResourceStatusReason', '')}"
                for e in reversed(failed)
            )
            back = (
                "not everything could be put back"
                if found["StackStatus"].endswith("_FAILED")
                else "everything is as it was before"
            )
            raise Refused(f"{found['StackStatus']}; {back}\n{said}")
        return dict(found)

    def drop(self, change_set: str) -> None:
        """Forget a change set that nobody wants."""
        self.aws.client("cloudformation").delete_change_set(
            StackName=self.stack, ChangeSetName=change_set
        )


def with_code(template: Mapping[str, Any], bucket: str, key: str) -> dict[str, Any]:
    """Return a template whose functions take their code from a bucket."""
    whole: dict[str, Any] = json.loads(json.dumps(template))
    for resource in whole["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": key}
    return whole


def outputs_of(stack: Mapping[str, Any]) -> dict[str, str]:
    """Return a stack's outputs."""
    return {
        output["OutputKey"]: output["OutputValue"]
        for output in stack.get("Outputs", [])
    }


def losing(changes: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what holds data and would leave the stack: the data stays in AWS, and the house would stand before empty tables."""
    return [
        change["LogicalResourceId"]
        for change in changes
        if change["ResourceType"] in KEEPS_DATA
        and (change["Action"] == "Remove" or change.get("Replacement") == "True")
    ]


def readable(changes: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a line for each change: what is replaced or removed first, and why anything is changed at all."""
    order = {"Remove": 0, "Modify": 2, "Import": 3, "Add": 4}
    lines = []
    for change in changes:
        replaced = change["Action"] == "Modify" and change.get("Replacement") in (
            "True",
            "Conditional",
        )
        rank = 1 if replaced else order.get(change["Action"], 5)
        what = (
            {"True": "REPLACE", "Conditional": "MAY REPLACE"}[change["Replacement"]]
            if replaced
            else change["Action"].upper()
        )
        why = sorted(
            {
                d["Target"].get("Name") or d["Target"]["Attribute"]
                for d in change.get("Details", [])
            }
        )
        lines.append(
            (
                rank,
                f"{what:12}{change['ResourceType']:36}{change['LogicalResourceId']:28}{', '.join(why)}".rstrip(),
            )
        )
    return [line for _, line in sorted(lines)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Deploy by a CloudFormation change set."
    )
    parser.add_argument("--stage", required=True, choices=("dev", "prod"))
    parser.add_argument(
        "--package",
        type=Path,
        default=PACKAGE,
        help="folder with template.json and deployment.zip",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of infra/stage.yaml",
    )
    parser.add_argument(
        "--former",
        nargs="?",
        const="",
        metavar="NAME",
        help="go back to it, or to the one `before`; without a name, list them",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--leave-data",
        action="store_true",
        help="let a table or bucket leave the stack; its data stays behind",
    )
    return parser.parse_args()


def main() -> None:
    """Package in, change set out; nothing happens before somebody has said yes."""
    given = _arguments()
    here = Deployment(stage=given.stage, aws=boto3.session.Session())
    try:
        _deploy(here, given)
    except (Refused, BotoCoreError, ClientError) as refused:
        sys.exit(str(refused))


def agreed(question: str, *, yes: bool) -> bool:
    """Ask a person, unless she has said so already. Whoever breaks off has said no."""
    try:
        return yes or input(f"{question} [y/N] ").strip().lower() == "y"
    except (EOFError, KeyboardInterrupt):
        return False


def _deploy(here: Deployment, given: argparse.Namespace) -> None:
    parameters = dict(pair.split("=", 1) for pair in given.set)
    if given.former == "":
        print("\n".join(here.former()))
        return
    if given.former:
        name = here.before() if given.former == "before" else given.former
    else:
        template = json.loads(
            (given.package / "template.json").read_text(encoding="utf-8")
        )
        name = here.upload(template, given.package / "deployment.zip")
    print(f"{here.stack}: {name}")
    proposed = here.propose(name, parameters)
    if proposed is None:
        print("nothing would change")
        return
    print("\n".join(readable(proposed["Changes"])))
    lost = losing(proposed["Changes"])
    if lost and not given.leave_data:
        here.drop(proposed["ChangeSetName"])
        raise Refused(
            f"{', '.join(lost)} would leave the stack with all its data; say --leave-data if that is meant"
        )
    if not agreed(f"Deploy to {here.stage}?", yes=given.yes):
        here.drop(proposed["ChangeSetName"])
        raise Refused("nothing was deployed")
    stack = here.carry_out(proposed["ChangeSetName"], name)
    for key, value in sorted(outputs_of(stack).items()):
        print(f"{key:18}{value}")


if __name__ == "__main__":
    main()
