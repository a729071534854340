"""Routes of the ticket policy of a street."""

from ..kernel.request import RequestContext
from ..web.fields import PlaceQuery
from ..web.routes import Routes
from .replay_views import PolicyReplayView
from .schemas import PolicyReplayIn, TicketPolicyIn
from .service import TicketPolicies
from .texts import REFUSALS
from .views import TicketPolicyView

__all__ = ["routes"]

routes: Routes[TicketPolicies] = Routes("tickets", REFUSALS)


@routes.get("/v1/policies/tickets")
def read_ticket_policy(
    ticket_policies: TicketPolicies, context: RequestContext, query: PlaceQuery
) -> TicketPolicyView:
    """Read the ticket policy of a street; staff also read routing, escalation path and findings."""
    policy = ticket_policies.read_policy(context, query.place)
    return TicketPolicyView.of(policy, context.locale)


@routes.put("/v1/policies/tickets")
def set_ticket_policy(
    ticket_policies: TicketPolicies,
    context: RequestContext,
    query: PlaceQuery,
    body: TicketPolicyIn,
) -> TicketPolicyView:
    """Change the ticket policy of a street; reported tickets keep their version."""
    policy = ticket_policies.change_policy(context, query.place, body.edit())
    return TicketPolicyView.of(policy, context.locale)


@routes.post("/v1/policies/tickets/replay", conditional=False, repeatable=False)
def replay_ticket_policy(
    ticket_policies: TicketPolicies,
    context: RequestContext,
    body: PolicyReplayIn,
) -> PolicyReplayView:
    """Replay the last ninety days, or the latest 5,000 tickets, under a changed policy."""
    result = ticket_policies.replay(context, body.place, body.policy.edit())
    return PolicyReplayView.of(result)
