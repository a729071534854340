"""Routes about the rules of a street."""

from ..kernel.call import Call
from ..web.api import Routes
from .schemas import PolicyIn, ReplayIn, RulesQuery
from .service import Rulebook
from .texts import REFUSALS
from .views import PolicyView, ReplayView

__all__ = ["routes"]

routes: Routes[Rulebook] = Routes("tickets", lambda services: services.rulebook, REFUSALS)


@routes.get("/v1/policies/tickets")
def read_rules(rulebook: Rulebook, call: Call, query: RulesQuery) -> PolicyView:
    """The categories, limits and office hours of a street; for staff with routing, ladder and what is wrong with them."""
    return PolicyView.of(rulebook.read(call, query.place), call.locale)


@routes.put("/v1/policies/tickets")
def set_rules(rulebook: Rulebook, call: Call, query: RulesQuery, body: PolicyIn) -> PolicyView:
    """Change the rules of a street; play them first. Tickets that have been reported stay under the rules they had."""
    return PolicyView.of(rulebook.set(call, query.place, body.changes()), call.locale)


@routes.post("/v1/policies/tickets/replay", conditional=False, repeatable=False)
def replay_rules(rulebook: Rulebook, call: Call, body: ReplayIn) -> ReplayView:
    """What other rules would have done to the tickets of the last ninety days; nothing is saved."""
    return ReplayView.of(rulebook.replay(call, body.place, body.policy.changes()))
