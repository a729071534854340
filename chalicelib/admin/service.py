"""What waits for the staff of a place, soonest due first, over all features."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from ..kernel.access import Actor, Relation, Resource, authorize, relations
from ..kernel.changes import Changes
from ..kernel.errors import NotFound
from ..kernel.hooks import Hooks
from ..kernel.paging import Page, merge_pairs
from ..kernel.place import covers, street_of
from ..kernel.request import RequestContext
from ..kernel.staff_queue import QueuePart, QueueQuery, Task, page_and_all
from ..message_log.budget import SmsBudget
from ..people.access import Access, Granted
from ..people.model import ConsentGiven, Person
from ..store.outbox import Outbox, ParkedJob
from ..store.transaction import Transaction
from ..tickets.conversion import TicketConversion
from ..wishes.model import Wish
from ..wishes.submitter import WishSubmitter, WishTerms
from . import permissions

__all__ = ["Desk", "Spending"]


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
        access: Access,
        submitter: WishSubmitter,
        tickets: TicketConversion,
        sms_budget: SmsBudget,
        outbox: Outbox,
        hooks: Hooks,
    ) -> None:
        self._transaction, self._access = transaction, access
        self._submitter, self._tickets = submitter, tickets
        self._sms_budget, self._outbox, self._hooks = sms_budget, outbox, hooks

    def queue(
        self, context: RequestContext, place: str, limit: int
    ) -> tuple[Page[Task], Mapping[str, int]]:
        """Return what waits for the staff of a place and below, and how much of each kind there is in all."""
        granted = self._require_read(context, place)
        is_street_admin = Relation.STREET_ADMIN in granted.relations
        query = QueueQuery(
            actor=granted.actor,
            place=place,
            locale=context.locale,
            is_street_admin=is_street_admin and place == street_of(place),
            after=context.start["after"] if context.start else "",
            limit=limit,
        )
        parts = self._hooks.queue_parts(query)
        counts: Counter[str] = Counter()
        for part in parts:
            counts.update(part.counts)
        merged = merge_pairs([part.tasks for part in parts], limit)
        return Page([task for _, task in merged.items], merged.next), +counts

    def turn_into_wish(
        self,
        context: RequestContext,
        ticket_id: str,
        terms: WishTerms,
        consent: ConsentGiven,
    ) -> Wish:
        """Have neighbours help with what nobody is obliged to do: the ticket is over, and its resident's wish begins. Both or neither."""

        def decide() -> Changes[Wish]:
            ticket = self._tickets.find(context, ticket_id)
            wish = self._submitter.changes_to_submit(
                context, terms, ticket.person_id, consent
            )
            turned = self._tickets.convert_to_wish(context, ticket_id, wish.entity.id)
            return replace(wish, related=(turned,))

        return self._transaction.run(decide, context)

    def parked(self, query: QueueQuery) -> QueuePart:
        """Return jobs that failed for good; those of no known place are for the administrators of streets."""

        def waits_here(job: ParkedJob) -> bool:
            return (
                covers(query.place, job.place) if job.place else query.is_street_admin
            )

        def read(after: str, limit: int) -> Page[tuple[str, ParkedJob]]:
            found = self._outbox.parked(after, limit, waits_here)
            return Page(
                [(job.order, job) for job in found.items],
                {"after": found.next["sk"]} if found.next else None,
            )

        page, everything = page_and_all(read, query)
        tasks = [(order, _as_task(query, job)) for order, job in page.items]
        return QueuePart(
            tasks=Page(tasks, page.next), counts={"job.parked": len(everything)}
        )

    def spending(self, context: RequestContext, place: str) -> Spending:
        """Return what the street of a place has spent this month; for staff of the place."""
        self._require_read(context, place)
        street = street_of(place)
        month, spent_li, budget_li = self._sms_budget.spending(street)
        budget = budget_li // 10 if budget_li is not None else None
        return Spending(
            street=street, month=month, sms_fen=-(-spent_li // 10), budget_fen=budget
        )

    def _require_read(self, context: RequestContext, place: str) -> Granted:
        resource = Resource(see=permissions.SEE, places=(place,))
        return self._access.require(context, permissions.READ, resource)

    def redrive(self, context: RequestContext, job_id: str) -> None:
        """Make a job that failed for good due again."""

        def decide() -> Changes[ParkedJob]:
            actor = self._access.require(
                context, permissions.REDRIVE, _everywhere
            ).actor
            job = next(
                (job for job in self._outbox.every_parked() if job.id == job_id), None
            )
            if job is None:
                raise NotFound
            authorize(actor, permissions.REDRIVE, _as_resource(actor, job))
            return Changes(entity=job, previous=job, writes=self._outbox.requeue(job))

        self._transaction.run(decide, context)

    def redrive_all(self, ids: Collection[str] | None) -> int:
        """Make parked jobs due again, those with these ids or all; return their number. For the operator's command."""
        jobs = [
            job for job in self._outbox.every_parked() if ids is None or job.id in ids
        ]
        for job in jobs:
            again = Changes(entity=job, previous=job, writes=self._outbox.requeue(job))
            self._transaction.run(lambda again=again: again, RequestContext())  # type: ignore[misc]
        return len(jobs)


def _everywhere(person: Person) -> Resource:
    """Return the jobs of all places where a person has a role."""
    places = tuple(grant.place for grant in person.grants)
    return Resource(see=permissions.SEE, places=places)


def _as_resource(actor: Actor, job: ParkedJob) -> Resource:
    """A job of no known place belongs to every street."""
    places = (
        (job.place,)
        if job.place
        else tuple(street_of(grant.place) for grant in actor.grants)
    )
    return Resource(see=permissions.SEE, places=places)


def _may_redrive(actor: Actor, job: ParkedJob) -> bool:
    return bool(
        relations(actor, _as_resource(actor, job))
        & {Relation.COMMUNITY_STAFF, Relation.STREET_ADMIN}
    )


def _as_task(query: QueueQuery, job: ParkedJob) -> Task:
    return Task(
        kind="job.parked",
        id=job.record.id,
        title=job.record.kind,
        place=job.place or query.place,
        due_at=job.record.at,
        moves=["redrive"] if _may_redrive(query.actor, job) else [],
    )
