"""The rules of a street about tickets: each version is kept, because tickets are held to the one that they name."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from ..kernel.access import Action, Resource, Role, authorize
from ..kernel.changes import Changes, Event, Message, Put
from ..kernel.clock import Clock
from ..kernel.errors import Busy, Invalid, NotFound
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.metrics import Metrics
from ..kernel.place import covers, street_of
from ..kernel.request import RequestContext
from ..people.model import Person
from ..people.service import People
from ..places.service import Places, Roster
from ..store.transaction import Transaction
from ..tickets.calendar import chinese_holiday
from ..tickets.clocks import sla_of
from ..tickets.model import Ticket
from ..tickets.policy import HOUSE, Policy
from ..tickets.worktime import Library
from . import permissions
from .book import PolicyBook
from .ladder import EscalationPath, holes
from .lint import Caution, cautions, faults
from .model import Hole, LadderReport, PolicyRecord, StreetPolicy
from .replay import Pair, Played, Replayed, play, summarise, urgency_under
from .repository import PolicyRepository

__all__ = ["Rules", "TicketPolicies"]

_REPLAYED = timedelta(days=90)
_REPLAYED_MOST = 5000  # tickets; some five seconds
_HOLES_KEPT = 300  # of a street; a row holds 400 KB, and whoever has more has nobody on duty at all


Reported = Callable[[str, datetime, datetime | None, int], tuple[list[Ticket], bool]]  # see `TicketQueries.reported_between`


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of a street as somebody may see them: routing, ladder and what is wrong with them only where `inside`."""

    street: StreetPolicy
    inside: bool = False
    cautions: Sequence[Caution] = ()
    report: LadderReport | None = None


class TicketPolicies:
    """Use cases of a street's rules."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: PolicyRepository,
        clock: Clock,
        people: People,
        places: Places,
        metrics: Metrics,
        book: PolicyBook,
        reported: Reported,
        library: Library = chinese_holiday,
    ) -> None:
        self._repository = repository
        self._transaction, self._clock, self._people, self._places = transaction, clock, people, places
        self._metrics, self._reported, self._library = metrics, reported, library
        self._book = book

    def message_context(self, subject: MessageSubject) -> MessageContext | None:
        """Return what fills a message about a street now; None when it is no longer true."""
        report = self._repository.ladder_report(subject.about)
        return MessageContext(facts={"count": report.count}) if report and report.count else None

    # for those who use it

    def read(self, context: RequestContext, place: str) -> Rules:
        """Return the rules of the street of a place; for staff of the place with everything that goes with them."""
        actor, _ = self._people.current(context.actor)
        found = authorize(actor, permissions.READ, Resource(see=permissions.SEE, places=(place,)))
        street = self._street(street_of(place))
        if street.version == 0 and self._places.find(street.id) is None:
            raise NotFound
        if not found & permissions.READ_RULES.allowed:
            return Rules(street=street)
        people = self._people.find_many(_named(street.policy))
        return Rules(
            street=street, inside=True, cautions=self._cautions(street, people), report=self._repository.ladder_report(street.id)
        )

    def set(self, context: RequestContext, place: str, changes: Mapping[str, Any]) -> Rules:
        """Change some of the rules of the street of a place, as fields of `Policy`; what is not named stays.

        Raises:
            Invalid: they contradict one another, or name what is not there; everything that is found is said at once.
            Stale: somebody has changed them since the caller read them.

        """
        street, looked = street_of(place), list[Roster]()

        def decide() -> Changes[StreetPolicy]:
            by = self._admit(context, permissions.SET, place)
            self._admit(context, permissions.SET, street)
            before = self._street(street)
            before.check_version(context.seen_version)
            policy = replace(before.policy, **changes)
            looked[:] = [self._check(street, policy)]
            if policy == before.policy:
                return Changes(entity=before, previous=before)
            kept = PolicyRecord(street=street, number=before.version + 1, policy=policy, at=self._clock.now(), by=by)
            event = Event(tag="policy.changed", by=by, party="staff", note=",".join(sorted(changes)))
            return Changes(
                entity=replace(before, policy=policy),
                previous=before if before.version else None,
                writes=(Put(row=kept, new=True),),
                events=(event,),
            )

        changed = self._transaction.run(decide, context)
        report = self._report(street, holes(changed.policy, looked[0]))
        return Rules(street=changed, inside=True, cautions=self._cautions(changed, looked[0].people), report=report)

    def replay(self, context: RequestContext, place: str, changes: Mapping[str, Any]) -> Replayed:
        """Return what changed rules would have done to the tickets of a place in the last ninety days; nothing is saved.

        Raises:
            Invalid: as `set`.

        """
        self._admit(context, permissions.REPLAY, place)
        street, until = street_of(place), self._clock.now()
        policy = replace(self._street(street).policy, **changes)
        roster = self._check(street, policy)
        tickets, cut = self._reported(street, until - _REPLAYED, None, _REPLAYED_MOST)
        library = lru_cache(maxsize=4096)(self._library)  # the same few months of days, again and again
        now, own = EscalationPath(policy, roster), dict[int, EscalationPath]()

        def played(ticket: Ticket, ladder: EscalationPath) -> Played:
            terms = sla_of(ladder.policy, ticket, library)
            office, routed = ladder.begin(ticket.place, ticket.category, terms)
            return play(ticket, office, routed.level, routed.assignee, until)

        def pairs() -> Iterator[Pair]:
            for ticket in (ticket for ticket in tickets if covers(place, ticket.place)):
                number = ticket.policy_version
                then = (
                    own[number]
                    if number in own
                    else own.setdefault(number, EscalationPath(self._book.policy_for(street, number), roster))
                )
                other = replace(ticket, urgency=urgency_under(policy, then.policy, ticket))
                yield Pair(ticket_id=ticket.id, then=played(ticket, then), now=played(other, now))

        return summarise(pairs(), until - _REPLAYED, cut=cut)

    # by themselves

    def check_ladders(self) -> int:
        """Look at the ladder of every street, and tell its administrators of holes that were not there; return their number."""
        total = 0
        for street in self._places.streets():
            with suppress(Busy):  # tomorrow night is soon enough
                total += self._check_ladder(street).count
        self._metrics.count("LadderHoles", total)
        return total

    def holes(self, street: str) -> tuple[Hole, ...]:
        """Return where nobody would hear of a ticket in a street as things are now."""
        policy = self._street(street).policy
        return holes(policy, self._places.roster(street, _named(policy)))

    def _check_ladder(self, street: str) -> LadderReport:
        found = self.holes(street)

        def decide() -> Changes[LadderReport]:
            before, now = self._repository.ladder_report(street), self._report(street, found)
            new = set(now.holes) - set(before.holes if before else ())
            told = Message(kind="ticket.holes_staff", to=f"staff:{street}", about=street)
            kept = replace(before, holes=now.holes, count=now.count, checked_at=now.checked_at) if before else now
            return Changes(entity=kept, previous=before, messages=(told,) if new else ())

        return self._transaction.run(decide, RequestContext())

    # what the above share

    def _admit(self, context: RequestContext, action: Action, place: str) -> str:
        actor, _ = self._people.current(context.actor)
        authorize(actor, action, Resource(see=permissions.SEE, places=(place,)))
        return actor.id

    def _street(self, street: str) -> StreetPolicy:
        now = self._clock.now()
        return self._repository.policy_of(street) or StreetPolicy(id=street, created_at=now, updated_at=now, policy=HOUSE)

    def _check(self, street: str, policy: Policy) -> Roster:
        """Refuse rules that cannot be taken; return the street as it was read for that."""
        roster = self._places.roster(street, _named(policy))
        if street not in roster.places:
            raise Invalid("place.unknown", ["place"], place=street)
        found = faults(policy, street, roster.places.keys(), roster.people)
        if found:
            raise Invalid.together(found)
        return roster

    def _cautions(self, street: StreetPolicy, people: Mapping[str, Person]) -> tuple[Caution, ...]:
        return cautions(street.policy, people, self._places.zone_of(street.id), self._clock.now(), self._library)

    def _report(self, street: str, found: Sequence[Hole]) -> LadderReport:
        now = self._clock.now()
        return LadderReport(
            id=street, created_at=now, updated_at=now, checked_at=now, holes=tuple(found[:_HOLES_KEPT]), count=len(found)
        )


def _named(policy: Policy) -> list[str]:
    """Return the ids of the people whom rules name."""
    return [rule.to for rule in policy.rules if rule.to not in list(Role)]
