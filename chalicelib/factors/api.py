"""Routes of second factors."""

from ..kernel.request import RequestContext
from ..web.fields import NoFields
from ..web.routes import Routes
from .schemas import (
    FactorCodeIn,
    FactorResetIn,
    FactorResetView,
    PendingFactorView,
    ShownFactorView,
)
from .service import Factors
from .texts import REFUSALS

__all__ = ["routes"]

routes: Routes[Factors] = Routes("factors", REFUSALS)


@routes.post(
    "/v1/me/factor",
    status=201,
    conditional=False,
    reread=lambda factors, context, id: PendingFactorView.model_validate(
        factors.reread_pending(context)
    ),
)
def set_up_factor(
    factors: Factors, context: RequestContext, body: NoFields
) -> PendingFactorView:
    """Make a secret for the caller's app; it counts once a code has confirmed it."""
    return PendingFactorView.model_validate(factors.set_up(context))


@routes.post(
    "/v1/me/factor/verify",
    conditional=False,
    reread=lambda factors, context, id: ShownFactorView.model_validate(
        factors.reread_shown(context)
    ),
)
def show_factor(
    factors: Factors, context: RequestContext, body: FactorCodeIn
) -> ShownFactorView:
    """Confirm a new factor, or show the caller's own; it is fresh for ten minutes."""
    return ShownFactorView.model_validate(factors.show(context, body.plain()))


@routes.post(
    "/v1/people/{person_id}/factor/reset",
    status=202,
    conditional=False,
    reread=lambda factors, context, person_id: FactorResetView.model_validate(
        factors.resets.reread(context, person_id)
    ),
)
def reset_factor(
    factors: Factors,
    context: RequestContext,
    person_id: str,
    body: FactorResetIn,
) -> FactorResetView:
    """Ask for the reset of a colleague's lost factor, or approve it as a second."""
    return FactorResetView.model_validate(
        factors.resets.reset(context, person_id, body.reason)
    )
