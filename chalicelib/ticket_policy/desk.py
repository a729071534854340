"""The desk about the ticket policy of a street: in words, as forms, and tried on past tickets."""

from collections.abc import Mapping
from typing import Any

from ..kernel.errors import NotFound
from ..kernel.place import street_of
from ..pages.call import PageCall
from ..pages.declaration import Pages, SeeOther, Sheet, Shell, sheet
from ..pages.desk import category_names, place_line
from ..pages.places import named_places, names_of, tree
from ..web.inside import CallRefused
from .desk_forms import FORMS, changes_of, hours_of
from .desk_texts import WORDS

__all__ = ["desk"]

desk = Pages("ticket_policy", Shell.DESK, WORDS)
_CLOCKS = ("accept", "contact", "resolve", "call_back", "remind")
_LEVELS = {
    "grid": "grid_worker",
    "community": "community_staff",
    "street": "street_admin",
}
_ROLES = ("property", *_LEVELS.values())
_WIDE = 3  # parts of a code: rules are about grids and wider places, or about one that is named
_PLACES_OF = "policy"  # begins the path of a finding of a replay


@desk.get("/admin/rules")
def show_rules(call: PageCall) -> Sheet:
    """Show the policy of a street in words, with the findings about it."""
    place = place_line(call)
    policy = _policy(call, place.code)
    codes = [policy.street, *(rule.place for rule in policy.rules or ())]
    codes += [gap.place for gap in policy.holes or ()]
    return sheet(
        "ticket_policy/desk_rules.html",
        policy=policy,
        clocks=_CLOCKS,
        levels=_LEVELS,
        hours=hours_of,
        forms=FORMS,
        names=names_of(call, codes),
        kinds=category_names(call, policy.categories),
        people=_people(call, policy),
    )


def _policy(call: PageCall, place: str) -> Any:
    query = {"place": street_of(place)}
    return call.read("GET /v1/policies/tickets", query)


def _people(call: PageCall, policy: Any) -> dict[str, str]:
    """Return the names of the people who are named in rules."""
    named = {}
    for rule in policy.rules or ():
        if rule.to.startswith("per_"):
            named[rule.to] = _name_of(call, rule.to)
    return named


def _name_of(call: PageCall, id: str) -> str:
    """Return the name of a person; their id where they are out of the caller's sight."""
    try:
        name: str = call.read("GET /v1/people/{person_id}", person_id=id).name
    except CallRefused:
        return id
    return name


@desk.get("/admin/rules/{part}")
def ask_changes(call: PageCall) -> Sheet:
    """Show a part of the policy as a form."""
    return _form(call, None)


def _form(call: PageCall, tried: Any) -> Sheet:
    """Return the form of a part; `tried` is what its changes would have made of past tickets."""
    part = call.path["part"]
    if part not in FORMS:
        raise NotFound
    place = place_line(call)
    policy = _policy(call, place.code)
    places = []
    if part == "rules":
        places = named_places(tree(call, policy.street, _WIDE - 1))
        wide = {code for code, _ in places}
        named = {rule.place for rule in policy.rules or ()} - wide
        places += names_of(call, sorted(named - {None})).items()
    return sheet(
        "ticket_policy/desk_form.html",
        policy=policy,
        part=part,
        tried=tried,
        typed=call.form if tried else call.typed,
        clocks=_CLOCKS,
        levels=_LEVELS,
        roles=_ROLES,
        hours=hours_of,
        places=places,
        kinds=category_names(call, policy.categories),
        people=_people(call, policy),
    )


@desk.post("/admin/rules/{part}", asks=ask_changes)
def change(call: PageCall) -> Sheet | SeeOther:
    """Try the changes on the tickets of ninety days, or save them."""
    part = call.path["part"]
    if part not in FORMS:
        raise NotFound
    street = street_of(place_line(call).code)
    categories: list[dict[str, Any]] = []
    if part == "categories":
        policy = _policy(call, street)
        categories = [
            each.model_dump(mode="json") for each in policy.categories
        ]
    form = {
        name: call.form[name]
        for name in call.form
        if name not in ("do", "place")
    }
    changes = changes_of(part, form, categories)
    if call.field("do") == "try":
        return _form(call, _replay(call, street, changes))
    call.run("PUT /v1/policies/tickets", changes, {"place": street})
    return SeeOther(path="/admin/rules", said="ticket_policy.said.saved")


def _replay(call: PageCall, street: str, changes: Mapping[str, Any]) -> Any:
    """Return what the changes would have made of past tickets.

    Raises:
        CallRefused: they are not valid; each finding is named like its field.

    """
    body = {"place": street, "policy": changes}
    try:
        return call.run("POST /v1/policies/tickets/replay", body)
    except CallRefused as refused:
        errors = []
        for error in refused.problem.get("errors") or ():
            loc = [part for part in error["loc"] if part != _PLACES_OF]
            errors.append({**error, "loc": loc})
        raise CallRefused({**refused.problem, "errors": errors}) from None
