"""The desk about places: the tree, the duty lists, names and numbers, messages of a street."""

from collections.abc import Sequence
from typing import Any

from ..kernel.access import Role
from ..kernel.errors import NotFound
from ..kernel.place import (
    PlaceKind,
    ancestors,
    community_of,
    depth_below,
    kind_of,
    parent_of,
    street_of,
)
from ..pages.call import PageCall
from ..pages.declaration import Pages, SeeOther, Sheet, Shell, sheet
from ..pages.desk import STAFF
from ..pages.paths import own_path
from ..pages.people import found_people
from ..pages.places import is_cut, names_of, tree
from .desk_forms import FORMS
from .desk_texts import WORDS

__all__ = ["desk"]

desk = Pages("places", Shell.DESK, WORDS)
_DUTY = tuple(
    role.value for role in Role if role not in (Role.RESIDENT, Role.VOLUNTEER)
)
_LEVELS = tuple(PlaceKind)
_GAPS = 20
_SHOWN = 2  # levels on a page at most; what is below has a page of its own
_CHANGED = "places.said.changed"


@desk.get("/admin/places")
def list_places(call: PageCall) -> Sheet:
    """List a place and what is below it: to look after it, or to choose one for another page."""
    places = call.places_of(*STAFF)
    under = call.text("under") or (places[0] if places else "")
    if not under:
        raise NotFound
    found, levels = _near(call, under)
    policy = call.read("GET /v1/policies/tickets", {"place": street_of(under)})
    gaps = _gaps_below(policy, under)
    return sheet(
        "places/desk_places.html",
        under=under,
        own=places,
        up=parent_of(under),
        places=[
            {"place": place, "depth": depth_below(under, place.code)}
            for place in found
        ],
        next=own_path(call.text("next"), "").partition("?")[0],
        gaps=gaps,
        names=names_of(call, [gap.place for gap in gaps]),
        grids={each.code: each.name for each in found},
        levels=levels,
        is_cut=is_cut(found),
    )


def _near(call: PageCall, under: str) -> tuple[Sequence[Any], int]:
    """Return the places of two levels, or of one where two are too many, and their number."""
    for levels in (_SHOWN, 1):
        found = tree(call, under, levels)
        if not is_cut(found):
            break
    return found, levels


def _gaps_below(policy: Any, under: str) -> list[Any]:
    """Return the gaps of the escalation path at a place, around it and below it.

    A place and a role are named once, though there may be a gap for each kind of problem.
    """
    around = ancestors(under)
    found: dict[tuple[str, str, str], Any] = {}
    for gap in policy.holes or ():
        if gap.place in around or gap.place.startswith(f"{under}."):
            found.setdefault((gap.place, gap.to, gap.text), gap)
    return list(found.values())[:_GAPS]


def _read(call: PageCall) -> Any:
    """Return a place as staff see it.

    Raises:
        NotFound: there is none, or it is not a place of the caller's.

    """
    code = call.path["code"]
    query = {"under": code, "alone": "true"}
    place = call.read("GET /v1/places", query).items[0]
    if place.duty is None:
        raise NotFound
    return place


@desk.get("/admin/places/{code}")
def show_place(call: PageCall) -> Sheet:
    """Show a place: its numbers, its neighbours, and the people on duty."""
    place = _read(call)
    return sheet(
        "places/desk_place.html",
        place=place,
        names=names_of(call, [place.code, *place.neighbours]),
        duty=_duty_with_names(call, place),
        roles=_DUTY,
    )


def _duty_with_names(call: PageCall, place: Any) -> dict[str, list[Any]]:
    """Return the people on duty by role. Each is read as the directory shows them."""
    duty: dict[str, list[Any]] = {role: [] for role in _DUTY}
    for role, ids in place.duty.items():
        people = []
        for id in ids:
            route = "GET /v1/people/{person_id}"
            people.append(call.read(route, person_id=id))
        duty[role.value] = people
    return duty


@desk.get("/admin/places/{code}/{move}")
def ask_change(call: PageCall) -> Sheet:
    """Ask for the changes of a place."""
    move, place = call.path["move"], _read(call)
    if move not in FORMS:
        raise NotFound
    is_street = place.kind is PlaceKind.STREET
    if move == "messaging" and not is_street:
        raise NotFound
    if move == "new" and place.kind is PlaceKind.UNIT:
        raise NotFound
    found: Sequence[Any] = []
    q = call.text("q")
    if move == "duty" and q:
        found = found_people(call, community_of(place.code), q)
    return sheet(
        "places/desk_change.html",
        place=place,
        move=move,
        q=q,
        found=found,
        role=call.text("role"),
        roles=_DUTY,
        duty=_duty_with_names(call, place) if move == "duty" else {},
        names=names_of(call, [place.code]),
        below=_below(place.code),
    )


def _below(code: str) -> str:
    """Return the level of the places directly below one; "" below a unit."""
    level = _LEVELS.index(kind_of(code)) + 1
    return _LEVELS[level].value if level < len(_LEVELS) else ""


@desk.post("/admin/places/{code}/{move}", asks=ask_change)
def change(call: PageCall) -> SeeOther:
    """Change a place, its duty list or the messages of a street."""
    move, code = call.path["move"], call.path["code"]
    if move == "duty":
        return _change_duty(call, code)
    if move == "messaging":
        route = "PUT /v1/places/{code}/messaging"
        call.run(route, _messaging(call, route), code=code)
    elif move == "change":
        call.run("PUT /v1/places/{code}", _changes(call), code=code)
    elif move == "new":
        code = f"{code}.{call.field('code')}"
        call.run("PUT /v1/places/{code}", _new(call), code=code)
    else:
        raise NotFound
    return SeeOther(path=f"/admin/places/{code}", said=_CHANGED)


def _changes(call: PageCall) -> dict[str, Any]:
    """Return a changed place. The list of neighbours replaces the whole list."""
    place = _read(call)
    written = call.field("neighbours").replace("，", ",").replace("、", ",")
    body: dict[str, Any] = {
        "name": call.field("name"),
        "hotline": call.field("hotline") or None,
        "neighbours": [
            each.strip() for each in written.split(",") if each.strip()
        ],
    }
    if place.zone:
        body["zone"] = place.zone
    return body


def _new(call: PageCall) -> dict[str, Any]:
    body = {"name": call.field("name")}
    if call.field("hotline"):
        body["hotline"] = call.field("hotline")
    return body


def _messaging(call: PageCall, route: str) -> dict[str, Any]:
    """Return the settings of messages. The budget is typed in yuan; the API takes fen."""
    form = {name: call.field(name) for name in call.form}
    yuan = form.pop("budget", "").strip()
    body: dict[str, Any] = {
        name: value for name, value in form.items() if value.strip()
    }
    if yuan:
        body["sms_budget_fen"] = int(yuan) * 100 if yuan.isdecimal() else yuan
    return body


def _change_duty(call: PageCall, code: str) -> SeeOther:
    """Add a person to a duty list, or take one off; the others stay."""
    place = _read(call)
    duty = {role.value: list(ids) for role, ids in place.duty.items()}
    role, person = call.field("role"), call.field("person")
    ids = [id for id in duty.get(role, []) if id != person]
    if call.field("do") == "add":
        ids.append(person)
    duty[role] = ids
    call.run("PUT /v1/places/{code}/duty", duty, code=code)
    return SeeOther(path=f"/admin/places/{code}/duty", said="places.said.duty")
