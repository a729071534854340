"""Matching as staff see it."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, create_model

from ..kernel.ids import ID_PATTERN
from ..kernel.unset import unset_if_none
from ..offers.model import AskedVolunteer, OfferState
from ..offers.texts import why_text
from ..web.fields import (
    WHOLE,
    Flag,
    Instant,
    PageQuery,
    PersonId,
    PlaceCode,
    Request,
    View,
)
from ..wishes.schemas import WishId
from .explanation import Explanation
from .model import Planned, Run, StreetWeights
from .policy import Weights, WeightsEdit
from .texts import WAITING

__all__ = [
    "MatchingView",
    "RunDetail",
    "RunIn",
    "RunList",
    "RunView",
    "RunsQuery",
    "WeightsPut",
    "WeightsView",
]

Points = Annotated[int, Field(ge=0, le=100_000), WHOLE]
# One optional field for each weight, so that the contract names them; a weight that is not named stays as it is.
WeightsIn = create_model(
    "WeightsIn",
    __base__=Request,
    __doc__="Weights to change, by name; see `GET /v1/policies/matching` for units and reasons.",
    **dict.fromkeys(Weights.notes(), (Points | None, None)),  # type: ignore[call-overload]
)
RunId = Annotated[str, Field(pattern=f"^run_{ID_PATTERN}$")]


class RunIn(Request):
    """Where to match; with `dry_run` nobody is asked, and other weights can be tried."""

    place: PlaceCode
    dry_run: Flag = False
    weights: WeightsIn | None = None  # type: ignore[valid-type]

    def edit(self) -> WeightsEdit:
        """Return the weights to try."""
        return _edit_of(self.weights) if self.weights else WeightsEdit()


def _edit_of(weights: Request) -> WeightsEdit:
    given = {name: unset_if_none(value) for name, value in weights.model_dump().items()}
    return WeightsEdit(**given)


class RunsQuery(PageQuery):
    """Whose runs."""

    place: PlaceCode


class ShortageView(View):
    """Where another volunteer would help most, and how many points she would save."""

    grid: PlaceCode
    skill: str
    price: int
    wishes: int


class OfferLine(View):
    """One offer that a run planned."""

    wish: WishId
    volunteer: PersonId
    cost: int


class RunFields(View):
    """What a run saw and came to. Costs are in points; `gini` is 0 where all volunteers are asked equally often."""

    id: RunId
    version: int
    place: PlaceCode
    by: str = Field(description="A person's id, or `schedule`.")
    dry_run: bool
    weights: dict[str, int]
    digest: str
    wishes: int
    places_needed: int
    volunteers: int
    edges: int
    visits: int = Field(description="Pairs that were looked at.")
    cost: int
    bound: int = Field(description="No assignment costs less.")
    regret: int
    exact: bool = Field(description="The search was not cut short.")
    priced: bool = Field(description="The bound holds over every eligible pair.")
    gini_before: float
    gini: float
    most_offers: int
    unserved: dict[str, int]
    shortages: list[ShortageView]
    planned: int
    made: int
    milliseconds: int
    created_at: Instant
    updated_at: Instant


class RunView(RunFields):
    """A run as lists show it."""

    offers: list[OfferLine] = Field(description="The first hundred that it planned.")

    @classmethod
    def of(cls, run: Run) -> "RunView":
        """Return the view of a run."""
        offers = [
            OfferLine(wish=wish, volunteer=volunteer, cost=cost)
            for wish, volunteer, cost in run.offers
        ]
        return cls(**_run(run), offers=offers)


class PlannedView(OfferLine):
    """One offer of a run, and why."""

    terms: dict[str, int]
    why: list[str]


class RunDetail(RunFields):
    """A run with what it planned; the list is empty once it is no longer kept."""

    offers: list[PlannedView]

    @classmethod
    def of_plan(cls, run: Run, planned: Sequence[Planned], locale: str) -> "RunDetail":
        """Return the view of a run and its plan."""
        offers = [
            PlannedView(
                wish=one.wish,
                volunteer=one.volunteer,
                cost=one.cost,
                terms=dict(one.terms),
                why=[why_text(reason, locale) for reason in one.why],
            )
            for one in planned
        ]
        return cls(**_run(run), offers=offers)


def _run(run: Run) -> dict[str, Any]:
    odd = {"gini_before", "gini", "shortages", "regret"}
    fields: dict[str, Any] = {
        name: getattr(run, name) for name in RunFields.model_fields if name not in odd
    }
    fields |= {
        "gini_before": run.gini_before / 1000,
        "gini": run.gini / 1000,
        "regret": run.regret,
    }
    return fields | {"shortages": [_shortage(line) for line in run.shortages]}


def _shortage(line: tuple[str, str, int, int]) -> ShortageView:
    return ShortageView(grid=line[0], skill=line[1], price=line[2], wishes=line[3])


class RunList(View):
    """A page of runs, newest first; pages may be short."""

    items: list[RunView]
    next: str | None


class AskedView(View):
    """One who was asked for a wish."""

    offer: str
    volunteer: PersonId
    state: OfferState
    at: Instant
    until: Instant
    reason: str | None = Field(description="Why she declined, if she said so.")


def _asked(one: AskedVolunteer, reason: str | None) -> AskedView:
    same = ("offer", "volunteer", "state", "at", "until")
    return AskedView(**{name: getattr(one, name) for name in same}, reason=reason)


class CandidateView(View):
    """Somebody who may be asked, cheapest first. `cost` is in points: the `terms` and the price of her `load`."""

    volunteer: PersonId
    name: str = Field(description="Empty where the caller may not look her up.")
    cost: int
    terms: dict[str, int]
    load: int
    recent_offers: int
    acceptance: float = Field(
        description="How likely she accepts, by her answers so far and how often she was asked lately."
    )
    why: list[str]


class WaitingView(View):
    """The one thing that a wish waits for."""

    reason: str
    text: str


class MatchingView(View):
    """Who comes into question for a wish, who was asked, and why it still waits."""

    wish: WishId
    version: int
    need: int
    waiting: WaitingView
    asked: list[AskedView]
    candidates: list[CandidateView]
    excluded: dict[str, int] = Field(
        description="How many volunteers each filter keeps away; one may count under several."
    )
    shortages: list[ShortageView] = Field(
        description="By the latest run: where another volunteer would help most."
    )

    @classmethod
    def of(cls, found: Explanation, locale: str) -> "MatchingView":
        """Return the view of an explanation."""
        candidates = [
            CandidateView(
                volunteer=one.volunteer,
                name=one.name,
                cost=one.cost,
                terms=dict(one.terms),
                load=one.load,
                recent_offers=one.recent,
                acceptance=one.acceptance / 1000,
                why=[why_text(reason, locale) for reason in one.why],
            )
            for one in found.candidates
        ]
        return cls(
            wish=found.wish.id,
            version=found.wish.version,
            need=max(0, found.need),
            waiting=WaitingView(
                reason=found.reason,
                text=WAITING[found.reason].format(locale, found.facts),
            ),
            asked=[_asked(one, found.reasons.get(one.offer)) for one in found.asked],
            candidates=candidates,
            excluded=dict(found.excluded),
            shortages=[_shortage(line) for line in found.shortages],
        )


class WeightsPut(Request):
    """The weights that the street wants otherwise; what is not named is as the house has it."""

    weights: WeightsIn  # type: ignore[valid-type]

    def edit(self) -> WeightsEdit:
        """Return the changes to the default weights."""
        return _edit_of(self.weights)


class WeightView(View):
    """One weight."""

    value: int
    default: int
    unit: str
    why: str


class WeightsView(View):
    """All weights of a street."""

    street: PlaceCode
    version: int
    weights: dict[str, WeightView]

    @classmethod
    def of(cls, street: StreetWeights) -> "WeightsView":
        """Return the view of a street's weights."""
        now, own = street.weights, Weights()
        weights = {
            name: WeightView(
                value=getattr(now, name),
                default=getattr(own, name),
                unit=note["unit"],
                why=note["why"],
            )
            for name, note in Weights.notes().items()
        }
        return cls(street=street.id, version=street.version, weights=weights)
