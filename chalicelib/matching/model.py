"""The record of a run, and the weights of a street. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from ..kernel.access import Resource
from ..kernel.changes import Entity
from ..kernel.ids import derived_id
from . import permissions
from .policy import Weights

__all__ = [
    "LatestRun",
    "PlannedOffer",
    "ReplayPiece",
    "Run",
    "RunState",
    "ShortageLine",
    "StreetWeights",
]


class RunState(StrEnum):
    """What has become of a run. A failed step is repeated; staff see a job that fails for good."""

    QUEUED = "queued"
    WORKING = "working"  # the plan is made, and offers are being made
    DONE = "done"
    FAILED = "failed"


ShortageLine = tuple[str, str, int, int]  # grid, skill, points, wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Entity):
    """The input sizes, the result and the costs of one run.

    Costs are in points, Gini in permille. `by` is a person's id or ``schedule``. `priced`: the
    bound holds over every eligible pair, and not only over the visited ones. `exact`: the flow
    was not cut short. `made` counts the offers that were made: wishes and volunteers that have
    changed since the input was read get none. `offered` counts the planned wishes that the work has
    come to.

    A run of a street is a run of each of its `communities`. Its record is not stored with a result:
    `whole.as_whole` adds up theirs, which are its `parts`.
    """

    entity_kind: ClassVar[str] = "run"

    place: str
    by: str
    state: RunState = RunState.QUEUED
    communities: tuple[str, ...] = ()
    offered: int = 0
    dry_run: bool = False
    weights: Mapping[str, int] = field(default_factory=dict)
    digest: str = ""
    wishes: int = 0
    places_needed: int = 0
    volunteers: int = 0
    edges: int = 0
    visits: int = 0
    rounds: int = 0
    cost: int = 0
    bound: int = 0
    exact: bool = True
    priced: bool = True
    gini_before: int = 0
    gini: int = 0
    most_offers: int = 0
    unserved: Mapping[str, int] = field(default_factory=dict)
    shortages: tuple[ShortageLine, ...] = ()
    planned: int = 0
    # The first of the planned offers: wish, volunteer, points.
    offers: tuple[tuple[str, str, int], ...] = ()
    made: int = 0
    milliseconds: int = 0
    chunks: int = 0
    # A record names volunteers and the wishes they were asked for, so it is not kept for ever.
    ttl: datetime | None = None

    @property
    def regret(self) -> int:
        """Return the cost above the bound: 0 is optimal."""
        return self.cost - self.bound

    def part_id(self, community: str) -> str:
        """Return the id of the run of one of its communities."""
        return derived_id("run", f"{self.id} {community}")

    def offer_id(self, offer: "PlannedOffer") -> str:
        """Return the id of a planned offer: made twice, it is the same."""
        return derived_id("off", f"{self.id} {offer.wish} {offer.volunteer}")

    def as_resource(self) -> Resource:
        """Return the resource of the run for access checks."""
        return Resource(see=permissions.SEE, places=(self.place,))


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestRun:
    """The digest and the shortages of a place's latest run; a projection of `Run`."""

    place: str
    digest: str
    shortages: tuple[ShortageLine, ...] = ()

    @classmethod
    def of(cls, run: Run) -> "tuple[LatestRun, ...]":
        """Return the projection of a run; one without a plan, and a dry run, have none."""
        if run.dry_run or not run.digest:
            return ()
        return (
            cls(place=run.place, digest=run.digest, shortages=run.shortages),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPiece:
    """One piece of a run's input and result, compressed JSON; kept for `REPLAY_TTL`."""

    run_id: str
    number: int
    data: bytes
    ttl: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOffer:
    """One offer of a run, its cost by term, and its reasons."""

    wish: str
    volunteer: str
    cost: int
    terms: Mapping[str, int]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetWeights(Entity):
    """The weights that a street has changed, by name; its id is the street's code."""

    entity_kind: ClassVar[str] = "streetweights"

    changed: Mapping[str, int] = field(default_factory=dict)

    @property
    def weights(self) -> Weights:
        """Return all weights."""
        return Weights(**self.changed)
