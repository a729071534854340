"""Views of tickets that a resident may join."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from ..kernel.text_catalogue import text
from ..web.fields import Instant, PlaceCode, VersionedView, View
from .choices import TicketMove
from .nearby import Nearby, chosen_answers
from .schemas import TicketId
from .states import TicketStatus

__all__ = ["NearbyAnswer", "NearbyTicket"]


class NearbyAnswer(View):
    """The answer to a question of the category that has choices."""

    question: str
    answer: str


class NearbyTicket(VersionedView):
    """A ticket of the caller's community that is open to join: no person, no building."""

    view: Literal["public"] = "public"
    id: TicketId
    state: TicketStatus
    category: str
    category_name: str
    community: PlaceCode
    community_name: str
    in_own_building: bool
    text: str | None = Field(
        description="What staff have released; null until then."
    )
    answers: list[NearbyAnswer]
    reporters: int = Field(description="The number of reporters.")
    age_days: int = Field(description="Whole days since the report.")
    created_at: Instant
    moves: list[TicketMove]

    @classmethod
    def of(cls, nearby: Nearby, now: datetime, locale: str) -> "NearbyTicket":
        """Return the view of a ticket."""
        ticket, category = nearby.ticket, nearby.category
        name = text(zh=category.zh, en=category.en)
        answers = [
            NearbyAnswer(
                question=question.format(locale), answer=answer.format(locale)
            )
            for question, answer in chosen_answers(ticket, category)
        ]
        return cls(
            id=ticket.id,
            version=ticket.version,
            state=ticket.state,
            category=ticket.category,
            category_name=name.format(locale),
            community=ticket.community,
            community_name=ticket.community_name,
            in_own_building=nearby.in_own_building,
            text=ticket.public_text,
            answers=answers,
            reporters=nearby.reporters,
            age_days=(now - ticket.created_at).days,
            created_at=ticket.created_at,
            moves=list(nearby.moves),
        )
