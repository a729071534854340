"""What is told about a ticket: whether it is still true at the moment of sending, and the facts that it takes. Pure."""

from collections.abc import Callable, Mapping

from ..kernel.text import mask_personal
from .model import Ticket
from .policy import Level
from .states import OPEN_STATES, Ending, State

__all__ = ["TRUE_WHILE", "facts_of", "is_true"]

Test = Callable[[Ticket, Mapping[str, str]], bool]
S = State


def _in(*states: State) -> Test:
    return lambda ticket, params: ticket.state in states


def _ended(*endings: Ending) -> Test:
    return lambda ticket, params: ticket.ending in endings


def _hers(ticket: Ticket, params: Mapping[str, str]) -> bool:
    """It is still open, and in the same hands as when it was said."""
    return ticket.state in OPEN_STATES and ticket.assignee == params.get("holder")


def _new(ticket: Ticket, params: Mapping[str, str]) -> bool:
    """Nobody has accepted it yet. Its lowest level is told as well where it has climbed on before that could be, as after an outage."""
    climbed = "level" in params and ticket.level.rank > Level(params["level"]).rank
    return ticket.state is S.OPEN and (_hers(ticket, params) or climbed)


def _at_level(ticket: Ticket, params: Mapping[str, str]) -> bool:
    """It is still open. Each level that it reached is told, also where it has climbed on since."""
    return ticket.state in OPEN_STATES and ticket.level.rank >= Level(params["level"]).rank


_OPEN = _in(*OPEN_STATES)
TRUE_WHILE: Mapping[str, Test] = {
    "ticket.new": _new,
    "ticket.new_staff": _in(S.OPEN),
    "ticket.assigned": _hers,
    "ticket.said": _hers,
    "ticket.over": _in(S.CLOSED),
    "ticket.back": _hers,
    "ticket.accepted": _in(S.ACCEPTED, S.ASSIGNED),
    "ticket.commented": lambda ticket, params: ticket.state is not S.CLOSED,
    "ticket.held": _in(S.ON_HOLD),
    "ticket.resolved": _in(S.RESOLVED),
    "ticket.unanswered": _in(S.RESOLVED),
    "ticket.closed": _ended(Ending.UNSOLVED, Ending.SILENT),  # what ends by itself is told to nobody
    "ticket.merged": _ended(Ending.MERGED),
    "ticket.turned": _ended(Ending.WISH),
    "ticket.bounced_staff": _in(S.OPEN, S.ACCEPTED),
    "ticket.must_assign_staff": lambda ticket, params: ticket.must_be_assigned,
    "ticket.climbed_staff": _at_level,
    "ticket.overdue_staff": _at_level,
    "ticket.reopened_staff": _OPEN,
    "ticket.released": lambda ticket, params: _hers(ticket, params) and not ticket.hold,
    "ticket.released_staff": _in(S.ACCEPTED, S.ASSIGNED),
}


def is_true(ticket: Ticket, kind: str, params: Mapping[str, str]) -> bool:
    """Say whether a message about a ticket is true now; what is urgent is true while the same is that is not."""
    return TRUE_WHILE[kind.replace("urgent_", "")](ticket, params)


def facts_of(ticket: Ticket) -> dict[str, str]:
    """Return the facts that messages about a ticket take: its text as everybody may read it, for phones are shared."""
    until = ticket.hold.until if ticket.hold else ticket.updated_at
    return {
        "what": ticket.text,
        "where": ticket.community_name,
        "reason": mask_personal((ticket.told_publicly if ticket.state is S.CLOSED else None) or ticket.reason or ""),
        "solution": mask_personal(ticket.solution or ""),
        "until": f"{until.astimezone(ticket.local):%m-%d}",
    }
