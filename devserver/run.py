"""Puts the local server together; local.py and the tests start it here."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from chalicelib.adapters.console import DevMailbox
from chalicelib.adapters.folder import FolderFiles
from chalicelib.catalogue import TEMPLATES
from chalicelib.container import Container, build
from chalicelib.feature import ServiceProvider
from chalicelib.kernel.clock import SystemClock
from chalicelib.kernel.codes import derive_key
from chalicelib.kernel.quiet import QUIET_FROM, QUIET_TO, quiet_span
from chalicelib.message_log import feature as message_log_feature
from chalicelib.repositories import register_all
from chalicelib.runtime import log, use
from chalicelib.settings import KnownSecrets, Settings
from chalicelib.store.schema import create_missing
from chalicelib.store.store import Store
from chalicelib.store.table import PK
from chalicelib.store.tables import JOB
from chalicelib.ticket_policy import feature as ticket_policy_feature
from chalicelib.uploads import feature as uploads_feature
from onemachine.files import FileRoutes
from onemachine.gateway import Gateway
from onemachine.indexes import build_missing_indexes, digest_of_indexes
from onemachine.scan import scan
from onemachine.store import embedded_store

from .clock import ShiftedClock
from .data_folder import DataFolder
from .demo import seed_demo_street
from .dev import DevServer
from .memory_dynamo import MemoryDynamo
from .pump import Pump

__all__ = ["LocalServer", "local_settings", "open_local_server"]

REGION = "us-east-1"
ZONE = "Asia/Shanghai"
_OPEN311_SERVICE = "本机演示用的 api_key 是 demo。The api_key of this local demonstration is: demo"
Report = Callable[[str], None]


def _report_nothing(step: str) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class LocalServer:
    """A running installation without its HTTP server."""

    services: Container
    mailbox: DevMailbox
    clock: ShiftedClock
    pump: Pump
    front: DevServer


@contextlib.contextmanager
def open_local_server(
    folder: Path,
    store: str,
    start: datetime | None = None,
    url: str = "http://127.0.0.1:8000",
    report: Report = _report_nothing,
) -> Iterator[LocalServer]:
    """Open the store, seed the demo street once, and run schedules and queues.

    `url` is the address at which clients reach the server. `report` is called with each step that
    takes long.

    Raises:
        StartRefused: the folder or the start of the clock cannot be used.

    """
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": REGION,
    }
    data = DataFolder(folder)
    data.create()
    with contextlib.ExitStack() as stack:
        if store == "embedded":
            opened = _open_durable(data, start, stack)
        else:
            clock = _new_clock(None, start)
            opened = _OpenStore(data=data, clock=clock, dynamo=MemoryDynamo())
        local = _assemble(opened, url, report)
        if start and start > local.clock.now():
            report(f"moving the clock to {start.isoformat()}")
            local.pump.move_to(start)
        stack.enter_context(_ticking(local.pump))
        yield local


@dataclass(frozen=True, kw_only=True)
class _OpenStore:
    """An open store with its clock.

    Where it is durable, `dynamo` is None and `address` is its own.
    """

    data: DataFolder
    clock: ShiftedClock
    dynamo: MemoryDynamo | None = None
    address: str = ""

    def file(self, name: str) -> Path | None:
        """Return a path in the folder, None where nothing is kept."""
        if self.dynamo:
            return None
        return self.data.path / name


def _open_durable(
    data: DataFolder,
    start: datetime | None,
    stack: contextlib.ExitStack,
) -> _OpenStore:
    stack.enter_context(data.locked())
    data.prepare()
    clock = _new_clock(data.path / "clock.json", start)
    if start:
        clock.check_start(start)
    address = stack.enter_context(embedded_store(data.path))
    os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = address
    return _OpenStore(data=data, clock=clock, address=address)


def _new_clock(file: Path | None, start: datetime | None) -> ShiftedClock:
    return ShiftedClock(file, start or by_day(SystemClock().now()))


def by_day(now: datetime) -> datetime | None:
    """Return the instant at which a street that is opened at night begins, None by day.

    At night no message is sent, and a visitor would see nothing.
    """
    span = quiet_span(now, QUIET_FROM, QUIET_TO, ZONE)
    if span is None:
        return None
    _, end = span
    return end + timedelta(minutes=70)  # after the reminders of nine


def _assemble(opened: _OpenStore, url: str, report: Report) -> LocalServer:
    settings = local_settings(opened.data, url)
    clock, dynamo = opened.clock, opened.dynamo
    if dynamo or not opened.data.is_seeded:
        report("seeding the demo street (about 5 s)")
        # The messages of the seeding go to a mailbox that nobody reads.
        _seed(build(settings, log=log, clock=clock, dynamo=dynamo))
        if not dynamo:
            opened.data.mark_seeded()
    mailbox = DevMailbox(clock.now, opened.file("mailbox.jsonl"))
    key = derive_key(settings.secrets.secret["local"], "files")
    files = FolderFiles(f"{url}/dev/files", key, clock, opened.file("uploads"))
    instead: dict[ServiceProvider[Any], Any] = {
        message_log_feature.dev_mailbox: mailbox,
        uploads_feature.files: files,
    }
    services = build(
        settings,
        log=log,
        clock=clock,
        instead=instead,
        dynamo=dynamo,
    )
    _create_tables(services)
    if opened.address:
        _create_indexes(services.core.store, opened, report)
    use(services)
    return _front(services, mailbox, clock, files)


def _front(
    services: Container,
    mailbox: DevMailbox,
    clock: ShiftedClock,
    files: FolderFiles,
) -> LocalServer:
    """Return the server in front of services that are in use."""
    # The map is imported last: it is the last part to open.
    from app import api, app  # noqa: PLC0415

    pump = Pump(app, services, clock)
    front = DevServer(
        Gateway(app, api),
        services,
        mailbox,
        clock,
        pump,
        FileRoutes(app, files),
    )
    return LocalServer(
        services=services,
        mailbox=mailbox,
        clock=clock,
        pump=pump,
        front=front,
    )


def _create_tables(services: Container) -> None:
    register_all(services.core.store)
    create_missing(services.core.store)


def _create_indexes(store: Store, opened: _OpenStore, report: Report) -> None:
    """Build the indexes that the store lacks. A start that finds nothing new asks for nothing."""
    declared = digest_of_indexes(store)
    if not opened.data.has_indexes(declared):
        build_missing_indexes(store, opened.address, report)
        opened.data.mark_indexed(declared)


def _seed(services: Container) -> None:
    _create_tables(services)
    seed_demo_street(services)
    # Report the gaps of the demo street here: they are no news to its staff.
    services.get(ticket_policy_feature.feature).check_coverage()
    _drop_messages(services.core.store)


def _drop_messages(store: Store) -> None:
    """Delete the messages of the seeding that wait for a morning.

    Parked jobs stay: their partition is not that of a shard.
    """
    for record in list(scan(store, JOB, PK.startswith("s"))):
        if record.kind in TEMPLATES:
            store.delete(record)


@contextlib.contextmanager
def _ticking(pump: Pump) -> Iterator[None]:
    """Run what is due every two seconds until the end of the context."""
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(2):
            try:
                pump.run_due()
            except Exception as error:  # noqa: BLE001 - the next tick tries again
                log.error("pump", error=type(error).__name__)

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)


def local_settings(data: DataFolder, url: str) -> Settings:
    """Return the settings of this folder. The key of Open311 is public."""
    secrets = data.secrets()
    # One machine plays every phone.
    codes_per_hour = int(os.environ.get("CODES_PER_ADDRESS_HOUR", "600"))
    return Settings(
        region=REGION,
        secrets=KnownSecrets(
            token_keys={"local": secrets["token_key"].encode()},
            secret={"local": secrets["secret"].encode()},
            phone_key={"local": secrets["phone_key"].encode()},
            open311_keys={"demo": "demo"},
        ),
        codes_per_address_hour=codes_per_hour,
        public_url=url,
        open311_key_service=_OPEN311_SERVICE,
    )
