"""What the page of the queue knows of its kinds and moves."""

from collections.abc import Mapping
from typing import Any

__all__ = ["ASKS", "BULK", "KINDS", "SINGLE", "subject_path", "work_path"]

# Kinds in the order of their tabs.
KINDS = (
    "wish.approve",
    "wish.dispute",
    "wish.late",
    "wish.unconfirmed",
    "wish.new_phone",
    "wish.hours",
    "wish.check",
    "ticket.accept",
    "ticket.contact",
    "ticket.resolve",
    "ticket.call_back",
    "ticket.resume",
    "ticket.look",
    "ticket.new_phone",
    "message.visit",
    "message.reply",
    "consent.call_back",
    "volunteer.vet",
    "volunteer.paused",
    "person.erase",
    "factor.reset",
    "phone_change.stopped",
    "job.parked",
)
# Moves on many tasks at once, and the beginning of the ids that they are for.
BULK: Mapping[str, str] = {
    "approve": "wsh",
    "reject": "wsh",
    "accept": "tkt",
    "assign": "tkt",
    "merge": "tkt",
    "visited": "msg",
    "redrive": "due",
    "handled": "rpl",
    "unpublish": "wsh",
}
# Moves that ask something first, and the field with the answer.
ASKS: Mapping[str, str] = {"reject": "reason", "assign": "to", "merge": "into"}
# Moves on one task that is not named by its id alone.
SINGLE = frozenset({"call-back"})
_PEOPLE = frozenset(
    {
        "volunteer.vet",
        "volunteer.paused",
        "person.erase",
        "factor.reset",
        "phone_change.stopped",
    }
)
_PAGES: Mapping[str, str] = {
    "wsh": "/admin/wishes/{}",
    "tkt": "/admin/tickets/{}",
    "per": "/admin/people/{}",
}


def work_path(task: Any) -> str:
    """Return the page on which a task is done; "" where the queue itself has its moves."""
    is_known = task.kind in _PEOPLE or task.id[:3] != "per"
    return subject_path(task.id) if is_known else ""


def subject_path(id: str | None) -> str:
    """Return the page of a wish, a ticket or a person; "" for anything else."""
    return _PAGES.get((id or "")[:3], "").format(id)
