"""All data about a person, by section: at once, or in fragments of one document."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from pydantic_core import to_json

from ..kernel.changes import Changes, Entity
from ..kernel.clock import Clock
from ..kernel.hooks import Hooks
from ..kernel.paging import Page, Position
from .consents import Consents
from .model import Person
from .policy import DATA_PAGE

__all__ = ["DataExport", "DataExports", "PersonalData"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataExport:
    """The export of a person's data as a file, while it is made and can be fetched.

    `state` is ``queued``, ``running``, ``ready`` or ``failed``.
    """

    id: str
    state: str
    expires_at: datetime | None = None
    failure: str | None = None


class DataExports(Protocol):
    """Makes files of data that are too many for one answer."""

    def find(self, person: Person) -> DataExport | None:
        """Return the latest file of a person's data; None if there is none, or not any more."""
        ...

    def address_of(self, person: Person) -> str:
        """Return an address of the file, good for some minutes.

        Raises:
            NotFound: there is none, or not any more.
            Conflict: it is not ready.

        """
        ...

    def begin(self, person: Person) -> tuple[Changes[Entity], DataExport]:
        """Return the changes that begin such a file."""
        ...


class PersonalData:
    """Collects the data of a person from every feature. The caller has authorized."""

    def __init__(
        self, *, clock: Clock, consents: Consents, hooks: Hooks
    ) -> None:
        self._clock, self._consents, self._hooks = clock, consents, hooks

    def of(self, person: Person) -> dict[str, Any]:
        """Return everything held about a person, by section."""
        return self._collect(person, None) or {}

    def up_to(self, person: Person, max_bytes: int) -> dict[str, Any] | None:
        """Return everything held about a person; None if it has more bytes as JSON.

        No more than that is read.
        """
        return self._collect(person, max_bytes)

    def _collect(
        self, person: Person, max_bytes: int | None
    ) -> dict[str, Any] | None:
        held = self._own(person, self._clock.now())
        size = len(to_json(held))
        for sections in self._parts(person):
            for name, content in sections.items():
                if isinstance(content, list) and name in held:
                    held[name].extend(content)
                else:
                    held[name] = content
            if max_bytes is not None:
                size += len(to_json(sections))
                if size > max_bytes:
                    return None
        return held

    def _parts(self, person: Person) -> Iterator[dict[str, Any]]:
        """Yield the sections, and a long section as several lists of the same name."""
        for name in self._hooks.export_parts():
            start = None
            while True:
                part = self._hooks.export_part(
                    name, person.id, start, DATA_PAGE
                )
                if not isinstance(part, Page):
                    yield dict(part)
                    break
                yield {name: list(part.items)}
                start = part.next
                if start is None:
                    break

    def _own(self, person: Person, now: datetime) -> dict[str, Any]:
        return {
            "exported_at": now,
            "person": person,
            "consents": self._consents.read_all(person.id),
        }

    def fragment(
        self, person: Person, position: Position | None, now: datetime
    ) -> tuple[bytes, Position | None]:
        """Return the next bytes of the JSON document, and the position behind them.

        All fragments together are one document. None is the position behind its last byte.
        """
        parts = self._hooks.export_parts()
        if position is None:
            opened = to_json(self._own(person, now))[:-1]
            return opened, {"part": parts[0], "start": None, "items": 0}
        name = position["part"]
        part = self._hooks.export_part(
            name, person.id, position["start"], DATA_PAGE
        )
        if isinstance(part, Page):
            text = _items(name, part, position)
            if part.next:
                return text, {
                    "part": name,
                    "start": part.next,
                    "items": position["items"] + len(part.items),
                }
        else:
            text = _sections(part)
        n = parts.index(name) + 1
        if n == len(parts):
            return text + b"}", None
        return text, {"part": parts[n], "start": None, "items": 0}


def _sections(part: Mapping[str, Any]) -> bytes:
    """Return whole sections, each behind a comma."""
    if not part:
        return b""
    return b"," + to_json(part)[1:-1]


def _items(name: str, page: Page[Any], position: Position) -> bytes:
    """Return a page of a list: it is opened before its first page, and closed behind its last."""
    text = b""
    if position["start"] is None:
        text = b"," + to_json(name) + b":["
    inner = to_json(list(page.items))[1:-1]
    if inner and position["items"]:
        text += b","
    text += inner
    return text if page.next else text + b"]"
