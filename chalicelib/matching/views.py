"""The response models of the explanation of a wish, for staff."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field

from ..offers.model import AskedVolunteer, OfferState
from ..web.choices import Choices
from ..web.fields import Instant, PersonId, View
from ..wishes.schemas import WishId
from .explanation import Candidate, Explanation
from .schemas import VolunteerShortageView, shortage_views, why_texts
from .texts import WAITING

__all__ = ["MatchingExplanationView"]


class AskedVolunteerView(View):
    """A volunteer who was asked for a wish."""

    offer: str
    volunteer: PersonId
    state: OfferState
    at: Instant
    until: Instant
    reason: str | None = Field(
        description="Why they declined, if they gave a reason."
    )

    @classmethod
    def of(
        cls, asked: AskedVolunteer, reason: str | None
    ) -> "AskedVolunteerView":
        """Return the view of an asked volunteer."""
        return cls(
            offer=asked.offer,
            volunteer=asked.volunteer,
            state=asked.state,
            at=asked.at,
            until=asked.until,
            reason=reason,
        )


class CandidateView(View):
    """A volunteer who may be asked, cheapest first.

    `cost` is in points: the `terms` and the price of the volunteer's `load`.
    """

    volunteer: PersonId
    name: str = Field(
        description="Empty where the caller may not see the volunteer's profile."
    )
    cost: int
    terms: dict[str, int]
    load: int
    recent_offers: int
    acceptance: float = Field(
        description="How likely they accept, by their answers and recent offers."
    )
    why: list[str]

    @classmethod
    def of(cls, candidate: Candidate, locale: str) -> "CandidateView":
        """Return the view of a candidate."""
        return cls(
            volunteer=candidate.volunteer,
            name=candidate.name,
            cost=candidate.cost,
            terms=dict(candidate.terms),
            load=candidate.load,
            recent_offers=candidate.recent,
            acceptance=candidate.acceptance / 1000,
            why=why_texts(candidate.why, locale),
        )


WaitingReason = Annotated[
    str,
    Choices("WaitingReason", "The reason why a wish waits.", lambda: WAITING),
]


class WaitingReasonView(View):
    """The one reason why a wish waits."""

    reason: WaitingReason
    text: str


class MatchingExplanationView(View):
    """The candidates for a wish, the volunteers asked, and the reason why it still waits."""

    wish: WishId
    version: int
    need: int
    waiting: WaitingReasonView
    asked: list[AskedVolunteerView]
    candidates: list[CandidateView]
    excluded: dict[str, int] = Field(
        description="How many volunteers each filter excludes; one may count under several."
    )
    shortages: list[VolunteerShortageView] = Field(
        description="By the latest run: where another volunteer would help most."
    )

    @classmethod
    def of(
        cls, explanation: Explanation, locale: str
    ) -> "MatchingExplanationView":
        """Return the view of an explanation."""
        wish, reason = explanation.wish, explanation.reason
        text = WAITING[reason].format(locale, explanation.facts)
        return cls(
            wish=wish.id,
            version=wish.version,
            need=max(0, explanation.need),
            waiting=WaitingReasonView(reason=reason, text=text),
            asked=_asked_views(explanation.asked, explanation.decline_reasons),
            candidates=[
                CandidateView.of(candidate, locale)
                for candidate in explanation.candidates
            ],
            excluded=dict(explanation.excluded),
            shortages=shortage_views(explanation.shortages),
        )


def _asked_views(
    asked: Iterable[AskedVolunteer], decline_reasons: Mapping[str, str]
) -> list[AskedVolunteerView]:
    return [
        AskedVolunteerView.of(one, decline_reasons.get(one.offer))
        for one in asked
    ]
