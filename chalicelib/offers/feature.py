"""What offers bring: a wish offered to one volunteer, who accepts or declines."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..people.feature import feature as people
from ..places.feature import feature as places
from ..wishes.feature import feature as wishes

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.jobs import Answer, Event, Timer
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.template import Templates
    from ..web.routes import Routes
    from .asking import Asking
    from .service import Offers

__all__ = ["asking", "feature"]

feature: "Feature[Offers]" = Feature("offers", id_prefixes={"offer": "off"})
feature.questions({"offer.made": {"接受": True, "婉拒": False}})


@feature.provide
def asking(core: "Core", get: Get) -> "Asking":
    """Build what makes offers."""
    from .asking import Asking
    from .repository import OfferRepository

    return Asking(
        transaction=core.transaction, repository=OfferRepository(core.store), clock=core.clock, ids=core.ids, wishes=get(wishes)
    )


@feature.build
def build(core: "Core", get: Get) -> "Offers":
    """Build the service."""
    from .repository import OfferRepository
    from .service import Offers

    return Offers(
        transaction=core.transaction,
        repository=OfferRepository(core.store),
        clock=core.clock,
        ids=core.ids,
        people=get(people),
        places=get(places),
        wishes=get(wishes),
        outbox=core.outbox,
        asking=get(asking),
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


def context(offers: "Offers", subjects: "Sequence[MessageSubject]") -> "Sequence[MessageContext | None]":
    """Return what fills messages now."""
    return [offers.message_context(subject) for subject in subjects]


feature.messages(
    "offer.made",
    "offer.superseded",
    "offer.too_late",
    "offer.not_taken",
    templates=templates,
    context=context,
)


@feature.on_timer("offer")
def on_timer(offers: "Offers", timer: "Timer") -> None:
    """Expire an offer."""
    offers.wake_offer(timer.entity_id, timer.id)


@feature.on_answer("offer")
def on_answer(offers: "Offers", answer: "Answer") -> None:
    """Accept or decline by SMS."""
    offers.answer(answer.subject, answer.person_id, yes=answer.yes, phone_of=answer.phone_of)


@feature.on_event("person.volunteered", "person.granted", "person.blocked")
def on_volunteer_changed(offers: "Offers", event: "Event") -> None:
    """End offers that a volunteer should not have any more."""
    offers.end_unfit(event.subject)


@feature.on_event("wish.fulfilled")
def on_wish_fulfilled(offers: "Offers", event: "Event") -> None:
    """Note whom a resident has met; end offers that nobody needs."""
    offers.note_met(event.subject)
    offers.look_again(event.subject)


@feature.on_event(
    "wish.approved",
    "wish.claimed",
    "wish.released",
    "wish.edited",
    "wish.unpublished",
    "wish.withdrawn",
    "wish.expired",
    "wish.reopened",
    "wish.owner_erased",
)
def on_places_changed(offers: "Offers", event: "Event") -> None:
    """End offers that nobody needs any more, or look for a volunteer."""
    offers.look_again(event.subject)


@feature.erase()
def erase(offers: "Offers", event: "Event") -> None:
    """Redact the offers to an erased volunteer."""
    offers.forget_person(event.subject)


@feature.export()
def export(offers: "Offers", person_id: str) -> Mapping[str, Any]:
    """Return the person's offers."""
    return offers.export_data(person_id)


@feature.rearm()
def rearm(offers: "Offers") -> int:
    """Arm lost timers."""
    return offers.rearm_lost()


@feature.place_of()
def place_of(offers: "Offers", offer_id: str) -> str:
    """Return the place of an offer."""
    return offers.place_of(offer_id)
