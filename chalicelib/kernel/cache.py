"""A small cache whose entries expire, kept by a process between its requests. Pure."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from .clock import Clock

__all__ = ["ExpiringCache"]

T = TypeVar("T")


class ExpiringCache(Generic[T]):
    """Values by key, each read again once it is older than `ttl`. It never shrinks."""

    def __init__(self, clock: Clock, ttl: timedelta) -> None:
        self._clock, self._ttl = clock, ttl
        self._entries: dict[str, tuple[datetime, T]] = {}

    def get(self, key: str, read: Callable[[str], T]) -> T:
        """Return the value of a key; `read` is called if it is missing or expired."""
        now = self._clock.now()
        entry = self._entries.get(key)
        if entry is not None and now - entry[0] < self._ttl:
            return entry[1]
        value = read(key)
        self._entries[key] = now, value
        return value

    def put(self, key: str, value: T) -> None:
        """Set the value of a key that was just read or written elsewhere."""
        self._entries[key] = self._clock.now(), value

    def forget(self, key: str) -> None:
        """Read the value of a key again at its next use."""
        self._entries.pop(key, None)
