"""What alarms, events and answers have tickets do."""

from typing import TYPE_CHECKING

from ..kernel.changes import Due

if TYPE_CHECKING:
    from .upkeep import TicketJobs

__all__ = ["answer_question", "forget_person", "rehand", "wake_ticket"]


def wake_ticket(upkeep: "TicketJobs", due: Due) -> None:
    """A ticket's alarm has fired."""
    upkeep.wake_ticket(due.subject, due.id)


def rehand(upkeep: "TicketJobs", due: Due) -> None:
    """Somebody's roles have changed, or she was blocked."""
    upkeep.rehand(due.subject)


def forget_person(upkeep: "TicketJobs", due: Due) -> None:
    """Somebody was erased."""
    upkeep.forget_person(due.subject)


def answer_question(upkeep: "TicketJobs", due: Due) -> None:
    """Somebody has answered by SMS whether it is solved: `params` say which kind, yes or no."""
    upkeep.answer_question(due.subject, due.to, due.params["kind"], yes=due.params["answer"] == "yes")
