"""Routes of phone changes."""

import unicodedata

from ..kernel.request import RequestContext
from ..people.schemas import MyAccountView
from ..staff_directory.views import PersonWithPhoneView
from ..web.routes import Routes
from .corrections import Corrected
from .own_phone import ReturnedCodes, code_sent
from .schemas import (
    ChangePhoneIn,
    CorrectPhoneIn,
    ForcePhoneIn,
    PhoneCodesSentView,
    VerifyPhoneIn,
)
from .service import PhoneChanges
from .texts import REFUSALS

__all__ = ["routes"]

routes: Routes[PhoneChanges] = Routes("phones", REFUSALS)


def _view(corrected: Corrected) -> PersonWithPhoneView:
    return PersonWithPhoneView.with_pending(corrected.person, corrected.pending)


def _reread(
    phones: PhoneChanges, context: RequestContext, person_id: str
) -> PersonWithPhoneView:
    return _view(phones.corrections.reread(context, person_id))


@routes.post(
    "/v1/me/phone",
    status=202,
    conditional=False,
    reread=lambda phones, context, id: PhoneCodesSentView.model_validate(
        code_sent(id)
    ),
)
def change_phone(
    phones: PhoneChanges, context: RequestContext, body: ChangePhoneIn
) -> PhoneCodesSentView:
    """Send a code to the caller's phone and one to the phone that they want.

    The answer is the same for a number that somebody has. It gets a notice in
    place of the code.
    """
    return PhoneCodesSentView.model_validate(
        phones.own.send_codes(context, body.phone)
    )


@routes.post(
    "/v1/me/phone/verify",
    conditional=False,
    reread=lambda phones, context, id: MyAccountView.of(
        phones.own.read_me(context)
    ),
)
def verify_phone(
    phones: PhoneChanges, context: RequestContext, body: VerifyPhoneIn
) -> MyAccountView:
    """Verify both codes and change the phone; the caller's other sessions end.

    A wrong code spends a try of that code alone.
    """
    returned = ReturnedCodes(
        challenge=body.challenge,
        code_old=unicodedata.normalize("NFKC", body.code_old),
        code_new=unicodedata.normalize("NFKC", body.code_new),
    )
    return MyAccountView.of(phones.own.verify(context, returned))


@routes.delete("/v1/me/phone", status=204, conditional=False)
def stop_phone_correction(
    phones: PhoneChanges, context: RequestContext
) -> None:
    """Stop a correction of the caller's phone by staff, within its 24 hours.

    A street administrator then decides. The phone itself stays.
    """
    phones.own.stop(context)


@routes.post("/v1/people/{person_id}/phone", reread=_reread)
def correct_phone(
    phones: PhoneChanges,
    context: RequestContext,
    person_id: str,
    body: CorrectPhoneIn,
) -> PersonWithPhoneView:
    """Correct a person's phone: at once if nobody has signed in, else after 24 hours.

    The old number gets a notice and can stop it. Then a sign-in with the new
    number completes it. Until that the answer shows it as `phone_change`.
    """
    return _view(
        phones.corrections.correct(context, person_id, body.phone, body.reason)
    )


@routes.post(
    "/v1/people/{person_id}/phone/force", conditional=False, reread=_reread
)
def force_phone_correction(
    phones: PhoneChanges,
    context: RequestContext,
    person_id: str,
    body: ForcePhoneIn,
) -> PersonWithPhoneView:
    """Go on with a stopped correction, as a street administrator who did not ask for it."""
    return _view(phones.corrections.force(context, person_id, body.reason))


@routes.delete("/v1/people/{person_id}/phone", status=204, conditional=False)
def withdraw_phone_correction(
    phones: PhoneChanges, context: RequestContext, person_id: str
) -> None:
    """Withdraw a correction that is not over; the phone itself stays."""
    phones.corrections.withdraw(context, person_id)
