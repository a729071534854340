"""Files in S3: the exact policy of a form (moto takes any form), writing, reading, deleting."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from chalicelib.adapters.s3 import S3Files
from chalicelib.kernel.clock import SystemClock

REGION, BUCKET = "eu-central-1", "chunhui-photos-test"
KEY, JPEG = "incoming/upl_aaaaaaaaaaaaaaaaaaaaaaaa", "image/jpeg"
now = SystemClock().now


@pytest.fixture
def files() -> Iterator[S3Files]:
    with mock_aws():
        boto3.client("s3", region_name=REGION).create_bucket(
            Bucket=BUCKET,
            CreateBucketConfiguration={"LocationConstraint": REGION},
        )
        yield S3Files(REGION, BUCKET, SystemClock())


def test_a_form_is_signed_for_one_key_one_type_so_many_bytes_and_ten_minutes(
    files: S3Files,
):
    until = now() + timedelta(minutes=10)
    form = files.presign_post(KEY, JPEG, 123_456, until)
    assert set(form.fields) == {
        "key",
        "Content-Type",
        "policy",
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
    } | {"x-amz-signature"}
    policy = json.loads(base64.b64decode(form.fields["policy"]))
    assert abs(
        datetime.fromisoformat(policy["expiration"]) - until
    ) < timedelta(seconds=3)
    signed = [*policy["conditions"]]
    for name in ("x-amz-algorithm", "x-amz-credential", "x-amz-date"):
        signed.remove({name: form.fields[name]})
    assert sorted(signed, key=str) == sorted(
        [
            {"Content-Type": JPEG},
            ["content-length-range", 1, 123_456],
            {"bucket": BUCKET},
            {"key": KEY},
        ],
        key=str,
    ), "exactly these: no prefix, no `starts-with`, no ACL"
    assert form.fields["key"] == KEY
    assert form.fields["Content-Type"] == JPEG


def test_a_form_that_leads_on_is_signed_for_that_address(files: S3Files):
    page = "https://street.example/m/report?photos=upl_1"
    until = now() + timedelta(minutes=10)
    form = files.presign_post(KEY, JPEG, 10, until, page)
    assert form.fields["success_action_redirect"] == page
    policy = json.loads(base64.b64decode(form.fields["policy"]))
    assert {"success_action_redirect": page} in policy["conditions"]


def test_the_signature_is_version_4_over_the_policy():
    fields = (
        S3Files(REGION, BUCKET, SystemClock())
        .presign_post(KEY, JPEG, 10, now() + timedelta(minutes=10))
        .fields
    )
    _, day, region, service, end = fields["x-amz-credential"].split("/")
    assert (region, service, end) == (REGION, "s3", "aws4_request")
    key = b"AWS4test"
    for part in (day, region, service, end):
        key = hmac.digest(key, part.encode(), "sha256")
    assert (
        fields["x-amz-signature"]
        == hmac.new(key, fields["policy"].encode(), hashlib.sha256).hexdigest()
    )


def test_a_form_that_is_over_is_not_made_good_again(files: S3Files):
    policy = json.loads(
        base64.b64decode(
            files.presign_post(
                KEY, JPEG, 10, now() - timedelta(hours=1)
            ).fields["policy"]
        )
    )
    assert datetime.fromisoformat(policy["expiration"]) <= now()


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-east-1", "s3.us-east-1.amazonaws.com"),
        ("eu-central-1", "s3.eu-central-1.amazonaws.com"),
        ("cn-north-1", "s3.cn-north-1.amazonaws.com.cn"),
        ("cn-northwest-1", "s3.cn-northwest-1.amazonaws.com.cn"),
    ],
)
def test_clients_are_sent_to_the_region_itself_in_every_partition(region, host):
    files = S3Files(region, BUCKET, SystemClock())
    assert (
        files.presign_post(KEY, JPEG, 10, now() + timedelta(minutes=1)).url
        == f"https://{BUCKET}.{host}/"
    )
    seen = urlsplit(files.presign_get("photos/a.jpg", timedelta(minutes=15)))
    assert (seen.scheme, seen.netloc, seen.path) == (
        "https",
        f"{BUCKET}.{host}",
        "/photos/a.jpg",
    )
    query = parse_qs(seen.query)
    assert query["X-Amz-Expires"] == ["900"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert f"/{region}/s3/aws4_request" in query["X-Amz-Credential"][0]
    assert query["X-Amz-SignedHeaders"] == ["host"]
    named = files.presign_get(
        "exports/a/file.csv", timedelta(minutes=1), file_name="a.csv"
    )
    assert parse_qs(urlsplit(named).query)["response-content-disposition"] == [
        'attachment; filename="a.csv"'
    ]


def test_what_is_written_is_read_until_it_is_deleted(files: S3Files):
    files.write("photos/a.jpg", b"0123456789", JPEG)
    assert (
        files.size_of("photos/a.jpg"),
        files.read("photos/a.jpg", 100),
        files.read("photos/a.jpg", 4),
    ) == (
        10,
        b"0123456789",
        b"0123",
    )
    kept = boto3.client("s3", region_name=REGION).get_object(
        Bucket=BUCKET, Key="photos/a.jpg"
    )
    assert (kept["ContentType"], kept["CacheControl"]) == (JPEG, "private")
    files.write("photos/a.jpg", b"new", JPEG)
    assert files.read("photos/a.jpg", 100) == b"new"
    for _ in range(2):
        files.delete("photos/a.jpg")
        assert (
            files.size_of("photos/a.jpg"),
            files.read("photos/a.jpg", 1),
        ) == (
            None,
            None,
        )


def test_what_is_empty_is_there(files: S3Files):
    files.write(KEY, b"", JPEG)
    assert (files.size_of(KEY), files.read(KEY, 10)) == (0, b"")


def test_a_bucket_that_forbids_looking_is_not_one_in_which_nothing_is():
    files = S3Files(REGION, BUCKET, SystemClock())
    with Stubber(files._s3) as answers:
        answers.add_client_error("head_object", "403", http_status_code=403)
        answers.add_client_error(
            "get_object", "AccessDenied", http_status_code=403
        )
        for look in (files.size_of, lambda key: files.read(key, 1)):
            with pytest.raises(ClientError):
                look(KEY)


def test_the_api_does_not_pay_for_a_client_before_it_needs_one():
    assert "_s3" not in vars(S3Files(REGION, BUCKET, SystemClock()))
