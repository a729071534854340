"""Routes of the person_admin."""

from ..kernel.access import Grant
from ..kernel.request import RequestContext
from ..web.routes import Routes
from .schemas import (
    BlockedIn,
    HouseholdIn,
    NewPersonIn,
    PeopleList,
    PeopleQuery,
    PersonPatch,
    PersonView,
    RevealedView,
    RevealIn,
    RolesIn,
    VettingIn,
)
from .service import PersonAdmin
from .texts import REFUSALS

__all__ = ["routes"]


def _reread(
    person_admin: PersonAdmin, context: RequestContext, person_id: str
) -> PersonView:
    return PersonView.of(person_admin.read_person(context, person_id))


routes: Routes[PersonAdmin] = Routes("register", REFUSALS, _reread)


@routes.get("/v1/people")
def list_people(
    person_admin: PersonAdmin, context: RequestContext, query: PeopleQuery
) -> PeopleList:
    """List people of a place, for staff."""
    page = person_admin.list_people(
        context, query.place, query.role, query.search(), query.limit
    )
    return PeopleList(
        items=[PersonView.of(person) for person in page.items],
        next=context.cursor_of(page.next),
    )


@routes.post("/v1/people", status=201)
def create_person(
    person_admin: PersonAdmin, context: RequestContext, body: NewPersonIn
) -> PersonView:
    """Register somebody, with or without a phone of her own."""
    return PersonView.of(person_admin.create_person(context, body.new()))


@routes.get("/v1/people/{person_id}")
def read_person(
    person_admin: PersonAdmin, context: RequestContext, person_id: str
) -> PersonView:
    """Read somebody's record, phone masked."""
    return PersonView.of(person_admin.read_person(context, person_id))


@routes.patch("/v1/people/{person_id}")
def change_person(
    person_admin: PersonAdmin,
    context: RequestContext,
    person_id: str,
    body: PersonPatch,
) -> PersonView:
    """Correct somebody's record."""
    return PersonView.of(person_admin.change_person(context, person_id, body.edit()))


@routes.put("/v1/people/{person_id}/roles")
def grant_roles(
    person_admin: PersonAdmin, context: RequestContext, person_id: str, body: RolesIn
) -> PersonView:
    """Set the roles that the caller may give and take."""
    return PersonView.of(
        person_admin.grant_roles(
            context, person_id, [Grant(g.role, g.place) for g in body.root]
        )
    )


@routes.post(
    "/v1/people/{person_id}/reveal",
    reread=lambda person_admin, context, person_id: RevealedView.model_validate(
        person_admin.reread_revealed(context, person_id)
    ),
)
def reveal(
    person_admin: PersonAdmin, context: RequestContext, person_id: str, body: RevealIn
) -> RevealedView:
    """Show the full phone and address; the look and its reason are written down."""
    return RevealedView.model_validate(
        person_admin.reveal(context, person_id, body.reason)
    )


@routes.put("/v1/people/{person_id}/vetting")
def vet(
    person_admin: PersonAdmin, context: RequestContext, person_id: str, body: VettingIn
) -> PersonView:
    """Record how far a volunteer has been checked."""
    return PersonView.of(person_admin.vet(context, person_id, body.level, body.note))


@routes.put("/v1/people/{person_id}/blocked")
def block(
    person_admin: PersonAdmin, context: RequestContext, person_id: str, body: BlockedIn
) -> PersonView:
    """Block an account or open it again."""
    return PersonView.of(
        person_admin.block(context, person_id, body.blocked, body.reason)
    )


@routes.put("/v1/people/{person_id}/household")
def set_household(
    person_admin: PersonAdmin,
    context: RequestContext,
    person_id: str,
    body: HouseholdIn,
) -> PersonView:
    """Record with whom somebody lives and whose phone may be used for her."""
    consent = body.consent.given() if body.consent else None
    return PersonView.of(
        person_admin.set_household(
            context, person_id, body.household, body.contact_via, consent
        )
    )
