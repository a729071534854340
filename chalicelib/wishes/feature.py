"""What wishes bring: micro-wishes from the first word to the thanks."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..people.feature import feature as people
from ..places.feature import feature as places

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.jobs import Answer, Event, Timer
    from ..kernel.message_context import MessageContext, MessageSubject
    from ..kernel.paging import Page
    from ..kernel.staff_queue import QueueQuery, Task
    from ..kernel.template import Templates
    from ..web.routes import Routes
    from .service import Wishes

__all__ = ["feature"]

feature: "Feature[Wishes]" = Feature("wishes", id_prefixes={"wish": "wsh", "claim": "clm"})
_CAME = {"收到": True, "没收到": False}
feature.questions(
    {
        "wish.delivered": _CAME,
        "wish.unconfirmed": _CAME,
        "wish.expiring": {"需要": True, "不需要": False},
    }
)


@feature.build
def build(core: "Core", get: Get) -> "Wishes":
    """Build the service."""
    from .repository import WishRepository
    from .service import Wishes

    return Wishes(
        transaction=core.transaction,
        repository=WishRepository(core.store),
        clock=core.clock,
        ids=core.ids,
        keys=core.keys,
        people=get(people),
        places=get(places),
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


def context(wishes: "Wishes", subjects: "Sequence[MessageSubject]") -> "Sequence[MessageContext | None]":
    """Return what fills messages now."""
    return wishes.message_contexts(subjects)


feature.messages(
    "wish.approved",
    "wish.rejected",
    "wish.unpublished",
    "wish.claimed",
    "wish.yours",
    "wish.due_in_2_days",
    "wish.due_tomorrow",
    "wish.overdue",
    "wish.released",
    "wish.released_staff",
    "wish.claim_ended",
    "wish.withdrawn",
    "wish.delivered",
    "wish.unconfirmed",
    "wish.thanks",
    "wish.thanked",
    "wish.disputed_staff",
    "wish.reopened",
    "wish.expiring",
    "wish.expiring_staff",
    "wish.expired",
    "wish.expired_staff",
    "wish.late_staff",
    "wish.unconfirmed_staff",
    templates=templates,
    context=context,
)


@feature.on_timer("wish")
def on_timer(wishes: "Wishes", timer: "Timer") -> None:
    """Do what is due for a wish."""
    wishes.wake_wish(timer.entity_id, timer.id)


@feature.on_answer("wish")
def on_answer(wishes: "Wishes", answer: "Answer") -> None:
    """Do what the resident has answered by SMS."""
    wishes.answer_question(answer.subject, answer.person_id, answer.question, yes=answer.yes, phone_of=answer.phone_of)


@feature.erase()
def erase(wishes: "Wishes", event: "Event") -> None:
    """Redact the wishes and claims of an erased person."""
    wishes.forget_person(event.subject)


@feature.export()
def export(wishes: "Wishes", person_id: str) -> Mapping[str, Any]:
    """Return the person's wishes and claims."""
    return wishes.export_data(person_id)


@feature.rearm()
def rearm(wishes: "Wishes") -> int:
    """Arm lost timers."""
    return wishes.rearm_lost()


@feature.place_of()
def place_of(wishes: "Wishes", wish_id: str) -> str:
    """Return the place of a wish."""
    return wishes.place_of(wish_id)


def waiting_page(wishes: "Wishes", query: "QueueQuery") -> "Page[tuple[str, Task]]":
    """Return the wishes that wait for staff."""
    from .staff_queue import waiting_page

    return waiting_page(wishes, query)


def waiting_count(wishes: "Wishes", query: "QueueQuery") -> Mapping[str, int]:
    """Return how many wishes wait for staff, by kind."""
    return wishes.count_waiting(query.place)


feature.queue(page=waiting_page, count=waiting_count)
