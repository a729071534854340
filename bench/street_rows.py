"""One row of the table of a street, and the counting of its requests."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.faults.drain import Counted
from tests.storage import intercepted
from tests.world import Answer, Phone

from .table import verdict

__all__ = ["Measured", "StreetRow", "Walked", "measured", "walk"]


@dataclass(frozen=True, kw_only=True)
class StreetRow:
    """What was measured before and now. `kept` is None where there is no budget."""

    number: str
    what: str
    before: str
    now: str
    budget: str = ""
    kept: bool | None = None

    def order(self) -> tuple[int, str]:
        """Return the position in the table."""
        digits = self.number.removeprefix("S")
        return int(digits) if digits.isdigit() else 99, self.what

    def line(self) -> Sequence[object]:
        """Return the row as a line of the table."""
        kept = "" if self.kept is None else verdict(self.kept)
        return (
            self.number,
            self.what,
            self.before,
            self.now,
            self.budget,
            kept,
        )


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The requests, units and seconds of some work, and its result."""

    counted: Counted = field(default_factory=Counted)
    seconds: float = 0.0
    result: Any = None

    @property
    def requests(self) -> int:
        """Return the number of requests."""
        return self.counted.requests.total()

    @property
    def read_units(self) -> float:
        """Return the read units."""
        return self.counted.units["read"]

    def __str__(self) -> str:
        """Return the numbers as a cell of the table."""
        units = f"{self.requests:,} requests, {self.read_units:,.1f} RRU"
        if written := self.counted.units["write"]:
            units += f", {written:,.0f} WRU"
        return f"{units}, {self.seconds:.2f} s"


def measured(work: Callable[..., Any], *arguments: Any) -> Measured:
    """Do some work and count it."""
    counted = Counted()
    began = time.perf_counter()
    with intercepted(counted.around):
        result = work(*arguments)
    seconds = time.perf_counter() - began
    return Measured(counted=counted, seconds=seconds, result=result)


@dataclass(frozen=True, kw_only=True)
class Walked:
    """The pages of a list that were read, up to a number of them."""

    pages: Sequence[Measured]
    sizes: Sequence[int]
    ended: bool

    @property
    def requests(self) -> int:
        """Return the requests of all pages."""
        return sum(page.requests for page in self.pages)

    @property
    def empty(self) -> int:
        """Return the number of empty pages that are not the last."""
        return self.sizes[:-1].count(0)

    @property
    def most(self) -> int:
        """Return the requests of the dearest page."""
        return max(page.requests for page in self.pages)

    def __str__(self) -> str:
        """Return the numbers as a cell of the table."""
        units = sum(page.read_units for page in self.pages)
        found = sum(self.sizes)
        return (
            f"{len(self.pages):,} pages ({self.empty:,} empty) for {found:,}:"
            f" {self.requests:,} requests, {units:,.0f} RRU"
        )


def walk(phone: Phone, path: str, most_pages: int, **query: str) -> Walked:
    """Read the pages of a list one after the other."""
    pages: list[Measured] = []
    sizes: list[int] = []
    cursor = None
    while len(pages) < most_pages:
        asked = {"limit": "20", **query}
        if cursor:
            asked["cursor"] = cursor
        page = measured(phone.get, f"{path}?{urlencode(asked)}")
        answer = done(page.result)
        pages.append(page)
        sizes.append(len(answer["items"]))
        cursor = answer["next"]
        if cursor is None:
            return Walked(pages=pages, sizes=sizes, ended=True)
    return Walked(pages=pages, sizes=sizes, ended=False)


def done(answer: Answer) -> Any:
    """Return the body of an answer; stop at a refusal."""
    if answer.status >= 300:
        raise RuntimeError(f"{answer.status} {answer.text}")
    return answer.json
