"""Files in a private S3 bucket.

Addresses for clients have Signature Version 4 and the region's own host, in any partition.
"""

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from ..kernel.clock import Clock
from .ports import PostForm

__all__ = ["S3Files"]


class S3Files:
    """See `ports.Files`. All calls are idempotent, so botocore may retry them."""

    def __init__(self, region: str, bucket: str, clock: Clock) -> None:
        self._region, self._bucket, self._clock = region, bucket, clock

    @cached_property
    def _s3(self) -> Any:
        from botocore.config import Config  # noqa: PLC0415
        from botocore.session import get_session  # noqa: PLC0415 - faster than boto3

        # Without these, signed addresses would redirect from us-east-1, and a form cannot follow.
        addressing = {
            "addressing_style": "virtual",
            "us_east_1_regional_endpoint": "regional",
        }
        config = Config(
            signature_version="s3v4",
            s3=addressing,
            connect_timeout=2,
            read_timeout=10,
            retries={"total_max_attempts": 3, "mode": "standard"},
        )
        return get_session().create_client(
            "s3", region_name=self._region, config=config
        )

    def presign_post(
        self,
        key: str,
        content_type: str,
        max_bytes: int,
        expires_at: datetime,
        then: str = "",
    ) -> PostForm:
        """See `ports.Files.presign_post`. S3 refuses fields outside the policy, such as an ACL."""
        remaining = max(timedelta(), expires_at - self._clock.now())
        fields = {"Content-Type": content_type}
        if then:
            fields["success_action_redirect"] = then
        form = self._s3.generate_presigned_post(
            self._bucket,
            key,
            Fields=fields,
            Conditions=[
                *({name: value} for name, value in fields.items()),
                ["content-length-range", 1, max_bytes],
            ],
            ExpiresIn=int(remaining.total_seconds()),
        )
        return PostForm(url=form["url"], fields=form["fields"])

    def presign_get(
        self, key: str, lasts: timedelta, *, file_name: str = ""
    ) -> str:
        """See `ports.Files.presign_get`."""
        parameters = {"Bucket": self._bucket, "Key": key}
        if file_name:
            kept_as = f'attachment; filename="{file_name}"'
            parameters["ResponseContentDisposition"] = kept_as
        url = self._s3.generate_presigned_url(
            "get_object",
            Params=parameters,
            ExpiresIn=int(lasts.total_seconds()),
        )
        return str(url)

    def size_of(self, key: str) -> int | None:
        """See `ports.Files.size_of`. Needs s3:ListBucket: without it a missing file is a 403."""
        from botocore.exceptions import ClientError  # noqa: PLC0415

        try:
            head = self._s3.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return None
            raise
        return int(head["ContentLength"])

    def read(self, key: str, limit: int) -> bytes | None:
        """See `ports.Files.read`."""
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"]
        except self._s3.exceptions.NoSuchKey:
            return None
        with body:
            return bytes(body.read(limit))

    def write(self, key: str, data: bytes, content_type: str) -> None:
        """See `ports.Files.write`."""
        self._s3.put_object(
            Bucket=self._bucket,
            Key=key,
            Body=data,
            ContentType=content_type,
            CacheControl="private",
        )

    def delete(self, key: str) -> None:
        """See `ports.Files.delete`."""
        self._s3.delete_object(Bucket=self._bucket, Key=key)
