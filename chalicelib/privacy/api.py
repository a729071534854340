"""Routes of staff about the data of others."""

from pydantic_core import to_jsonable_python

from ..kernel.request import RequestContext
from ..people.schemas import MyDataView
from ..web.fields import PageQuery
from ..web.routes import Routes
from .schemas import (
    CallBackIn,
    ErasePersonIn,
    ErasureView,
    PersonConsentList,
    SealedView,
    UnsealIn,
)
from .service import Privacy
from .texts import REFUSALS

__all__ = ["routes"]


def _nothing(privacy: Privacy, context: RequestContext, person_id: str) -> None:
    """Answer a repeated request without a body."""


routes: Routes[Privacy] = Routes("privacy", REFUSALS)


@routes.get("/v1/people/{person_id}/consents")
def list_person_consents(
    privacy: Privacy,
    context: RequestContext,
    person_id: str,
    query: PageQuery,
) -> PersonConsentList:
    """List the consents of a person, newest first, with those that wait for a call-back."""
    page = privacy.list_consents(context, person_id, query.limit)
    return PersonConsentList.model_validate(
        {"items": page.items, "next": context.cursor_of(page.next)}
    )


@routes.get("/v1/people/{person_id}/data")
def read_person_data(
    privacy: Privacy, context: RequestContext, person_id: str
) -> MyDataView:
    """Read all data about a person who is blocked or has no phone; the look is recorded."""
    return MyDataView(to_jsonable_python(privacy.read_data(context, person_id)))


@routes.post(
    "/v1/people/{person_id}/erase",
    status=202,
    reread=lambda privacy, context, person_id: ErasureView.model_validate(
        privacy.reread_erasure(context, person_id)
    ),
)
def erase_person(
    privacy: Privacy,
    context: RequestContext,
    person_id: str,
    body: ErasePersonIn,
) -> ErasureView:
    """Ask for the erasure of a person who is blocked or has no phone, or approve it as a second."""
    return ErasureView.model_validate(
        privacy.erase_person(context, person_id, body.reason, body.second)
    )


@routes.post(
    "/v1/people/{person_id}/consents/{consent_id}/confirm",
    status=204,
    reread=_nothing,
)
def confirm_consent(
    privacy: Privacy,
    context: RequestContext,
    person_id: str,
    consent_id: str,
    body: CallBackIn,
) -> None:
    """Record the answer to a call-back about a spoken consent; without it the consent lapses."""
    privacy.call_backs.confirm(context, person_id, consent_id, given=body.given)


@routes.post(
    "/v1/people/{person_id}/unseal",
    reread=lambda privacy, context, person_id: SealedView.model_validate(
        privacy.reread_unsealed(context, person_id)
    ),
)
def unseal(
    privacy: Privacy,
    context: RequestContext,
    person_id: str,
    body: UnsealIn,
) -> SealedView:
    """Read the sealed record of an erased person; the reason is recorded."""
    return SealedView.model_validate(
        privacy.unseal(context, person_id, body.reason)
    )
