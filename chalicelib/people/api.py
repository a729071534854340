"""Routes about people."""

from pydantic_core import to_jsonable_python

from ..kernel.call import Call
from ..web.api import Routes
from ..web.fields import PageQuery
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


routes: Routes[People] = Routes("people", lambda services: services.people, REFUSALS)


@routes.get("/v1/me")
def read_me(people: People, call: Call) -> Me:
    """Read one's own record."""
    return Me.of(people.read_me(call))


@routes.patch("/v1/me")
def change_me(people: People, call: Call, body: MePatch) -> Me:
    """Change one's own record."""
    return Me.of(people.change_me(call, body.changes()))


@routes.delete("/v1/me", status=202)
def erase_me(people: People, call: Call) -> MyData:
    """Erase one's personal data; counted history stays without it."""
    people.erase_me(call)
    return MyData({})


@routes.get("/v1/me/data")
def read_my_data(people: People, call: Call) -> MyData:
    """Read everything held about oneself."""
    return MyData(to_jsonable_python(people.read_my_data(call)))


@routes.put("/v1/me/volunteer")
def volunteer(people: People, call: Call, body: VolunteerIn) -> VolunteerView:
    """Become a volunteer, or change what one offers."""
    return VolunteerView.of(people.volunteer(call, body.profile()))


@routes.get("/v1/me/consents")
def read_consents(people: People, call: Call, query: PageQuery) -> ConsentList:
    """Read one's own consent history."""
    page = people.read_consents(call, query.limit)
    return ConsentList(items=[ConsentView.model_validate(consent) for consent in page.items], next=call.cursor_of(page.next))


@routes.delete("/v1/me/consents/{purpose}", status=204)
def withdraw_consent(people: People, call: Call, purpose: str) -> None:
    """Withdraw a consent; withdrawing the terms signs one out."""
    people.withdraw_consent(call, purpose)
