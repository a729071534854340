"""Puts a street in service together: settings, store, files, queues, schedules."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from chalicelib.adapters.folder import FolderFiles
from chalicelib.adapters.queue import InlineQueue
from chalicelib.catalogue import lane_of
from chalicelib.container import Container, build
from chalicelib.feature import ServiceProvider
from chalicelib.kernel.clock import SystemClock
from chalicelib.kernel.codes import derive_key, key_id_at
from chalicelib.kernel.job import ScheduledJob, record_of
from chalicelib.repositories import register_all
from chalicelib.runtime import log, use
from chalicelib.settings import Settings
from chalicelib.store.schema import create_missing
from chalicelib.uploads import feature as uploads_feature

from .files import FileRoutes
from .folder import StreetFolder
from .front import ServiceFront
from .gateway import Gateway
from .indexes import build_missing_indexes
from .lanes import LaneQueue
from .options import ServiceOptions
from .secrets_file import read_secrets
from .store import OpenStore, open_store
from .timekeeper import Timekeeper
from .upkeep import Upkeep

__all__ = [
    "FILES_PATH",
    "Service",
    "health_of",
    "open_service",
    "open_street",
    "use_store",
]

FILES_PATH = "/files"
_REGION = "us-east-1"
_LATE = timedelta(minutes=5)
_ANSWERS_WITHIN = 3.0  # seconds; a monitor waits longer


@dataclass(frozen=True, kw_only=True)
class Service:
    """A street in service, without its HTTP server."""

    services: Container
    front: ServiceFront
    timekeeper: Timekeeper
    store: OpenStore

    @property
    def is_lost(self) -> bool:
        """Return whether the store has ended, or has not answered for a minute."""
        return self.store.has_ended or self.timekeeper.is_lost


@dataclass(frozen=True, kw_only=True)
class _Street:
    """The services over an open store, and the queue that they use."""

    services: Container
    queue: LaneQueue
    files: FolderFiles


def use_store(address: str) -> None:
    """Let the clients of this process speak to an embedded store."""
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": _REGION,
        "AWS_ENDPOINT_URL_DYNAMODB": address,
    }


def _settings(options: ServiceOptions) -> Settings:
    """Return the settings of production. What is no secret may be in the environment."""
    shared = {"STAGE": "prod", "SECOND_FACTOR": "required"}
    given = Settings.from_env({**shared, **os.environ})
    return replace(
        given,
        secrets=read_secrets(options.secrets_file),
        region=_REGION,
        public_url=options.public_url,
        urgent_queue_url="",
        bulk_queue_url="",
        upload_bucket="",
        emf=False,
    )


def open_street(options: ServiceOptions) -> _Street:
    """Build the services over the store of this process's environment, and use them."""
    settings, clock = _settings(options), SystemClock()
    keys = settings.secrets.secret
    secret = keys[key_id_at(keys, clock.now())]
    folder = StreetFolder(options.folder)
    files = FolderFiles(
        options.public_url + FILES_PATH,
        derive_key(secret, "files"),
        clock,
        folder.files,
    )
    instead: dict[ServiceProvider[Any], Any] = {uploads_feature.files: files}
    queues: list[LaneQueue] = []

    def queue_of(container: Container) -> LaneQueue:
        queues.append(_queue(container))
        return queues[0]

    services = build(
        settings, log=log, clock=clock, instead=instead, queue_of=queue_of
    )
    register_all(services.core.store)
    use(services)
    return _Street(services=services, queue=queues[0], files=files)


def _queue(container: Container) -> LaneQueue:
    def finish(entry: ScheduledJob) -> None:
        container.core.store.write_batch(delete=[record_of(entry)])

    one_by_one = InlineQueue(container.run_job, container.park, SystemClock())
    return LaneQueue(one_by_one, lane_of, finish, log)


@contextlib.contextmanager
def open_service(options: ServiceOptions) -> Iterator[Service]:
    """Open the store and run schedules and queues until the end of the context.

    Raises:
        StartRefused: the folder or the secrets cannot be used.

    """
    read_secrets(options.secrets_file)
    folder = StreetFolder(options.folder)
    folder.create()
    with folder.locked():
        folder.address_file.unlink(missing_ok=True)  # of a server that died
        folder.prepare()
        with open_store(folder.path) as opened:
            use_store(opened.address)
            service = _service(options, folder, opened)
            folder.address_file.write_text(opened.address)
            service.timekeeper.start()
            try:
                yield service
            finally:
                service.timekeeper.stop()
                folder.address_file.unlink(missing_ok=True)


def _service(
    options: ServiceOptions, folder: StreetFolder, opened: OpenStore
) -> Service:
    street = open_street(options)
    store = street.services.core.store
    create_missing(store)
    build_missing_indexes(store, opened.address, print)
    # The map is imported last: it is the last part to open.
    from app import api, app  # noqa: PLC0415

    clock = SystemClock()
    upkeep = Upkeep(app, street.services, clock, folder.files)
    keeper = Timekeeper(
        app, street.queue, clock, log, folder.runs_file, upkeep.run
    )

    asker = ThreadPoolExecutor(1, "health")

    def health() -> Mapping[str, Any]:
        asked = asker.submit(street.services.core.outbox.next_at)
        return health_of(partial(asked.result, _ANSWERS_WITHIN), keeper)

    front = ServiceFront(
        Gateway(app, api),
        FileRoutes(app, street.files, FILES_PATH),
        health,
    )
    return Service(
        services=street.services, front=front, timekeeper=keeper, store=opened
    )


def health_of(
    next_at: Callable[[], datetime | None], keeper: Timekeeper
) -> dict[str, Any]:
    """Say whether the store answers, jobs run in time, and schedules have run.

    `next_at` asks the store when the next job is due.
    """
    now = SystemClock().now()
    parts = {"store": "ok", "jobs": "ok", "schedules": "ok"}
    try:
        due = next_at()
    except Exception:  # noqa: BLE001 - whatever it is, the store does not answer
        parts["store"] = "no answer"
        due = None
    is_late = due is not None and now - due > _LATE
    if is_late or now - keeper.swept_at > _LATE:
        parts["jobs"] = "late"
    late = keeper.late(now - _LATE)
    if late:
        parts["schedules"] = f"late: {', '.join(late)}"
    is_well = set(parts.values()) == {"ok"}
    return {"status": "ok" if is_well else "failing", **parts}
