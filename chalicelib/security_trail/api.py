"""The route of the security trail."""

from ..kernel.request import RequestContext
from ..web.routes import Routes
from .schemas import SecurityEventList, TrailQuery
from .service import SecurityTrail
from .texts import REFUSALS

__all__ = ["routes"]

routes: Routes[SecurityTrail] = Routes("trail", REFUSALS)


@routes.get("/v1/admin/audit")
def read_trail(
    trail: SecurityTrail, context: RequestContext, query: TrailQuery
) -> SecurityEventList:
    """Read the security events of a place, newest first; reading them is an event, too."""
    page = trail.read(context, query.filter(), query.limit)
    return SecurityEventList.of(page, context.cursor_of(page.events.next))
