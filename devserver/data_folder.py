"""The folder in which the local server keeps its data."""

import contextlib
import errno
import fcntl
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from .errors import StartRefused

__all__ = ["DATA_FORMAT", "DataFolder"]

# Of the rows in a folder. Raise it when older rows cannot be read.
DATA_FORMAT = "6\n"


class DataFolder:
    """A folder with a store, secrets, a mailbox, uploads and a clock. One server may hold it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seeded = path / "seeded"
        self._indexed = path / "indexed"

    def create(self) -> None:
        """Create the folder where there is none, and check that files can be written to it.

        Raises:
            StartRefused: the folder cannot be used.

        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path):
                pass
        except (FileExistsError, NotADirectoryError):
            raise StartRefused(
                f"DATA_DIR is a file, or is below one, and not a folder: {self.path}."
            ) from None
        except OSError as error:
            reason = os.strerror(error.errno or errno.EIO)
            raise StartRefused(
                f"DATA_DIR cannot be written to: {self.path} ({reason})."
            ) from None

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder until the end of the context.

        Raises:
            StartRefused: another server holds it.

        """
        with (self.path / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StartRefused(
                    f"{self.path} is in use by another local server: stop that one, or"
                    " set DATA_DIR to another folder."
                ) from None
            yield

    def prepare(self) -> None:
        """Remove the rests of a seeding that was cut off. Nothing was served from it.

        Raises:
            StartRefused: the data is that of another version.

        """
        if not self.is_seeded:
            self._clear()
        elif self._seeded.read_text() != DATA_FORMAT:
            raise StartRefused(
                f"{self.path} holds data of another version of Chunhui: use another"
                " DATA_DIR, or delete it."
            )

    @property
    def is_seeded(self) -> bool:
        """Return whether the demo street is complete."""
        return self._seeded.exists()

    def mark_seeded(self) -> None:
        """Note that the demo street is complete."""
        self._seeded.write_text(DATA_FORMAT)

    def has_indexes(self, declared: str) -> bool:
        """Return whether the store has all indexes of a declaration, by its digest."""
        return self._indexed.exists() and self._indexed.read_text() == declared

    def mark_indexed(self, declared: str) -> None:
        """Note that the store has all indexes of a declaration."""
        self._indexed.write_text(declared)

    def secrets(self) -> Mapping[str, str]:
        """Return the folder's secrets. They are made once, so tokens survive a restart."""
        file = self.path / "secrets.json"
        if not file.exists():
            fresh = {
                "secret": secrets.token_urlsafe(48),
                "token_key": secrets.token_urlsafe(48),
                "phone_key": secrets.token_urlsafe(48),
            }
            descriptor = os.open(
                file,
                os.O_WRONLY | os.O_CREAT | os.O_EXCL,
                0o600,
            )
            with os.fdopen(descriptor, "w") as out:
                json.dump(fresh, out)
        kept: dict[str, str] = json.loads(file.read_text())
        return kept

    def _clear(self) -> None:
        for file in self.path.glob("store.db*"):
            file.unlink()
        (self.path / "mailbox.jsonl").unlink(missing_ok=True)
        (self.path / "clock.json").unlink(missing_ok=True)
        self._indexed.unlink(missing_ok=True)
        shutil.rmtree(self.path / "uploads", ignore_errors=True)
