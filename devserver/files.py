"""What the bucket does in the cloud: takes the forms that clients post, tells the house of what has arrived, shows photos."""

import json
import re
from email.message import Message
from typing import Any
from urllib.parse import parse_qs, quote_plus, unquote, urlsplit

from chalice.app import Chalice

from chalicelib.adapters.folder import Denied, FolderFiles
from chalicelib.uploads.policy import MOST_BYTES

from .gateway import Answer, problem

__all__ = ["MOST", "PATH", "FileDoor", "Form", "read_form", "told_of"]

PATH = "/dev/files"
MOST = MOST_BYTES + 64 * 1024  # a file with the form around it
Form = tuple[dict[str, str], bytes]
_ANY_PAGE = ("Access-Control-Allow-Origin", "*")  # the bucket's own rule in the cloud


class FileDoor:
    """Answers /dev/files."""

    def __init__(self, app: Chalice, files: FolderFiles) -> None:
        self._app, self._files = app, files

    def handle(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> Answer:
        """Answer one request."""
        url = urlsplit(target)
        try:
            if method == "POST" and url.path == PATH:
                return self._post(headers.get("content-type", ""), body)
            if method == "GET" and url.path.startswith(f"{PATH}/"):
                return self._get(unquote(url.path.removeprefix(f"{PATH}/")), url.query)
        except Denied as denied:
            return problem(
                denied.status, f"files.{denied.code}", "See the form's policy."
            )
        return problem(404, "resource.not_found", f"POST {PATH}, GET {PATH}/KEY")

    def _post(self, content_type: str, body: bytes) -> Answer:
        if len(body) > MOST:
            raise Denied(400, "EntityTooLarge")
        fields, data = read_form(content_type, body)
        self.take(fields, data)
        return 204, [_ANY_PAGE], b""

    def take(self, fields: dict[str, str], data: bytes) -> None:
        """Take a file as the bucket takes it, and let the house work on it.

        Raises:
            Denied: the form is not good for it.

        """
        key = self._files.take(fields, data)
        self._app.handler_map["clean_photo"](told_of(key), None)

    def _get(self, key: str, query: str) -> Answer:
        given = {name: values[-1] for name, values in parse_qs(query).items()}
        data = self._files.fetch(
            key, given.get("expires", ""), given.get("signature", "")
        )
        if data is None:
            return problem(404, "files.NoSuchKey", "There is nothing (any more).")
        headers = [
            ("Content-Type", "image/jpeg"),
            ("Cache-Control", "private"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return 200, [*headers, _ANY_PAGE], data


def told_of(*keys: str) -> dict[str, Any]:
    """Return the event of a queue to which a bucket has written that files have arrived."""
    objects = [
        {
            "s3": {
                "bucket": {"name": "local"},
                "object": {"key": quote_plus(key, safe="/")},
            }
        }
        for key in keys
    ]
    body = json.dumps(
        {
            "Records": [
                {"eventSource": "aws:s3", "eventName": "ObjectCreated:Post", **one}
                for one in objects
            ]
        }
    )
    record = {
        "messageId": "local",
        "receiptHandle": "local",
        "body": body,
        "attributes": {},
        "messageAttributes": {},
    }
    return {
        "Records": [
            record
            | {
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:local:0:chunhui-photos",
            }
        ]
    }


def read_form(content_type: str, body: bytes) -> Form:
    """Return the fields and the file of a multipart/form-data body (RFC 7578); what stands behind the file is not read.

    Strict, and not with the standard library's parser for mail: that one may change a file's line ends.

    Raises:
        Denied: it is no such body, or it has no file.

    """
    header = Message()
    header["Content-Type"] = content_type
    boundary = header.get_param("boundary")
    if (
        header.get_content_type() != "multipart/form-data"
        or not isinstance(boundary, str)
        or not boundary
    ):
        raise Denied(400, "MalformedPOSTRequest")
    fields: dict[str, str] = {}
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("utf-8", "replace"))
    for part in parts[
        1:-1
    ]:  # before the first boundary and behind the last there is nothing
        head, found, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        named = re.search(
            rb'^content-disposition:\s*form-data;(?:.*;)?\s*name="?([^";\r\n]+)"?',
            head,
            re.IGNORECASE | re.MULTILINE,
        )
        if not found or not named:
            break
        name = named[1].decode("utf-8", "replace")
        if name == "file":
            return fields, content
        if name in fields:
            break
        fields[name] = content.decode("utf-8", "replace")
    raise Denied(400, "MalformedPOSTRequest")
