"""What waits for the staff of a place, soonest due first, over all features."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..kernel.access import Actor, Relation, Resource, authorize, relations
from ..kernel.changes import Changes
from ..kernel.clock import from_text
from ..kernel.errors import NotFound
from ..kernel.paging import Page, merge
from ..kernel.place import covers, street_of
from ..kernel.request import RequestContext
from ..message_log.model import MessageAttempt
from ..message_log.sending import Sender
from ..message_log.service import MessageLog
from ..people.model import Person
from ..people.service import ConsentGiven, People
from ..store.due import Outbox, Parked
from ..store.transaction import Transaction
from ..tickets.model import QueueLine
from ..tickets.service import Tickets
from ..wishes.model import Wish
from ..wishes.service import Wishes, WishTerms
from . import permissions
from .texts import ERASED, OVER, VISIT

__all__ = ["Desk", "Spending", "Task"]

_NOT_FOR_STAFF = {"code": "****"}  # the resident alone tells it, when it has come
_TITLE = 60  # characters of a ticket's text in a list
_COUNTED = 2000  # of each list; beyond that nobody counts any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing that waits."""

    kind: str
    id: str
    title: str
    place: str
    due_at: datetime
    moves: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What a street has spent on text messages in a month (UTC), in whole fen, and its budget."""

    street: str
    month: str
    sms_fen: int
    budget_fen: int | None


class Desk:
    """Use cases of the staff desk."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        people: People,
        wishes: Wishes,
        tickets: Tickets,
        deliveries: MessageLog,
        sender: Sender,
        outbox: Outbox,
    ) -> None:
        self._transaction, self._people, self._wishes, self._tickets = transaction, people, wishes, tickets
        self._deliveries, self._sender, self._outbox = deliveries, sender, outbox

    def queue(self, context: RequestContext, place: str, limit: int) -> tuple[Page[Task], Mapping[str, int]]:
        """Return what waits for the staff of a place and below, and how much of each kind there is in all."""
        actor, _ = self._people.current(context.actor)
        found = authorize(actor, permissions.READ, Resource(see=permissions.SEE, places=(place,)))
        administrator = Relation.STREET_ADMIN in found and place == street_of(place)
        sources = [
            lambda after, most: self._waiting_wishes(actor, place, after, most),
            lambda after, most: self._waiting_tickets(actor, place, after, most),
            lambda after, most: self._visits(place, after, most, context.locale),
            lambda after, most: self._parked(actor, place, after, most, administrator=administrator),
        ]
        after = context.start["after"] if context.start else ""
        counts = Counter(self._wishes.count_waiting(place))
        counts.update(_kind(line) for _, line in self._tickets.waiting(place, "", _COUNTED).items)
        counts["message.visit"] = len(self._deliveries.to_visit(place, "", _COUNTED).items)
        if administrator:  # whoever lives nowhere yet is looked after by the street
            sources.append(lambda after, most: self._visits("", after, most, context.locale, shown_at=place))
            counts["message.visit"] += len(self._deliveries.to_visit("", "", _COUNTED).items)
        counts["job.parked"] = len(self._parked(actor, place, "", _COUNTED, administrator=administrator).items)
        return merge(sources, after, limit), +counts

    def _waiting_wishes(self, actor: Actor, place: str, after: str, limit: int) -> Page[tuple[str, Task]]:
        page = self._wishes.waiting(place, after, limit)
        tasks = [
            (
                order,
                Task(
                    kind=waits[0],
                    id=wish.id,
                    title=wish.written.title,
                    place=wish.place,
                    due_at=waits[1],
                    moves=wish.moves(actor.id, as_what),
                ),
            )
            for order, wish in page.items
            if (waits := wish.waits_for_staff()) and (as_what := relations(actor, wish.as_resource()))
        ]
        return Page(tasks, page.next)

    def _waiting_tickets(self, actor: Actor, place: str, after: str, limit: int) -> Page[tuple[str, Task]]:
        page = self._tickets.waiting(place, after, limit)
        tasks = [
            (
                order,
                Task(
                    kind=_kind(line),
                    id=line.id,
                    title=line.text[:_TITLE],
                    place=line.place,
                    due_at=line.waits_until or line.updated_at,
                    moves=line.moves(relations(actor, line.as_resource())),
                ),
            )
            for order, line in page.items
        ]
        return Page(tasks, page.next)

    def turn_into_wish(self, context: RequestContext, ticket_id: str, terms: WishTerms, consent: ConsentGiven) -> Wish:
        """Have neighbours help with what nobody is obliged to do: the ticket is over, and its resident's wish begins. Both or neither."""

        def decide() -> Changes[Wish]:
            ticket = self._tickets.find_for(context, ticket_id, "turn")
            wish = self._wishes.submitting(context, terms, ticket.person_id, consent)
            return replace(wish, related=(self._tickets.turning(context, ticket_id, wish.entity.id),))

        return self._transaction.run(decide, context)

    def _visits(self, place: str, after: str, limit: int, locale: str, *, shown_at: str = "") -> Page[tuple[str, Task]]:
        """Whom somebody has to go and tell, because no channel reached her, and what; all that is read is read together."""
        page = self._deliveries.to_visit(place, after, limit)
        lines = {line.id: line for line in self._deliveries.find_many([waiting.id for waiting in page.items])}
        texts = dict(zip(lines, self._deliveries.texts_of([*lines.values()], locale, hidden=_NOT_FOR_STAFF), strict=True))
        people = self._people.find_many({id for line in lines.values() for id in (line.person, *line.others)})
        tasks = [
            (
                waiting.order,
                Task(
                    kind="message.visit",
                    id=waiting.id,
                    title=_title(people, lines[waiting.id], texts[waiting.id], locale),
                    place=waiting.place or shown_at,
                    due_at=from_text(waiting.order.partition("#")[0]),
                    moves=["visited"],
                ),
            )
            for waiting in page.items
            if waiting.id in lines
        ]
        return Page(tasks, {"after": page.next["order"]} if page.next else None)

    def _parked(self, actor: Actor, place: str, after: str, limit: int, *, administrator: bool) -> Page[tuple[str, Task]]:
        """Jobs that failed for good; those of no known place are for the administrators of streets."""

        def waits_here(job: Parked) -> bool:
            return covers(place, job.place) if job.place else administrator

        page = self._outbox.parked(after, limit, waits_here)
        tasks = [
            (
                job.order,
                Task(
                    kind="job.parked",
                    id=job.due.id,
                    title=job.due.kind,
                    place=job.place or place,
                    due_at=job.due.at,
                    moves=["redrive"] if _may_redrive(actor, job) else [],
                ),
            )
            for job in page.items
        ]
        return Page(tasks, {"after": page.next["sk"]} if page.next else None)

    def spending(self, context: RequestContext, place: str) -> Spending:
        """Return what the street of a place has spent this month; for staff of the place."""
        actor, _ = self._people.current(context.actor)
        authorize(actor, permissions.READ, Resource(see=permissions.SEE, places=(place,)))
        street = street_of(place)
        month, spent_li, budget_li = self._sender.spending(street)
        budget = budget_li // 10 if budget_li is not None else None
        return Spending(street=street, month=month, sms_fen=-(-spent_li // 10), budget_fen=budget)

    def redrive(self, context: RequestContext, job_id: str) -> None:
        """Make a job that failed for good due again."""

        def decide() -> Changes[Parked]:
            actor, _ = self._people.current(context.actor)
            authorize(
                actor, permissions.REDRIVE, Resource(see=permissions.SEE, places=tuple(grant.place for grant in actor.grants))
            )
            job = next((job for job in self._outbox.every_parked() if job.id == job_id), None)
            if job is None:
                raise NotFound
            authorize(actor, permissions.REDRIVE, _as_resource(actor, job))
            return Changes(entity=job, previous=job, writes=self._outbox.requeue(job))

        self._transaction.run(decide, context)

    def redrive_all(self, ids: Collection[str] | None) -> int:
        """Make parked jobs due again, those with these ids or all; return their number. For the operator's command."""
        jobs = [job for job in self._outbox.every_parked() if ids is None or job.id in ids]
        for job in jobs:
            again = Changes(entity=job, previous=job, writes=self._outbox.requeue(job))
            self._transaction.run(lambda again=again: again, RequestContext())  # type: ignore[misc]
        return len(jobs)


def _kind(line: QueueLine) -> str:
    return f"ticket.{line.waits_for}"


def _title(people: Mapping[str, Person], line: MessageAttempt, text: str | None, locale: str) -> str:
    """Whom to tell, all of those who share the phone, and what."""
    told = [people.get(id) for id in (line.person, *line.others)]
    names = [person.name if person and not person.erased_at else ERASED.say(locale) for person in told]
    return VISIT.say(locale, {"who": "、".join(names), "what": text if text is not None else OVER.say(locale)})


def _as_resource(actor: Actor, job: Parked) -> Resource:
    """A job of no known place belongs to every street."""
    places = (job.place,) if job.place else tuple(street_of(grant.place) for grant in actor.grants)
    return Resource(see=permissions.SEE, places=places)


def _may_redrive(actor: Actor, job: Parked) -> bool:
    return bool(relations(actor, _as_resource(actor, job)) & {Relation.COMMUNITY_STAFF, Relation.STREET_ADMIN})
