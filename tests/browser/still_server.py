"""The local server for comparing pages: its minute does not pass, and its ids come from a seed.

Run by `open_street(still=True)`, in .venv. What a page shows is then the same in every run.
"""

import base64
import contextlib
import itertools
import json
import os
import random
import threading
from datetime import datetime, timedelta
from pathlib import Path

import local
from chalicelib.kernel.clock import SystemClock
from chalicelib.kernel.ids import RandomIds

_STEP = timedelta(microseconds=100)  # the order of what happens is kept
_SEED = 20261130


class _StillClock:
    """A clock that moves by a step each time it is read. 60 s take 600,000 readings."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._readings = itertools.count()

    def now(self) -> datetime:
        return self._start + next(self._readings) * _STEP


class _SeededIds:
    """Ids that are the same in every run, as long as the same things are made."""

    def __init__(self) -> None:
        self._random = random.Random(_SEED)
        self._lock = threading.Lock()

    def new(self, prefix: str) -> str:
        with self._lock:
            bits = self._random.randbytes(15)
        return f"{prefix}_{base64.b32encode(bits).decode().lower()}"


def main() -> None:
    """Serve until the process is stopped."""
    clock = _StillClock(datetime.fromisoformat(os.environ["CLOCK_START"]))
    ids = _SeededIds()
    # The clock that both the seeding and the shift of the local server are made from.
    SystemClock.now = lambda _: clock.now()
    RandomIds.new = lambda _, prefix: ids.new(prefix)
    _write_secrets(Path(os.environ["DATA_DIR"]))
    local.main()


def _write_secrets(folder: Path) -> None:
    """Write secrets that everybody knows: codes and words at the door are made from them."""
    names = ("secret", "token_key", "phone_key")
    known = {
        name: f"{name} of a still street ".ljust(48, ".") for name in names
    }
    (folder / "secrets.json").write_text(json.dumps(known), "utf-8")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
