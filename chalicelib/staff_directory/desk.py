"""The desk about people: search, register, and the record with everything that staff do."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..kernel.access import Role
from ..kernel.errors import NotFound
from ..pages.call import PageCall
from ..pages.declaration import Pages, SeeOther, Sheet, Shell, sheet
from ..pages.desk import desk_place, place_line
from ..pages.people import people_meant
from ..pages.places import is_cut, named_places, tree
from ..web.inside import CallRefused
from .desk_move_texts import MOVE_WORDS
from .desk_moves import MOVES, offered
from .desk_texts import WORDS

__all__ = ["desk"]

desk = Pages("staff_directory", Shell.DESK, {**WORDS, **MOVE_WORDS})
_MOBILE = re.compile(r"1\d{10}")
_ID = re.compile(r"(per|wsh|tkt)_[0-9A-Za-z]{8,40}")
_PAGES = {
    "per": "/admin/people",
    "wsh": "/admin/wishes",
    "tkt": "/admin/tickets",
}
_FEW = 10  # messages and sessions beside a record
_LOOKED_AT = 50  # consents of a person
_TABS = ("volunteer", "property", "grid_worker", "community_staff")
_GIVEN = tuple(role.value for role in Role if role is not Role.RESIDENT)
_RECORD = "GET /v1/people/{person_id}"
_SESSIONS = "GET /v1/people/{person_id}/sessions"


@desk.get("/admin/people")
def find_people(call: PageCall) -> Sheet | SeeOther:
    """Find people of a place by name, or open the thing whose id was typed."""
    q = call.text("q").strip()
    if _ID.fullmatch(q):
        return SeeOther(path=f"{_PAGES[q[:3]]}/{q}")
    place = place_line(call)
    query: dict[str, Any] = {"place": place.code}
    for name in ("q", "cursor", "role"):
        if call.text(name):
            query[name] = call.text(name).strip()
    listed = call.read("GET /v1/people", query)
    return sheet(
        "staff_directory/desk_people.html",
        listed=listed,
        place=place,
        q=q,
        role=call.text("role"),
        tabs=_TABS,
    )


@desk.get("/admin/people/new")
def show_registration(call: PageCall) -> Sheet:
    """Ask for the facts of a person, with or without a phone of their own."""
    place = desk_place(call)
    if not place:
        raise NotFound
    found = tree(call, place)
    return sheet(
        "staff_directory/desk_new.html",
        homes=named_places(found),
        is_cut=is_cut(found),
        meant=people_meant(call, lambda _: place, *_PEOPLE),
    )


@desk.post("/admin/people/new", asks=show_registration)
def register(call: PageCall) -> SeeOther:
    """Register a person, and lead to their record, with those who may be the same."""
    route = "POST /v1/people"
    body = _without_empty_consent(call, call.body_for(route))
    made = call.run(route, body)
    asked = "&".join(f"twin={id}" for id in made.possible_duplicates)
    path = f"/admin/people/{made.id}" + (f"?{asked}" if asked else "")
    return SeeOther(path=path, said="staff_directory.said.registered")


def _without_empty_consent(
    call: PageCall, body: dict[str, Any]
) -> dict[str, Any]:
    """Return a body without the consent of a person who has given none."""
    if not call.field("agreed"):
        body.pop("consent", None)
    body.pop("agreed", None)
    # A phone is that of a person, and the page finds them; it is no code of a household.
    if _MOBILE.fullmatch(str(body.get("household", ""))):
        body["household"] = f"+86{body['household']}"
    return body


@desk.get("/admin/people/{person_id}")
def show_person(call: PageCall) -> Sheet:
    """Show the record of a person: masked, with what staff may do and what was sent."""
    return _record(call, None)


def _record(call: PageCall, contact: Any) -> Sheet:
    """Return the page of a person; `contact` is None until it was revealed."""
    person_id = call.path["person_id"]
    person = call.read(_RECORD, person_id=person_id)
    query = {"person": person_id, "limit": _FEW}
    return sheet(
        "staff_directory/desk_person.html",
        person=person,
        contact=contact,
        twins=_twins(call),
        groups=offered(person),
        messages=call.read("GET /v1/messages", query).items,
        sessions=_sessions(call, person_id),
    )


def _sessions(call: PageCall, person_id: str) -> Any:
    """Return where a person is signed in; None for a caller who may not end that."""
    try:
        listed = call.read(_SESSIONS, {"limit": _FEW}, person_id=person_id)
    except CallRefused:
        return None
    return listed.items


def _twins(call: PageCall) -> list[Any]:
    """Return the people who may be the one that was just registered."""
    given = call.query.get("twin", [])
    ids = given if isinstance(given, list) else [given]
    found = [id for id in ids[:_FEW] if _ID.fullmatch(id)]
    return [call.read(_RECORD, person_id=id) for id in found]


@desk.get("/admin/people/{person_id}/{move}")
def ask_move(call: PageCall) -> Sheet | SeeOther:
    """Ask what a move about a person needs."""
    move = call.path["move"]
    if move not in MOVES:
        raise NotFound
    if move == "role-agree" and "challenge" not in call.typed:
        return SeeOther(
            path=f"/admin/people/{call.path['person_id']}/role-code"
        )
    if move == "unseal":  # of an erased person there is no record
        return sheet(
            "staff_directory/desk_unseal.html", id=call.path["person_id"]
        )
    return _form(call, move)


desk.act(
    "/admin/people/{person_id}/sessions/{session_id}",
    "DELETE /v1/people/{person_id}/sessions/{session_id}",
    asks=show_person,
    then="/admin/people/{person_id}",
    said="staff_directory.said.session_ended",
)


def _form(call: PageCall, move: str, shown: Any = None) -> Sheet:
    """Return the page of a move; `shown` is what it has answered."""
    person = call.read(_RECORD, person_id=call.path["person_id"])
    found: Sequence[Any] = []
    if move in _WITH_PLACES:
        found = tree(call, _own_place(call))
    return sheet(
        "staff_directory/desk_move.html",
        person=person,
        move=move,
        version=person.version if MOVES[move].versioned else "",
        shown=shown,
        places=named_places(found),
        is_cut=is_cut(found),
        roles=_GIVEN,
        consents=_consents(call, person) if move == "call-back" else [],
        meant=people_meant(call, _own_place, *_PEOPLE),
    )


def _consents(call: PageCall, person: Any) -> Any:
    """Return the newest consents of a person, with those that wait for a call-back."""
    route = "GET /v1/people/{person_id}/consents"
    return call.read(route, {"limit": _LOOKED_AT}, person_id=person.id).items


# The fields that name another person.
_PEOPLE = ("household", "contact_via", "second")
_WITH_PLACES = ("correct", "roles", "role-code")


def _own_place(call: PageCall) -> str:
    return place_line(call).code


@desk.post("/admin/people/{person_id}/{move}", asks=ask_move)
def make_move(call: PageCall) -> Sheet | SeeOther:
    """Run a move about a person: show its answer once, or lead back to the record."""
    move, person_id = call.path["move"], call.path["person_id"]
    if move not in MOVES:
        raise NotFound
    route, path = MOVES[move].route, {"person_id": person_id}
    if "{consent_id}" in route:
        path["consent_id"] = call.field("consent_id")
    if move == "data":  # a look that is recorded, so it is asked for by a form
        return _form(call, move, call.read(route, **path))
    answer = call.run(
        route, _BODIES.get(move, _plain_body)(call, route), **path
    )
    if move == "reveal":
        return _record(call, answer)
    if move == "unseal":
        return sheet("staff_directory/desk_sealed.html", sealed=answer)
    if MOVES[move].shows and getattr(answer, "state", "") != "erased":
        return _form(
            call, "role-agree" if move == "role-code" else move, answer
        )
    said = "staff_directory.said.done"
    if getattr(answer, "state", "") == "erased":
        return SeeOther(path="/admin/people", said=said)
    return SeeOther(path=f"/admin/people/{person_id}", said=said)


def _plain_body(call: PageCall, route: str) -> Any:
    body = call.body_for(route)
    body.pop("consent_id", None)
    return body


def _correction(call: PageCall, route: str) -> Any:
    return _without_empty_consent(call, call.body_for(route))


def _limits(call: PageCall, route: str) -> Any:
    return {"homes_7_days": None, **call.body_for(route)}


def _vetting(call: PageCall, route: str) -> Any:
    """Return a vetting; the day of its end is the last on which it counts."""
    body = call.body_for(route)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", str(body.get("expires_at", ""))):
        body["expires_at"] += "T23:59:59+08:00"
    return body


def _roles(call: PageCall, route: str) -> Any:
    """Return the roles that are ticked, and the new one if a role is chosen."""
    kept = call.form.get("keep", [])
    grants = []
    for each in kept if isinstance(kept, list) else [kept]:
        role, _, place = each.partition("@")
        grants.append({"role": role, "place": place})
    if call.field("role"):
        added = {"role": call.field("role"), "place": call.field("place")}
        grants.append(added)
    return grants


def _blocked(call: PageCall, route: str) -> Any:
    blocked = call.path["move"] == "block"
    return {"blocked": blocked, "reason": call.field("reason")}


_BODIES: Mapping[str, Callable[[PageCall, str], Any]] = {
    "correct": _correction,
    "household": _correction,
    "limits": _limits,
    "vet": _vetting,
    "roles": _roles,
    "block": _blocked,
    "unblock": _blocked,
    "phone-withdraw": lambda call, route: None,
}
