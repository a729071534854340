"""The closed sets of texts in the contract of tickets."""

from typing import Annotated

from ..web.choices import Choices
from .states import DEADLINES, PARTIES, TABLE, TIMER_STATES, UNMOVED_EVENTS
from .texts import DAY_REASONS

__all__ = [
    "DayReason",
    "SlaTimerState",
    "TicketDeadline",
    "TicketEventTag",
    "TicketMove",
    "TicketParty",
]

TicketMove = Annotated[
    str,
    Choices(
        "TicketMove",
        "A move of a ticket: the last part of the path of its route.",
        lambda: TABLE.open_moves,
    ),
]
TicketEventTag = Annotated[
    str,
    Choices(
        "TicketEventTag",
        "The kind of an event in the timeline of a ticket.",
        lambda: TABLE.events | UNMOVED_EVENTS,
    ),
]
TicketParty = Annotated[
    str,
    Choices(
        "TicketParty",
        "The side that caused an event of a ticket.",
        lambda: PARTIES,
    ),
]
TicketDeadline = Annotated[
    str,
    Choices(
        "TicketDeadline",
        "The work that has the next deadline of a ticket.",
        lambda: DEADLINES,
    ),
]
SlaTimerState = Annotated[
    str,
    Choices(
        "SlaTimerState",
        "The state of an SLA timer.",
        lambda: TIMER_STATES,
    ),
]
DayReason = Annotated[
    str,
    Choices(
        "DayReason",
        "The reason why a day counts as a working day or does not.",
        lambda: DAY_REASONS,
    ),
]
