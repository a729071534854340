"""The declaration of offers: a wish offered to one volunteer, who accepts or declines."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..kernel.ended_relations import SERVICE_ENDED
from ..people.feature import access
from ..people.feature import feature as people
from ..places.feature import feature as places
from ..wishes.feature import claims, helpers
from ..wishes.feature import queries as wish_queries

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.ended_relations import EndedRelations
    from ..kernel.job import Answer, Event, Timer
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.paging import Position
    from ..kernel.question import (
        AnswerOutcome,
        QuestionRound,
        QuestionStatus,
    )
    from ..kernel.template import Templates
    from ..pages.declaration import Pages
    from ..web.routes import Routes
    from .background import OfferJobs
    from .maker import OfferMaker
    from .match_scheduler import MatchScheduler
    from .personal_records import OfferPersonalRecords
    from .service import Offers
    from .sms_answering import OfferSmsAnswers

__all__ = ["feature", "jobs", "maker", "match_scheduler", "sms_answers"]

feature: "Feature[Offers]" = Feature(
    "offers", id_prefixes={"offer": "off"}, holds={"offer": SERVICE_ENDED}
)
feature.questions({"offer.made": {"接受": True, "婉拒": False}})


@feature.provide
def match_scheduler(core: "Core", get: Get) -> "MatchScheduler":
    """Build the scheduler of matching."""
    from .match_scheduler import MatchScheduler

    return MatchScheduler(clock=core.clock, outbox=core.outbox)


@feature.provide
def maker(core: "Core", get: Get) -> "OfferMaker":
    """Build the maker of offers."""
    from .maker import OfferMaker
    from .repository import OfferRepository

    return OfferMaker(
        transaction=core.transaction,
        repository=OfferRepository(core.store),
        clock=core.clock,
        ids=core.ids,
        wishes=get(wish_queries),
        helpers=get(helpers),
    )


@feature.build
def build(core: "Core", get: Get) -> "Offers":
    """Build the use cases of volunteers."""
    from .repository import OfferRepository
    from .service import Offers

    return Offers(
        transaction=core.transaction,
        repository=OfferRepository(core.store),
        clock=core.clock,
        ids=core.ids,
        access=get(access),
        people=get(people),
        claims=get(claims),
        wish_queries=get(wish_queries),
        scheduler=get(match_scheduler),
    )


@feature.provide
def jobs(core: "Core", get: Get) -> "OfferJobs":
    """Build the background work on offers."""
    from .background import OfferJobs
    from .repository import OfferRepository

    return OfferJobs(
        transaction=core.transaction,
        repository=OfferRepository(core.store),
        clock=core.clock,
        people=get(people),
        places=get(places),
        wishes=get(wish_queries),
        maker=get(maker),
        scheduler=get(match_scheduler),
    )


@feature.provide
def sms_answers(core: "Core", get: Get) -> "OfferSmsAnswers":
    """Build the answers by SMS."""
    from .repository import OfferRepository
    from .sms_answering import OfferSmsAnswers

    return OfferSmsAnswers(
        transaction=core.transaction,
        repository=OfferRepository(core.store),
        people=get(people),
        offers=get(feature),
    )


@feature.provide
def personal_records(core: "Core", get: Get) -> "OfferPersonalRecords":
    """Build the export and the erasure of a volunteer's offers."""
    from .personal_records import OfferPersonalRecords
    from .repository import OfferRepository

    return OfferPersonalRecords(
        transaction=core.transaction,
        repository=OfferRepository(core.store),
        clock=core.clock,
        places=get(places),
        scheduler=get(match_scheduler),
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


def templates() -> "Templates":
    """Load the message templates."""
    from .texts import MESSAGES

    return MESSAGES


def context(
    offers: "OfferJobs", subjects: "Sequence[MessageSubject]"
) -> "Sequence[MessageContext | None]":
    """Return the contexts of messages about offers."""
    return offers.message_contexts(subjects)


feature.messages(
    "offer.made",
    "offer.superseded",
    "offer.too_late",
    "offer.not_taken",
    templates=templates,
    context=context,
    service=jobs,
)


@feature.on_timer("offer", service=jobs)
def on_timer(offers: "OfferJobs", timer: "Timer") -> None:
    """Expire an offer."""
    offers.wake_offer(timer.entity_id, timer.id)


@feature.on_answer("offer", service=sms_answers)
def on_answer(answers: "OfferSmsAnswers", answer: "Answer") -> "AnswerOutcome":
    """Accept or decline by SMS."""
    return answers.answer(
        answer.subject,
        answer.person_id,
        yes=answer.yes,
        phone_of=answer.phone_of,
        comment=answer.comment,
    )


@feature.question_status(service=jobs)
def question_status(
    offers: "OfferJobs", asked: "QuestionRound"
) -> "QuestionStatus":
    """Return whether a volunteer may still answer an offer."""
    return offers.question_status(asked)


@feature.on_relation_ended(service=jobs)
def on_relation_ended(
    offers: "OfferJobs", ended: "EndedRelations"
) -> "Position | None":
    """End the offers of a former volunteer, in steps."""
    return offers.release(ended)


@feature.on_event(
    "person.volunteered",
    "person.vetted",
    "person.claims_paused",
    service=jobs,
)
def on_volunteer_changed(offers: "OfferJobs", event: "Event") -> None:
    """End offers that a volunteer should not have any more."""
    offers.end_unfit(event.subject)


@feature.on_event("wish.fulfilled", service=jobs)
def on_wish_fulfilled(offers: "OfferJobs", event: "Event") -> None:
    """Note that the helpers have met the resident; end surplus offers."""
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
    "wish.suspended",
    "wish.resumed",
    "wish.moved",
    "wish.places_closed",
    "wish.disputed",
    "wish.owner_erased",
    service=jobs,
)
def on_places_changed(offers: "OfferJobs", event: "Event") -> None:
    """End surplus offers, or match the wish soon."""
    offers.look_again(event.subject)


@feature.erase(service=personal_records)
def erase(records: "OfferPersonalRecords", event: "Event") -> "Position | None":
    """Redact the offers to an erased volunteer, a step at a time."""
    return records.forget_person(event.subject, event.cursor)


@feature.export(service=personal_records)
def export(
    records: "OfferPersonalRecords", person_id: str
) -> Mapping[str, Any]:
    """Return the person's offers."""
    return records.export_data(person_id)


@feature.rearm(service=jobs)
def rearm(offers: "OfferJobs") -> int:
    """Arm lost timers."""
    return offers.rearm_lost()


@feature.place_of(service=jobs)
def place_of(offers: "OfferJobs", offer_id: str) -> str:
    """Return the place of an offer."""
    return offers.place_of(offer_id)
