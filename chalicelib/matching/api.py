"""Routes of matching, for staff."""

from ..kernel.request import RequestContext
from ..web.fields import PlaceQuery
from ..web.routes import Routes
from .schemas import (
    MatchingView,
    RunDetail,
    RunIn,
    RunList,
    RunsQuery,
    RunView,
    WeightsPut,
    WeightsView,
)
from .service import Matching
from .texts import REFUSALS

__all__ = ["routes"]


def _reread(matching: Matching, context: RequestContext, run_id: str) -> RunDetail:
    return RunDetail.of_plan(*matching.read_run(context, run_id), context.locale)


routes: Routes[Matching] = Routes("matching", REFUSALS, _reread)


@routes.get("/v1/wishes/{wish_id}/matching")
def explain_matching(
    matching: Matching, context: RequestContext, wish_id: str
) -> MatchingView:
    """Who comes into question for a wish, what each would cost, and why it still waits."""
    return MatchingView.of(matching.explain(context, wish_id), context.locale)


@routes.post("/v1/matching/runs", status=201, conditional=False)
def start_run(matching: Matching, context: RequestContext, body: RunIn) -> RunDetail:
    """Match a place now, or see what that would do."""
    found = matching.start_run(context, body.place, body.edit(), dry_run=body.dry_run)
    return RunDetail.of_plan(*found, context.locale)


@routes.get("/v1/matching/runs")
def list_runs(matching: Matching, context: RequestContext, query: RunsQuery) -> RunList:
    """Runs of a place and below, newest first."""
    page = matching.list_runs(context, query.place, query.limit)
    return RunList(
        items=[RunView.of(run) for run in page.items], next=context.cursor_of(page.next)
    )


@routes.get("/v1/matching/runs/{run_id}")
def read_run(matching: Matching, context: RequestContext, run_id: str) -> RunDetail:
    """A run, with what it planned."""
    return _reread(matching, context, run_id)


@routes.get("/v1/policies/matching")
def read_weights(
    matching: Matching, context: RequestContext, query: PlaceQuery
) -> WeightsView:
    """The weights of a street, with their units and reasons."""
    return WeightsView.of(matching.read_weights(context, query.place))


@routes.put("/v1/policies/matching")
def set_weights(
    matching: Matching, context: RequestContext, query: PlaceQuery, body: WeightsPut
) -> WeightsView:
    """Change the weights of a street; try them with a dry run first."""
    return WeightsView.of(matching.set_weights(context, query.place, body.edit()))
