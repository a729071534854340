"""The declaration of the message log: attempts, digests, budgets, questions, reports and visits."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..kernel.ended_relations import ACCOUNT_ENDED, RelationKind
from ..kernel.staff_queue import QueueKind
from ..kernel.text_catalogue import text
from ..people.feature import access
from ..people.feature import feature as people
from ..places.feature import feature as places
from ..staff_directory.feature import reveals

if TYPE_CHECKING:
    from ..adapters.choice import Providers
    from ..adapters.console import DevMailbox
    from ..adapters.ports import EmailSender
    from ..core import Core
    from ..kernel.access import Actor
    from ..kernel.changes import Delete
    from ..kernel.ended_relations import EndedRelations
    from ..kernel.paging import Page, Position
    from ..kernel.staff_queue import FoundTask, QueueQuery, Task
    from ..pages.declaration import Pages
    from ..people.model import Person
    from ..web.routes import Routes
    from .answering import Answering
    from .attempts import AttemptStore
    from .budget import SmsBudget
    from .digest import Digest
    from .ended_relations import WaitingMessages
    from .log import MessageLog
    from .model import MessageAttempt
    from .queries import MessageQueries
    from .questions import QuestionReader, Questions
    from .reports import DeliveryReports
    from .repository import MessageRepository
    from .sender import AttemptSender
    from .staff_phones import StaffPhones
    from .tasks import VisitTasks
    from .transport import Transport
    from .unsubscribe import UnsubscribeLinks

__all__ = [
    "answering",
    "delivery_reports",
    "dev_mailbox",
    "digest",
    "email",
    "feature",
    "message_log",
    "questions",
    "sms",
    "sms_budget",
    "staff_phones",
    "transport",
    "unsubscribe_links",
]

feature: "Feature[MessageQueries]" = Feature(
    "message_log",
    id_prefixes={"message": "msg"},
    holds={
        "question": ACCOUNT_ENDED | {RelationKind.CONTACT},
        "waiting message": ACCOUNT_ENDED,
    },
)


@feature.provide
def dev_mailbox(core: "Core", get: Get) -> "DevMailbox":
    """Build the mailbox of the console providers."""
    from ..adapters.console import DevMailbox

    return DevMailbox(core.clock.now)


@feature.provide
def sms(core: "Core", get: Get) -> "Providers":
    """Build the providers of text messages."""
    from ..adapters.outlets import sms_providers

    return sms_providers(
        core.settings, core.ids, core.clock, lambda: get(dev_mailbox)
    )


@feature.provide
def email(core: "Core", get: Get) -> "EmailSender":
    """Build the e-mail sender."""
    from ..adapters.outlets import email_sender

    return email_sender(core.settings, core.clock, lambda: get(dev_mailbox))


@feature.provide
def repository(core: "Core", get: Get) -> "MessageRepository":
    """Build the repository of messages."""
    from .repository import MessageRepository

    return MessageRepository(core.store)


@feature.provide
def attempt_store(core: "Core", get: Get) -> "AttemptStore":
    """Build the store of attempts."""
    from .attempts import AttemptStore

    return AttemptStore(
        repository=get(repository), clock=core.clock, keys=core.keys
    )


@feature.provide
def unsubscribe_links(core: "Core", get: Get) -> "UnsubscribeLinks":
    """Build the maker of unsubscribe links."""
    from .unsubscribe import UnsubscribeLinks

    return UnsubscribeLinks(keys=core.keys, public_url=core.settings.public_url)


@feature.provide
def transport(core: "Core", get: Get) -> "Transport":
    """Build the transport to the adapters."""
    from .transport import Transport

    return Transport(
        sms=get(sms),
        email=get(email),
        links=get(unsubscribe_links),
        places=get(places),
        signature=core.settings.sms_signature,
        metrics=core.metrics,
        log=core.log,
    )


@feature.provide
def sms_budget(core: "Core", get: Get) -> "SmsBudget":
    """Build the SMS budgets of streets."""
    from .budget import SmsBudget

    return SmsBudget(
        repository=get(repository),
        clock=core.clock,
        metrics=core.metrics,
        places=get(places),
        budget_li=core.settings.sms_budget_fen * 10,
    )


@feature.provide
def question_reader(core: "Core", get: Get) -> "QuestionReader":
    """Build the reads of questions asked by SMS."""
    from .questions import QuestionReader

    return QuestionReader(
        repository=get(repository),
        clock=core.clock,
        keys=core.keys,
        status=core.hooks.question_status,
    )


@feature.provide
def questions(core: "Core", get: Get) -> "Questions":
    """Build what gives questions their numbers."""
    from .questions import Questions

    return Questions(
        repository=get(repository),
        clock=core.clock,
        reader=get(question_reader),
    )


@feature.provide
def answering(core: "Core", get: Get) -> "Answering":
    """Build what finds the questions that replies answer."""
    from .answering import Answering

    return Answering(
        reader=get(question_reader),
        clock=core.clock,
        words=core.question_words(),
    )


@feature.provide
def attempt_sender(core: "Core", get: Get) -> "AttemptSender":
    """Build the sender of attempts."""
    from .sender import AttemptSender

    return AttemptSender(
        repository=get(repository),
        transport=get(transport),
        questions=get(questions),
        clock=core.clock,
        log=core.log,
    )


@feature.provide
def message_log(core: "Core", get: Get) -> "MessageLog":
    """Build the message log."""
    from .attempt_metrics import AttemptMetrics
    from .log import MessageLog

    return MessageLog(
        repository=get(repository),
        attempts=get(attempt_store),
        sender=get(attempt_sender),
        budget=get(sms_budget),
        outbox=core.outbox,
        clock=core.clock,
        ids=core.ids,
        metrics=AttemptMetrics(core.metrics, core.clock),
    )


@feature.provide
def digest(core: "Core", get: Get) -> "Digest":
    """Build the daily digest."""
    from .collected_texts import CollectedTexts
    from .digest import Digest

    texts = CollectedTexts(
        attempts=get(attempt_store),
        questions=get(questions),
        templates=core.templates,
        hooks=core.hooks,
    )
    return Digest(
        repository=get(repository),
        attempts=get(attempt_store),
        log=get(message_log),
        texts=texts,
        outbox=core.outbox,
        clock=core.clock,
        templates=core.templates,
    )


@feature.provide
def staff_phones(core: "Core", get: Get) -> "StaffPhones":
    """Build the quotas of phones of staff."""
    from .staff_phones import StaffPhones

    return StaffPhones(
        repository=get(repository),
        attempts=get(attempt_store),
        clock=core.clock,
        keys=core.keys,
    )


@feature.provide
def delivery_reports(core: "Core", get: Get) -> "DeliveryReports":
    """Build the reader of delivery reports."""
    from .reports import DeliveryReports

    return DeliveryReports(
        repository=get(repository),
        attempts=get(attempt_store),
        clock=core.clock,
        metrics=core.metrics,
    )


@feature.provide
def waiting_messages(core: "Core", get: Get) -> "WaitingMessages":
    """Build what ends the messages and questions that wait for a person."""
    from .ended_relations import WaitingMessages

    return WaitingMessages(
        repository=get(repository),
        questions=get(questions),
        people=get(people),
        clock=core.clock,
    )


@feature.build
def build(core: "Core", get: Get) -> "MessageQueries":
    """Build the use cases of messages."""
    from .queries import MessageQueries

    return MessageQueries(
        repository=get(repository),
        access=get(access),
        people=get(people),
        templates=core.templates,
        hooks=core.hooks,
        reveals=get(reveals),
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


@feature.pages
def pages() -> "Sequence[Pages]":
    """Load the pages."""
    from .pages import pages

    return (pages,)


@feature.on_relation_ended(service=waiting_messages)
def on_relation_ended(
    messages: "WaitingMessages", ended: "EndedRelations"
) -> "Position | None":
    """Withdraw questions and messages that wait for a person, in steps."""
    return messages.release(ended)


@feature.erase_with(service=questions)
def questions_of(
    questions: "Questions", person: "Person"
) -> "Iterable[Delete]":
    """Drop the questions at the phone of an erased person."""
    return questions.traces_of(person.phone)


@feature.export_pages("messages")
def export(
    messages: "MessageQueries",
    person_id: str,
    start: "Position | None",
    limit: int,
) -> "Page[MessageAttempt]":
    """Return a page of the messages to a person."""
    return messages.export_page(person_id, start, limit)


@feature.provide
def tasks(core: "Core", get: Get) -> "VisitTasks":
    """Build what finds visits by their person."""
    from .tasks import VisitTasks

    return VisitTasks(get(repository), get(feature), core.clock)


@feature.task_about(service=tasks)
def has_task(tasks: "VisitTasks", worker: "Actor", person: "Person") -> bool:
    """Say whether the person is to be visited by the worker."""
    return tasks.has_task(worker, person.id)


def recipients_of(attempt: "MessageAttempt") -> "Iterable[str]":
    """Return the people whose names a line of the staff queue shows."""
    return (attempt.person, *attempt.others)


@feature.queue_line(
    QueueKind("message.visit", text(zh="待上门告知", en="visits to make")),
    about=recipients_of,
)
def visits(
    messages: "MessageQueries",
    query: "QueueQuery",
    found: "Sequence[FoundTask]",
) -> "list[Task | None]":
    """Return the visits that staff have to make."""
    from .staff_queue import visit_lines

    return visit_lines(messages, query, found)


@feature.close_tasks("message.visit", service=tasks)
def end_outdated(tasks: "VisitTasks", ids: "Sequence[str]") -> int:
    """End the visits that nobody has to make any more."""
    return tasks.end_outdated(ids)
