"""What is watched while an attack runs: its log lines, and the status of every answer."""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.adapters.console import DevMailbox
from chalicelib.runtime import log

from ..world import gateway

# A mainland mobile number, the address that people of tests have, and both kinds of token.
_PERSONAL = (
    re.compile(r"(?<![0-9A-Za-z])(?:\+?86)?1[3-9][0-9]{9}(?![0-9A-Za-z])"),
    re.compile("3楼302室"),
    re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}"),
    re.compile(r"\brt\.ses_"),
)
_CODE = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")
_DELIVERY_CODE = re.compile(r"送达码 ([0-9]{4})")


@dataclass
class Watched:
    """The log of an attack, the codes that were sent during it, and its worst status."""

    lines: io.StringIO = field(default_factory=io.StringIO)
    codes: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)

    def leaks(self) -> list[str]:
        """Return the personal data and codes of the log."""
        logged = self.lines.getvalue()
        found = [one[0] for part in _PERSONAL for one in part.finditer(logged)]
        return found + [code for code in sorted(self.codes) if code in logged]

    def note_letter(self, text: str, kind: str) -> None:
        """Remember the code of a message. Four digits are looked for between quotes only."""
        if kind.startswith("code."):
            self.codes |= set(_CODE.findall(text))
        self.codes |= {f'"{code}"' for code in _DELIVERY_CODE.findall(text)}


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """Watch what is done in the context, and check it at the end."""
    seen = Watched()
    _watch_answers(seen, monkeypatch)
    _watch_letters(seen, monkeypatch)
    formatted, plain = (
        logging.StreamHandler(seen.lines),
        logging.StreamHandler(seen.lines),
    )
    formatted.setFormatter(log.registered_formatter)
    ours, root = logging.getLogger("chunhui"), logging.getLogger()
    ours.addHandler(formatted)
    root.addHandler(plain)
    try:
        yield seen
    finally:
        ours.removeHandler(formatted)
        root.removeHandler(plain)
    assert not seen.errors, seen.errors[:3]
    assert not seen.leaks(), seen.leaks()[:3]


def _watch_answers(seen: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    handle = gateway.handle

    def watch(method: str, path: str, *more: Any) -> Any:
        answer = handle(method, path, *more)
        if answer[0] >= 500:
            seen.errors.append(f"{method} {path[:80]} {answer[0]}")
        return answer

    monkeypatch.setattr(gateway, "handle", watch)


def _watch_letters(seen: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    put = DevMailbox.put

    def watch(
        mailbox: DevMailbox, to: str, channel: str, text: str, kind: str
    ) -> Any:
        seen.note_letter(text, kind)
        return put(mailbox, to, channel, text, kind)

    monkeypatch.setattr(DevMailbox, "put", watch)
