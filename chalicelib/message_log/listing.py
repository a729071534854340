"""Several texts in one message: each once, with the number of those that say the same. Pure."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

__all__ = ["Listed", "ListedText", "list_texts"]


@dataclass(frozen=True, slots=True)
class ListedText:
    """A text, and the `matter` that it is about: several reminders of one are one entry."""

    text: str
    matter: Hashable


@dataclass(frozen=True, slots=True)
class Listed:
    """The line of a collection, and the ids of the messages whose texts it has."""

    line: str
    ids: tuple[str, ...]


def list_texts(
    texts: Mapping[str, ListedText],
    separator: str,
    size: int,
    limit: int | None = None,
) -> Listed:
    """Return texts by id in a line of at most `size` UCS-2 units, in their order.

    Texts that say the same are one entry, with the number of their matters. At least one entry is
    listed, at most `limit`.
    """
    groups: dict[str, list[str]] = {}
    for id, one in texts.items():
        groups.setdefault(one.text, []).append(id)
    line, ids = "", list[str]()
    for text, members in [*groups.items()][:limit]:
        number = len({texts[id].matter for id in members})
        entry = f"{text}×{number}" if number > 1 else text
        longer = f"{line}{separator}{entry}" if line else entry
        if line and _units(longer) > size:
            continue  # a shorter one may fit
        line = longer
        ids += members
    return Listed(line, tuple(ids))


def _units(text: Iterable[str]) -> int:
    return sum(1 + (ord(character) > 0xFFFF) for character in text)
