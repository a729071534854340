"""The only places where the fault tests touch the container, the job table, the store and its
guards.
"""

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest import mock

from chalicelib.adapters.choice import Providers
from chalicelib.catalogue import TEMPLATES, lane_of
from chalicelib.kernel.job import ScheduledJob
from chalicelib.kernel.request import RequestContext
from chalicelib.kernel.template import Lane, Urgency
from chalicelib.message_log.feature import sms
from chalicelib.runtime import use
from chalicelib.store.table import PK
from chalicelib.store.transaction import Transaction
from chalicelib.store.transaction_items import ItemBuilder
from devserver.memory_table import MemoryTable

from ..storage import intercepted
from ..world import World

AwsCall = Callable[[partial[Any], str, dict[str, Any]], Any]


# services and jobs


def rewire(world: World, **parts: Any) -> None:
    """Build the services again over the same store, with another clock, ids, or settings."""
    world.services = world.rewired(**parts)
    use(world.services.container)


def queue_of(world: World) -> Any:
    return world.services.outbox._queue


def use_queue(world: World, queue: object) -> None:
    world.services.outbox._queue = queue


def use_sms_providers(world: World, providers: Providers) -> None:
    """Replace the providers of an installation everywhere."""
    vars(world.services.container.get(sms)).update(vars(providers))


def use_files(world: World, files: object) -> None:
    world.services.upload_jobs._files = files
    world.services.export_jobs._files._files = files


def run_job(world: World, scheduled: ScheduledJob) -> None:
    """Run a job; let its error through."""
    world.services.dispatcher.run(scheduled)


def work(world: World, scheduled: ScheduledJob) -> None:
    """Run a job as a worker of the queue does."""
    world.services.run_job(scheduled)


def park(world: World, scheduled: ScheduledJob) -> None:
    """Keep a job that failed too often, as the dead-letter consumer does."""
    world.services.park(scheduled)


def opt_out(world: World, person: str) -> None:
    """Let a person refuse SMS, as by a reply; staff learn of one without another channel."""
    services = world.services
    told = services.replies.keeper.opted_out
    services.people.opt_out(person, "sms", RequestContext(), told)


def lane(scheduled: ScheduledJob) -> Lane:
    return lane_of(scheduled)


def urgency(kind: str) -> Urgency:
    """Return how urgent a kind of message is."""
    return TEMPLATES[kind].urgency


def is_bundled(kind: str) -> bool:
    """Say whether a message of a kind may come in a bundle."""
    return TEMPLATES[kind].is_bundled


def is_urgent(kind: str) -> bool:
    return urgency(kind) is Urgency.URGENT


# the store


@contextmanager
def storage_calls(around: AwsCall) -> Iterator[None]:
    """Run `around(call, operation, arguments)` in place of every call of the store."""
    with intercepted(around):
        yield


def dump_store(world: World) -> bytes:
    """Return everything that outlives a process: rows and files."""
    rows = {name: table.items for name, table in _changing(world).items()}
    return pickle.dumps((rows, kept_files(world)))


def load_store(world: World, dumped: bytes) -> None:
    """Put everything back as it was when it was dumped."""
    rows, world.files._kept._data = pickle.loads(dumped)
    for name, table in _changing(world).items():
        table.restore(rows[name])


def kept_files(world: World) -> dict[str, bytes]:
    """Return the files by key, to read or to change."""
    found: dict[str, bytes] = world.files._kept._data
    return found


def _changing(world: World) -> dict[str, MemoryTable]:
    """Return the tables that may change; places never do in these tests."""
    return {
        name: table
        for name, table in world.tables.items()
        if not name.endswith("-places")
    }


# the guards, taken away for the controls


@contextmanager
def without_versions() -> Iterator[None]:
    """Write every row without comparing versions."""
    with mock.patch.object(ItemBuilder, "_unchanged", return_value=PK.exists()):
        yield


@contextmanager
def without_conditions() -> Iterator[None]:
    """Write without any condition on the version, not even that the row exists.

    A check is nothing but its condition: it keeps only that the row exists.
    """
    unconditional = mock.patch.object(
        ItemBuilder, "_unchanged", return_value=None
    )
    with without_checks(), unconditional:
        yield


@contextmanager
def unconditional_puts() -> Iterator[None]:
    """Write every row beside an entity, whether it exists or not."""
    with mock.patch.object(ItemBuilder, "_condition_of", return_value=None):
        yield


@contextmanager
def without_checks() -> Iterator[None]:
    """Let a transaction not look whether what it relies on has changed."""
    checked = ItemBuilder._check

    def tame(builder: ItemBuilder, entity: Any) -> Any:
        with without_versions():
            return checked(builder, entity)

    with mock.patch.object(ItemBuilder, "_check", tame):
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
