"""Routes about people."""

from pydantic_core import to_jsonable_python

from ..kernel.request import RequestContext
from ..web.fields import PageQuery
from ..web.routes import Routes
from .schemas import (
    ConsentList,
    ConsentView,
    Me,
    MePatch,
    MyData,
    VolunteerIn,
    VolunteerView,
)
from .service import People
from .texts import REFUSALS

__all__ = ["routes"]


routes: Routes[People] = Routes("people", REFUSALS)


@routes.get("/v1/me")
def read_me(people: People, context: RequestContext) -> Me:
    """Read one's own record."""
    return Me.of(people.read_me(context))


@routes.patch("/v1/me")
def change_me(people: People, context: RequestContext, body: MePatch) -> Me:
    """Change one's own record."""
    return Me.of(people.change_me(context, body.changes()))


@routes.delete("/v1/me", status=202)
def erase_me(people: People, context: RequestContext) -> MyData:
    """Erase one's personal data; counted history stays without it."""
    people.erase_me(context)
    return MyData({})


@routes.get("/v1/me/data")
def read_my_data(people: People, context: RequestContext) -> MyData:
    """Read everything held about oneself."""
    return MyData(to_jsonable_python(people.read_my_data(context)))


@routes.put("/v1/me/volunteer")
def volunteer(people: People, context: RequestContext, body: VolunteerIn) -> VolunteerView:
    """Become a volunteer, or change what one offers."""
    return VolunteerView.of(people.volunteer(context, body.profile()))


@routes.get("/v1/me/consents")
def read_consents(people: People, context: RequestContext, query: PageQuery) -> ConsentList:
    """Read one's own consent history."""
    page = people.read_consents(context, query.limit)
    return ConsentList(items=[ConsentView.model_validate(consent) for consent in page.items], next=context.cursor_of(page.next))


@routes.delete("/v1/me/consents/{purpose}", status=204)
def withdraw_consent(people: People, context: RequestContext, purpose: str) -> None:
    """Withdraw a consent; withdrawing the terms signs one out."""
    people.withdraw_consent(context, purpose)
