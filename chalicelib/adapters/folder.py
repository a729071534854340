"""Files on one machine, in a folder or in memory, behind forms and addresses that are signed and checked as S3's are."""

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

__all__ = ["Denied", "FolderFiles"]

# No key can climb out of the folder, or name the temporary file of another.
_KEY = re.compile(r"[a-z]{1,20}/[a-z0-9_]{1,60}(\.[a-z]{1,10}){0,2}")


class Denied(Exception):
    """A form or an address is not good for this; `status` is what S3 would answer, and `code` its word for why."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class FolderFiles:
    """See `ports.Files`. Without a folder everything is kept in memory."""

    def __init__(
        self, url: str, secret: bytes, clock: Clock, folder: Path | None = None
    ) -> None:
        self._url, self._secret, self._clock = url, secret, clock
        self._kept = _Folder(folder) if folder else _Memory()

    # for clients

    def presign_post(
        self, key: str, content_type: str, max_bytes: int, expires_at: datetime
    ) -> PostForm:
        """See `ports.Files.presign_post`."""
        conditions = [
            {"key": key},
            {"Content-Type": content_type},
            ["content-length-range", 1, max_bytes],
        ]
        document = json.dumps(
            {"expiration": to_text(expires_at), "conditions": conditions}
        )
        policy = base64.b64encode(document.encode()).decode()
        fields = {
            "key": key,
            "Content-Type": content_type,
            "policy": policy,
            "signature": self._sign("POST", policy),
        }
        return PostForm(url=self._url, fields=fields)

    def presign_get(self, key: str, lasts: timedelta) -> str:
        """See `ports.Files.presign_get`."""
        until = str(int((self._clock.now() + lasts).timestamp()))
        signed = urlencode(
            {"expires": until, "signature": self._sign("GET", key, until)}
        )
        return f"{self._url}/{quote(key)}?{signed}"

    def take(self, fields: Mapping[str, str], data: bytes) -> str:
        """Take a file that came with a form, and return its key.

        Raises:
            Denied: the form is not ours or has run out, or what came is not what it is for.

        """
        given = {name.lower(): value for name, value in fields.items()}
        policy, signature = given.pop("policy", ""), given.pop("signature", "")
        if not (policy and signature):
            raise Denied(403, "AccessDenied")
        if not same(signature, self._sign("POST", policy)):
            raise Denied(403, "SignatureDoesNotMatch")
        document = json.loads(
            base64.b64decode(policy)
        )  # ours, or it would not be signed
        if from_text(document["expiration"]) <= self._clock.now():
            raise Denied(403, "PolicyExpired")
        _check(document["conditions"], given, len(data))
        self.write(given["key"], data, given["content-type"])
        return given["key"]

    def fetch(self, key: str, expires: str, signature: str) -> bytes | None:
        """Return what a signed address is for; None where nothing is there.

        Raises:
            Denied: the address is not ours or has run out.

        """
        if not same(signature, self._sign("GET", key, expires)):
            raise Denied(403, "SignatureDoesNotMatch")
        if int(expires) <= self._clock.now().timestamp():
            raise Denied(403, "AccessDenied")
        return self.read(key, self.size_of(key) or 0)

    def _sign(self, *parts: str) -> str:
        return hmac.digest(self._secret, "\n".join(parts).encode(), "sha256").hex()

    # for the service

    def size_of(self, key: str) -> int | None:
        """See `ports.Files.size_of`."""
        data = self._kept.get(key)
        return None if data is None else len(data)

    def read(self, key: str, limit: int) -> bytes | None:
        """See `ports.Files.read`."""
        data = self._kept.get(key)
        return None if data is None else data[:limit]

    def write(self, key: str, data: bytes, content_type: str) -> None:
        """See `ports.Files.write`. What is read by anybody is a JPEG, so its type is not kept."""
        self._kept.put(key, data)

    def delete(self, key: str) -> None:
        """See `ports.Files.delete`."""
        self._kept.drop(key)


def _check(conditions: Sequence[Any], given: Mapping[str, str], length: int) -> None:
    """Check a form as S3 does: every condition holds, and every field is named by one."""
    named = set()
    for condition in conditions:
        if isinstance(condition, dict):
            ((name, value),) = condition.items()
            named.add(name.lower())
            if given.get(name.lower()) != value:
                raise Denied(403, "AccessDenied")
        else:
            _, least, most = condition
            if not least <= length <= most:
                raise Denied(
                    400, "EntityTooSmall" if length < least else "EntityTooLarge"
                )
    if given.keys() - named:
        raise Denied(403, "AccessDenied")


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
    """A file for each key; a key of another form than ours is never there."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, key: str) -> bytes | None:
        with suppress(FileNotFoundError):
            return self._path(key).read_bytes()
        return None

    def put(self, key: str, data: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{threading.get_ident()}")
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)

    def drop(self, key: str) -> None:
        with suppress(FileNotFoundError):
            self._path(key).unlink()

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise FileNotFoundError
        return self._root / key
