"""The declaration of second factors."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..kernel.access import Role
from ..kernel.ended_relations import DUTY_ENDED
from ..kernel.place import PlaceKind
from ..kernel.staff_queue import QueueKind
from ..kernel.text_catalogue import text
from ..people.feature import access, factor_of
from ..people.feature import feature as people
from ..security_trail.feature import audit

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.changes import Delete
    from ..kernel.ended_relations import EndedRelations
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.staff_queue import FoundTask, QueueQuery, Task
    from ..kernel.template import Templates
    from ..pages.declaration import Pages
    from ..people.factor_gate import ReadFactor
    from ..people.model import Person
    from ..web.routes import Routes
    from .model import FactorReset
    from .reader import FactorReader
    from .resets import FactorResets
    from .service import Factors

__all__ = ["feature", "reader", "resets"]

feature: "Feature[Factors]" = Feature(
    "factors", holds={"fresh factor": DUTY_ENDED}
)


@feature.provide
def reader(core: "Core", get: Get) -> "FactorReader":
    """Build the reads for other features."""
    from .reader import FactorReader
    from .repository import FactorRepository

    return FactorReader(
        repository=FactorRepository(core.store), clock=core.clock
    )


@feature.fill(factor_of)
def make_factor_of(core: "Core", get: Get) -> "ReadFactor":
    """Return the read of an actor's factor."""
    return get(reader).state_of


@feature.provide
def resets(core: "Core", get: Get) -> "FactorResets":
    """Build what removes lost factors."""
    from .repository import FactorRepository
    from .resets import FactorResets

    return FactorResets(
        transaction=core.transaction,
        repository=FactorRepository(core.store),
        clock=core.clock,
        access=get(access),
        people=get(people),
        audit=get(audit),
    )


@feature.build
def build(core: "Core", get: Get) -> "Factors":
    """Build the service."""
    from ..signin.repository import SessionRepository
    from .codes import FactorCodes
    from .repository import FactorRepository
    from .service import Factors
    from .totp import Totp

    return Factors(
        transaction=core.transaction,
        repository=FactorRepository(core.store),
        sessions=SessionRepository(core.store),
        clock=core.clock,
        access=get(access),
        audit=get(audit),
        resets=get(resets),
        codes=FactorCodes(
            keys=core.keys,
            ids=core.ids,
            totp=Totp(core.settings.sms_signature),
        ),
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


def templates() -> "Templates":
    """Load the notices about factors."""
    from .texts import MESSAGES

    return MESSAGES


def context(
    resets: "FactorResets", subjects: "Sequence[MessageSubject]"
) -> "Sequence[MessageContext | None]":
    """Return the contexts of notices."""
    return resets.message_contexts(subjects)


feature.messages(
    "account.factor_set",
    "account.factor_reset_asked",
    "account.factor_reset",
    "account.factor_waits_staff",
    templates=templates,
    context=context,
    service=resets,
)


def owner_of(reset: "FactorReset") -> "Iterable[str]":
    """Return the person whose name a line of the staff queue shows."""
    return (reset.id,)


@feature.queue_line(
    QueueKind(
        "factor.reset",
        text(zh="待第二人批准的口令重置", en="resets of factors to approve"),
        lowest=PlaceKind.STREET,
        announced_by="account.factor_waits_staff",
        seen_by=Role.COMMUNITY_STAFF,  # only they may approve one
    ),
    about=owner_of,
    service=resets,
)
def waiting(
    resets: "FactorResets", query: "QueueQuery", found: "Sequence[FoundTask]"
) -> "list[Task | None]":
    """Return the resets that wait for a second person."""
    from .staff_queue import reset_lines

    return reset_lines(found)


@feature.on_relation_ended(service=resets)
def on_relation_ended(resets: "FactorResets", ended: "EndedRelations") -> None:
    """Let a factor count only after it is shown again."""
    resets.forget_showings(ended)


@feature.export(service=reader)
def export(reader: "FactorReader", person_id: str) -> "Mapping[str, Any]":
    """Return whether the person has a factor."""
    return reader.export(person_id)


@feature.erase_with(service=reader)
def traces_of(reader: "FactorReader", person: "Person") -> "Iterable[Delete]":
    """Drop the person's factor."""
    return reader.traces_of(person)


@feature.pages
def pages() -> "Sequence[Pages]":
    """Load the pages."""
    from .desk import desk

    return (desk,)
