"""What alarms and events have wishes do."""

from typing import TYPE_CHECKING

from ..kernel.changes import Due

if TYPE_CHECKING:
    from .service import Wishes

__all__ = ["answer_question", "forget_person", "wake_wish"]


def wake_wish(wishes: "Wishes", due: Due) -> None:
    """A wish's alarm has fired."""
    wishes.wake_wish(due.subject, due.id)


def forget_person(wishes: "Wishes", due: Due) -> None:
    """Somebody was erased."""
    wishes.forget_person(due.subject)


def answer_question(wishes: "Wishes", due: Due) -> None:
    """The resident has answered a question by SMS: `params` say which kind, yes or no, and from whose phone."""
    yes, phone_of = due.params["answer"] == "yes", due.params.get("phone_of", "")
    wishes.answer_question(due.subject, due.to, due.params["kind"], yes=yes, phone_of=phone_of)
