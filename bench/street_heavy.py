"""The heavy work of a large street: a matching run, an erasure, an export, an index."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.request import RequestContext
from chalicelib.matching.model import Run
from chalicelib.matching.policy import WeightsEdit
from chalicelib.message_log.model import MessageAttempt
from chalicelib.people.model import Person
from chalicelib.tickets.model import Ticket, TicketReport
from tests.faults.cloud import Stub
from tests.world import STREET, World

from .street_rows import Measured, StreetRow, done, measured

__all__ = ["Heavy", "heavy_rows"]

SWEPT_AFTER = timedelta(seconds=40)
TICKETS, MESSAGES = 500, 20_000  # of one person
LARGEST_ANSWER = 6 * 2**20  # bytes that Lambda returns


@dataclass
class Heavy:
    """One person with very many tickets, another one with very many messages."""

    reporter: Person | None = None
    reader: Person | None = None
    made: list[str] = field(default_factory=list)

    def with_more(self, things: Iterable[object]) -> Iterator[object]:
        """Yield things as they come, and then more of one person's."""
        ticket: Ticket | None = None
        message: MessageAttempt | None = None
        for thing in things:
            if isinstance(thing, Person) and thing.phone and thing.address:
                self.reporter, self.reader = self.reader, thing
            if isinstance(thing, Ticket) and not thing.is_open:
                ticket = thing
            if isinstance(thing, MessageAttempt) and thing.provider:
                message = thing
            yield thing
        if ticket and message:
            yield from self._tickets(ticket)
            yield from self._messages(message)

    def _tickets(self, ticket: Ticket) -> Iterator[object]:
        owner = self.reporter.id if self.reporter else ""
        for n in range(TICKETS):
            id = derived_id("tkt", f"heavy {n}")
            yield replace(
                ticket, id=id, person_id=owner, filed_by=owner, timer=None
            )
            yield TicketReport(
                ticket_id=id,
                person_id=owner,
                by=owner,
                joined_at=ticket.created_at,
            )

    def _messages(self, message: MessageAttempt) -> Iterator[object]:
        person = self.reader.id if self.reader else ""
        for n in range(MESSAGES):
            id = derived_id("msg", f"heavy {n}")
            yield replace(message, id=id, person=person)


def heavy_rows(world: World, heavy: Heavy) -> list[StreetRow]:
    """Return the rows of heavy work. They change the street, so they come last."""
    return [
        _export_row(world, heavy),
        _erasure_row(world, heavy),
        *_matching_rows(world),
    ]


def _export_row(world: World, heavy: Heavy) -> StreetRow:
    if heavy.reader is None:
        raise RuntimeError("nobody has a phone")
    phone = world.phone_of(heavy.reader)
    export = measured(phone.get, "/v1/me/data")
    size = len(export.result.text.encode())
    return StreetRow(
        number="S6",
        what=f"own data with {MESSAGES:,} messages",
        before="11.3 MB",
        now=f"{export.result.status}: {size / 2**20:.1f} MB, {export}",
        budget="< 6 MB, else 202 and a link",
        kept=size < LARGEST_ANSWER,
    )


def _erasure_row(world: World, heavy: Heavy) -> StreetRow:
    """Erase the reporter. The jobs behind it run in this process."""
    if heavy.reporter is None:
        raise RuntimeError("nobody has a phone")
    phone = world.phone_of(heavy.reporter)

    def erase() -> None:
        done(world.erase(phone))
        # The next steps are due half a minute later.
        world.clock.advance(SWEPT_AFTER)
        while world.services.outbox.sweep():
            world.clock.advance(SWEPT_AFTER)

    erased = measured(erase)
    each = erased.requests / TICKETS
    return StreetRow(
        number="S5",
        what=f"erasure of a person with {TICKETS:,} tickets",
        before="4.0 requests a ticket, in one job that ends in the dead-letter queue",
        now=f"{each:.1f} requests a ticket; {erased}",
        budget="each step < 10 s",
    )


def _matching_rows(world: World) -> list[StreetRow]:
    """Start a run of the street, and carry out its jobs one after the other."""
    # Messages are only enqueued: another function sends them.
    queue = Stub()
    world.services.outbox._queue = queue
    context = RequestContext(actor=world.admin.as_actor())
    matching = world.services.matching

    def start() -> Any:
        return matching.start_run(context, STREET, WeightsEdit(), dry_run=False)

    started = measured(start)
    request = StreetRow(
        number="S2",
        what="matching run over the street, not dry: the request",
        before="57 s, 4,857 requests, 36,638 WRU",
        now=str(started),
        budget="≤ 10 requests",
        kept=started.requests <= 10,
    )
    steps = _steps(world, queue)
    run = matching.read_run(context, started.result.run.id)[0].run
    return [request, _jobs_row(steps, run)]


def _steps(world: World, queue: Stub) -> list[Measured]:
    steps = []
    while jobs := [
        job for job in queue.taken if job.kind.startswith("command.match")
    ]:
        queue.taken.remove(jobs[0])
        steps.append(measured(lambda: world.services.run_job(jobs[0])))
    return steps


def _jobs_row(steps: list[Measured], run: Run) -> StreetRow:
    slowest = max(step.seconds for step in steps)
    requests = sum(step.requests for step in steps)
    return StreetRow(
        number="S2",
        what="matching run over the street, not dry: its jobs",
        before="stops half-way",
        now=(
            f"{len(steps)} jobs, {requests:,} requests, slowest {slowest:.1f} s; "
            f"{run.state}, {run.made} of {run.planned} offers made"
        ),
        budget="each step < 10 s, complete",
        kept=slowest < 10 and run.state == "done",
    )
