"""The declaration of matching: the choice of volunteers for open wishes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..feature import Feature, Get
from ..kernel.template import Lane
from ..offers.feature import maker, match_scheduler
from ..offers.policy import MATCH
from ..people.feature import access
from ..people.feature import feature as people
from ..places.feature import feature as places
from ..wishes.feature import helpers
from ..wishes.feature import queries as wish_queries
from .policy import MATCH_RUN

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.job import Command
    from ..kernel.paging import Position
    from ..pages.declaration import Pages
    from ..web.routes import Routes
    from .explainer import WishExplainer
    from .inputs import InputReader
    from .runs import RunExecutor
    from .service import Matching

__all__ = ["feature"]

feature: "Feature[Matching]" = Feature("matching", id_prefixes={"run": "run"})


@feature.provide
def inputs(core: "Core", get: Get) -> "InputReader":
    """Build the reads of what a run decides from."""
    from .inputs import InputReader

    return InputReader(
        clock=core.clock,
        people=get(people),
        places=get(places),
        wishes=get(wish_queries),
        helpers=get(helpers),
        maker=get(maker),
    )


@feature.provide
def explainer(core: "Core", get: Get) -> "WishExplainer":
    """Build the explanation of a wish that waits."""
    from .explainer import WishExplainer
    from .repository import MatchingRepository

    return WishExplainer(
        repository=MatchingRepository(core.store),
        inputs=get(inputs),
        people=get(people),
        maker=get(maker),
    )


@feature.provide
def executor(core: "Core", get: Get) -> "RunExecutor":
    """Build the execution of runs."""
    from .repository import MatchingRepository
    from .runs import RunExecutor

    return RunExecutor(
        transaction=core.transaction,
        repository=MatchingRepository(core.store),
        clock=core.clock,
        metrics=core.metrics,
        inputs=get(inputs),
        maker=get(maker),
    )


@feature.build
def build(core: "Core", get: Get) -> "Matching":
    """Build the use cases of matching."""
    from .repository import MatchingRepository
    from .service import Matching

    return Matching(
        transaction=core.transaction,
        repository=MatchingRepository(core.store),
        clock=core.clock,
        ids=core.ids,
        outbox=core.outbox,
        access=get(access),
        places=get(places),
        wishes=get(wish_queries),
        scheduler=get(match_scheduler),
        explainer=get(explainer),
        executor=get(executor),
    )


@feature.routes
def routes() -> "Routes[Any]":
    """Load the routes."""
    from .api import routes

    return routes


@feature.on_command(
    MATCH, lane=Lane.BULK, parks_daily=True, subject_is_place=True
)
def match_community(
    matching: "Matching", command: "Command"
) -> "Position | None":
    """Do a step of a run of a community by schedule."""
    return matching.match_community(command)


@feature.on_command(MATCH_RUN, lane=Lane.BULK, subject_is_place=True)
def carry_out_run(
    matching: "Matching", command: "Command"
) -> "Position | None":
    """Do a step of a run that staff have started."""
    return matching.carry_out(command)


@feature.pages
def pages() -> "Sequence[Pages]":
    """Load the pages."""
    from .desk import desk

    return (desk,)
