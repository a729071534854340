"""The log of a process."""

from typing import Any, Protocol

__all__ = ["Log"]


class Log(Protocol):
    """Writes lines: ids, kinds and numbers, never personal data."""

    def info(self, msg: object, **fields: Any) -> None:
        """Write a line."""

    def error(self, msg: object, **fields: Any) -> None:
        """Write a line that needs attention."""
