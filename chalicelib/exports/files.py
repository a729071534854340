"""The files of exports: parts with rows, and the file that is made of them."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from ..adapters.ports import Files
from . import policy
from .model import Export
from .sheets import MEDIA
from .sources import Row

__all__ = ["ExportFiles", "FilesDown", "part_bytes"]

T = TypeVar("T")
_WHOLE = 512 * 1024 * 1024  # more than any part


class FilesDown(Exception):
    """The file store did not do what it was asked. The text is the type of its error."""


class ExportFiles:
    """Writes and reads the files of exports. Each method raises FilesDown if the store fails."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def write_part(self, export: Export, data: bytes) -> None:
        """Write the next part. Written again, it replaces itself."""
        key = export.part_key(export.parts)
        _try(lambda: self._files.write(key, data, "application/json"))

    def write_file(self, export: Export, data: bytes) -> None:
        """Write the file that is fetched."""
        media = MEDIA[export.format]
        _try(lambda: self._files.write(export.file_key, data, media))

    def read_parts(self, export: Export) -> Iterator[bytes]:
        """Read the parts, in order."""
        for n in range(export.parts):
            yield self._read(export.part_key(n))

    def read_rows(self, export: Export) -> Iterator[Row]:
        """Read the rows of all parts."""
        for part in self.read_parts(export):
            for person, cells in json.loads(part):
                yield Row(person, cells)

    def _read(self, key: str) -> bytes:
        data = _try(lambda: self._files.read(key, _WHOLE))
        if data is None:
            raise FilesDown("missing")
        return data

    def clear(self, export: Export) -> None:
        """Delete the file and the last parts, `CLEARED_PER_STEP` of them at most.

        One part more than is counted: its worker may have died before it was.
        """
        self._files.delete(export.file_key)
        first = max(0, export.parts - policy.CLEARED_PER_STEP)
        for n in range(first, export.parts + 1):
            self._files.delete(export.part_key(n))

    def address_of(self, export: Export) -> str:
        """Return an address at which the file can be fetched for some minutes."""
        return self._files.presign_get(
            export.file_key, policy.ADDRESS_FOR, file_name=export.file_name
        )


def part_bytes(rows: Sequence[Row]) -> bytes:
    """Return rows as the content of a part."""
    return json.dumps(rows, ensure_ascii=False).encode()


def _try(call: Callable[[], T]) -> T:
    try:
        return call()
    except Exception as error:
        raise FilesDown(type(error).__name__) from error
