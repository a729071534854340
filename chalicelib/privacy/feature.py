"""The declaration of privacy: what staff do about the data of others."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..kernel.ended_relations import PERSON_ERASED, RELATION_ENDED
from ..kernel.place import PlaceKind
from ..kernel.staff_queue import QueueKind
from ..kernel.template import Lane
from ..kernel.text_catalogue import text
from ..people.feature import access, consents, erasure, personal_data
from ..people.feature import feature as people
from ..places.feature import feature as places
from ..security_trail.feature import audit
from ..signin.feature import challenges

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.access import Actor
    from ..kernel.changes import Delete, Put
    from ..kernel.job import Command, Event
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.paging import Position
    from ..kernel.staff_queue import FoundTask, QueueQuery, Task
    from ..kernel.template import Templates
    from ..people.model import Person
    from ..people.records import Consent
    from ..web.routes import Routes
    from .call_backs import CallBacks
    from .erasure_notices import ErasureNotices
    from .model import ErasureRequest
    from .retention import Retention
    from .service import Privacy

__all__ = ["feature"]

feature: "Feature[Privacy]" = Feature("privacy")


@feature.provide
def call_backs(core: "Core", get: Get) -> "CallBacks":
    """Build what confirms spoken consents."""
    from .call_backs import CallBacks

    return CallBacks(
        transaction=core.transaction,
        clock=core.clock,
        access=get(access),
        people=get(people),
        places=get(places),
        consents=get(consents),
        audit=get(audit),
    )


@feature.provide
def erasure_notices(core: "Core", get: Get) -> "ErasureNotices":
    """Build what tells a person that their erasure is finished."""
    from .erasure_notices import ErasureNotices
    from .repository import PrivacyRepository

    return ErasureNotices(
        transaction=core.transaction,
        repository=PrivacyRepository(core.store),
        clock=core.clock,
        hooks=core.hooks,
        challenges=get(challenges),
        places=get(places),
    )


@feature.provide
def retention(core: "Core", get: Get) -> "Retention":
    """Build what removes data that is kept too long."""
    from .retention import Retention

    return Retention(clock=core.clock, hooks=core.hooks)


@feature.build
def build(core: "Core", get: Get) -> "Privacy":
    """Build the service."""
    from .repository import PrivacyRepository
    from .service import Privacy

    return Privacy(
        transaction=core.transaction,
        repository=PrivacyRepository(core.store),
        clock=core.clock,
        access=get(access),
        people=get(people),
        erasure=get(erasure),
        personal_data=get(personal_data),
        call_backs=get(call_backs),
        audit=get(audit),
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


def erased_by(request: "ErasureRequest") -> "Iterable[str]":
    """Return the person whose name a line of the staff queue shows."""
    return (request.id,)


@feature.queue_line(
    QueueKind(
        "person.erase",
        text(zh="待第二人确认的注销", en="erasures to confirm"),
        lowest=PlaceKind.COMMUNITY,
        within=5,
    ),
    about=erased_by,
)
def pending(
    privacy: "Privacy", query: "QueueQuery", found: "Sequence[FoundTask]"
) -> "list[Task | None]":
    """Return the erasures that wait for a second member of staff."""
    from .staff_queue import erasure_lines

    return erasure_lines(found)


@feature.erase_with()
def pending_of(privacy: "Privacy", person: "Person") -> "Iterable[Delete]":
    """Drop the request for the person's erasure."""
    return privacy.pending_of(person)


@feature.erase_with(service=erasure_notices)
def begin_erasure(
    notices: "ErasureNotices", person: "Person"
) -> "Iterable[Put]":
    """Keep what has to be erased, and the number that the last SMS goes to."""
    return notices.begin(person)


@feature.when_handled(PERSON_ERASED, RELATION_ENDED, service=erasure_notices)
def note_erased_part(notices: "ErasureNotices", event: "Event") -> None:
    """Note what a feature has erased; the last one has the person sent an SMS."""
    notices.note_part(event)


def erasure_templates() -> "Templates":
    """Load the message that an erasure is finished."""
    from .texts import ERASURE_MESSAGES

    return ERASURE_MESSAGES


def erasure_contexts(
    notices: "ErasureNotices", subjects: "Sequence[MessageSubject]"
) -> "Sequence[MessageContext | None]":
    """Return the contexts of these messages."""
    return notices.message_contexts(subjects)


feature.messages(
    "account.erased",
    templates=erasure_templates,
    context=erasure_contexts,
    service=erasure_notices,
)


@feature.task_about(service=call_backs)
def has_task(
    call_backs: "CallBacks", worker: "Actor", person: "Person"
) -> bool:
    """Say whether a spoken consent of the person waits for a call-back by the worker."""
    return call_backs.has_task(worker, person.id)


def giver_of(consent: "Consent") -> "Iterable[str]":
    """Return the person whose name a line of the staff queue shows."""
    return (consent.person_id,)


@feature.queue_line(
    QueueKind(
        "consent.call_back",
        text(zh="待回访的同意", en="consents to call back about"),
        within=1,
    ),
    about=giver_of,
    service=call_backs,
)
def waiting(
    call_backs: "CallBacks", query: "QueueQuery", found: "Sequence[FoundTask]"
) -> "list[Task | None]":
    """Return the spoken consents that wait for a call-back."""
    from .staff_queue import call_back_lines

    return call_back_lines(query, found)


def call_back_templates() -> "Templates":
    """Load the message about a consent that has lapsed."""
    from .texts import CALL_BACK_MESSAGES

    return CALL_BACK_MESSAGES


def call_back_contexts(
    call_backs: "CallBacks", subjects: "Sequence[MessageSubject]"
) -> "Sequence[MessageContext | None]":
    """Return the contexts of these messages."""
    return call_backs.message_contexts(subjects)


feature.messages(
    "consent.lapsed",
    templates=call_back_templates,
    context=call_back_contexts,
    service=call_backs,
)


@feature.on_command(
    "retain", lane=Lane.BULK, parks_daily=True, service=retention
)
def retain(retention: "Retention", command: "Command") -> "Position | None":
    """Do one step of nightly work that removes what is kept too long."""
    return retention.step(command.subject, command.cursor)


@feature.retain("call_backs", service=call_backs)
def lapse(
    call_backs: "CallBacks", now: "datetime", position: "Position | None"
) -> "Position | None":
    """End the spoken consents that nobody has confirmed."""
    return call_backs.lapse(now, position)
