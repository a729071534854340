"""The ticket policy of a street, its versions, and its coverage gaps. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from ..kernel.changes import Entity
from ..kernel.unset import UNSET, Maybe, or_else
from ..tickets.policy import (
    Category,
    EscalationStep,
    Level,
    LimitsOf,
    Policy,
    Rule,
)
from ..tickets.worktime import OfficeHours, OwnDay

__all__ = [
    "CoverageGap",
    "CoverageReport",
    "GapReason",
    "PolicyEdit",
    "PolicyRecord",
    "StreetPolicy",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetPolicy(Entity):
    """The current ticket policy of a street; its id is the street's code.

    Each version is kept as a `PolicyRecord`, because tickets name their version.
    """

    entity_kind: ClassVar[str] = "streetpolicy"

    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyEdit:
    """The changes to a policy. An unset field stays; a list replaces the whole list."""

    categories: Maybe[tuple[Category, ...]] = UNSET
    limits: Maybe[tuple[LimitsOf, ...]] = UNSET
    rules: Maybe[tuple[Rule, ...]] = UNSET
    ladder: Maybe[tuple[EscalationStep, ...]] = UNSET
    week: Maybe[Mapping[int, tuple[OfficeHours, ...]]] = UNSET
    own: Maybe[Mapping[date, OwnDay]] = UNSET
    hold_days: Maybe[int] = UNSET
    holds: Maybe[int] = UNSET
    reopen_days: Maybe[int] = UNSET
    reopen_percent: Maybe[int] = UNSET
    hot_spot_reports: Maybe[int] = UNSET
    hot_spot_days: Maybe[int] = UNSET

    def applied_to(self, policy: Policy) -> Policy:
        """Return the policy with the changes."""
        return replace(
            policy,
            categories=or_else(self.categories, policy.categories),
            limits=or_else(self.limits, policy.limits),
            rules=or_else(self.rules, policy.rules),
            ladder=or_else(self.ladder, policy.ladder),
            week=or_else(self.week, policy.week),
            own=or_else(self.own, policy.own),
            hold_days=or_else(self.hold_days, policy.hold_days),
            holds=or_else(self.holds, policy.holds),
            reopen_days=or_else(self.reopen_days, policy.reopen_days),
            reopen_percent=or_else(self.reopen_percent, policy.reopen_percent),
            hot_spot_reports=or_else(
                self.hot_spot_reports, policy.hot_spot_reports
            ),
            hot_spot_days=or_else(self.hot_spot_days, policy.hot_spot_days),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRecord:
    """One version of a street's policy, which tickets name. It is written once."""

    street: str
    number: int
    policy: Policy
    at: datetime
    by: str


class GapReason(StrEnum):
    """The reason why no message about a ticket would reach anybody at a level."""

    NOBODY_ON_DUTY = "nobody_on_duty"  # no duty list names anybody
    NOT_IN_OFFICE = (
        "not_in_office"  # those named have left, lost the role or are blocked
    )
    UNREACHABLE = "unreachable"  # neither a phone that takes SMS nor an address
    NO_PHONE = "no_phone"  # mail is too slow for urgent tickets


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageGap:
    """A level of the escalation path where no message about a ticket would reach anybody.

    `place` is the place of the duty list or of the rule. `instead` is the level that would have
    the ticket. Without `categories` the gap holds for all of them.
    """

    place: str
    level: Level
    to: str  # a role, or the person that a rule names
    why: GapReason
    instead: Level | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageReport(Entity):
    """The gaps found by the latest check of a street, whose code is the id."""

    entity_kind: ClassVar[str] = "coveragereport"

    gaps: tuple[CoverageGap, ...] = ()  # the first 300
    count: int = 0
    checked_at: datetime
