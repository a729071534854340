"""The declaration of tickets: problem reports with an assignee and SLA timers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get, ServiceProvider
from ..kernel.ended_relations import DUTY_ENDED, RelationKind
from ..kernel.staff_queue import QueueKind
from ..kernel.text_catalogue import text
from ..people.feature import access
from ..people.feature import feature as people
from ..places.feature import feature as places
from ..signin.feature import unasked
from ..uploads.feature import feature as uploads
from ..uploads.feature import jobs as upload_jobs
from ..wishes.feature import office_days, outcomes

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.access import Actor
    from ..kernel.ended_relations import EndedRelations
    from ..kernel.job import Answer, Event, Timer
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.paging import Page, Position
    from ..kernel.question import (
        AnswerOutcome,
        QuestionRound,
        QuestionStatus,
    )
    from ..kernel.staff_queue import FoundTask, QueueQuery, Task
    from ..kernel.template import Templates
    from ..pages.declaration import Pages
    from ..people.model import Person
    from ..web.routes import Routes
    from .alarm_bell import AlarmBell
    from .answering import TicketAnswers
    from .background import TicketJobs
    from .conversion import TicketConversion
    from .duty import DutyResolver, PolicyLookup
    from .intake import TicketIntake
    from .model import Ticket
    from .nearby import NearbyTickets
    from .office_days import StreetDays
    from .public_tickets import PublicTickets
    from .queries import TicketQueries
    from .question_status import TicketQuestionStatus
    from .reader import TicketReader
    from .releases import TicketReleases
    from .renames import TicketRenames
    from .retention import TicketRetention
    from .service import Tickets
    from .tasks import TicketTasks
    from .wish_returns import WishReturns

__all__ = [
    "conversion",
    "feature",
    "intake",
    "jobs",
    "policies",
    "public_tickets",
    "queries",
    "street_days",
]

feature: "Feature[Tickets]" = Feature(
    "tickets",
    id_prefixes={"ticket": "tkt"},
    holds={"ticket": DUTY_ENDED, "filed ticket": {RelationKind.CONTACT}},
)
policies: "ServiceProvider[PolicyLookup]" = ServiceProvider(
    "tickets.policies"
)  # filled by ticket_policy
_SOLVED = {
    "解决了": True,
    "已解决": True,
    "已经解决": True,
    "已经解决了": True,
    "都解决了": True,
    "没解决": False,
    "没有解决": False,
    "还没解决": False,
    "还没有解决": False,
}
feature.questions({"ticket.resolved": _SOLVED, "ticket.unanswered": _SOLVED})
feature.questions({"ticket.is_it_yours": {"是我": True, "不是我": False}})


@feature.provide
def duty_resolver(core: "Core", get: Get) -> "DutyResolver":
    """Build the lookup of service levels and of people on duty."""
    from .calendar import chinese_holiday
    from .duty import DutyResolver

    return DutyResolver(
        people=get(people),
        places=get(places),
        policies=get(policies),
        holidays=chinese_holiday,
        clock=core.clock,
    )


@feature.provide
def street_days(core: "Core", get: Get) -> "StreetDays":
    """Build what counts the working days of streets."""
    from .calendar import chinese_holiday
    from .office_days import StreetDays

    return StreetDays(
        clock=core.clock,
        places=get(places),
        policies=get(policies),
        holidays=chinese_holiday,
    )


@feature.fill(office_days)
def fill_office_days(core: "Core", get: Get) -> "StreetDays":
    """Tell wishes when staff must have looked at them."""
    return get(street_days)


@feature.provide
def reader(core: "Core", get: Get) -> "TicketReader":
    """Build the reads that use cases share."""
    from .reader import TicketReader
    from .repository import TicketRepository

    return TicketReader(
        repository=TicketRepository(core.store), people=get(people)
    )


@feature.provide
def question_statuses(core: "Core", get: Get) -> "TicketQuestionStatus":
    """Build the check whether questions are still open."""
    from .question_status import TicketQuestionStatus
    from .repository import TicketRepository

    return TicketQuestionStatus(
        repository=TicketRepository(core.store), reader=get(reader)
    )


@feature.provide
def intake(core: "Core", get: Get) -> "TicketIntake":
    """Build what makes new tickets."""
    from .intake import TicketIntake
    from .repository import TicketRepository

    return TicketIntake(
        repository=TicketRepository(core.store),
        clock=core.clock,
        ids=core.ids,
        people=get(people),
        places=get(places),
        uploads=get(uploads),
        duty=get(duty_resolver),
        current_policy=get(policies).current,
    )


@feature.provide
def alarm_bell(core: "Core", get: Get) -> "AlarmBell":
    """Build the bell of urgent tickets."""
    from .alarm_bell import AlarmBell
    from .repository import TicketRepository

    return AlarmBell(
        repository=TicketRepository(core.store),
        clock=core.clock,
        people=get(people),
        duty=get(duty_resolver),
    )


@feature.provide
def queries(core: "Core", get: Get) -> "TicketQueries":
    """Build the use cases that read."""
    from .list_repository import TicketLists
    from .queries import TicketQueries
    from .repository import TicketRepository

    return TicketQueries(
        repository=TicketRepository(core.store),
        lists=TicketLists(core.store),
        access=get(access),
        uploads=get(uploads),
        duty=get(duty_resolver),
        reader=get(reader),
    )


@feature.provide
def nearby(core: "Core", get: Get) -> "NearbyTickets":
    """Build the list of what residents may join."""
    from .nearby import NearbyTickets
    from .repository import TicketRepository

    return NearbyTickets(
        repository=TicketRepository(core.store),
        access=get(access),
        clock=core.clock,
        duty=get(duty_resolver),
        reader=get(reader),
    )


@feature.build
def build(core: "Core", get: Get) -> "Tickets":
    """Build the service."""
    from .service import Tickets

    return Tickets(
        transaction=core.transaction,
        access=get(access),
        clock=core.clock,
        uploads=get(uploads),
        duty=get(duty_resolver),
        reader=get(reader),
        intake=get(intake),
        queries=get(queries),
        bell=get(alarm_bell),
        nearby=get(nearby),
    )


@feature.provide
def conversion(core: "Core", get: Get) -> "TicketConversion":
    """Build the ticket's half of a conversion into a wish."""
    from .conversion import TicketConversion

    return TicketConversion(
        access=get(access), clock=core.clock, reader=get(reader)
    )


@feature.provide
def jobs(core: "Core", get: Get) -> "TicketJobs":
    """Build the background work on tickets."""
    from .background import TicketJobs
    from .repository import TicketRepository

    return TicketJobs(
        transaction=core.transaction,
        repository=TicketRepository(core.store),
        clock=core.clock,
        people=get(people),
        places=get(places),
        uploads=get(upload_jobs),
        duty=get(duty_resolver),
        reader=get(reader),
    )


@feature.provide
def answers(core: "Core", get: Get) -> "TicketAnswers":
    """Build what acts on replies by SMS."""
    from .answering import TicketAnswers
    from .repository import TicketRepository

    return TicketAnswers(
        transaction=core.transaction,
        repository=TicketRepository(core.store),
        clock=core.clock,
        people=get(people),
        duty=get(duty_resolver),
        reader=get(reader),
        bell=get(alarm_bell),
    )


@feature.provide
def releases(core: "Core", get: Get) -> "TicketReleases":
    """Build what releases tickets when relations have ended."""
    from .releases import TicketReleases
    from .repository import TicketRepository

    return TicketReleases(
        transaction=core.transaction,
        repository=TicketRepository(core.store),
        clock=core.clock,
        duty=get(duty_resolver),
    )


@feature.provide
def renames(core: "Core", get: Get) -> "TicketRenames":
    """Build what has renamed communities reach open tickets."""
    from .renames import TicketRenames
    from .repository import TicketRepository

    return TicketRenames(
        transaction=core.transaction,
        repository=TicketRepository(core.store),
        places=get(places),
    )


@feature.provide
def wish_returns(core: "Core", get: Get) -> "WishReturns":
    """Build what takes tickets back from wishes that came to nothing."""
    from .repository import TicketRepository
    from .wish_returns import WishReturns

    return WishReturns(
        transaction=core.transaction,
        repository=TicketRepository(core.store),
        clock=core.clock,
        duty=get(duty_resolver),
        outcomes=get(outcomes),
    )


@feature.provide
def public_tickets(core: "Core", get: Get) -> "PublicTickets":
    """Build the use cases of other applications."""
    from .claimed_reporters import ClaimedReporters
    from .list_repository import TicketLists
    from .public_tickets import PublicTickets
    from .repository import TicketRepository

    claimed = ClaimedReporters(
        repository=TicketRepository(core.store),
        people=get(people),
        unasked=get(unasked),
    )
    return PublicTickets(
        transaction=core.transaction,
        access=get(access),
        repository=TicketRepository(core.store),
        lists=TicketLists(core.store),
        clock=core.clock,
        people=get(people),
        intake=get(intake),
        bell=get(alarm_bell),
        claimed=claimed,
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


@feature.pages
def pages() -> "Sequence[Pages]":
    """Load the pages."""
    from .desk import pages as desk
    from .pages import pages

    return (pages, desk)


def templates() -> "Templates":
    """Load the message templates."""
    from .texts import MESSAGES

    return MESSAGES


def context(
    tickets: "TicketJobs",
    subjects: "Sequence[MessageSubject]",
) -> "Sequence[MessageContext | None]":
    """Return the current contexts of messages."""
    return tickets.message_contexts(subjects)


# The kinds for those who work on a ticket, each with an urgent one for urgent tickets.
_WORK_KINDS = (
    "new",
    "new_staff",
    "assigned",
    "back",
    "bounced_staff",
    "must_assign_staff",
    "climbed_staff",
    "overdue_staff",
    "reopened_staff",
    "merged_in",
)
feature.messages(
    *(f"ticket.{kind}" for kind in _WORK_KINDS),
    *(f"ticket.urgent_{kind}" for kind in _WORK_KINDS),
    "ticket.said",
    "ticket.taken_over",
    "ticket.over",
    "ticket.released",
    "ticket.released_staff",
    "ticket.accepted",
    "ticket.commented",
    "ticket.held",
    "ticket.resolved",
    "ticket.unanswered",
    "ticket.is_it_yours",
    "ticket.closed",
    "ticket.merged",
    "ticket.split",
    "ticket.turned",
    "ticket.returned",
    templates=templates,
    context=context,
    service=jobs,
)


@feature.on_timer("ticket", service=jobs)
def on_timer(tickets: "TicketJobs", timer: "Timer") -> None:
    """Do what is due for a ticket."""
    tickets.on_timer(timer.entity_id, timer.id)


@feature.on_answer("ticket", service=answers)
def on_answer(answers: "TicketAnswers", answer: "Answer") -> "AnswerOutcome":
    """Make the move that a reporter's SMS reply means."""
    return answers.answer(answer)


@feature.question_status(service=question_statuses)
def question_status(
    statuses: "TicketQuestionStatus", asked: "QuestionRound"
) -> "QuestionStatus":
    """Return whether a reporter may still answer a question about a ticket."""
    return statuses.of(asked)


@feature.on_relation_ended(service=releases)
def on_relation_ended(
    tickets: "TicketReleases", ended: "EndedRelations"
) -> "Position | None":
    """Reassign the tickets of people off duty; remove a former contact, in steps."""
    return tickets.release(ended)


@feature.on_event("place.renamed", service=renames)
def on_place_renamed(
    renames: "TicketRenames", event: "Event"
) -> "Position | None":
    """Give the open tickets of a community its present name, in steps."""
    return renames.rename(event.subject, event.cursor)


@feature.on_event(
    "wish.rejected",
    "wish.withdrawn",
    "wish.expired",
    "wish.reopened",
    service=wish_returns,
)
def on_wish_ended(returns: "WishReturns", event: "Event") -> None:
    """Return the ticket of a wish that came to nothing to a person."""
    returns.follow(event.subject)


@feature.erase(service=jobs)
def erase(tickets: "TicketJobs", event: "Event") -> "Position | None":
    """Redact the reports of an erased person, in steps."""
    return tickets.forget_person(event.subject, event.cursor)


@feature.provide
def retention(core: "Core", get: Get) -> "TicketRetention":
    """Build what removes names from old tickets."""
    from .repository import TicketRepository
    from .retention import TicketRetention

    return TicketRetention(
        transaction=core.transaction,
        repository=TicketRepository(core.store),
        places=get(places),
        uploads=get(upload_jobs),
    )


@feature.retain("tickets", service=retention)
def anonymise(
    retention: "TicketRetention",
    now: "datetime",
    position: "Position | None",
) -> "Position | None":
    """Remove names from tickets that were closed long ago."""
    return retention.step(now, position)


@feature.export(service=jobs)
def export(tickets: "TicketJobs", person_id: str) -> Mapping[str, Any]:
    """Return the person's tickets."""
    return tickets.export_data(person_id)


@feature.rearm(service=jobs)
def rearm(tickets: "TicketJobs") -> int:
    """Arm lost timers."""
    return tickets.rearm_lost()


@feature.place_of(service=jobs)
def place_of(tickets: "TicketJobs", ticket_id: str) -> str:
    """Return the place of a ticket."""
    return tickets.place_of(ticket_id)


_MAX_DIRECT = (
    50  # reporters; messages to a larger group go out in the bulk lane
)


def zone(tickets: "TicketJobs", ticket_id: str) -> str | None:
    """Return the time zone of a ticket."""
    return tickets.zone_of(ticket_id)


@feature.group("ticket", zone=zone, direct_up_to=_MAX_DIRECT, service=jobs)
def reporters(
    tickets: "TicketJobs",
    name: str,
    as_of: datetime,
    start: "Position | None",
    limit: int,
) -> "Page[str]":
    """Return the people who reported a ticket or one merged with it."""
    return tickets.reporters(name, start, limit)


@feature.group("unanswered", zone=zone, direct_up_to=_MAX_DIRECT, service=jobs)
def unanswered(
    tickets: "TicketJobs",
    name: str,
    as_of: datetime,
    start: "Position | None",
    limit: int,
) -> "Page[str]":
    """Return the reporters who have not answered about the solution."""
    return tickets.unanswered(name, start, limit)


@feature.group("newly_asked", zone=zone, direct_up_to=_MAX_DIRECT, service=jobs)
def newly_asked(
    tickets: "TicketJobs",
    name: str,
    as_of: datetime,
    start: "Position | None",
    limit: int,
) -> "Page[str]":
    """Return the reporters of a ticket that was merged into a solved one."""
    return tickets.newly_asked(name, start, limit)


@feature.provide
def tasks(core: "Core", get: Get) -> "TicketTasks":
    """Build what finds tasks about reporters."""
    from .repository import TicketRepository
    from .tasks import TicketTasks

    return TicketTasks(TicketRepository(core.store))


@feature.task_about(service=tasks)
def has_task(tasks: "TicketTasks", worker: "Actor", person: "Person") -> bool:
    """Say whether the worker is the assignee of a ticket that the person reported."""
    return tasks.has_task(worker, person.id)


_OWN_TIMERS = {
    "accept": text(zh="待受理的问题", en="tickets to accept"),
    "contact": text(zh="待联系的问题", en="reporters to contact"),
    "resolve": text(zh="待解决的问题", en="tickets to resolve"),
    "call_back": text(zh="待回访的问题", en="solutions to confirm"),
    "resume": text(zh="挂起的问题", en="tickets on hold"),
}


def named_in(ticket: "Ticket") -> "Iterable[str]":
    """Return the people whose names a line of the staff queue shows."""
    return (ticket.person_id or "", ticket.assignee or "")


@feature.queue_line(
    *(
        QueueKind(f"ticket.{name}", label, timer="ticket")
        for name, label in _OWN_TIMERS.items()
    ),
    QueueKind(
        "ticket.look",
        text(zh="无人跟进的问题", en="tickets without a reporter"),
        within=1,
    ),
    QueueKind(
        "ticket.new_phone",
        text(zh="新号码确认的问题", en="solutions confirmed by a new phone"),
        timer="ticket",
    ),
    about=named_in,
    service=queries,
)
def waiting(
    tickets: "TicketQueries", query: "QueueQuery", found: "Sequence[FoundTask]"
) -> "list[Task | None]":
    """Return the tickets that wait for staff."""
    from .staff_queue import ticket_lines

    return ticket_lines(query, found)
