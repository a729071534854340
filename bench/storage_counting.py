"""Count the storage calls of one operation and compare them with its budget."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tests.storage import Storage, counted_storage
from tests.world import Answer

from .table import verdict

__all__ = ["COMMIT", "READS", "CountedOperation", "ask", "units"]

READS = {"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"}
COMMIT = "TransactWriteItems"


@dataclass(frozen=True)
class CountedOperation:
    """The calls of an operation up to its first transaction (included), and those behind it."""

    name: str
    commit: Storage
    enqueue: Storage
    budget: str = ""
    kept: str = ""  # the verdict on the budget

    def line(self) -> Sequence[object]:
        """Return the operation as a line of the table."""
        behind: Sequence[object] = ("", "")
        if self.enqueue.calls:
            behind = units(self.enqueue)
        return (
            self.name,
            _kinds(self.commit),
            *units(self.commit),
            _kinds(self.enqueue),
            *behind,
            self.budget,
            self.kept,
        )

    def within(self, budget: str, kept: bool) -> "CountedOperation":
        """Return the operation with a budget, and whether it is kept."""
        return replace(self, budget=budget, kept=verdict(kept))


def ask(
    name: str,
    request: Callable[..., Answer],
    *arguments: object,
    status: int = 200,
    **headers: str,
) -> CountedOperation:
    """Make one request and count its calls.

    Raises:
        RuntimeError: the answer has another status.

    """
    with counted_storage() as storage:
        answer = request(*arguments, **headers)
    if answer.status != status:
        raise RuntimeError(f"{name}: {answer.status} {answer.text}")
    return _split(name, storage)


def _split(name: str, storage: Storage) -> CountedOperation:
    """Split calls behind the first transaction. Without one there is no hand-over."""
    kinds = [kind for kind, _, _ in storage.calls]
    end = len(kinds)
    if COMMIT in kinds:
        end = kinds.index(COMMIT) + 1
    commit = Storage(storage.calls[:end])
    behind = Storage(storage.calls[end:])
    return CountedOperation(name, commit, behind)


def _kinds(storage: Storage) -> str:
    """Return the requests by kind, in the order in which they first came."""
    kinds = []
    for name, count in storage.names.items():
        many = f"{count} " if count > 1 else ""
        kinds.append(many + name)
    return ", ".join(kinds) or "–"


def units(storage: Storage) -> tuple[float, float]:
    """Return the read units and the write units of calls."""
    read = written = 0.0
    for name in storage.names:
        if name in READS:
            read += storage.units(name)
        else:
            written += storage.units(name)
    return read, written
