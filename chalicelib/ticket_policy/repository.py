"""How the rules of a street are stored: present ones, versions, and the latest path check."""

from collections.abc import Sequence

from ..store.repository import Repository
from ..store.table import EventRecord, Table
from .model import CoverageReport, PolicyRecord, StreetPolicy

__all__ = [
    "COVERAGE",
    "POLICY",
    "POLICY_EVENT",
    "VERSION",
    "PolicyEvent",
    "PolicyRepository",
]

# PK the street; SK `policy`, `version#…`, `coverage`, `event#<version>…`.
_RULES = Table("rules")


class PolicyEvent(EventRecord):
    """A line of the timeline of a street's rules."""


def _version_keys(record: PolicyRecord) -> dict[str, str]:
    return {"pk": record.street, "sk": _version(record.number)}


def _version(number: int) -> str:
    return f"version#{number:06d}"


POLICY = _RULES.row(
    StreetPolicy, keys=lambda policy: {"pk": policy.id, "sk": "policy"}
)
COVERAGE = _RULES.row(
    CoverageReport, keys=lambda report: {"pk": report.id, "sk": "coverage"}
)
VERSION = _RULES.row(PolicyRecord, keys=_version_keys)
POLICY_EVENT = _RULES.event_log(StreetPolicy, PolicyEvent)


class PolicyRepository(Repository):
    """Reads the rules of streets."""

    rows = (POLICY, COVERAGE, VERSION, POLICY_EVENT)

    def policy_of(self, street: str) -> StreetPolicy | None:
        """Read what a street has set."""
        return self._store.get(POLICY, street, "policy")

    def policy_version(self, street: str, number: int) -> PolicyRecord | None:
        """Read one version of what a street has set: for half the price, unless it is quite new.

        It is never written again.
        """
        sk = _version(number)
        found = self._store.get(VERSION, street, sk, consistent=False)
        return found or self._store.get(VERSION, street, sk)

    def coverage_report(self, street: str) -> CoverageReport | None:
        """Read what the latest check of a street's escalation path has found."""
        return self._store.get(COVERAGE, street, "coverage")

    def coverage_reports(self, streets: Sequence[str]) -> list[CoverageReport]:
        """Read what the latest checks of several streets have found, a hundred in a request."""
        return self._store.get_many(
            COVERAGE, [(street, "coverage") for street in streets]
        )
