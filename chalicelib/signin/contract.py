"""The texts of sign-in in the contract."""

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

CONTRACT = FeatureTexts(
    tag="Sign-in by SMS code, tokens and sessions.",
    operations={
        "send_code": "For anybody, without a token. An SMS with a code is sent.",
        "sign_in": (
            "For anybody, without a token. The first sign-in makes the account and needs `name` "
            "and `consent`. A refresh token works once."
        ),
        "sign_out": "For anybody who is signed in. This session ends.",
        "list_sessions": "For anybody who is signed in: their own. It changes nothing.",
        "end_session": "For anybody who is signed in: their own. Its tokens end.",
        "list_person_sessions": About(
            can.END_SESSION,
            "No network address, and nothing to sign in with. It changes nothing.",
        ),
        "end_person_session": About(
            can.END_SESSION,
            "Its tokens end; the other sessions go on. The security trail gets a line.",
        ),
        "send_email_code": "For anybody who is signed in. A code goes to the address.",
        "verify_email": "For anybody who is signed in. Messages may come by e-mail then.",
        "read_out_code": About(can.READ_OUT, "The person is told by SMS."),
        "send_role_code": (
            "For grid workers, community staff and street administrators of the place, about roles "
            "below their own. An SMS with a code is sent to the person."
        ),
        "agree_to_role": (
            "For grid workers, community staff and street administrators of the place, about roles "
            "below their own. The role can be granted then."
        ),
    },
    fields={
        "access_token": "The access token, for the Authorization header.",
        "last_used_at": "When it was last used (UTC).",
        "path.session_id": "The id of the session.",
        "TokensView.person": "The account of the person who signed in.",
        "TokensIn.phone": "The phone that got the code, in E.164.",
        "TokensIn.name": "The name for a new account.",
        "TokensIn.consent": "The consent to the terms, for a new account.",
        "EmailIn.address": "The e-mail address.",
        "CodeIn.code": "The six digits of the message.",
        "TokensIn.code": "The six digits of the message.",
        "RoleAgreementIn.code": "The six digits that the person has read out.",
    },
    examples={
        "EmailIn.address": "wang@example.com",
        "access_token": "eyJhbGciOiJIUzI1NiJ9.e30.c2ln",
        "refresh_token": "rt_a2a2a2a2a2a2a2a2a2a2a2a2",
        "device": "dv_a2a2a2a2a2a2a2a2a2a2a2a2",
        "expires_in": 1800,
        "TokensIn.phone": "+8613900000101",
        "TokensIn.code": "123456",
        "MySessionView.device": "Android",
        "SessionView.device": "Android",
        "current": True,
    },
)
