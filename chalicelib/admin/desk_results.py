"""What became of a move on several tasks, for the page behind the redirect.

It travels in a cookie of a minute: ids and codes, no name and no title.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..kernel.ids import ID_PATTERN
from .desk_moves import BULK

__all__ = ["Outcome", "read_outcome", "write_outcome"]

_ITEM = re.compile(rf"([a-z]{{3}}_{ID_PATTERN})(?:=([a-z_.]{{1,60}}))?")
_MAX_TEXT = 3000  # of the 3,500 bytes that a cookie may have
_CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A move, the ids of the tasks on which it was made, and the codes of the others by id."""

    move: str
    done: Sequence[str]
    failed: Mapping[str, str]

    @property
    def changed(self) -> int:
        """Return how many tasks somebody else had changed."""
        return sum(is_changed(code) for code in self.failed.values())


def is_changed(code: str) -> bool:
    """Say whether a code means that somebody else was quicker."""
    return code in (_CHANGED, "request.stale") or code.endswith(".wrong_state")


def write_outcome(move: str, results: Sequence[tuple[str, str]]) -> str:
    """Return the text of an outcome: ids, each with the code of its refusal or ""."""
    parts = [_item_text(id, code) for id, code in results]
    text = "|".join((move, *parts))
    if len(text) <= _MAX_TEXT:
        return text
    # Which were refused matters more than why.
    short = [_item_text(id, code and _CHANGED) for id, code in results]
    return "|".join((move, *short))


def _item_text(id: str, code: str) -> str:
    return f"{id}={code}" if code else id


def read_outcome(text: str) -> Outcome | None:
    """Return the outcome that a cookie tells of; None for any other text."""
    move, *parts = text.split("|")
    found = [_ITEM.fullmatch(part) for part in parts]
    if move not in BULK or not parts or not all(found):
        return None
    items = [(one[1], one[2]) for one in found if one]
    done = [id for id, code in items if not code]
    return Outcome(move, done, {id: code for id, code in items if code})
