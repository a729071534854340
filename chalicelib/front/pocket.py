"""Pages for a signed-in person: the home by what is due, and the look of all pages."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from ..pages.assets import asset_name, plain_asset
from ..pages.call import PageCall
from ..pages.declaration import Pages, Raw, SeeOther, Sheet, Shell, sheet
from ..pages.look import SIZES, THEMES, Look
from ..pages.paths import own_path
from .page_texts import WORDS

__all__ = ["pocket"]

pocket = Pages("front", Shell.POCKET, WORDS)
_SHOWN = 3  # newest messages, and newest things that go on
_WISH_GOES_ON = ("submitted", "open", "claimed")
_LOOKED_AT = 10  # of each list, for what is due


@pocket.get("/m")
def show_home(call: PageCall) -> Sheet:
    """Show what waits for an answer, in the order of its deadline, and the five tiles."""
    few = {"limit": _LOOKED_AT}
    wishes = call.read("GET /v1/me/wishes", few).items
    tickets = call.read("GET /v1/me/tickets", few).items
    inbox = call.read("GET /v1/me/inbox", {"limit": _SHOWN}).items
    is_volunteer = bool(call.places_of("volunteer"))
    offers: list[Any] = []
    claims: list[Any] = []
    if is_volunteer:
        offers = call.read("GET /v1/me/offers", few).items
        claims = call.read("GET /v1/me/claims", few).items
    return sheet(
        "front/home.html",
        going=_going(wishes, tickets),
        questions=[each for each in wishes if _asks(each)],
        keeping=[
            each
            for each in wishes
            if "keep" in each.moves and each.age_days > _OLD
        ],
        solved=[each for each in tickets if each.state == "resolved"],
        offers=[each for each in offers if "accept" in each.moves],
        claims=[each for each in claims if each.state == "active"],
        inbox=inbox,
        is_volunteer=is_volunteer,
        is_worker=bool(
            call.places_of(
                "grid_worker", "property", "community_staff", "street_admin"
            )
        ),
    )


def _going(wishes: Sequence[Any], tickets: Sequence[Any]) -> list[Any]:
    """Return the newest things of the caller's that are not over, with the way to each."""
    going = [
        {
            "path": f"/m/wishes/{wish.id}",
            "title": wish.title,
            "state": f"wish.state.{wish.state}",
            "at": wish.created_at,
        }
        for wish in wishes
        if wish.state in _WISH_GOES_ON
    ]
    going += [
        {
            "path": f"/m/tickets/{ticket.id}",
            "title": ticket.text or "",
            "state": f"ticket.state.{ticket.state}",
            "at": ticket.created_at,
        }
        for ticket in tickets
        if ticket.state not in ("closed", "resolved")
    ]
    going.sort(key=itemgetter("at"), reverse=True)
    return going[:_SHOWN]


def _asks(wish: Any) -> bool:
    """Say whether a delivery waits for the resident's answer."""
    waits = any(claim.state == "delivered" for claim in wish.claims)
    return waits and "confirm" in wish.moves


_OLD = 14  # days on the wall, after which a resident is asked whether it is still needed


@pocket.get("/m/look", open=True)
def show_look(call: PageCall) -> Sheet:
    """Ask how pages are to look."""
    return sheet(
        "front/look.html",
        sizes=SIZES,
        themes=THEMES,
        back=own_path(call.text("next") or str(call.typed.get("next", ""))),
        is_first=call.text("first") == "1",
    )


@pocket.post("/m/look", asks=show_look, open=True)
def keep_look(call: PageCall) -> SeeOther:
    """Keep how pages are to look, in this browser."""
    form = call.form
    asked = f"{form.get('size')}.{form.get('theme')}.{form.get('locale')}"
    look = Look.parse(asked, None)
    back = own_path(call.field("next"))
    return SeeOther(path=back, kept={Look.COOKIE: str(look)})


@pocket.get("/m/offline", open=True)
def show_offline(call: PageCall) -> Sheet:
    """Show the page that a phone keeps for when it has no network."""
    return sheet("front/offline.html")


@pocket.get("/m/sw.js", open=True)
def send_worker(call: PageCall) -> Raw:
    """Send the service worker, with the names of the files that it keeps."""
    names = [f"static/{asset_name(name)}" for name in _KEPT]
    script = plain_asset("sw.js").text.replace(
        "/*KEPT*/", ",".join(map(repr, names))
    )
    return Raw(text=script, media="text/javascript; charset=utf-8")


_KEPT = ("app.css", "app.js", "outbox.js", "htmx.js")
