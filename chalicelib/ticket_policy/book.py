"""The versions of a street's ticket policy, as tickets look them up."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from ..tickets.policy import DEFAULT_POLICY, Policy
from .repository import PolicyRepository

__all__ = ["PolicyBook"]

_KEPT = 512  # versions in a process's memory; each is a few kilobytes and never changes


class PolicyBook:
    """Looks up the rules of a street."""

    def __init__(self, repository: PolicyRepository) -> None:
        self._repository = repository
        self._version = lru_cache(maxsize=_KEPT)(self._read_version)

    def policy_for(self, street: str, number: int) -> Policy:
        """Return one version of a street's policy; 0 is the default. It is cached for good.

        Raises:
            LookupError: there is no such version.

        """
        return self._version(street, number) if number else DEFAULT_POLICY

    def current(self, street: str) -> tuple[int, Policy]:
        """Return the number of the current version and its policy. One request."""
        found = self._repository.policy_of(street)
        return (found.version, found.policy) if found else (0, DEFAULT_POLICY)

    def changed_at(self, streets: Sequence[str]) -> datetime | None:
        """Return when one of these streets last changed its policy; None if all use the default."""
        changed = [
            found.updated_at
            for street in streets
            if (found := self._repository.policy_of(street))
        ]
        return max(changed, default=None)

    def _read_version(self, street: str, number: int) -> Policy:
        record = self._repository.policy_version(street, number)
        if record is None:
            raise LookupError(f"{street} has no rules of version {number}")
        return record.policy
