"""The folder in which the local server keeps its data."""

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from onemachine.errors import StartRefused
from onemachine.held_folder import DATA_FORMAT, HeldFolder

__all__ = ["DATA_FORMAT", "DataFolder"]


class DataFolder(HeldFolder):
    """A folder with a store, secrets, a mailbox, uploads and a clock. One server may hold it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._seeded = path / "seeded"
        self._indexed = path / "indexed"

    def prepare(self) -> None:
        """Remove the rests of a seeding that was cut off. Nothing was served from it.

        Raises:
            StartRefused: the data is that of another version, or of a street in service.

        """
        if self.is_in_service:
            raise StartRefused(
                f"{self.path} holds a street in service, which has no /dev: use"
                " another DATA_DIR."
            )
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
