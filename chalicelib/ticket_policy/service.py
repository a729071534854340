"""The ticket policy of a street. Each version is kept: tickets are held to the one they name."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

from ..kernel.access import Action, Resource, Role
from ..kernel.audiences import StaffOnDuty
from ..kernel.changes import Changes, Message, Put, TimelineEvent
from ..kernel.clock import Clock
from ..kernel.errors import Busy, Invalid, NotFound
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.metrics import Metrics
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..kernel.unset import fields_set
from ..people.access import Access, Granted
from ..people.model import Person
from ..people.service import People
from ..places.roster import Roster
from ..places.service import Places
from ..store.transaction import Transaction
from ..tickets.calendar import chinese_holiday
from ..tickets.policy import DEFAULT_POLICY, Policy
from ..tickets.worktime import HolidayLookup
from . import permissions
from .book import PolicyBook
from .escalation_path import coverage_gaps
from .model import (
    CoverageGap,
    CoverageReport,
    PolicyEdit,
    PolicyRecord,
    StreetPolicy,
)
from .past_tickets import PastReader
from .replay import (
    ReplayResult,
    summarise,
)
from .replayer import Replayer
from .repository import PolicyRepository
from .validation import PolicyWarning, validate, warnings_of

__all__ = ["PolicyForViewer", "TicketPolicies"]

_REPLAYED_FOR = timedelta(days=90)
_MAX_REPLAYED = 5000  # tickets; some five seconds
# Of a street: a row holds 400 KB, and a street with more gaps has nobody on duty.
_MAX_GAPS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyForViewer:
    """A street's policy for one viewer: routing, escalation path and warnings for staff only."""

    street: StreetPolicy
    is_staff: bool = False
    warnings: Sequence[PolicyWarning] = ()
    report: CoverageReport | None = None


class TicketPolicies:
    """Use cases of ticket policies."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: PolicyRepository,
        clock: Clock,
        access: Access,
        people: People,
        places: Places,
        metrics: Metrics,
        book: PolicyBook,
        past: PastReader,
        holidays: HolidayLookup = chinese_holiday,
    ) -> None:
        self._repository, self._access = repository, access
        self._transaction, self._clock = transaction, clock
        self._people, self._places = people, places
        self._metrics, self._past, self._holidays = (
            metrics,
            past,
            holidays,
        )
        self._book = book

    def message_contexts(
        self, subjects: Sequence[MessageSubject]
    ) -> list[MessageContext | None]:
        """Return the context of each message about a street; None if it is no longer relevant."""
        streets = list(dict.fromkeys(subject.subject for subject in subjects))
        reports = self._repository.coverage_reports(streets)
        counts = {report.id: report.count for report in reports}
        contexts: list[MessageContext | None] = []
        for subject in subjects:
            count = counts.get(subject.subject)
            contexts.append(
                MessageContext(facts={"count": count}) if count else None
            )
        return contexts

    def read_policy(
        self, context: RequestContext, place: str
    ) -> PolicyForViewer:
        """Return the policy of the street of a place; staff of the place see all of it."""
        granted = self._require(context, permissions.READ, place)
        street = self._street(street_of(place))
        if street.version == 0 and self._places.find(street.id) is None:
            raise NotFound
        if not granted.relations & permissions.READ_RULES.allowed:
            return PolicyForViewer(street=street)
        people = self._people.find_many(_named(street.policy))
        report = self._repository.coverage_report(street.id)
        warnings = self._warnings(street, people)
        return PolicyForViewer(
            street=street, is_staff=True, warnings=warnings, report=report
        )

    def change_policy(
        self, context: RequestContext, place: str, edit: PolicyEdit
    ) -> PolicyForViewer:
        """Change the policy of the street of a place.

        Raises:
            Invalid: the policy contradicts itself or names unknown things; all errors at once.
            Stale: the policy has changed since the actor read it.

        """
        street = street_of(place)

        def decide() -> tuple[Changes[StreetPolicy], Roster]:
            self._require(context, permissions.SET, place)
            actor = self._require(context, permissions.SET, street).actor
            before = self._street(street)
            before.check_version(context.seen_version)
            policy = edit.applied_to(before.policy)
            roster = self._check(street, policy)
            if policy == before.policy:
                return Changes(entity=before, previous=before), roster
            return self._new_version(
                before, policy, actor.id, fields_set(edit)
            ), roster

        changed, roster = self._transaction.run_with(decide, context)
        return PolicyForViewer(
            street=changed,
            is_staff=True,
            warnings=self._warnings(changed, roster.people),
            report=self._report(street, coverage_gaps(changed.policy, roster)),
        )

    def _new_version(
        self,
        before: StreetPolicy,
        policy: Policy,
        actor: str,
        changed: Sequence[str],
    ) -> Changes[StreetPolicy]:
        """Return the changes that make a policy the street's next version."""
        record = PolicyRecord(
            street=before.id,
            number=before.version + 1,
            policy=policy,
            at=self._clock.now(),
            by=actor,
        )
        event = TimelineEvent(
            tag="policy.changed",
            actor=actor,
            party="staff",
            note=",".join(changed),
        )
        return Changes(
            entity=replace(before, policy=policy),
            previous=before if before.version else None,
            writes=(Put(row=record, new=True),),
            events=(event,),
        )

    def replay(
        self, context: RequestContext, place: str, edit: PolicyEdit
    ) -> ReplayResult:
        """Return the effect of an edited policy on a place's tickets of ninety days.

        Of more than `_MAX_REPLAYED` the latest are replayed. Nothing is saved.

        Raises:
            Invalid: as `change_policy`.

        """
        self._require(context, permissions.REPLAY, place)
        street, until = street_of(place), self._clock.now()
        policy = edit.applied_to(self._street(street).policy)
        roster = self._check(street, policy)
        span = (until - _REPLAYED_FOR, until)
        zone = self._places.zone_of(street)
        past = self._past.read(place, span, zone, _MAX_REPLAYED)
        replayer = Replayer(
            street=street,
            policy=policy,
            roster=roster,
            book=self._book,
            holidays=lru_cache(maxsize=4096)(self._holidays),
            until=until,
        )
        pairs = map(replayer.pair, past.tickets)
        return summarise(pairs, past.since, until, cut=past.cut)

    def check_coverage(self) -> int:
        """Check the escalation path of every street; return the number of gaps.

        New gaps are sent to the staff of the street.
        """
        total = 0
        for street in self._places.streets():
            with suppress(Busy):  # tomorrow night is soon enough
                total += self._check_coverage_of(street).count
        self._metrics.count("LadderHoles", total)
        return total

    def find_gaps(self, street: str) -> tuple[CoverageGap, ...]:
        """Return the coverage gaps of a street now."""
        policy = self._street(street).policy
        return coverage_gaps(
            policy, self._places.roster(street, _named(policy))
        )

    def _check_coverage_of(self, street: str) -> CoverageReport:
        gaps = self.find_gaps(street)

        def decide() -> Changes[CoverageReport]:
            before = self._repository.coverage_report(street)
            report = self._report(street, gaps)
            if before is None:
                messages = _messages_about(report, set(report.gaps))
                return Changes(entity=report, previous=None, messages=messages)
            changed = replace(
                before,
                gaps=report.gaps,
                count=report.count,
                checked_at=report.checked_at,
            )
            messages = _messages_about(
                changed, set(report.gaps) - set(before.gaps)
            )
            return Changes(entity=changed, previous=before, messages=messages)

        return self._transaction.run(decide, RequestContext())

    def _require(
        self, context: RequestContext, action: Action, place: str
    ) -> Granted:
        resource = Resource(see=permissions.SEE, places=(place,))
        return self._access.require(context, action, resource)

    def _street(self, street: str) -> StreetPolicy:
        now = self._clock.now()
        return self._repository.policy_of(street) or StreetPolicy(
            id=street, created_at=now, updated_at=now, policy=DEFAULT_POLICY
        )

    def _check(self, street: str, policy: Policy) -> Roster:
        """Refuse an invalid policy; return the street as it was read for the check."""
        roster = self._places.roster(street, _named(policy))
        if street not in roster.places:
            raise Invalid("place.unknown", ["place"], place=street)
        errors = validate(policy, street, roster.places.keys(), roster.people)
        if errors:
            raise Invalid.together(errors)
        return roster

    def _warnings(
        self, street: StreetPolicy, people: Mapping[str, Person]
    ) -> tuple[PolicyWarning, ...]:
        zone, now = self._places.zone_of(street.id), self._clock.now()
        return warnings_of(street.policy, people, zone, now, self._holidays)

    def _report(
        self, street: str, gaps: Sequence[CoverageGap]
    ) -> CoverageReport:
        now = self._clock.now()
        return CoverageReport(
            id=street,
            created_at=now,
            updated_at=now,
            checked_at=now,
            gaps=tuple(gaps[:_MAX_GAPS]),
            count=len(gaps),
        )


def _messages_about(
    report: CoverageReport, new: Collection[CoverageGap]
) -> tuple[Message, ...]:
    """Return the message to a street's staff about new gaps, if there are any."""
    if not new:
        return ()
    message = Message(
        kind="ticket.holes_staff",
        audience=StaffOnDuty(report.id),
        subject=report.id,
    )
    return (message,)


def _named(policy: Policy) -> list[str]:
    """Return the ids of the people that rules name."""
    return [rule.to for rule in policy.rules if rule.to not in list(Role)]
