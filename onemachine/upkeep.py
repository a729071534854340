"""Does what the cloud does by itself: cleans photos again, and removes what has expired."""

import time
from pathlib import Path

from chalice.app import Chalice
from pynamodb.attributes import NumberAttribute
from pynamodb.exceptions import DeleteError

from chalicelib.container import Container
from chalicelib.kernel.clock import Clock
from chalicelib.store.store import Store

from .files import arrival_event
from .scan import scan_items

__all__ = ["Upkeep", "remove_expired_rows"]

_DAY = 86_400.0
# The rules of the bucket in the cloud: infra/photos.yaml.
_KEPT_SECONDS = {"incoming": _DAY, "exports": 8 * _DAY}
_SETTLED = 60.0  # seconds after which nothing else works on a photo
_EVERY = 60.0
_RENEWED = "ConditionalCheckFailedException"
_TTL = NumberAttribute(attr_name="ttl")


class Upkeep:
    """The work of a minute and of a day."""

    def __init__(
        self, app: Chalice, services: Container, clock: Clock, files: Path
    ) -> None:
        self._app, self._services = app, services
        self._clock, self._files = clock, files
        self._minute = self._day = 0.0

    def run(self) -> None:
        """Do what is due. A failure is left to the next time."""
        now = time.monotonic()
        if now - self._minute >= _EVERY or not self._minute:
            self._minute = now
            self.clean_again()
        if now - self._day >= _DAY or not self._day:
            self._day = now
            self.remove_files()
            remove_expired_rows(self._services.core.store, self._clock)

    def clean_again(self) -> int:
        """Clean the photos that a crash has left; return their number."""
        now = self._clock.now().timestamp()
        left = []
        for file in self._files.glob("incoming/[!.]*"):
            if _age(file, now) > _SETTLED:
                left.append(f"incoming/{file.name}")
        for key in left:
            self._app.handler_map["clean_photo"](arrival_event(key), None)
        return len(left)

    def remove_files(self) -> int:
        """Delete files that nobody worked on, and halves of files; return their number."""
        now = self._clock.now().timestamp()
        removed = 0
        for file in self._files.rglob("*"):
            folder = file.relative_to(self._files).parts[0]
            kept = _KEPT_SECONDS.get(folder)
            if file.name.startswith("."):
                kept = _DAY
            if file.is_file() and kept and _age(file, now) > kept:
                file.unlink(missing_ok=True)
                removed += 1
        return removed


def _age(file: Path, now: float) -> float:
    """Return the age of a file in seconds; 0 for one that has just been deleted."""
    try:
        return now - file.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def remove_expired_rows(store: Store, clock: Clock) -> int:
    """Delete the rows whose time to live has passed; return their number.

    One that is renewed meanwhile stays.
    """
    now = int(clock.now().timestamp())
    removed = 0
    for table in store.tables:
        for item in list(scan_items(store, table, now >= _TTL)):
            try:
                store.connection.delete_item(
                    store.name_of(table),
                    item["pk"]["S"],
                    item["sk"]["S"],
                    condition=now >= _TTL,
                )
            except DeleteError as error:
                if error.cause_response_code != _RENEWED:
                    raise
            else:
                removed += 1
    return removed
