"""Pages of tickets: for those who report a problem and those who work on it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ..pages.call import PageCall
from ..pages.declaration import Pages, SeeOther, Sheet, Shell, sheet
from ..pages.places import door_names
from ..pages.times import ZONE
from .page_moves import ASKING, MOVES
from .page_texts import READY_ANSWERS, WORDS

__all__ = ["WORKERS", "pages"]

pages = Pages("tickets", Shell.POCKET, WORDS)
WORKERS = ("grid_worker", "property", "community_staff", "street_admin")
_TABS: Mapping[str, tuple[str, ...]] = {
    "due": ("open", "accepted", "assigned"),
    "waiting": ("on_hold", "resolved"),
}
_HOLD_DAYS = (1, 3, 7)


@pages.get("/m/tickets")
def list_tickets(call: PageCall) -> Sheet:
    """List the tickets of a worker by deadline, or those that the caller has reported."""
    places = call.places_of(*WORKERS)
    tab = call.text("tab")
    if not places or tab == "mine":
        return _list_own(call, is_worker=bool(places))
    tab = tab if tab in _TABS else "due"
    place = call.text("place")
    query: dict[str, Any] = {
        "place": place if place in places else places[0],
        "state": list(_TABS[tab]),
    }
    if call.text("assignee") == "none":
        query["assignee"] = "none"
    elif not call.places_of("community_staff", "street_admin"):
        query["assignee"] = "me"
    if call.text("cursor"):
        query["cursor"] = call.text("cursor")
    listed = call.read("GET /v1/tickets", query)
    return sheet(
        "tickets/worker_list.html",
        tickets=listed.items,
        next=listed.next,
        tab=tab,
        moves={each.id: _moves_of(each) for each in listed.items},
        asking=ASKING,
        ready=READY_ANSWERS,
    )


def _list_own(call: PageCall, *, is_worker: bool) -> Sheet:
    cursor = call.text("cursor")
    query = {"cursor": cursor} if cursor else {}
    listed = call.read("GET /v1/me/tickets", query)
    return sheet("tickets/own_list.html", listed=listed, is_worker=is_worker)


@pages.get("/m/tickets/{ticket_id}")
def show_ticket(call: PageCall) -> Sheet:
    """Show a ticket as the caller may see it, with the moves that they have."""
    path = call.path
    ticket = call.read("GET /v1/tickets/{ticket_id}", **path)
    events, photos = [], None
    if ticket.view != "public":
        timeline = "GET /v1/tickets/{ticket_id}/timeline"
        events = call.read(timeline, {"limit": 100}, **path).items
        if ticket.photos or ticket.proof:
            photos = call.read("GET /v1/tickets/{ticket_id}/photos", **path)
    return sheet(
        "tickets/ticket.html",
        ticket=ticket,
        events=events,
        photos=photos,
        door=door_names(call, getattr(ticket, "place", None)),
        moves=_moves_of(ticket),
        asking=ASKING,
    )


def _moves_of(ticket: Any) -> list[str]:
    """Return the moves of a ticket in order; staff join one for others only, so that comes last."""
    moves = [each for each in MOVES if each in ticket.moves]
    if ticket.view in ("staff", "line") and "join" in moves:
        moves.remove("join")
        moves.append("join")
    return moves


@pages.get("/m/tickets/{ticket_id}/hold")
@pages.get("/m/tickets/{ticket_id}/{move}")
def show_move(call: PageCall) -> Sheet:
    """Show the form of a move that asks something."""
    ticket_id = call.path["ticket_id"]
    move = call.path.get("move", "hold")
    if move not in ASKING:
        return show_ticket(replace(call, path={"ticket_id": ticket_id}))
    ticket = call.read("GET /v1/tickets/{ticket_id}", ticket_id=ticket_id)
    return sheet(
        "tickets/move.html",
        ticket=ticket,
        move=move,
        is_open=move in ticket.moves,
        ready=READY_ANSWERS.get(move, ()),
        hold_days=_HOLD_DAYS,
        roles=WORKERS,
        is_worker=bool(call.places_of(*WORKERS)),
    )


@pages.post("/m/tickets/{ticket_id}/hold", asks=show_move)
def hold_ticket(call: PageCall) -> SeeOther:
    """Put a ticket on hold for a number of days; it returns at nine in the morning."""
    route = "POST /v1/tickets/{ticket_id}/hold"
    ticket_id = call.path["ticket_id"]
    form = dict(call.form)
    days = str(form.pop("days", ""))
    body = replace(call, form=form).body_for(route)
    if days in map(str, _HOLD_DAYS):
        body["until"] = _at_nine(call.now, int(days)).isoformat()
    call.run(route, body, ticket_id=ticket_id)
    return SeeOther(path=f"/m/tickets/{ticket_id}", said="tickets.said.hold")


def _at_nine(now: datetime, days: int) -> datetime:
    local = now.astimezone(ZONE) + timedelta(days=days)
    return local.replace(hour=9, minute=0, second=0, microsecond=0)


pages.act(
    "/m/tickets/{ticket_id}/{move}",
    "POST /v1/tickets/{ticket_id}/{move}",
    asks=show_move,
    then="/m/tickets/{ticket_id}",
    moves=frozenset(MOVES) - {"hold"},
)
