"""The bucket on one machine: takes forms that clients post, starts their cleaning, shows photos."""

import json
from typing import Any
from urllib.parse import quote_plus, unquote, urlsplit

from chalice.app import Chalice

from chalicelib.adapters.folder import REDIRECT, Denied, FolderFiles
from chalicelib.exports.sheets import MEDIA
from chalicelib.uploads.policy import MAX_BYTES

from .form import read_form
from .gateway import Answer, problem, read_fields

__all__ = ["MAX_FORM_BYTES", "FileRoutes", "arrival_event"]

MAX_FORM_BYTES = MAX_BYTES + 64 * 1024  # a file with the form around it
# The bucket's own rule in the cloud.
_MEDIA = {form.value: media for form, media in MEDIA.items()}
_ANY_PAGE = ("Access-Control-Allow-Origin", "*")


class FileRoutes:
    """Answers a path and everything below it."""

    def __init__(
        self, app: Chalice, files: FolderFiles, path: str = "/dev/files"
    ) -> None:
        self._app = app
        self._files = files
        self.path = path

    def handle(
        self,
        method: str,
        target: str,
        headers: dict[str, str],
        body: bytes,
    ) -> Answer:
        """Answer one request."""
        url = urlsplit(target)
        try:
            if method == "POST" and url.path == self.path:
                return self._post(headers.get("content-type", ""), body)
            if method == "GET" and url.path.startswith(f"{self.path}/"):
                key = url.path.removeprefix(f"{self.path}/")
                return self._get(unquote(key), url.query)
        except Denied as denied:
            code = f"files.{denied.code}"
            return problem(denied.status, code, "See the form's policy.")
        return problem(
            404,
            "resource.not_found",
            f"POST {self.path}, GET {self.path}/KEY",
        )

    def _post(self, content_type: str, body: bytes) -> Answer:
        if len(body) > MAX_FORM_BYTES:
            raise Denied(400, "EntityTooLarge")
        fields, data = read_form(content_type, body)
        self.take(fields, data)
        if REDIRECT in fields:  # signed with the form, so it is ours
            return 303, [("Location", fields[REDIRECT])], b""
        return 204, [_ANY_PAGE], b""

    def take(self, fields: dict[str, str], data: bytes) -> None:
        """Take a file as the bucket takes it, and run the function that cleans photos.

        Raises:
            Denied: the form does not permit this file.

        """
        key = self._files.take(fields, data)
        self._app.handler_map["clean_photo"](arrival_event(key), None)

    def _get(self, key: str, query: str) -> Answer:
        given = read_fields(query)
        expires = given.get("expires", "")
        signature = given.get("signature", "")
        name = given.get("name", "")
        data = self._files.fetch(key, expires, signature, name)
        if data is None:
            return problem(404, "files.NoSuchKey", "There is no such file.")
        suffix = key.rpartition(".")[2]
        headers = [
            ("Content-Type", _MEDIA.get(suffix, "image/jpeg")),
            ("Cache-Control", "private"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if name:
            kept_as = f'attachment; filename="{name}"'
            headers.append(("Content-Disposition", kept_as))
        return 200, [*headers, _ANY_PAGE], data


def arrival_event(*keys: str) -> dict[str, Any]:
    """Return the queue's event for files that have arrived in the bucket."""
    arrivals = []
    for key in keys:
        file = {"key": quote_plus(key, safe="/")}
        stored = {"bucket": {"name": "local"}, "object": file}
        arrivals.append(
            {
                "eventSource": "aws:s3",
                "eventName": "ObjectCreated:Post",
                "s3": stored,
            }
        )
    record = {
        "messageId": "local",
        "receiptHandle": "local",
        "body": json.dumps({"Records": arrivals}),
        "attributes": {},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:local:0:chunhui-photos",
    }
    return {"Records": [record]}
