"""Routes of the caller's own account."""

import unicodedata

from pydantic_core import to_jsonable_python

from ..kernel.request import RequestContext
from ..web.fields import PageQuery
from ..web.rendering import Redirect, Reply
from ..web.routes import Routes
from .accounts import Accounts
from .consent_schemas import (
    ConsentList,
    ConsentTextList,
    ConsentTextView,
    ConsentView,
    MyConsentIn,
)
from .consent_texts import consent_texts
from .export import DataExport
from .schemas import (
    DataExportView,
    ErasureIn,
    MyAccountPatch,
    MyAccountView,
    MyDataView,
    RoleRequestIn,
)
from .texts import REFUSALS
from .volunteer_schemas import VolunteerIn, VolunteerPatch, VolunteerView

__all__ = ["routes"]


routes: Routes[Accounts] = Routes("people", REFUSALS)


@routes.get("/v1/me")
def read_me(accounts: Accounts, context: RequestContext) -> MyAccountView:
    """Read the caller's account."""
    return MyAccountView.of(accounts.read_me(context))


@routes.patch("/v1/me")
def change_me(
    accounts: Accounts, context: RequestContext, body: MyAccountPatch
) -> MyAccountView:
    """Change the caller's account."""
    return MyAccountView.of(accounts.change_me(context, body.edit()))


@routes.delete("/v1/me", status=202)
def erase_me(
    accounts: Accounts, context: RequestContext, body: ErasureIn
) -> MyDataView:
    """Erase the caller's personal data, with a fresh code to their phone; counts stay."""
    code = unicodedata.normalize("NFKC", body.code)
    accounts.erase_me(context, body.challenge, code)
    return MyDataView({})


@routes.get("/v1/me/data", also={202: DataExportView})
def read_my_data(
    accounts: Accounts, context: RequestContext
) -> Reply[MyDataView | DataExportView]:
    """Read all data held about the caller; more than 1 MB becomes a file: 202 and its progress."""
    held = accounts.read_my_data(context)
    if isinstance(held, DataExport):
        return Reply(view=DataExportView.of(held), status=202)
    return Reply(view=MyDataView(to_jsonable_python(held)))


@routes.get("/v1/me/data/file")
def fetch_my_data(accounts: Accounts, context: RequestContext) -> Redirect:
    """Fetch the file with all data held about the caller, at an address good for ten minutes."""
    return Redirect(accounts.fetch_my_data(context))


@routes.post(
    "/v1/me/role-requests",
    reread=lambda accounts, context, id: MyAccountView.of(
        accounts.read_me(context)
    ),
)
def request_role(
    accounts: Accounts, context: RequestContext, body: RoleRequestIn
) -> MyAccountView:
    """Ask for a role of staff; a newcomer to a street is given none without."""
    return MyAccountView.of(
        accounts.request_role(context, body.role, body.place)
    )


@routes.put("/v1/me/volunteer")
def volunteer(
    accounts: Accounts, context: RequestContext, body: VolunteerIn
) -> VolunteerView:
    """Become a volunteer, or replace the whole profile. Staff are asked to vet a new volunteer."""
    return VolunteerView.of(accounts.volunteer(context, body.profile()))


@routes.get("/v1/me/volunteer")
def read_volunteer(
    accounts: Accounts, context: RequestContext
) -> VolunteerView:
    """Read the caller's volunteer profile."""
    return VolunteerView.of(accounts.read_volunteer(context))


@routes.patch("/v1/me/volunteer")
def change_volunteer(
    accounts: Accounts, context: RequestContext, body: VolunteerPatch
) -> VolunteerView:
    """Change the named fields of the caller's volunteer profile."""
    return VolunteerView.of(accounts.change_volunteer(context, body.edit()))


@routes.get("/v1/me/consents")
def read_consents(
    accounts: Accounts, context: RequestContext, query: PageQuery
) -> ConsentList:
    """Read the caller's consent history."""
    page = accounts.read_consents(context, query.limit)
    items = [ConsentView.model_validate(consent) for consent in page.items]
    return ConsentList(items=items, next=context.cursor_of(page.next))


@routes.post(
    "/v1/me/consents",
    reread=lambda accounts, context, id: MyAccountView.of(
        accounts.read_me(context)
    ),
)
def give_consent(
    accounts: Accounts, context: RequestContext, body: MyConsentIn
) -> MyAccountView:
    """Agree to the current text of a purpose."""
    return MyAccountView.of(
        accounts.give_consent(context, body.purpose, body.text_version)
    )


@routes.get("/v1/consents/texts", public=True)
def read_consent_texts(
    accounts: Accounts, context: RequestContext
) -> ConsentTextList:
    """Read the texts that people agree to, each in every language, with its hash (SHA-256)."""
    found = [ConsentTextView.model_validate(one) for one in consent_texts()]
    return ConsentTextList(found)


@routes.delete("/v1/me/consents/{purpose}", status=204)
def withdraw_consent(
    accounts: Accounts, context: RequestContext, purpose: str
) -> None:
    """Withdraw a consent; without the terms every session ends."""
    accounts.withdraw_consent(context, purpose)
