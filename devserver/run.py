"""Puts the local house together; local.py and the tests start it here."""

import contextlib
import json
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from chalicelib.adapters.console import DevMailbox
from chalicelib.adapters.folder import FolderFiles
from chalicelib.catalogue import TEMPLATES
from chalicelib.container import Container, build
from chalicelib.feature import Provider
from chalicelib.kernel.clock import SystemClock
from chalicelib.kernel.codes import Keyring
from chalicelib.kernel.quiet import QUIET_FROM, QUIET_TO, quiet_span
from chalicelib.message_log import feature as message_log_feature
from chalicelib.repositories import register_all
from chalicelib.runtime import log, use
from chalicelib.settings import Settings
from chalicelib.store.schema import create_missing
from chalicelib.store.store import Store
from chalicelib.store.table import PK
from chalicelib.store.tables import JOB
from chalicelib.ticket_policy import feature as ticket_policy_feature
from chalicelib.uploads import feature as uploads_feature

from .clock import ShiftedClock
from .demo import seed_demo_street
from .dev import DevServer
from .files import FileDoor
from .gateway import Gateway
from .memory_dynamo import MemoryDynamo
from .pump import Pump
from .scan import scan
from .store import embedded_store

__all__ = ["FolderRefused", "House", "open_house"]

REGION = "us-east-1"
DATA_FORMAT = (
    "2\n"  # of the tables and rows in a folder; raise it when older rows cannot be read
)


class FolderRefused(Exception):
    """The data folder cannot be used; the message says why, in one sentence."""


@dataclass(frozen=True, kw_only=True)
class House:
    """A running house without its door: everything but the HTTP server."""

    services: Container
    mailbox: DevMailbox
    clock: ShiftedClock
    pump: Pump
    server: DevServer


@contextlib.contextmanager
def open_house(
    folder: Path,
    store: str,
    start: datetime | None = None,
    url: str = "http://127.0.0.1:8000",
) -> Iterator[House]:
    """Open the store, seed the demo street once, and run schedules and queues until the end of the context.

    `url` is where clients reach the house: they are told to send photos, and reports from elsewhere, there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": REGION,
    }
    durable = store == "embedded"
    seeded = folder / "seeded"
    if durable and not seeded.exists():
        _clear(folder)
    elif durable and seeded.read_text() != DATA_FORMAT:
        raise FolderRefused(
            f"{folder} holds data of another version of Chunhui: use another DATA_DIR, or delete it"
        )
    dynamo = None
    with contextlib.ExitStack() as stack:
        if durable:
            os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = stack.enter_context(
                embedded_store(folder)
            )
        else:
            dynamo = MemoryDynamo()
        clock = ShiftedClock(
            folder / "clock.json" if durable else None,
            start or by_day(SystemClock().now()),
        )
        settings = _settings(folder, url)
        # The seeding writes into a mailbox of its own: nobody wants to read its messages.
        services = build(settings, log=log, clock=clock, dynamo=dynamo)
        register_all(services.core.store)
        create_missing(services.core.store)
        if not durable or not seeded.exists():
            seed_demo_street(services)
            services.get(
                ticket_policy_feature.feature
            ).check_coverage()  # what the demo street lacks is no news to anybody
            forget_messages(services.core.store)
            if durable:
                seeded.write_text(DATA_FORMAT)
        mailbox = DevMailbox(clock.now, folder / "mailbox.jsonl" if durable else None)
        key = Keyring(settings.secret).key("files")
        files = FolderFiles(
            f"{url}/dev/files", key, clock, folder / "uploads" if durable else None
        )
        instead: dict[Provider[Any], Any] = {
            message_log_feature.dev_mailbox: mailbox,
            uploads_feature.files: files,
        }
        services = build(settings, log=log, clock=clock, instead=instead, dynamo=dynamo)
        use(services)
        from app import api, app  # noqa: PLC0415 - the map reads no settings at import, but it is the last thing to open

        pump = Pump(app, services, clock)
        stop = threading.Event()
        ticking = threading.Thread(target=_tick, args=(pump, stop), daemon=True)
        ticking.start()
        try:
            yield House(
                services=services,
                mailbox=mailbox,
                clock=clock,
                pump=pump,
                server=DevServer(
                    Gateway(app, api),
                    services,
                    mailbox,
                    clock,
                    pump,
                    FileDoor(app, files),
                ),
            )
        finally:
            stop.set()
            ticking.join(10)


def forget_messages(store: Store) -> None:
    """Drop what the seeding would still tell: opened at night, its messages wait for a morning on which they only confuse."""
    waiting = list(
        scan(store, JOB, PK.startswith("s"))
    )  # of a shard: parked jobs wait for nothing
    for due in waiting:
        if due.kind in TEMPLATES:
            store.delete(due)


def by_day(now: datetime) -> datetime | None:
    """Return when a house that is opened at night should begin: nobody's phone rings then, and a visitor would see nothing."""
    span = quiet_span(now, QUIET_FROM, QUIET_TO, "Asia/Shanghai")
    return span[1] + timedelta(minutes=40) if span else None


def _tick(pump: Pump, stop: threading.Event) -> None:
    while not stop.wait(2):
        try:
            pump.run_due()
        except Exception as error:  # noqa: BLE001 - the next tick tries again
            log.error("pump", error=type(error).__name__)


def _settings(folder: Path, url: str) -> Settings:
    """Secrets of this folder: made once, so that tokens and codes survive restarts. The key of Open311 is everybody's."""
    file = folder / "secrets.json"
    if not file.exists():
        fresh = {
            "secret": secrets.token_urlsafe(48),
            "token_key": secrets.token_urlsafe(48),
        }
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            json.dump(fresh, out)
    kept = json.loads(file.read_text())
    return Settings(
        region=REGION,
        token_keys={"local": kept["token_key"].encode()},
        secret=kept["secret"].encode(),
        codes_per_address_hour=int(
            os.environ.get("CODES_PER_ADDRESS_HOUR", "600")
        ),  # one machine plays every phone
        public_url=url,
        open311_keys={"demo": "demo"},
        open311_key_service="本机演示用的 api_key 是 demo。The api_key of this local demonstration is: demo",
    )


def _clear(folder: Path) -> None:
    """Throw away a seeding that was cut off; nothing was served from it yet."""
    for left in [
        *folder.glob("store.db*"),
        folder / "mailbox.jsonl",
        folder / "uploads",
    ]:
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink(missing_ok=True)
