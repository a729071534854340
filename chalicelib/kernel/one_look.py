"""One look: what several reads of one page need, is read from the store once.

A page is made of reads of the API, each of which reads the caller and what it is about. Within
`one_look` a row that was read a moment ago is not read again. Decisions begin with `look_again`, so
they are about what is stored now.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

__all__ = ["look_again", "one_look", "rows_seen"]

Rows: TypeAlias = dict[tuple[str, str, str], Any]
_rows: ContextVar[Rows | None] = ContextVar("rows", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """Let the reads within share what they read."""
    token = _rows.set({})
    try:
        yield
    finally:
        _rows.reset(token)


def rows_seen() -> Rows:
    """Return the rows of this look by table and key (pk, sk).

    Outside of a look it is a dict that nobody keeps.
    """
    seen = _rows.get()
    return {} if seen is None else seen


def look_again() -> None:
    """Forget what was seen: what is read from now on is as it is then."""
    rows_seen().clear()
