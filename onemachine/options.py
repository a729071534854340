"""The settings of a street in service. None of them is secret."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .errors import StartRefused

__all__ = ["ServiceOptions", "read_service_options"]

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
        StartRefused: an option is missing, or cannot be used.

    """
    return ServiceOptions(
        host=environment.get("BIND") or "127.0.0.1",
        port=_port(environment.get("PORT") or "8000"),
        folder=Path(_needed(environment, "DATA_DIR")).resolve(),
        secrets_file=Path(_needed(environment, "SECRETS_FILE")).resolve(),
        public_url=_url(_needed(environment, "PUBLIC_URL")),
    )


def _needed(environment: Mapping[str, str], name: str) -> str:
    text = environment.get(name) or ""
    if not text:
        raise StartRefused(f"{name} is missing (docs/one-machine.md).")
    return text


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
