"""The rules of a street about tickets: each version is kept, because tickets are held to the one that they name."""

from functools import lru_cache

from ..kernel.clock import Clock
from ..people.service import People
from ..places.service import Places
from ..store.commit import Committer
from . import rows
from .calendar import chinese_holiday
from .policy import HOUSE, Policy
from .worktime import Library

__all__ = ["Rulebook"]

_KEPT = 512  # versions in a process's memory; what is a few kilobytes each never changes


class Rulebook:
    """Use cases of a street's rules."""

    def __init__(
        self, *, commit: Committer, clock: Clock, people: People, places: Places, library: Library = chinese_holiday
    ) -> None:
        self._commit, self._clock, self._people, self._places, self._library = commit, clock, people, places, library
        self._version = lru_cache(maxsize=_KEPT)(_read_version)

    # for other features

    def policy_for(self, street: str, number: int) -> Policy:
        """Return one version of a street's rules; 0 are the house's own. Read once in the life of a process.

        Raises:
            LookupError: there is no such version.

        """
        return self._version(street, number) if number else HOUSE

    def current(self, street: str) -> tuple[int, Policy]:
        """Return the version that holds now, and its rules, as the last change has left them. One request."""
        found = rows.policy_of(street)
        return (found.version, found.policy) if found else (0, HOUSE)


def _read_version(street: str, number: int) -> Policy:
    record = rows.policy_version(street, number)
    if record is None:
        raise LookupError(f"{street} has no rules of version {number}")
    return record.policy
