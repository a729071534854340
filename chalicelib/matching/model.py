"""The record of a run, and the weights of a street. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from ..kernel.access import Resource
from ..kernel.changes import Entity
from . import permissions
from .policy import Weights

__all__ = ["Instance", "Latest", "Planned", "Run", "StreetWeights"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Entity):
    """What one run saw, decided and did. Costs are in points, Gini in permille; `by` is a person's id or ``schedule``.

    `priced` says that the bound holds over every eligible pair and not only over those that were looked at; `exact` that
    the flow was not cut short. `made` counts the offers that came of it: what has moved on meanwhile is not offered.
    """

    entity_kind: ClassVar[str] = "run"

    place: str
    by: str
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
    shortages: tuple[tuple[str, str, int, int], ...] = ()  # grid, skill, points, wishes
    planned: int = 0
    offers: tuple[
        tuple[str, str, int], ...
    ] = ()  # of those planned the first: wish, volunteer, points
    made: int = 0
    milliseconds: int = 0
    chunks: int = 0
    ttl: datetime | None = (
        None  # a record names who was asked for what, and is not kept for ever
    )

    @property
    def regret(self) -> int:
        """Return how much more it costs than the bound: 0 is optimal."""
        return self.cost - self.bound

    def as_resource(self) -> Resource:
        """Return what permission needs to know of it."""
        return Resource(see=permissions.SEE, places=(self.place,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """What the latest run of a place that was carried out has found; follows from the run at its commit."""

    place: str
    digest: str
    shortages: tuple[tuple[str, str, int, int], ...] = ()

    @classmethod
    def of(cls, run: Run) -> "tuple[Latest, ...]":
        """Return what a run leaves for its place; a preview leaves nothing."""
        return (
            ()
            if run.dry_run
            else (cls(place=run.place, digest=run.digest, shortages=run.shortages),)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One piece of what a run was computed from and came to, compressed JSON; kept beside the run for a while."""

    run_id: str
    number: int
    data: bytes
    ttl: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One offer of a run, and why."""

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
