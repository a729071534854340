"""The folder of a street in service."""

from pathlib import Path

from .errors import StartRefused
from .held_folder import DATA_FORMAT, SERVICE_MARK, HeldFolder

__all__ = ["StreetFolder"]


class StreetFolder(HeldFolder):
    """A folder with a store, files and the times of schedules. Nothing here is ever cleared."""

    @property
    def store_file(self) -> Path:
        """Return the file of the store."""
        return self.path / "store.db"

    @property
    def files(self) -> Path:
        """Return the folder of photos and exports."""
        return self.path / "uploads"

    @property
    def address_file(self) -> Path:
        """Return the file with the address of the open store."""
        return self.path / "store.address"

    @property
    def runs_file(self) -> Path:
        """Return the file with the last run of each schedule."""
        return self.path / "runs.json"

    def prepare(self) -> None:
        """Mark a new folder, and check the format of another.

        Raises:
            StartRefused: the folder holds a demonstration, or data of another version.

        """
        mark = self.path / SERVICE_MARK
        if (self.path / "seeded").exists():
            raise StartRefused(
                f"{self.path} holds the demo street of `make run`: set DATA_DIR to"
                " another folder."
            )
        if not mark.exists():
            if self.store_file.exists():
                raise StartRefused(
                    f"{self.path} holds a store without a format: restore a backup."
                )
            mark.write_text(DATA_FORMAT)
        found = mark.read_text().strip()
        if found != DATA_FORMAT.strip():
            raise StartRefused(
                f"{self.path} holds data of format {found or 'none'}, and this version"
                f" reads {DATA_FORMAT.strip()}: start the version from before."
            )
