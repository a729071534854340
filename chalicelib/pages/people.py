"""People that a form of staff names: by name, by phone, or by the id on their record."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .call import PageCall

__all__ = ["found_people", "is_person_id", "people_meant"]

_PERSON = re.compile(r"per_[0-9A-Za-z]{8,40}")
_FOUND = 20


def is_person_id(text: str) -> bool:
    """Say whether a text is the id of a person, and not a name or a phone."""
    return bool(_PERSON.fullmatch(text))


def found_people(call: PageCall, place: str, text: str) -> Sequence[Any]:
    """Return the people of a place with a part of a name, or with a whole phone."""
    query = {"place": place, "q": text, "limit": _FOUND}
    found: Sequence[Any] = call.read("GET /v1/people", query).items
    return found


def people_meant(
    call: PageCall, find_place: Callable[[PageCall], str], *names: str
) -> Mapping[str, Sequence[Any]]:
    """Return who is meant by each field of a refused form that has a name or a phone, and no id.

    The API takes ids. Its refusal shows the form again, which lets one of these be chosen.
    """
    if not call.problem:
        return {}
    place = find_place(call)
    typed = {name: str(call.typed.get(name, "")).strip() for name in names}
    return {
        name: found_people(call, place, text)
        for name, text in typed.items()
        if text and not is_person_id(text)
    }
