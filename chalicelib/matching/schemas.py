"""The request and response models of runs and weights, for staff."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from pydantic import Field, create_model

from ..kernel.ids import ID_PATTERN
from ..kernel.unset import unset_if_none
from ..offers.texts import why_they_text
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
from .model import PlannedOffer, Run, RunState, ShortageLine, StreetWeights
from .policy import Weights, WeightsEdit
from .whole import WholeRun

__all__ = [
    "MatchingRunDetail",
    "MatchingRunIn",
    "MatchingRunList",
    "MatchingRunView",
    "MatchingRunsQuery",
    "MatchingWeightsPut",
    "MatchingWeightsView",
    "VolunteerShortageView",
    "shortage_views",
    "why_texts",
]

Points = Annotated[int, Field(ge=0, le=100_000), WHOLE]
# One optional field for each weight, so that the contract names them.
MatchingWeightsIn = create_model(
    "MatchingWeightsIn",
    __base__=Request,
    __doc__="Weights to change, by name; see `GET /v1/policies/matching` for units and reasons.",
    **dict.fromkeys(Weights.notes(), (Points | None, None)),  # type: ignore[call-overload]
)
RunId = Annotated[str, Field(pattern=f"^run_{ID_PATTERN}$")]


class MatchingRunIn(Request):
    """A place to match. With `dry_run` no volunteer is asked, and other weights can be tried."""

    place: PlaceCode
    dry_run: Flag = False
    weights: MatchingWeightsIn | None = None  # type: ignore[valid-type]

    def edit(self) -> WeightsEdit:
        """Return the weights to try."""
        return _edit_of(self.weights) if self.weights else WeightsEdit()


def _edit_of(weights: Request) -> WeightsEdit:
    given = {
        name: unset_if_none(value)
        for name, value in weights.model_dump().items()
    }
    return WeightsEdit(**given)


class MatchingRunsQuery(PageQuery):
    """The place whose runs to list."""

    place: PlaceCode


class VolunteerShortageView(View):
    """A grid and a skill where another volunteer would help most; `price` is in points saved."""

    grid: PlaceCode
    skill: str
    price: int
    wishes: int


class PlannedOfferLine(View):
    """One offer that a run planned."""

    wish: WishId
    volunteer: PersonId
    cost: int


class MatchingRunPart(View):
    """The run of one community, as a part of a street's run."""

    id: RunId
    place: PlaceCode
    state: RunState
    wishes: int
    planned: int
    made: int

    @classmethod
    def of(cls, part: Run) -> "MatchingRunPart":
        """Return the view of a part."""
        return cls(
            id=part.id,
            place=part.place,
            state=part.state,
            wishes=part.wishes,
            planned=part.planned,
            made=part.made,
        )


class MatchingRunFields(View):
    """The input sizes, the result and the costs of a run.

    Costs are in points. `gini` is 0 where all volunteers are asked equally often.
    """

    id: RunId
    version: int
    place: PlaceCode
    by: str = Field(description="A person's id, or `schedule`.")
    state: RunState = Field(
        description="A failed step is repeated; staff see a job that fails for good."
    )
    communities: list[MatchingRunPart] = Field(
        description="Of a street's run: what has become of each community."
    )
    dry_run: bool
    weights: dict[str, int]
    digest: str
    wishes: int
    places_needed: int
    volunteers: int
    edges: int
    visits: int = Field(
        description="Pairs of wish and volunteer that were computed."
    )
    cost: int
    bound: int = Field(description="No assignment costs less.")
    regret: int
    exact: bool = Field(description="The search was not cut short.")
    priced: bool = Field(
        description="The bound holds over every eligible pair."
    )
    gini_before: float
    gini: float
    most_offers: int
    unserved: dict[str, int]
    shortages: list[VolunteerShortageView]
    planned: int
    made: int
    milliseconds: int
    created_at: Instant
    updated_at: Instant


class MatchingRunView(MatchingRunFields):
    """A run in a list."""

    offers: list[PlannedOfferLine] = Field(
        description="The first hundred planned offers."
    )

    @classmethod
    def of(cls, whole: WholeRun) -> "MatchingRunView":
        """Return the view of a run."""
        offers = [
            PlannedOfferLine(wish=wish, volunteer=volunteer, cost=cost)
            for wish, volunteer, cost in whole.run.offers
        ]
        return cls(**_run_fields(whole), offers=offers)


class PlannedOfferView(PlannedOfferLine):
    """One planned offer of a run, its cost by term, and its reasons."""

    terms: dict[str, int]
    why: list[str]

    @classmethod
    def of(cls, offer: PlannedOffer, locale: str) -> "PlannedOfferView":
        """Return the view of a planned offer."""
        return cls(
            wish=offer.wish,
            volunteer=offer.volunteer,
            cost=offer.cost,
            terms=dict(offer.terms),
            why=why_texts(offer.why, locale),
        )


def why_texts(why: Iterable[str], locale: str) -> list[str]:
    """Return the reasons for asking a volunteer as texts."""
    return [why_they_text(reason, locale) for reason in why]


class MatchingRunDetail(MatchingRunFields):
    """A run with its planned offers; empty before it is done, and once they are not stored."""

    offers: list[PlannedOfferView]

    @classmethod
    def of_plan(
        cls, whole: WholeRun, planned: Sequence[PlannedOffer], locale: str
    ) -> "MatchingRunDetail":
        """Return the view of a run and its planned offers."""
        offers = [PlannedOfferView.of(offer, locale) for offer in planned]
        return cls(**_run_fields(whole), offers=offers)


def _run_fields(whole: WholeRun) -> dict[str, Any]:
    run = whole.run
    computed = {
        "communities": [MatchingRunPart.of(part) for part in whole.parts],
        "gini_before": run.gini_before / 1000,
        "gini": run.gini / 1000,
        "regret": run.regret,
        "shortages": shortage_views(run.shortages),
    }
    same = MatchingRunFields.model_fields.keys() - computed.keys()
    return {name: getattr(run, name) for name in same} | computed


def shortage_views(
    lines: Iterable[ShortageLine],
) -> list[VolunteerShortageView]:
    """Return the views of shortages."""
    return [
        VolunteerShortageView(
            grid=grid, skill=skill, price=price, wishes=wishes
        )
        for grid, skill, price, wishes in lines
    ]


class MatchingRunList(View):
    """A page of runs, newest first; pages may be short."""

    items: list[MatchingRunView]
    next: str | None


class MatchingWeightsPut(Request):
    """The weights that the street changes; the others have their default."""

    weights: MatchingWeightsIn  # type: ignore[valid-type]

    def edit(self) -> WeightsEdit:
        """Return the changes to the default weights."""
        return _edit_of(self.weights)


class MatchingWeightView(View):
    """One weight."""

    value: int
    default: int
    unit: str
    why: str


class MatchingWeightsView(View):
    """All weights of a street."""

    street: PlaceCode
    version: int
    weights: dict[str, MatchingWeightView]

    @classmethod
    def of(cls, street: StreetWeights) -> "MatchingWeightsView":
        """Return the view of a street's weights."""
        current, default = street.weights, Weights()
        weights = {}
        for name, note in Weights.notes().items():
            weights[name] = MatchingWeightView(
                value=getattr(current, name),
                default=getattr(default, name),
                unit=note["unit"],
                why=note["why"],
            )
        return cls(street=street.id, version=street.version, weights=weights)
