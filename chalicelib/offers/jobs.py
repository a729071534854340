"""What alarms, events and answers have offers do."""

from typing import TYPE_CHECKING

from ..kernel.changes import Due

if TYPE_CHECKING:
    from .service import Offers

__all__ = ["answer_offer", "end_unfit", "forget_person", "look_again", "note_met", "wake_offer"]


def wake_offer(offers: "Offers", due: Due) -> None:
    """An offer's alarm has fired."""
    offers.wake_offer(due.subject, due.id)


def look_again(offers: "Offers", due: Due) -> None:
    """Something has happened to a wish."""
    offers.look_again(due.subject)


def note_met(offers: "Offers", due: Due) -> None:
    """A wish is fulfilled."""
    offers.note_met(due.subject)
    offers.look_again(due.subject)


def end_unfit(offers: "Offers", due: Due) -> None:
    """Something has changed about a volunteer."""
    offers.end_unfit(due.subject)


def forget_person(offers: "Offers", due: Due) -> None:
    """Somebody was erased."""
    offers.forget_person(due.subject)


def answer_offer(offers: "Offers", due: Due) -> None:
    """Whoever was asked has answered by SMS."""
    offers.answer(due.subject, due.to, yes=due.params["answer"] == "yes", phone_of=due.params.get("phone_of", ""))
