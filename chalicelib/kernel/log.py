"""The log of a process."""

from typing import Any, Protocol

__all__ = ["Log"]


class Log(Protocol):
    """A log of ids, kinds and numbers, never of personal data."""

    def info(self, msg: object, **fields: Any) -> None:
        """Write a line for information."""

    def error(self, msg: object, **fields: Any) -> None:
        """Write a line that needs attention."""
