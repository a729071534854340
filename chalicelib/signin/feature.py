"""The declaration of sign-in: codes, sessions and tokens."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..kernel.ended_relations import ACCOUNT_ENDED
from ..people.feature import access, phones, registration
from ..people.feature import feature as people

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.changes import Delete
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.template import Templates
    from ..people.model import Person
    from ..web.routes import Routes
    from .service import SignIn

__all__ = ["CODES", "feature"]

# Sessions end at once: each request and each refresh reads the person again.
feature: "Feature[SignIn]" = Feature(
    "signin", id_prefixes={"session": "ses"}, holds={"session": ACCOUNT_ENDED}
)
CODES = ("code.sign_in", "code.email")


@feature.build
def build(core: "Core", get: Get) -> "SignIn":
    """Build the service."""
    from .policy import CodeLimits
    from .repository import SessionRepository
    from .service import SignIn

    return SignIn(
        transaction=core.transaction,
        repository=SessionRepository(core.store),
        clock=core.clock,
        ids=core.ids,
        keys=core.keys,
        access=get(access),
        people=get(people),
        phones=get(phones),
        registration=get(registration),
        tokens=core.tokens,
        limits=CodeLimits(
            per_address_hour=core.settings.codes_per_address_hour,
            per_day=core.settings.codes_per_day,
        ),
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


def templates() -> "Templates":
    """Load the message templates."""
    from .texts import MESSAGES

    return MESSAGES


def context(
    signin: "SignIn", subjects: "Sequence[MessageSubject]"
) -> "Sequence[MessageContext | None]":
    """Return what fills messages now."""
    return [signin.message_context(subject) for subject in subjects]


feature.messages(*CODES, templates=templates, context=context)


@feature.erase_with()
def challenges_of(signin: "SignIn", person: "Person") -> "Iterable[Delete]":
    """Drop the challenges that hold the person's phone or address."""
    return signin.traces_of(person)
