"""The bytes of an export of a person's own data: fragments that are one JSON document together."""

from ..kernel.paging import Position
from ..people.export import PersonalData
from ..people.model import Person
from . import policy
from .model import Export

__all__ = ["next_fragment"]


def next_fragment(
    data: PersonalData, export: Export, person: Person
) -> tuple[bytes, Position | None]:
    """Return the next bytes of the document, and the position behind them; None at the end."""
    text, position = data.fragment(person, export.position, export.created_at)
    while position is not None and len(text) < policy.DATA_PER_STEP:
        more, position = data.fragment(person, position, export.created_at)
        text += more
    return text, position
