"""The settings of a street in service. None of them is secret."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .errors import StartRefused

__all__ = ["ServiceOptions", "missing_of", "read_service_options"]

_PAGE = "What a street in service needs (docs/one-machine.md):"
_NEEDED = {
    "DATA_DIR": "the folder of its data",
    "SECRETS_FILE": "the file of its secrets",
    "PUBLIC_URL": "the https address of the proxy",
}
_LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """The options of one start."""

    host: str
    port: int
    folder: Path
    secrets_file: Path
    public_url: str


def read_service_options(
    environment: Mapping[str, str] = os.environ,
) -> ServiceOptions:
    """Read the options.

    Raises:
        StartRefused: options are missing, or one cannot be used.

    """
    missing = missing_of(environment)
    if missing:
        raise StartRefused("\n".join((_PAGE, *missing)))
    return ServiceOptions(
        host=environment.get("BIND") or "127.0.0.1",
        port=_port(environment.get("PORT") or "8000"),
        folder=Path(environment["DATA_DIR"]).resolve(),
        secrets_file=Path(environment["SECRETS_FILE"]).resolve(),
        public_url=_url(environment["PUBLIC_URL"]),
    )


def missing_of(environment: Mapping[str, str]) -> list[str]:
    """Return what a street needs and does not have, in a line each."""
    missing = []
    for name, meaning in _NEEDED.items():
        if not environment.get(name):
            missing.append(f"  {name} is missing: {meaning}.")
    file = environment.get("SECRETS_FILE")
    if file and not Path(file).exists():
        missing.append(
            f"  SECRETS_FILE {file} does not exist: make it by"
            " `python -m onemachine.secrets_file new`."
        )
    return missing


def _port(text: str) -> int:
    number = 0
    if text.isascii() and text.isdigit() and len(text) <= 5:
        number = int(text)
    if not 1 <= number <= 65535:
        raise StartRefused(f"PORT is a number from 1 to 65535, not {text!r}.")
    return number


def _url(text: str) -> str:
    parts = urlsplit(text)
    # Plain http is for a trial on this machine only.
    is_local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if not parts.hostname or (parts.scheme != "https" and not is_local):
        raise StartRefused(
            f"PUBLIC_URL is the https address of the proxy, not {text!r}."
        )
    return text.rstrip("/")
