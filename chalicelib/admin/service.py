"""The staff queue: the tasks that wait for the staff of a place, over all features."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..kernel.access import Actor, Relation, Resource, authorize, relations
from ..kernel.changes import Changes
from ..kernel.errors import NotFound
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..kernel.staff_queue import (
    FailedJob,
    FoundTask,
    QueuePage,
    QueueQuery,
    Task,
    TaskFilter,
    TaskQueue,
)
from ..kernel.template import Template
from ..message_log.budget import SmsBudget
from ..people.access import Access, Granted
from ..people.records import ConsentGiven
from ..store.outbox import Outbox, ParkedJob
from ..store.tables import PARKED_JOB
from ..store.transaction import Transaction
from ..tickets.conversion import TicketConversion
from ..wishes.model import Wish
from ..wishes.submitter import WishSubmitter, WishTerms
from . import permissions
from .bulk import BulkMoves, everywhere
from .job_texts import words_of_job

__all__ = ["Spending", "StaffQueue", "job_lines"]

_OPENED = ("wsh_", "tkt_", "per_")  # ids of what staff open


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """The spending of a street on SMS in a month (UTC) and its budget, in whole fen."""

    street: str
    month: str
    sms_fen: int
    budget_fen: int


class StaffQueue:
    """Use cases of the staff queue and parked jobs."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        access: Access,
        submitter: WishSubmitter,
        tickets: TicketConversion,
        sms_budget: SmsBudget,
        outbox: Outbox,
        tasks: TaskQueue,
        bulk: BulkMoves,
        templates: Mapping[str, Template],
    ) -> None:
        self._transaction, self._access = transaction, access
        self._submitter, self._tickets = submitter, tickets
        self._sms_budget, self._outbox, self._tasks = sms_budget, outbox, tasks
        self.bulk, self.templates = bulk, templates

    def queue(
        self, context: RequestContext, place: str, limit: int, only: TaskFilter
    ) -> QueuePage:
        """Return a page of tasks of a place, soonest due first, and the counts of all."""
        granted = self._require_read(context, place)
        whole_street = place == street_of(place)
        query = QueueQuery(
            actor=granted.actor,
            place=place,
            locale=context.locale,
            is_street_admin=whole_street
            and Relation.STREET_ADMIN in granted.relations,
            after=context.start["after"] if context.start else "",
            limit=limit,
            only=only,
        )
        return self._tasks.page(query)

    def convert_to_wish(
        self,
        context: RequestContext,
        ticket_id: str,
        terms: WishTerms,
        consent: ConsentGiven,
    ) -> Wish:
        """Close a ticket and submit its resident's wish, both or neither."""

        def decide() -> Changes[Wish]:
            ticket = self._tickets.find(context, ticket_id)
            wish = self._submitter.changes_to_submit(
                context, terms, ticket.person_id, consent
            )
            turned = self._tickets.convert_to_wish(
                context, ticket_id, wish.entity.id
            )
            return replace(wish, related=(*wish.related, turned))

        return self._transaction.run(decide, context)

    def spending(self, context: RequestContext, place: str) -> Spending:
        """Return the SMS spending of the street of a place this month, for staff of the place."""
        self._require_read(context, place)
        street = street_of(place)
        month, spent_li, budget_li = self._sms_budget.spending(street)
        return Spending(
            street=street,
            month=month,
            sms_fen=-(-spent_li // 10),
            budget_fen=budget_li // 10,
        )

    def _require_read(self, context: RequestContext, place: str) -> Granted:
        resource = Resource(see=permissions.SEE, places=(place,))
        return self._access.require(context, permissions.READ, resource)

    def redrive(self, context: RequestContext, job_id: str) -> None:
        """Make a parked job due again."""

        def decide() -> Changes[ParkedJob]:
            granted = self._access.require(
                context, permissions.REDRIVE, everywhere
            )
            actor, job = granted.actor, self._find_parked(job_id)
            authorize(actor, permissions.REDRIVE, _as_resource(actor, job))
            return self._requeue(job)

        self._transaction.run(decide, context)

    def _find_parked(self, job_id: str) -> ParkedJob:
        for job in self._outbox.every_parked():
            if job.id == job_id:
                return job
        raise NotFound

    def redrive_all(self, ids: Collection[str] | None) -> int:
        """Make the parked jobs with these ids, or all, due again; return their number.

        For the operator's command.
        """
        count = 0
        for job in list(self._outbox.every_parked()):
            if ids is None or job.id in ids:
                self._transaction.run(
                    partial(self._requeue, job), RequestContext()
                )
                count += 1
        return count

    def _requeue(self, job: ParkedJob) -> Changes[ParkedJob]:
        return Changes(
            entity=job, previous=job, writes=self._outbox.requeue(job)
        )


def _as_resource(actor: Actor, job: ParkedJob) -> Resource:
    """Return a parked job as access checks see it.

    A job of no known place belongs to every street.
    """
    if job.place:
        return Resource(see=permissions.SEE, places=(job.place,))
    streets = tuple(street_of(grant.place) for grant in actor.grants)
    return Resource(see=permissions.SEE, places=streets)


def _may_redrive(actor: Actor, job: ParkedJob) -> bool:
    held = relations(actor, _as_resource(actor, job))
    return bool(held & {Relation.COMMUNITY_STAFF, Relation.STREET_ADMIN})


def job_lines(
    query: QueueQuery,
    found: Sequence[FoundTask],
    templates: Mapping[str, Template],
) -> list[Task | None]:
    """Return parked jobs as tasks. The title says in words what a job was to do."""
    return [_as_task(query, one.entity, templates) for one in found]


def _as_task(
    query: QueueQuery, job: ParkedJob, templates: Mapping[str, Template]
) -> Task:
    record = job.record
    moves = ["redrive"] if _may_redrive(query.actor, job) else []
    is_opened = record.subject.startswith(_OPENED)
    failed = FailedJob(
        kind=record.kind,
        failed_at=job.created_at,
        error=job.error or None,
    )
    return Task(
        kind=PARKED_JOB,
        id=record.id,
        title=words_of_job(record, templates, query.locale),
        place=job.place or query.place,
        due_at=record.at,
        moves=moves,
        subject=record.subject if is_opened else None,
        since=job.created_at,
        job=failed,
    )
