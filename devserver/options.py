"""The options of the local server, read from environment variables."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from onemachine.errors import StartRefused

__all__ = ["SHANGHAI", "Options", "read_instant", "read_options"]

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DIGITS = re.compile("[0-9]{1,5}")
_YEARS = range(2000, 2100)  # far from the ends of the calendar, for arithmetic


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of one start. `start` is None where CLOCK_START is not set."""

    port: int
    store: str
    folder: Path
    start: datetime | None
    public_url: str


def read_options(environment: Mapping[str, str] = os.environ) -> Options:
    """Read the options.

    Raises:
        StartRefused: an option has a value that cannot be used.

    """
    port = _read_port(environment.get("PORT") or "8000")
    url = environment.get("PUBLIC_URL") or f"http://127.0.0.1:{port}"
    return Options(
        port=port,
        store=_read_store(environment.get("STORE") or "embedded"),
        folder=Path(environment.get("DATA_DIR") or ".local").resolve(),
        start=_read_start(environment.get("CLOCK_START") or ""),
        public_url=url.rstrip("/"),
    )


def read_instant(text: str) -> datetime | None:
    """Read an ISO 8601 instant, None if it is none. Without an offset it is Shanghai's time."""
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if instant.year not in _YEARS:
        return None
    if instant.tzinfo is None:
        return instant.replace(tzinfo=SHANGHAI)
    return instant


def _read_port(text: str) -> int:
    # Zeros in front are allowed. 65535 has five digits, and no port has more.
    number = 0
    if _DIGITS.fullmatch(text):
        number = int(text)
    if not 1 <= number <= 65535:
        raise StartRefused(f"PORT is a number from 1 to 65535, not {text!r}.")
    return number


def _read_store(text: str) -> str:
    if text not in ("embedded", "memory"):
        raise StartRefused(f"STORE is embedded or memory, not {text!r}.")
    return text


def _read_start(text: str) -> datetime | None:
    if not text:
        return None
    start = read_instant(text)
    if start is None:
        raise StartRefused(
            "CLOCK_START is an instant of the years 2000 to 2099, such as"
            f" 2026-11-23T08:40:00+08:00, not {text!r}."
        )
    return start
