"""The declaration of replies: delivery reports, answers by SMS, and unsubscribing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..feature import Bound, Feature, Get
from ..kernel.ended_relations import RelationKind
from ..kernel.staff_queue import QueueKind
from ..kernel.text_catalogue import text
from ..message_log.feature import (
    answering,
    delivery_reports,
    unsubscribe_links,
)
from ..people.feature import access
from ..people.feature import feature as people
from ..places.feature import feature as places

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.ended_relations import EndedRelations
    from ..kernel.job import Answer
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.paging import Position
    from ..kernel.question import AnswerOutcome, AnswerState
    from ..kernel.staff_queue import FoundTask, QueueQuery, Task
    from ..kernel.template import Templates
    from ..web.routes import Routes
    from .keeper import ReplyKeeper
    from .mail_events import MailEvents
    from .model import StoredReply
    from .service import Replies

__all__ = ["feature", "keeper", "mail_events"]

feature: "Feature[Replies]" = Feature(
    "replies",
    id_prefixes={"reply": "rpl"},
    holds={"reply": {RelationKind.ERASED}},
)


@feature.provide
def keeper(core: "Core", get: Get) -> "ReplyKeeper":
    """Build what keeps replies for staff."""
    from .keeper import ReplyKeeper
    from .repository import ReplyRepository

    return ReplyKeeper(
        transaction=core.transaction,
        repository=ReplyRepository(core.store),
        clock=core.clock,
        access=get(access),
        people=get(people),
        places=get(places),
    )


@feature.provide
def mail_events(core: "Core", get: Get) -> "MailEvents":
    """Build what settles e-mails that came back."""
    from .mail_events import MailEvents

    return MailEvents(
        people=get(people),
        keeper=get(keeper),
        reports=get(delivery_reports),
        metrics=core.metrics,
    )


@feature.build
def build(core: "Core", get: Get) -> "Replies":
    """Build the use cases of replies."""
    from .intake import ReplyIntake
    from .service import Replies

    keys = {}
    for provider in core.settings.secrets.sms_providers:
        if provider.key:
            keys[provider.name] = provider.key
    intake = ReplyIntake(
        transaction=core.transaction,
        clock=core.clock,
        keys=core.keys,
        hooks=core.hooks,
        people=get(people),
        answering=get(answering),
        keeper=get(keeper),
    )
    return Replies(
        clock=core.clock,
        metrics=core.metrics,
        people=get(people),
        intake=intake,
        keeper=get(keeper),
        reports=get(delivery_reports),
        links=get(unsubscribe_links),
        provider_keys=keys,
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


def answer_state(keeper: "ReplyKeeper", answer: "Answer") -> "AnswerState":
    """Return what an SMS says beside an answer, and whether the answer has acted."""
    return keeper.state_of(answer)


def late_answer(
    keeper: "ReplyKeeper", answer: "Answer", outcome: "AnswerOutcome"
) -> None:
    """Keep an answer that has changed nothing for staff."""
    keeper.keep_late(answer, outcome)


feature.answer_state = Bound(keeper, answer_state)
feature.late_answers = Bound(keeper, late_answer)


def templates() -> "Templates":
    """Load the message templates."""
    from .texts import MESSAGES

    return MESSAGES


def context(
    keeper: "ReplyKeeper", subjects: "Sequence[MessageSubject]"
) -> "Sequence[MessageContext | None]":
    """Return the contexts of messages about replies."""
    return keeper.message_contexts(subjects)


feature.messages(
    "reply.not_understood",
    "reply.too_late",
    "reply.waiting_staff",
    "reply.opted_out_staff",
    templates=templates,
    context=context,
    service=keeper,
)


def sender_of(reply: "StoredReply") -> "Iterable[str]":
    """Return the person whose name a line of the staff queue shows."""
    return (reply.person_id,)


@feature.queue_line(
    QueueKind(
        "message.reply",
        text(zh="待查看的短信回复", en="replies to look at"),
        announced_by="reply.waiting_staff",
    ),
    about=sender_of,
    service=keeper,
)
def waiting(
    keeper: "ReplyKeeper", query: "QueueQuery", found: "Sequence[FoundTask]"
) -> "list[Task | None]":
    """Return the replies that wait for staff."""
    from .staff_queue import reply_lines

    return reply_lines(query, found)


@feature.place_of(service=keeper)
def place_of(keeper: "ReplyKeeper", reply_id: str) -> str:
    """Return the place of a reply."""
    return keeper.place_of(reply_id)


@feature.export(service=keeper)
def export(keeper: "ReplyKeeper", person_id: str) -> Mapping[str, Any]:
    """Export what a person has sent by SMS."""
    return keeper.export_data(person_id)


@feature.on_relation_ended(service=keeper)
def on_relation_ended(
    keeper: "ReplyKeeper", ended: "EndedRelations"
) -> "Position | None":
    """Delete what an erased person has sent by SMS."""
    return keeper.forget(ended.person_id, ended.cursor)
