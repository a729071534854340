"""Routes of signing in, of sessions, and of proving an e-mail address."""

import unicodedata

from ..kernel.errors import Invalid
from ..kernel.request import RequestContext
from ..people.schemas import MyAccountView
from ..staff_directory.schemas import PersonView
from ..web.fields import PageQuery
from ..web.routes import Routes
from .schemas import (
    CodeIn,
    CodeSentView,
    EmailCodeSentView,
    EmailIn,
    MySessionList,
    MySessionView,
    PhoneIn,
    ReadOutCodeView,
    ReadOutIn,
    RoleAgreementIn,
    RoleCodeIn,
    SessionList,
    SessionView,
    TokensIn,
    TokensView,
)
from .service import CodeReturned, SignIn
from .texts import REFUSALS

__all__ = ["routes"]

routes: Routes[SignIn] = Routes("sign-in", REFUSALS)


@routes.post("/v1/auth/codes", status=202, public=True, repeatable=False)
def send_code(
    signin: SignIn, context: RequestContext, body: PhoneIn
) -> CodeSentView:
    """Send a sign-in code by SMS; the answer is the same for unknown numbers."""
    return CodeSentView.model_validate(
        signin.codes.send_code(context, body.phone, body.device)
    )


@routes.post("/v1/auth/tokens", status=201, public=True, repeatable=False)
def sign_in(
    signin: SignIn, context: RequestContext, body: TokensIn
) -> TokensView:
    """Exchange a code and its challenge, or a refresh token, for a pair of tokens."""
    if body.refresh_token and not (body.phone or body.code or body.challenge):
        signed = signin.sessions.refresh(context, body.refresh_token)
    else:
        signed = signin.sign_in(context, _returned(body))
    return TokensView(
        access_token=signed.access_token,
        refresh_token=signed.refresh_token,
        expires_in=signed.expires_in,
        device=signed.device,
        person=MyAccountView.of(signed.person),
    )


def _returned(body: TokensIn) -> CodeReturned:
    if body.refresh_token or not (body.phone and body.code):
        raise Invalid("auth.one_way", ["phone"])
    if not body.challenge:
        raise Invalid("auth.challenge_required", ["challenge"])
    return CodeReturned(
        phone=body.phone,
        code=unicodedata.normalize("NFKC", body.code),
        challenge=body.challenge,
        name=body.name,
        text_version=body.consent.text_version if body.consent else None,
        birth_year=body.birth_year,
        guardian=body.guardian.given() if body.guardian else None,
    )


@routes.delete("/v1/auth/tokens", status=204)
def sign_out(signin: SignIn, context: RequestContext) -> None:
    """End the session; every copy of its tokens is refused from now on."""
    signin.sessions.sign_out(context)


@routes.get("/v1/me/sessions")
def list_sessions(
    signin: SignIn, context: RequestContext, query: PageQuery
) -> MySessionList:
    """List where the caller is signed in, newest first."""
    actor, page = signin.sessions.list_sessions(context, query.limit)
    items = [MySessionView.of_mine(one, actor.session) for one in page.items]
    return MySessionList(items=items, next=context.cursor_of(page.next))


@routes.delete("/v1/me/sessions/{session_id}", status=204, conditional=False)
def end_session(
    signin: SignIn, context: RequestContext, session_id: str
) -> None:
    """End one session of the caller, such as that of a lost phone."""
    signin.sessions.end_session(context, session_id)


@routes.get("/v1/people/{person_id}/sessions")
def list_person_sessions(
    signin: SignIn, context: RequestContext, person_id: str, query: PageQuery
) -> SessionList:
    """List where a person is signed in, newest first, for staff of their place."""
    page = signin.staff_sessions.list_sessions(context, person_id, query.limit)
    items = [SessionView.of(one) for one in page.items]
    return SessionList(items=items, next=context.cursor_of(page.next))


@routes.delete(
    "/v1/people/{person_id}/sessions/{session_id}",
    status=204,
    conditional=False,
)
def end_person_session(
    signin: SignIn, context: RequestContext, person_id: str, session_id: str
) -> None:
    """End one session of a person, such as that of a phone they have lost."""
    signin.staff_sessions.end_session(context, person_id, session_id)


@routes.post(
    "/v1/people/{person_id}/sign-in-code",
    status=201,
    reread=lambda signin, context, id: ReadOutCodeView.model_validate(
        signin.read_out.reread(context, id)
    ),
)
def read_out_code(
    signin: SignIn,
    context: RequestContext,
    person_id: str,
    body: ReadOutIn,
) -> ReadOutCodeView:
    """Make a code for staff to read out; the reason is recorded and the person notified."""
    return ReadOutCodeView.model_validate(
        signin.read_out.read_out(context, person_id, body.reason)
    )


@routes.post(
    "/v1/people/{person_id}/role-code",
    status=202,
    reread=lambda signin, context, id: CodeSentView.model_validate(
        signin.role_codes.reread(context, id)
    ),
)
def send_role_code(
    signin: SignIn,
    context: RequestContext,
    person_id: str,
    body: RoleCodeIn,
) -> CodeSentView:
    """Send a code to a newcomer, who agrees to a role by reading it out."""
    return CodeSentView.model_validate(
        signin.role_codes.send(context, person_id, body.role, body.place)
    )


@routes.post(
    "/v1/people/{person_id}/role-code/verify",
    reread=lambda signin, context, id: PersonView.of(
        signin.role_codes.read_person(context, id)
    ),
)
def agree_to_role(
    signin: SignIn,
    context: RequestContext,
    person_id: str,
    body: RoleAgreementIn,
) -> PersonView:
    """Record that a newcomer agrees to a role, with the code that they have read out."""
    code = unicodedata.normalize("NFKC", body.code)
    return PersonView.of(
        signin.role_codes.agree(context, person_id, body.challenge, code)
    )


@routes.post(
    "/v1/me/email",
    status=202,
    reread=lambda signin, context, id: EmailCodeSentView(retry_after=60),
)
def send_email_code(
    signin: SignIn, context: RequestContext, body: EmailIn
) -> EmailCodeSentView:
    """Send a code to an e-mail address, to prove that it is the caller's."""
    return EmailCodeSentView(
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
