"""The only places where the fault tests touch the wiring, the job table, the store and its guards."""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from chalicelib.kernel.changes import Due
from chalicelib.kernel.template import Lane, Urgency
from chalicelib.reactions import TEMPLATES, lane_of, react
from chalicelib.store import transaction
from chalicelib.store.rows import Table
from chalicelib.store.transaction import Transaction
from chalicelib.wiring import _park, _work, use, wire

from ..world import World, intercepted

AwsCall = Callable[[Callable[[], Any], str, dict[str, Any]], Any]


# services and jobs


def rewire(world: World, **other: Any) -> None:
    """Build the services again over the same store, with another clock, ids, or settings."""
    kept = {"clock": world.clock, "mailbox": world.mailbox, "files": world.files}
    settings = other.pop("settings", world.settings)
    world.services = wire(settings, **(kept | other), wait=lambda attempt: None)
    use(world.services)


def queue_of(world: World) -> Any:
    return world.services.outbox._queue


def use_queue(world: World, queue: object) -> None:
    world.services.outbox._queue = queue


def use_sms_providers(world: World, providers: object) -> None:
    world.services.sender._sms = providers


def use_files(world: World, files: object) -> None:
    world.services.uploads._files = files


def run_job(world: World, due: Due) -> None:
    """Run the job of a due entry; let its error through."""
    react(world.services, due)


def work(world: World, due: Due) -> None:
    """Run a job as a worker of the queue does."""
    _work(world.services, due)


def park(world: World, due: Due) -> None:
    """Keep a job that failed too often, as the dead-letter consumer does."""
    _park(world.services, due)


def lane(due: Due) -> Lane:
    return lane_of(due)


def urgency(kind: str) -> Urgency:
    """Return how urgent a kind of message is."""
    return TEMPLATES[kind].urgency


def is_urgent(kind: str) -> bool:
    return urgency(kind) is Urgency.URGENT


# the store


@contextmanager
def storage_calls(around: AwsCall) -> Iterator[None]:
    """Run `around(call, operation, arguments)` in place of every AWS call."""
    with intercepted(around):
        yield


def dump_store(world: World) -> bytes:
    """Return everything that outlives a process: rows and files."""
    rows = {name: table.items for name, table in _tables(world).items()}
    return pickle.dumps((rows, kept_files(world)))


def load_store(world: World, dumped: bytes) -> None:
    """Put everything back as it was when it was dumped."""
    rows, world.files._kept._data = pickle.loads(dumped)
    for name, table in _tables(world).items():
        table.items = rows[name]


def kept_files(world: World) -> dict[str, bytes]:
    """Return the files by key, to read or to change."""
    found: dict[str, bytes] = world.files._kept._data
    return found


def _tables(world: World) -> dict[str, Any]:
    """Return the tables that may change; places never do in these tests."""
    prefix = world.settings.table_prefix
    found = dynamodb_backends[DEFAULT_ACCOUNT_ID][world.settings.region].tables
    own = {name.removeprefix(prefix): found[name] for name in found if name.startswith(prefix)}
    del own["places"]
    return own


# the guards, taken away for the controls


@contextmanager
def without_versions() -> Iterator[None]:
    """Write whatever is there: nobody compares versions."""
    with mock.patch.object(transaction, "_unchanged", return_value=Table.pk.exists()):
        yield


@contextmanager
def without_conditions() -> Iterator[None]:
    """Write without any condition on the version, not even that the row exists."""
    with mock.patch.object(transaction, "_unchanged", return_value=None):
        yield


@contextmanager
def without_checks() -> Iterator[None]:
    """Let a transaction not look whether what it relies on has changed."""
    checked = transaction._check

    def tame(entity: Any) -> Any:
        with without_versions():
            return checked(entity)

    with mock.patch.object(transaction, "_check", tame):
        yield


@contextmanager
def item_by_item() -> Iterator[None]:
    """Write each item of a transaction by itself."""
    whole = Transaction._transact

    def by_half(self: Transaction, items: list[Any], key: Any) -> None:
        for item in items:
            whole(self, [item], key)

    with mock.patch.object(Transaction, "_transact", by_half):
        yield
