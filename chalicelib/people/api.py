"""Routes about accounts."""

from pydantic_core import to_jsonable_python

from ..kernel.request import RequestContext
from ..web.fields import PageQuery
from ..web.routes import Routes
from .accounts import Accounts
from .schemas import (
    ConsentList,
    ConsentView,
    Me,
    MePatch,
    MyData,
    VolunteerIn,
    VolunteerView,
)
from .texts import REFUSALS

__all__ = ["routes"]


routes: Routes[Accounts] = Routes("people", REFUSALS)


@routes.get("/v1/me")
def read_me(accounts: Accounts, context: RequestContext) -> Me:
    """Read one's own record."""
    return Me.of(accounts.read_me(context))


@routes.patch("/v1/me")
def change_me(accounts: Accounts, context: RequestContext, body: MePatch) -> Me:
    """Change one's own record."""
    return Me.of(accounts.change_me(context, body.edit()))


@routes.delete("/v1/me", status=202)
def erase_me(accounts: Accounts, context: RequestContext) -> MyData:
    """Erase one's personal data; counted history stays without it."""
    accounts.erase_me(context)
    return MyData({})


@routes.get("/v1/me/data")
def read_my_data(accounts: Accounts, context: RequestContext) -> MyData:
    """Read everything held about oneself."""
    return MyData(to_jsonable_python(accounts.read_my_data(context)))


@routes.put("/v1/me/volunteer")
def volunteer(
    accounts: Accounts, context: RequestContext, body: VolunteerIn
) -> VolunteerView:
    """Become a volunteer, or change what one offers."""
    return VolunteerView.of(accounts.volunteer(context, body.profile()))


@routes.get("/v1/me/consents")
def read_consents(
    accounts: Accounts, context: RequestContext, query: PageQuery
) -> ConsentList:
    """Read one's own consent history."""
    page = accounts.read_consents(context, query.limit)
    items = [ConsentView.model_validate(consent) for consent in page.items]
    return ConsentList(items=items, next=context.cursor_of(page.next))


@routes.delete("/v1/me/consents/{purpose}", status=204)
def withdraw_consent(accounts: Accounts, context: RequestContext, purpose: str) -> None:
    """Withdraw a consent; withdrawing the terms signs one out."""
    accounts.withdraw_consent(context, purpose)
