"""Files on one machine, in a folder or in memory. Forms and addresses are signed as by S3."""

import base64
import hmac
import json
import os
import re
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from ..kernel.clock import Clock, from_text, to_text
from ..kernel.codes import same
from .ports import PostForm

__all__ = ["REDIRECT", "Denied", "FolderFiles"]

REDIRECT = "success_action_redirect"  # the name of S3's own field

# A key can neither leave the folder nor name the temporary file of another key.
_KEY = re.compile(
    r"([a-z]{1,20}|exports/[a-z0-9_]{1,60})/[a-z0-9_]{1,60}(\.[a-z]{1,10}){0,2}"
)


class Denied(Exception):
    """A signed form or address is refused, with the status and the error code of S3."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class FolderFiles:
    """See `ports.Files`. Without a folder, files are kept in memory."""

    def __init__(
        self, url: str, secret: bytes, clock: Clock, folder: Path | None = None
    ) -> None:
        self._url, self._secret, self._clock = url, secret, clock
        self._kept = _Folder(folder) if folder else _Memory()

    # for clients

    def presign_post(
        self,
        key: str,
        content_type: str,
        max_bytes: int,
        expires_at: datetime,
        then: str = "",
    ) -> PostForm:
        """See `ports.Files.presign_post`."""
        given = {"key": key, "Content-Type": content_type}
        if then:
            given[REDIRECT] = then
        conditions = [
            *({name: value} for name, value in given.items()),
            ["content-length-range", 1, max_bytes],
        ]
        document = {"expiration": to_text(expires_at), "conditions": conditions}
        policy = base64.b64encode(json.dumps(document).encode()).decode()
        signed = {"policy": policy, "signature": self._sign("POST", policy)}
        return PostForm(url=self._url, fields=given | signed)

    def presign_get(
        self, key: str, lasts: timedelta, *, file_name: str = ""
    ) -> str:
        """See `ports.Files.presign_get`."""
        until = str(int((self._clock.now() + lasts).timestamp()))
        signature = self._sign("GET", key, until, *_named(file_name))
        query = {"expires": until, "signature": signature}
        if file_name:
            query["name"] = file_name
        return f"{self._url}/{quote(key)}?{urlencode(query)}"

    def take(self, fields: Mapping[str, str], data: bytes) -> str:
        """Store a file that was posted with a form; return its key.

        Raises:
            Denied: the form is not ours, has expired, or does not allow this file.

        """
        given = {name.lower(): value for name, value in fields.items()}
        policy, signature = given.pop("policy", ""), given.pop("signature", "")
        if not (policy and signature):
            raise Denied(403, "AccessDenied")
        if not same(signature, self._sign("POST", policy)):
            raise Denied(403, "SignatureDoesNotMatch")
        # The document is ours, for it is signed.
        document = json.loads(base64.b64decode(policy))
        if from_text(document["expiration"]) <= self._clock.now():
            raise Denied(403, "PolicyExpired")
        _check(document["conditions"], given, len(data))
        self.write(given["key"], data, given["content-type"])
        return given["key"]

    def fetch(
        self, key: str, expires: str, signature: str, file_name: str = ""
    ) -> bytes | None:
        """Return the file of a signed address, None if the file does not exist.

        Raises:
            Denied: the address is not ours or has expired.

        """
        signed = self._sign("GET", key, expires, *_named(file_name))
        if not same(signature, signed):
            raise Denied(403, "SignatureDoesNotMatch")
        if int(expires) <= self._clock.now().timestamp():
            raise Denied(403, "AccessDenied")
        return self.read(key, self.size_of(key) or 0)

    def _sign(self, *parts: str) -> str:
        return hmac.digest(
            self._secret, "\n".join(parts).encode(), "sha256"
        ).hex()

    # for the service

    def size_of(self, key: str) -> int | None:
        """See `ports.Files.size_of`."""
        data = self._kept.get(key)
        if data is None:
            return None
        return len(data)

    def read(self, key: str, limit: int) -> bytes | None:
        """See `ports.Files.read`."""
        data = self._kept.get(key)
        if data is None:
            return None
        return data[:limit]

    def write(self, key: str, data: bytes, content_type: str) -> None:
        """See `ports.Files.write`. The type is not stored: it follows from the key."""
        self._kept.put(key, data)

    def delete(self, key: str) -> None:
        """See `ports.Files.delete`."""
        self._kept.drop(key)


def _named(file_name: str) -> tuple[str, ...]:
    return (file_name,) if file_name else ()


def _check(
    conditions: Sequence[Any], given: Mapping[str, str], length: int
) -> None:
    """Check a form as S3 does: every condition holds, and every field has a condition."""
    named = set()
    for condition in conditions:
        if isinstance(condition, dict):
            ((name, value),) = condition.items()
            named.add(name.lower())
            if given.get(name.lower()) != value:
                raise Denied(403, "AccessDenied")
        else:
            _, shortest, longest = condition
            _check_length(length, shortest, longest)
    if given.keys() - named:
        raise Denied(403, "AccessDenied")


def _check_length(length: int, shortest: int, longest: int) -> None:
    if length < shortest:
        raise Denied(400, "EntityTooSmall")
    if length > longest:
        raise Denied(400, "EntityTooLarge")


class _Memory:
    def __init__(self) -> None:
        self._data: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self._data.get(key)

    def put(self, key: str, data: bytes) -> None:
        self._data[key] = data

    def drop(self, key: str) -> None:
        self._data.pop(key, None)


class _Folder:
    """One file for each key. A key of another form does not exist."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, key: str) -> bytes | None:
        with suppress(FileNotFoundError):
            return self._path(key).read_bytes()
        return None

    def put(self, key: str, data: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{threading.get_ident()}")
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

    def drop(self, key: str) -> None:
        with suppress(FileNotFoundError):
            self._path(key).unlink()

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise FileNotFoundError
        return self._root / key
