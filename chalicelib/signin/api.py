"""Routes of signing in and of proving an e-mail address."""

import unicodedata

from ..kernel.errors import Invalid
from ..kernel.request import RequestContext
from ..people.schemas import MyAccountView
from ..web.routes import Routes
from .schemas import (
    CodeIn,
    CodeSentView,
    EmailIn,
    PhoneIn,
    TokensIn,
    TokensView,
)
from .service import SignIn
from .texts import REFUSALS

__all__ = ["routes"]

routes: Routes[SignIn] = Routes("sign-in", REFUSALS)


@routes.post("/v1/auth/codes", status=202, public=True, repeatable=False)
def send_code(
    signin: SignIn, context: RequestContext, body: PhoneIn
) -> CodeSentView:
    """Send a sign-in code by SMS; the answer is the same for unknown numbers."""
    return CodeSentView(retry_after=signin.send_code(context, body.phone))


@routes.post("/v1/auth/tokens", status=201, public=True, repeatable=False)
def sign_in(
    signin: SignIn, context: RequestContext, body: TokensIn
) -> TokensView:
    """Exchange a code, or a refresh token, for a pair of tokens."""
    if body.refresh_token and not (body.phone or body.code):
        signed = signin.refresh(context, body.refresh_token)
    elif body.phone and body.code and not body.refresh_token:
        text_version = body.consent.text_version if body.consent else None
        signed = signin.sign_in(
            context,
            body.phone,
            unicodedata.normalize("NFKC", body.code),
            body.name,
            text_version,
        )
    else:
        raise Invalid("auth.one_way", ["phone"])
    return TokensView(
        access_token=signed.access_token,
        refresh_token=signed.refresh_token,
        expires_in=signed.expires_in,
        person=MyAccountView.of(signed.person),
    )


@routes.delete("/v1/auth/tokens", status=204)
def sign_out(signin: SignIn, context: RequestContext) -> None:
    """End the session; every copy of its tokens is refused from now on."""
    signin.sign_out(context)


@routes.post(
    "/v1/me/email",
    status=202,
    reread=lambda signin, context, id: CodeSentView(retry_after=60),
)
def send_email_code(
    signin: SignIn, context: RequestContext, body: EmailIn
) -> CodeSentView:
    """Send a code to an e-mail address, to prove that it is the caller's."""
    return CodeSentView(
        retry_after=signin.send_email_code(context, body.address)
    )


@routes.post(
    "/v1/me/email/verify",
    reread=lambda signin, context, id: MyAccountView.of(
        signin.read_me(context)
    ),
)
def verify_email(
    signin: SignIn, context: RequestContext, body: CodeIn
) -> MyAccountView:
    """Verify an e-mail address with its code; it becomes a channel."""
    return MyAccountView.of(
        signin.verify_email(context, unicodedata.normalize("NFKC", body.code))
    )
