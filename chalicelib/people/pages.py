"""Pages about oneself: account, home, volunteering, hours, consents, devices, data."""

from datetime import timedelta

from ..pages.call import PageCall
from ..pages.declaration import (
    BrowserTokens,
    Pages,
    SeeOther,
    Sheet,
    Shell,
    sheet,
)
from ..pages.paths import own_path
from ..pages.places import first_street, tree
from .page_texts import WORDS

__all__ = ["pages"]

pages = Pages("people", Shell.POCKET, WORDS)
_KINDS = ("goods", "service", "company", "learning")
_PAUSES = (7, 14, 30)  # days


@pages.get("/m/me")
def show_me(call: PageCall) -> Sheet:
    """Show the caller's account, and the way to what they can change."""
    return sheet("people/me.html", me=call.read("GET /v1/me"))


@pages.get("/m/me/account")
def show_account(call: PageCall) -> Sheet:
    """Ask for the name, the door and the channels."""
    return sheet("people/account.html", me=call.read("GET /v1/me"))


@pages.post("/m/me/account", asks=show_account)
def change_account(call: PageCall) -> SeeOther:
    """Change the account. An unchecked box is sent by no browser, so it says no here."""
    route = "PATCH /v1/me"
    body = call.body_for(route)
    body.setdefault("address", None)
    channels = {name: name in call.form for name in ("sms", "promotions")}
    for name in channels:
        body.pop(name, None)
    hours = {"from": body.pop("from", ""), "to": body.pop("to", "")}
    body["channels"] = channels
    body["quiet_hours"] = hours if hours["from"] and hours["to"] else None
    call.run(route, body)
    return SeeOther(path="/m/me", said="people.said.changed")


@pages.get("/m/me/home")
def show_home(call: PageCall) -> Sheet:
    """Ask for the building in which the caller lives, one level after the other."""
    under = call.text("under") or first_street(call)
    places = tree(call, under)
    depth = under.count(".") + 1
    return sheet(
        "people/home.html",
        here=call.address,
        place=places[0] if places else None,
        below=[each for each in places if each.code.count(".") == depth],
        back=own_path(call.text("next"), "/m/me"),
    )


@pages.post("/m/me/home", asks=show_home)
def set_home(call: PageCall) -> SeeOther:
    """Set the caller's home."""
    call.run("PATCH /v1/me", {"home": call.form.get("home", "")})
    back = own_path(call.field("next"), "/m/me")
    return SeeOther(path=back, said="people.said.changed")


@pages.get("/m/me/volunteer")
def show_volunteer(call: PageCall) -> Sheet:
    """Ask where, when and with what a volunteer helps."""
    me = call.read("GET /v1/me")
    places = tree(call, first_street(call))
    return sheet(
        "people/volunteer.html",
        me=me,
        kinds=_KINDS,
        pauses=_PAUSES,
        communities=[each for each in places if each.code.count(".") == 1],
    )


@pages.post("/m/me/volunteer", asks=show_volunteer)
def volunteer(call: PageCall) -> SeeOther:
    """Become a volunteer, or change what one offers."""
    route = "PATCH /v1/me/volunteer"
    if call.read("GET /v1/me").volunteer is None:
        route = "PUT /v1/me/volunteer"
    body = call.body_for(route)
    body.setdefault("kinds", [])
    body["skills"] = _words(call.field("skills"))
    call.run(route, body)
    return SeeOther(path="/m/me", said="people.said.volunteer")


@pages.post("/m/me/pause", asks=show_volunteer)
def pause(call: PageCall) -> SeeOther:
    """Pause the offers for some days, or end the pause."""
    days = call.field("days")
    until = None
    if days in map(str, _PAUSES):
        until = (call.now + timedelta(days=int(days))).isoformat()
    call.run("PATCH /v1/me/volunteer", {"paused_until": until})
    return SeeOther(path="/m/me", said="people.said.changed")


def _words(text: str) -> list[str]:
    """Return the words of a list that a person has typed, with any usual divider."""
    for divider in "、，；;\n":
        text = text.replace(divider, ",")
    return [word.strip() for word in text.split(",") if word.strip()]


@pages.get("/m/me/hours")
def show_hours(call: PageCall) -> Sheet:
    """List the time that is booked for the caller."""
    hours = call.read("GET /v1/me/hours", {"limit": 100})
    total = sum(each.minutes for each in hours.items)
    return sheet("people/hours.html", hours=hours, total=total)


@pages.get("/m/me/consents")
def show_consents(call: PageCall) -> Sheet:
    """List what the caller has agreed to, and what waits for an answer."""
    query = {"limit": 100}
    return sheet(
        "people/consents.html",
        me=call.read("GET /v1/me"),
        consents=call.read("GET /v1/me/consents", query).items,
    )


pages.act(
    "/m/me/consents",
    "POST /v1/me/consents",
    asks=show_consents,
    then="/m/me/consents",
    said="people.said.changed",
)


@pages.get("/m/me/sessions")
def show_sessions(call: PageCall) -> Sheet:
    """List where the caller is signed in."""
    sessions = call.read("GET /v1/me/sessions", {"limit": 100}).items
    return sheet("people/sessions.html", sessions=sessions)


pages.act(
    "/m/me/sessions/{session_id}",
    "DELETE /v1/me/sessions/{session_id}",
    asks=show_sessions,
    then="/m/me/sessions",
    said="people.said.session_ended",
)


@pages.get("/m/me/data")
def show_data(call: PageCall) -> Sheet:
    """Offer the file with everything that is held about the caller."""
    held = call.read("GET /v1/me/data")
    return sheet("people/data.html", held=held, is_file=hasattr(held, "state"))


@pages.get("/m/me/data/file")
def fetch_data(call: PageCall) -> SeeOther:
    """Lead to the file with everything that is held about the caller."""
    return SeeOther(path=call.read("GET /v1/me/data/file").location)


@pages.get("/m/me/erase")
def ask_erasure(call: PageCall) -> Sheet:
    """Explain what an erasure does; it needs a fresh code."""
    is_sent = bool(call.form.get("challenge"))
    challenge = call.form.get("challenge", "")
    return sheet("people/erase.html", is_sent=is_sent, challenge=challenge)


@pages.post("/m/me/erase/code", asks=ask_erasure)
def send_erasure_code(call: PageCall) -> Sheet:
    """Send a code for the erasure to the caller's own phone."""
    me = call.read("GET /v1/me")
    sent = call.run("POST /v1/auth/codes", {"phone": me.phone})
    return sheet("people/erase.html", is_sent=True, challenge=sent.challenge)


@pages.post("/m/me/erase", asks=ask_erasure)
def erase(call: PageCall) -> SeeOther:
    """Erase the caller's account."""
    call.run("DELETE /v1/me", dict(call.form))
    return SeeOther(path="/", tokens=BrowserTokens())
