"""People that a form of staff names: by name, by phone, or by the id on their record."""

import re
from collections.abc import Sequence
from typing import Any

from .call import PageCall

__all__ = ["found_people", "is_person_id"]

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
