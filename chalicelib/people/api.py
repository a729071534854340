"""Routes about people."""

from pydantic_core import to_jsonable_python

from ..kernel.access import Grant
from ..kernel.call import Call
from ..web.api import Routes
from ..web.fields import PageQuery
from .schemas import (
    BlockedIn,
    ConsentList,
    ConsentView,
    HouseholdIn,
    Me,
    MePatch,
    MyData,
    NewPersonIn,
    PeopleList,
    PeopleQuery,
    PersonPatch,
    PersonView,
    RevealedView,
    RevealIn,
    RolesIn,
    VettingIn,
    VolunteerIn,
    VolunteerView,
)
from .service import People
from .texts import REFUSALS

__all__ = ["routes"]


def _reread(people: People, call: Call, person_id: str) -> PersonView:
    return PersonView.of(people.read_person(call, person_id))


routes: Routes[People] = Routes("people", lambda services: services.people, REFUSALS, _reread)


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


@routes.get("/v1/people")
def list_people(people: People, call: Call, query: PeopleQuery) -> PeopleList:
    """List people of a place, for staff."""
    page = people.list_people(call, query.place, query.role, query.search(), query.limit)
    return PeopleList(items=[PersonView.of(person) for person in page.items], next=call.cursor_of(page.next))


@routes.post("/v1/people", status=201)
def create_person(people: People, call: Call, body: NewPersonIn) -> PersonView:
    """Register somebody, with or without a phone of her own."""
    return PersonView.of(people.create_person(call, body.new()))


@routes.get("/v1/people/{person_id}")
def read_person(people: People, call: Call, person_id: str) -> PersonView:
    """Read somebody's record, phone masked."""
    return PersonView.of(people.read_person(call, person_id))


@routes.patch("/v1/people/{person_id}")
def change_person(people: People, call: Call, person_id: str, body: PersonPatch) -> PersonView:
    """Correct somebody's record."""
    return PersonView.of(people.change_person(call, person_id, body.changes()))


@routes.put("/v1/people/{person_id}/roles")
def grant_roles(people: People, call: Call, person_id: str, body: RolesIn) -> PersonView:
    """Set the roles that the caller may give and take."""
    return PersonView.of(people.grant_roles(call, person_id, [Grant(g.role, g.place) for g in body.root]))


@routes.post(
    "/v1/people/{person_id}/reveal",
    reread=lambda people, call, person_id: RevealedView.model_validate(people.reread_revealed(call, person_id)),
)
def reveal(people: People, call: Call, person_id: str, body: RevealIn) -> RevealedView:
    """Show the full phone and address; the look and its reason are written down."""
    return RevealedView.model_validate(people.reveal(call, person_id, body.reason))


@routes.put("/v1/people/{person_id}/vetting")
def vet(people: People, call: Call, person_id: str, body: VettingIn) -> PersonView:
    """Record how far a volunteer has been checked."""
    return PersonView.of(people.vet(call, person_id, body.level, body.note))


@routes.put("/v1/people/{person_id}/blocked")
def block(people: People, call: Call, person_id: str, body: BlockedIn) -> PersonView:
    """Block an account or open it again."""
    return PersonView.of(people.block(call, person_id, body.blocked, body.reason))


@routes.put("/v1/people/{person_id}/household")
def set_household(people: People, call: Call, person_id: str, body: HouseholdIn) -> PersonView:
    """Record with whom somebody lives and whose phone may be used for her."""
    consent = body.consent.given() if body.consent else None
    return PersonView.of(people.set_household(call, person_id, body.household, body.contact_via, consent))
