"""A folder of data that one server holds at a time."""

import contextlib
import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .errors import StartRefused

__all__ = ["DATA_FORMAT", "SERVICE_MARK", "HeldFolder"]

# Of the rows in a folder. Raise it when older rows cannot be read.
DATA_FORMAT = "6\n"
SERVICE_MARK = "format"  # the file that says: a street in service


class HeldFolder:
    """A folder with a store. One server may hold it."""

    def __init__(self, path: Path) -> None:
        self.path = path

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

    @property
    def is_in_service(self) -> bool:
        """Return whether the folder holds a street in service, not a demonstration."""
        return (self.path / SERVICE_MARK).exists()
