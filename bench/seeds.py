"""Run an embedded store that holds very many rows from its start."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from devserver.store_import import import_things
from onemachine.store import embedded_store

__all__ = ["PREFIX", "seeded_store"]

PREFIX = "seed-"  # of the tables of a world over a seeded store


@contextmanager
def seeded_store(things: Iterable[object]) -> Iterator[str]:
    """Run an embedded store that holds these things, and yield its address."""
    with tempfile.TemporaryDirectory() as folder:
        import_things(Path(folder), PREFIX, things)
        with embedded_store(Path(folder)) as address:
            yield address
