"""DynamoDB's JSON: binary values, and the bodies of successes."""

import json
import re
from base64 import b64decode, b64encode
from typing import Any
from zlib import crc32

from botocore.awsrequest import AWSResponse

__all__ = ["decode_binary", "encode_binary", "read_success"]

_BINARY = re.compile(rb'"BS?"')


def read_success(response: AWSResponse) -> dict[str, Any] | None:
    """Return the body of a success, or None where botocore must read the response."""
    content: bytes = response.content
    if response.status_code != 200 or not _is_complete(response, content):
        return None
    hook = None
    if _BINARY.search(content):
        hook = decode_binary
    try:
        parsed = json.loads(content, object_hook=hook)
    except ValueError:
        return None
    if not isinstance(parsed, dict):
        return None
    parsed["ResponseMetadata"] = {
        "RequestId": response.headers.get("x-amzn-requestid", ""),
        "HTTPStatusCode": 200,
    }
    return parsed


def _is_complete(response: AWSResponse, content: bytes) -> bool:
    checksum = response.headers.get("x-amz-crc32")
    return checksum is None or crc32(content) == int(checksum)


def encode_binary(value: Any) -> str:
    """Write a binary attribute; PynamoDB sends no other type that JSON does not know."""
    if isinstance(value, bytes | bytearray | memoryview):
        return b64encode(value).decode()
    raise TypeError(type(value).__name__)


def decode_binary(value: dict[str, Any]) -> dict[str, Any]:
    """Read a binary attribute.

    A map may have a key named "B". Its value is a typed attribute (a dict), not text.
    """
    if len(value) == 1:
        if isinstance(encoded := value.get("B"), str):
            return {"B": b64decode(encoded)}
        if isinstance(encoded := value.get("BS"), list):
            return {"BS": [b64decode(each) for each in encoded]}
    return value
