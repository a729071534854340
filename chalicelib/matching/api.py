"""Routes of matching, for staff."""

from ..kernel.request import RequestContext
from ..web.fields import PlaceQuery
from ..web.routes import Routes
from .schemas import (
    MatchingRunDetail,
    MatchingRunIn,
    MatchingRunList,
    MatchingRunsQuery,
    MatchingRunView,
    MatchingWeightsPut,
    MatchingWeightsView,
)
from .service import Matching
from .texts import REFUSALS
from .views import MatchingExplanationView

__all__ = ["routes"]


def _reread(
    matching: Matching, context: RequestContext, run_id: str
) -> MatchingRunDetail:
    run, planned = matching.read_run(context, run_id)
    return MatchingRunDetail.of_plan(run, planned, context.locale)


routes: Routes[Matching] = Routes("matching", REFUSALS, _reread)


@routes.get("/v1/wishes/{wish_id}/matching")
def explain_matching(
    matching: Matching, context: RequestContext, wish_id: str
) -> MatchingExplanationView:
    """Explain the candidates for a wish, their costs, and why it still waits."""
    explanation = matching.explain(context, wish_id)
    return MatchingExplanationView.of(explanation, context.locale)


@routes.post("/v1/matching/runs", status=202, conditional=False)
def start_matching_run(
    matching: Matching, context: RequestContext, body: MatchingRunIn
) -> MatchingRunDetail:
    """Queue a run of a place; read it again for its result. A dry run asks nobody."""
    run = matching.start_run(
        context, body.place, body.edit(), dry_run=body.dry_run
    )
    return MatchingRunDetail.of_plan(run, (), context.locale)


@routes.get("/v1/matching/runs")
def list_matching_runs(
    matching: Matching, context: RequestContext, query: MatchingRunsQuery
) -> MatchingRunList:
    """List the runs of a place and below, newest first."""
    page = matching.list_runs(context, query.place, query.limit)
    return MatchingRunList(
        items=[MatchingRunView.of(run) for run in page.items],
        next=context.cursor_of(page.next),
    )


@routes.get("/v1/matching/runs/{run_id}")
def read_matching_run(
    matching: Matching, context: RequestContext, run_id: str
) -> MatchingRunDetail:
    """Read a run with its planned offers."""
    return _reread(matching, context, run_id)


@routes.get("/v1/policies/matching")
def read_matching_weights(
    matching: Matching, context: RequestContext, query: PlaceQuery
) -> MatchingWeightsView:
    """Read the weights of a street, with their units and reasons."""
    return MatchingWeightsView.of(matching.read_weights(context, query.place))


@routes.put("/v1/policies/matching")
def set_matching_weights(
    matching: Matching,
    context: RequestContext,
    query: PlaceQuery,
    body: MatchingWeightsPut,
) -> MatchingWeightsView:
    """Change the weights of a street; try them with a dry run first."""
    street = matching.set_weights(context, query.place, body.edit())
    return MatchingWeightsView.of(street)
