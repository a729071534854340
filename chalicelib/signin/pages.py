"""Pages of signing in: the phone, the code, and for newcomers the name and the terms."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from ..kernel.errors import Invalid
from ..pages.call import PageCall
from ..pages.cookies import DEVICE, STEP
from ..pages.declaration import (
    BrowserTokens,
    Pages,
    SeeOther,
    Sheet,
    Shell,
    sheet,
)
from ..pages.paths import own_path
from .page_texts import WORDS

__all__ = ["pages"]

pages = Pages("signin", Shell.POCKET, WORDS)
_SIGN_IN = "/m/sign-in"
_NEWCOMER = {"consent.required"}
_STEP = {"phone": str, "challenge": str, "wait": int, "next": str}


@pages.get("/m/sign-in", open=True)
def show_sign_in(call: PageCall) -> Sheet | SeeOther:
    """Ask for the phone, or for the code that was sent to it."""
    back = own_path(str(call.typed.get("next", "")))
    if call.signed_in:
        return SeeOther(path=back)
    step = _step_of(call)
    if call.text("step") == "code" and step:
        return show_code(call)
    return sheet("signin/phone.html", back=back)


@pages.post("/m/sign-in", asks=show_sign_in, open=True)
def send_code(call: PageCall) -> SeeOther:
    """Send a code to a phone."""
    body = {"phone": call.form.get("phone", "")}
    if DEVICE in call.kept:
        body["device"] = call.kept[DEVICE]
    sent = call.run("POST /v1/auth/codes", body)
    step = {
        "phone": body["phone"],
        "challenge": sent.challenge,
        "wait": sent.retry_after,
        "next": own_path(call.field("next")),
    }
    return SeeOther(path=f"{_SIGN_IN}?step=code", kept={STEP: _packed(step)})


@pages.get("/m/sign-in/code", open=True)
def show_code(call: PageCall) -> Sheet | SeeOther:
    """Ask for the code; a newcomer also for their name and the terms."""
    step = _step_of(call)
    if not step:
        return SeeOther(path=_SIGN_IN)
    problem = call.problem or {}
    is_new = problem.get("code") in _NEWCOMER or "name" in call.typed
    terms = _terms(call) if is_new else None
    return sheet(
        "signin/code.html",
        phone=step["phone"],
        back=step["next"],
        wait=step["wait"],
        terms=terms,
        is_new=is_new,
    )


@pages.post("/m/sign-in/code", asks=show_code, open=True)
def sign_in(call: PageCall) -> SeeOther:
    """Sign in with a code."""
    step = _step_of(call)
    if not step:
        return SeeOther(path=_SIGN_IN)
    form = call.form
    body: dict[str, Any] = {
        "phone": step["phone"],
        "challenge": step["challenge"],
        "code": "".join(call.field("code").split()),
    }
    name = call.field("name").strip()
    if name:
        body["name"] = name
    if "name" in form and not name:
        raise Invalid("page.name_missing", ["name"])
    if form.get("terms") == "true":
        body["consent"] = {"text_version": _terms(call).version}
    signed = call.run("POST /v1/auth/tokens", body)
    tokens = BrowserTokens(
        access_token=signed.access_token,
        expires_in=signed.expires_in,
        device=signed.device,
    )
    back = own_path(step["next"])
    path = f"/m/look?first=1&next={back}" if name else back
    return SeeOther(
        path=path, tokens=tokens, kept={STEP: ""}, said="signin.said.in"
    )


@pages.get("/m/sign-out")
def ask_sign_out(call: PageCall) -> Sheet:
    """Ask before the session ends."""
    return sheet("signin/sign_out.html")


@pages.post("/m/sign-out", asks=ask_sign_out)
def sign_out(call: PageCall) -> SeeOther:
    """End the session of this browser."""
    call.run("DELETE /v1/auth/tokens")
    return SeeOther(path="/", tokens=BrowserTokens())


def _terms(call: PageCall) -> Any:
    """Return the current terms in the language of the page."""
    texts = call.read("GET /v1/consents/texts").root
    for text in texts:
        if text.purpose == "terms" and text.locale == call.look.locale:
            return text
    raise LookupError(call.look.locale)


def _packed(step: Mapping[str, Any]) -> str:
    text = json.dumps(step, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _step_of(call: PageCall) -> dict[str, Any]:
    """Return what was sent to which phone; {} where nothing is known any more."""
    packed = call.kept.get(STEP, "")
    try:
        step = json.loads(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    except (ValueError, RecursionError):  # not of our own making
        return {}
    is_whole = isinstance(step, dict) and step.keys() == _STEP.keys()
    if not is_whole or any(
        not isinstance(step[name], kind) for name, kind in _STEP.items()
    ):
        return {}
    found: dict[str, Any] = step
    return found
