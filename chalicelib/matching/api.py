"""Routes of matching, for staff."""

from ..kernel.call import Call
from ..web.api import Routes
from .schemas import (
    MatchingView,
    PlaceQuery,
    RunDetail,
    RunIn,
    RunList,
    RunsQuery,
    RunView,
    WeightsPut,
    WeightsView,
    given,
)
from .service import Matching
from .texts import REFUSALS

__all__ = ["routes"]


def _reread(matching: Matching, call: Call, run_id: str) -> RunDetail:
    return RunDetail.of_plan(*matching.read_run(call, run_id), call.locale)


routes: Routes[Matching] = Routes("matching", lambda services: services.matching, REFUSALS, _reread)


@routes.get("/v1/wishes/{wish_id}/matching")
def explain_matching(matching: Matching, call: Call, wish_id: str) -> MatchingView:
    """Who comes into question for a wish, what each would cost, and why it still waits."""
    return MatchingView.of(matching.explain(call, wish_id), call.locale)


@routes.post("/v1/matching/runs", status=201, conditional=False)
def start_run(matching: Matching, call: Call, body: RunIn) -> RunDetail:
    """Match a place now, or see what that would do."""
    return RunDetail.of_plan(*matching.start_run(call, body.place, body.changed(), dry_run=body.dry_run), call.locale)


@routes.get("/v1/matching/runs")
def list_runs(matching: Matching, call: Call, query: RunsQuery) -> RunList:
    """Runs of a place and below, newest first."""
    page = matching.list_runs(call, query.place, query.limit)
    return RunList(items=[RunView.of(run) for run in page.items], next=call.cursor_of(page.next))


@routes.get("/v1/matching/runs/{run_id}")
def read_run(matching: Matching, call: Call, run_id: str) -> RunDetail:
    """A run, with what it planned."""
    return _reread(matching, call, run_id)


@routes.get("/v1/policies/matching")
def read_weights(matching: Matching, call: Call, query: PlaceQuery) -> WeightsView:
    """The weights of a street, with their units and reasons."""
    return WeightsView.of(matching.read_weights(call, query.place))


@routes.put("/v1/policies/matching")
def set_weights(matching: Matching, call: Call, query: PlaceQuery, body: WeightsPut) -> WeightsView:
    """Change the weights of a street; try them with a dry run first."""
    return WeightsView.of(matching.set_weights(call, query.place, given(body.weights)))
