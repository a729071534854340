"""Routes about the rules of a street."""

from ..kernel.request import RequestContext
from ..web.fields import PlaceQuery
from ..web.routes import Routes
from .replay_views import ReplayView
from .schemas import PolicyIn, ReplayIn
from .service import TicketPolicies
from .texts import REFUSALS
from .views import PolicyView

__all__ = ["routes"]

routes: Routes[TicketPolicies] = Routes("tickets", REFUSALS)


@routes.get("/v1/policies/tickets")
def read_rules(
    ticket_policies: TicketPolicies, context: RequestContext, query: PlaceQuery
) -> PolicyView:
    """The categories, limits and office hours of a street; for staff with routing, ladder and what is wrong with them."""
    return PolicyView.of(
        ticket_policies.read_policy(context, query.place), context.locale
    )


@routes.put("/v1/policies/tickets")
def set_rules(
    ticket_policies: TicketPolicies,
    context: RequestContext,
    query: PlaceQuery,
    body: PolicyIn,
) -> PolicyView:
    """Change the rules of a street; play them first. Tickets that have been reported stay under the rules they had."""
    return PolicyView.of(
        ticket_policies.change_policy(context, query.place, body.edit()), context.locale
    )


@routes.post("/v1/policies/tickets/replay", conditional=False, repeatable=False)
def replay_rules(
    ticket_policies: TicketPolicies, context: RequestContext, body: ReplayIn
) -> ReplayView:
    """What other rules would have done to the tickets of the last ninety days; nothing is saved."""
    return ReplayView.of(
        ticket_policies.replay(context, body.place, body.policy.edit())
    )
