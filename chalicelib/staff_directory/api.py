"""Routes of the staff directory."""

from ..kernel.access import Grant
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..web.routes import Routes
from .schemas import (
    BlockedIn,
    HouseholdIn,
    LimitsIn,
    PeopleQuery,
    PersonIn,
    PersonPatch,
    PersonView,
    RegisteredPersonView,
    RevealAllowanceView,
    RevealedContactView,
    RevealIn,
    RevealRightIn,
    RevealsAllowedIn,
    RolesIn,
    VettingIn,
)
from .service import PersonAdmin
from .texts import REFUSALS
from .views import PeopleList, PersonRecordView

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
    """List the people of a place, for its staff."""
    found = person_admin.list_people(
        context, query.place, query.role, query.search(), query.limit
    )
    return PeopleList.of(found, context.cursor_of(found.page.next))


def _reread_registered(
    person_admin: PersonAdmin, context: RequestContext, person_id: str
) -> RegisteredPersonView:
    return RegisteredPersonView.of_registered(
        person_admin.reread_registered(context, person_id)
    )


@routes.post(
    "/v1/people",
    status=201,
    reread=_reread_registered,
)
def create_person(
    person_admin: PersonAdmin, context: RequestContext, body: PersonIn
) -> RegisteredPersonView:
    """Register a person, with or without a phone of their own."""
    return RegisteredPersonView.of_registered(
        person_admin.register(context, body.new())
    )


@routes.get("/v1/people/{person_id}")
def read_person(
    person_admin: PersonAdmin, context: RequestContext, person_id: str
) -> PersonRecordView:
    """Read the record of a person, with a masked phone and its correction."""
    return PersonRecordView.of_record(
        person_admin.read_record(context, person_id)
    )


@routes.patch("/v1/people/{person_id}")
def change_person(
    person_admin: PersonAdmin,
    context: RequestContext,
    person_id: str,
    body: PersonPatch,
) -> PersonView:
    """Correct the record of a person."""
    return PersonView.of(
        person_admin.change_person(context, person_id, body.edit(), body.age())
    )


@routes.put("/v1/people/{person_id}/roles")
def grant_roles(
    person_admin: PersonAdmin,
    context: RequestContext,
    person_id: str,
    body: RolesIn,
) -> PersonView:
    """Replace the roles of a person, of those that the caller may give."""
    return PersonView.of(
        person_admin.grant_roles(
            context, person_id, [Grant(g.role, g.place) for g in body.root]
        )
    )


@routes.post(
    "/v1/people/{person_id}/reveal",
    reread=lambda person_admin, context, person_id: (
        RevealedContactView.model_validate(
            person_admin.reveals.reread(context, person_id)
        )
    ),
)
def reveal(
    person_admin: PersonAdmin,
    context: RequestContext,
    person_id: str,
    body: RevealIn,
) -> RevealedContactView:
    """Reveal the full phone and address of a person; the reason is recorded."""
    return RevealedContactView.model_validate(
        person_admin.reveals.reveal(context, person_id, body.reason)
    )


@routes.post(
    "/v1/people/{person_id}/reveals/allow",
    reread=lambda person_admin, context, person_id: (
        RevealAllowanceView.model_validate(
            person_admin.reveals.reread_allowance(context, person_id)
        )
    ),
)
def allow_reveals(
    person_admin: PersonAdmin,
    context: RequestContext,
    person_id: str,
    body: RevealsAllowedIn,
) -> RevealAllowanceView:
    """Allow a colleague of the same place 40 more reveals today; the reason is recorded."""
    return RevealAllowanceView.model_validate(
        person_admin.reveals.allow(context, person_id, body.reason)
    )


@routes.put("/v1/people/{person_id}/reveal-right")
def let_reveal(
    person_admin: PersonAdmin,
    context: RequestContext,
    person_id: str,
    body: RevealRightIn,
) -> PersonView:
    """Let somebody who is new in a street reveal phones and addresses, or take that back."""
    return PersonView.of(
        person_admin.let_reveal(
            context,
            person_id,
            street_of(body.place),
            body.reason,
            allowed=body.allowed,
        )
    )


@routes.put("/v1/people/{person_id}/vetting")
def vet(
    person_admin: PersonAdmin,
    context: RequestContext,
    person_id: str,
    body: VettingIn,
) -> PersonView:
    """Set the vetting level of a volunteer. It also lifts a pause of their claims."""
    return PersonView.of(person_admin.vet(context, person_id, body.terms()))


@routes.put("/v1/people/{person_id}/limits")
def set_limits(
    person_admin: PersonAdmin,
    context: RequestContext,
    person_id: str,
    body: LimitsIn,
) -> PersonView:
    """Allow a volunteer another number of homes in seven days, and lift a pause of claims."""
    return PersonView.of(
        person_admin.set_limits(
            context, person_id, body.homes_7_days, body.reason
        )
    )


@routes.put("/v1/people/{person_id}/blocked")
def block(
    person_admin: PersonAdmin,
    context: RequestContext,
    person_id: str,
    body: BlockedIn,
) -> PersonView:
    """Block or unblock an account."""
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
    """Set the household of a person and the contact whose phone may be used for them."""
    consent = body.consent.given() if body.consent else None
    return PersonView.of(
        person_admin.set_household(
            context, person_id, body.household, body.contact_via, consent
        )
    )
