"""Tickets on the desk: lists by deadline, and one ticket with all that staff need to end it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from ..kernel.errors import NotFound
from ..pages.call import PageCall
from ..pages.declaration import Pages, SeeOther, Sheet, Shell, sheet
from ..pages.desk import desk_place, newest_first, those_seen, way_back
from ..pages.money import in_fen
from ..pages.places import door_names
from ..pages.times import ZONE
from ..web.inside import CallRefused
from .desk_moves import ASKING, FIELD_OF, MOVES
from .desk_texts import WORDS
from .page_texts import READY_ANSWERS

__all__ = ["pages"]

pages = Pages("tickets", Shell.DESK, WORDS)
_TIMELINE = "GET /v1/tickets/{ticket_id}/timeline"
_READ = "GET /v1/tickets/{ticket_id}"
# What waits for staff is read from their queue, which knows the names of places and people.
_DUE_KINDS = (
    "ticket.accept",
    "ticket.contact",
    "ticket.resolve",
    "ticket.look",
    "ticket.new_phone",
)
_DUE_TABS: Mapping[str, Mapping[str, Any]] = {
    "due": {},
    "late": {"late": True},
    "none": {"assignee": "none"},
    "me": {"assignee": "me"},
}
_STATE_TABS: Mapping[str, Mapping[str, Any]] = {
    "waiting": {"state": ["on_hold", "resolved"]},
    "closed": {"state": ["closed"]},
}
_KINDS_OF_WISH = ("goods", "service", "company", "learning")


@pages.get("/admin/tickets")
def list_tickets(call: PageCall) -> Sheet | SeeOther:
    """List the tickets of a place: those that wait for staff by deadline, and the others."""
    place = desk_place(call)
    if not place:
        return SeeOther(path="/m")
    tab = call.text("tab")
    if tab not in _DUE_TABS and tab not in _STATE_TABS:
        tab = next(iter(_DUE_TABS))
    query: dict[str, Any] = {"place": place, "limit": 50}
    if call.text("cursor"):
        query["cursor"] = call.text("cursor")
    if tab in _DUE_TABS:
        query |= {"kind": list(_DUE_KINDS), **_DUE_TABS[tab]}
        listed = call.read("GET /v1/admin/queue", query)
    else:
        listed = call.read("GET /v1/tickets", {**query, **_STATE_TABS[tab]})
    return sheet(
        "tickets/desk_list.html",
        rows=listed.items,
        next=listed.next,
        is_due=tab in _DUE_TABS,
        tab=tab,
        tabs=(*_DUE_TABS, *_STATE_TABS),
        place=call.text("place"),
    )


@pages.get("/admin/tickets/{ticket_id}")
def show_ticket(call: PageCall) -> Sheet | SeeOther:
    """Show a ticket to staff: its moves, clocks, photos, timeline, and who may see what."""
    return _ticket_page(call, None)


def _ticket_page(call: PageCall, contact: Any) -> Sheet | SeeOther:
    """Return the page of a ticket; `contact` is None until it was revealed."""
    ticket_id = call.path["ticket_id"]
    ticket = call.read(_READ, ticket_id=ticket_id)
    if ticket.view != "staff":
        return SeeOther(path=f"/m/tickets/{ticket_id}")
    photos = None
    if ticket.photos or ticket.proof:
        photos = call.read(f"{_READ}/photos", ticket_id=ticket_id)
    return sheet(
        "tickets/desk_ticket.html",
        ticket=ticket,
        clocks=call.read(f"{_READ}/clocks", ticket_id=ticket_id).items,
        events=newest_first(call, _TIMELINE),
        photos=photos,
        door=door_names(call, ticket.place),
        moves=_moves_of(ticket),
        asking=ASKING,
        ready=READY_ANSWERS["comment"],
        contact=contact,
        others=_others(call, ticket),
    )


def _others(call: PageCall, ticket: Any) -> Sequence[Any]:
    """Return the tickets that may be the same, to be named, or to merge into."""
    return those_seen(call, _READ, ticket.possible_duplicates)


def _moves_of(ticket: Any) -> list[str]:
    """Return the moves that are buttons, in order; a comment has its form on the page."""
    moves = [move for move in MOVES if move in ticket.moves]
    return [move for move in moves if move != "comment"]


@pages.get("/admin/tickets/{ticket_id}/hold")
@pages.get("/admin/tickets/{ticket_id}/confirm")
@pages.get("/admin/tickets/{ticket_id}/turn")
@pages.get("/admin/tickets/{ticket_id}/reveal")
@pages.get("/admin/tickets/{ticket_id}/{move}")
def show_move(call: PageCall) -> Sheet | SeeOther:
    """Show the form of a move; after a refusal also who has changed the ticket meanwhile."""
    ticket_id = call.path["ticket_id"]
    move = call.path.get("move") or _last_part(call)
    if move not in ASKING and move != "reveal":
        return show_ticket(replace(call, path={"ticket_id": ticket_id}))
    ticket = call.read(_READ, ticket_id=ticket_id)
    if ticket.view != "staff":
        return SeeOther(path=f"/m/tickets/{ticket_id}")
    is_late = call.problem and call.problem["status"] in (409, 412)
    return sheet(
        "tickets/desk_move.html",
        ticket=ticket,
        move=move,
        field=FIELD_OF.get(move, ""),
        is_open=move in (*ticket.moves, "reveal"),
        ready=READY_ANSWERS.get(move, ()),
        events=newest_first(call, _TIMELINE)[:1] if is_late else [],
        people=_assignees(call, ticket, move),
        others=_others(call, ticket) if move == "merge" else [],
        kinds=_KINDS_OF_WISH,
        back=way_back(call, ""),
    )


def _last_part(call: PageCall) -> str:
    return call.address.partition("?")[0].rpartition("/")[2]


def _assignees(call: PageCall, ticket: Any, move: str) -> Sequence[Any]:
    """Return the workers of the place: staff may assign a ticket to one by name."""
    if move != "assign":
        return []
    query = {"place": ticket.community, "role": "grid_worker", "limit": 50}
    try:
        return list(call.read("GET /v1/people", query).items)
    except CallRefused:
        return []  # the roles remain


@pages.post("/admin/tickets/{ticket_id}/hold", asks=show_move)
def hold_ticket(call: PageCall) -> SeeOther:
    """Put a ticket on hold until nine in the morning of a day."""
    route = "POST /v1/tickets/{ticket_id}/hold"
    form = dict(call.form)
    until = _at_nine(str(form.pop("day", "")))
    body = replace(call, form=form).body_for(route)
    if until:
        body["until"] = until
    return _made(call, route, body, "tickets.said.hold")


def _at_nine(day: str) -> str:
    """Return nine in the morning of a day; "" for what is no day."""
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        return ""
    return datetime.combine(chosen, time(9), ZONE).isoformat()


@pages.post("/admin/tickets/{ticket_id}/turn", asks=show_move)
def convert_ticket(call: PageCall) -> SeeOther:
    """Convert a ticket to a wish with the consent of its reporter, and show the wish."""
    route = "POST /v1/tickets/{ticket_id}/turn"
    body = in_fen(call.body_for(route))
    made = call.run(route, body, **call.path)
    said = "tickets.said.turn"
    return SeeOther(path=f"/admin/wishes/{made.wish}", said=said)


@pages.post("/admin/tickets/{ticket_id}/confirm", asks=show_move)
def confirm_ticket(call: PageCall) -> SeeOther:
    """Record the answer of a reporter."""
    route = "POST /v1/tickets/{ticket_id}/confirm"
    return _made(call, route, call.body_for(route), "tickets.said.confirm")


@pages.post("/admin/tickets/{ticket_id}/reveal", asks=show_move)
def reveal(call: PageCall) -> Sheet | SeeOther:
    """Show the phone of the reporter once; the reason is recorded."""
    ticket = call.read(_READ, **call.path)
    if ticket.view != "staff" or ticket.person_id is None:
        raise NotFound
    route = "POST /v1/people/{person_id}/reveal"
    contact = call.run(route, call.body_for(route), person_id=ticket.person_id)
    return _ticket_page(call, contact)


def _made(
    call: PageCall, route: str, body: Mapping[str, Any], said: str
) -> SeeOther:
    call.run(route, body, **call.path)
    default = f"/admin/tickets/{call.path['ticket_id']}"
    return SeeOther(path=way_back(call, default), said=said)


_OWN_FORMS = frozenset({"hold", "turn", "confirm"})
pages.act(
    "/admin/tickets/{ticket_id}/{move}",
    "POST /v1/tickets/{ticket_id}/{move}",
    asks=show_move,
    then="/admin/tickets/{ticket_id}",
    moves=frozenset(MOVES) - _OWN_FORMS,
)
