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
from ..kernel.staff_queue import QueueQuery, Task
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

_MAX_COUNTED = 2000  # parked jobs; beyond that nobody counts any more


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

    def queue(self, context: RequestContext, place: str, limit: int) -> tuple[Page[Task], Mapping[str, int]]:
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
        lines = list(self._hooks.queue_lines())
        counts: Counter[str] = Counter()
        for line in lines:
            counts.update(line.count(query))
        merged = merge_pairs([line.page(query) for line in lines], limit)
        return Page([task for _, task in merged.items], merged.next), +counts

    def turn_into_wish(self, context: RequestContext, ticket_id: str, terms: WishTerms, consent: ConsentGiven) -> Wish:
        """Have neighbours help with what nobody is obliged to do: the ticket is over, and its resident's wish begins. Both or neither."""

        def decide() -> Changes[Wish]:
            ticket = self._tickets.find(context, ticket_id)
            wish = self._submitter.changes_to_submit(context, terms, ticket.person_id, consent)
            turned = self._tickets.convert_to_wish(context, ticket_id, wish.entity.id)
            return replace(wish, related=(turned,))

        return self._transaction.run(decide, context)

    def parked_page(self, query: QueueQuery) -> Page[tuple[str, Task]]:
        """Return jobs that failed for good; those of no known place are for the administrators of streets."""
        page = self._parked(query, query.after, query.limit)
        tasks = []
        for job in page.items:
            task = Task(
                kind="job.parked",
                id=job.record.id,
                title=job.record.kind,
                place=job.place or query.place,
                due_at=job.record.at,
                moves=["redrive"] if _may_redrive(query.actor, job) else [],
            )
            tasks.append((job.order, task))
        return Page(tasks, {"after": page.next["sk"]} if page.next else None)

    def parked_count(self, query: QueueQuery) -> Mapping[str, int]:
        """Return how many jobs failed for good, up to a bound."""
        return {"job.parked": len(self._parked(query, "", _MAX_COUNTED).items)}

    def _parked(self, query: QueueQuery, after: str, limit: int) -> Page[ParkedJob]:
        def waits_here(job: ParkedJob) -> bool:
            return covers(query.place, job.place) if job.place else query.is_street_admin

        return self._outbox.parked(after, limit, waits_here)

    def spending(self, context: RequestContext, place: str) -> Spending:
        """Return what the street of a place has spent this month; for staff of the place."""
        self._require_read(context, place)
        street = street_of(place)
        month, spent_li, budget_li = self._sms_budget.spending(street)
        budget = budget_li // 10 if budget_li is not None else None
        return Spending(street=street, month=month, sms_fen=-(-spent_li // 10), budget_fen=budget)

    def _require_read(self, context: RequestContext, place: str) -> Granted:
        resource = Resource(see=permissions.SEE, places=(place,))
        return self._access.require(context, permissions.READ, resource)

    def redrive(self, context: RequestContext, job_id: str) -> None:
        """Make a job that failed for good due again."""

        def decide() -> Changes[ParkedJob]:
            actor = self._access.require(context, permissions.REDRIVE, _everywhere).actor
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


def _everywhere(person: Person) -> Resource:
    """Return the jobs of all places where a person has a role."""
    places = tuple(grant.place for grant in person.grants)
    return Resource(see=permissions.SEE, places=places)


def _as_resource(actor: Actor, job: ParkedJob) -> Resource:
    """A job of no known place belongs to every street."""
    places = (job.place,) if job.place else tuple(street_of(grant.place) for grant in actor.grants)
    return Resource(see=permissions.SEE, places=places)


def _may_redrive(actor: Actor, job: ParkedJob) -> bool:
    return bool(relations(actor, _as_resource(actor, job)) & {Relation.COMMUNITY_STAFF, Relation.STREET_ADMIN})
