"""How the rules of a street lie in the store: the present ones, every version, and what the look at its ladder has found."""

from ..store.rows import EventRecord, Table, load
from .model import LadderReport, PolicyRecord, StreetPolicy

__all__ = ["ladder_report", "policy_of", "policy_version"]


class RuleTable(Table):
    """PK the street; SK `policy`, `version#…`, `ladder`, `event#<version>…`."""

    class Meta:
        """Name."""

        table_name = "rules"


class PolicyEvent(EventRecord):
    """A line of the timeline of a street's rules."""


RuleTable.holding(StreetPolicy, lambda policy: {"pk": policy.id, "sk": "policy"})
RuleTable.holding(LadderReport, lambda report: {"pk": report.id, "sk": "ladder"})
RuleTable.holding(PolicyRecord, lambda record: {"pk": record.street, "sk": f"version#{record.number:06d}"})
RuleTable.keeping_timeline(StreetPolicy, PolicyEvent)


def policy_of(street: str) -> StreetPolicy | None:
    """Read what a street has set."""
    return load(StreetPolicy, street, "policy")


def policy_version(street: str, number: int) -> PolicyRecord | None:
    """Read one version of what a street has set: for half the price, as it is never written again, unless it is quite new."""
    sk = f"version#{number:06d}"
    return load(PolicyRecord, street, sk, consistent=False) or load(PolicyRecord, street, sk)


def ladder_report(street: str) -> LadderReport | None:
    """Read what the latest look at a street's ladder has found."""
    return load(LadderReport, street, "ladder")
