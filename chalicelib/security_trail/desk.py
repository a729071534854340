"""The desk about the security trail: who did what to accounts and data at a place."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..kernel.place import community_of
from ..pages.call import PageCall
from ..pages.declaration import Pages, Sheet, Shell, sheet
from ..pages.desk import PlaceLine, place_line
from ..pages.people import found_people, is_person_id
from ..pages.places import names_of
from .desk_texts import KINDS, WORDS

__all__ = ["desk"]

desk = Pages("security_trail", Shell.DESK, WORDS)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PEOPLE = ("actor", "subject")
_FILTERS = ("kind", *_PEOPLE)
_GIVEN = (*_FILTERS, "from", "to")
_SHOWN = 20
# The system puts a detail in front of the reason, in words of the API.
_DETAILED = frozenset(
    (
        "people.listed",
        "person.granted",
        "person.vetted",
        "person.limited",
        "person.let_reveal",
        "person.called_back",
        "person.session_ended",
    )
)


@desk.get("/admin/audit")
def show_trail(call: PageCall) -> Sheet:
    """List the security events of a street or community, newest first. The look is one, too."""
    asked = place_line(call)
    code = community_of(asked.code)
    place = asked
    if code != asked.code:  # a smaller place has no trail of its own
        place = PlaceLine(code, names_of(call, [code])[code])
    query: dict[str, Any] = {"place": code, "limit": _SHOWN}
    given = {name: call.text(name).strip() for name in _GIVEN}
    choices = _choices(call, code, given)
    query |= {name: given[name] for name in _FILTERS if given[name]}
    for name, hour in (("from", "00:00:00"), ("to", "23:59:59")):
        if given[name]:
            query[name] = _instant(given[name], hour)
    if call.text("cursor"):
        query["cursor"] = call.text("cursor")
    # Before it is clear who is meant, nothing is read: each look is an event.
    is_clear = all(len(found) == 1 for found in choices.values())
    events = call.read("GET /v1/admin/audit", query) if is_clear else None
    return sheet(
        "security_trail/desk_trail.html",
        events=events,
        place=place,
        given=given,
        kinds=KINDS,
        choices=choices,
        written=_written_in(events),
    )


def _written_in(events: Any) -> dict[str, str]:
    """Return the written reason of each event, by its id."""
    items = events.items if events else ()
    return {event.id: _written(event) for event in items}


def _choices(
    call: PageCall, place: str, given: dict[str, str]
) -> Mapping[str, Sequence[Any]]:
    """Return the people of each filter that is no id, and put the id of the only one into it."""
    choices = {}
    for name in _PEOPLE:
        if given[name] and not is_person_id(given[name]):
            found = found_people(call, place, given[name])
            choices[name] = found
            if len(found) == 1:
                given[name] = found[0].id
    return choices


def _written(event: Any) -> str:
    """Return what somebody wrote as a reason, without what the system has put before it."""
    reason: str = event.reason or ""
    if event.kind not in _DETAILED:
        return reason
    _, _, words = reason.partition(": ")
    return words


def _instant(day: str, hour: str) -> str:
    """Return an instant of a local day. What is no day stays, for the API to refuse."""
    return f"{day}T{hour}+08:00" if _DAY.fullmatch(day) else day
