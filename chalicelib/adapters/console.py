"""The local provider: a mailbox for all messages. With a file it survives restarts."""

import json
import os
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from ..kernel.clock import from_text, to_text
from .email_content import text_of
from .ports import Mail, Sms

__all__ = ["ConsoleEmail", "ConsoleSms", "DevMailbox", "Letter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message that was "sent"."""

    id: str
    to: str
    channel: str
    text: str
    kind: str
    sent_at: datetime


class DevMailbox:
    """All messages, oldest first."""

    def __init__(
        self, now: Callable[[], datetime], file: Path | None = None
    ) -> None:
        self._now, self._file = now, file
        self._lock = threading.Lock()
        self._letters: list[Letter] = []
        if file and file.exists():
            # A last line without its end was cut off by a crash.
            lines = file.read_bytes().split(b"\n")[:-1]
            self._letters = [
                _letter(json.loads(line)) for line in lines if line
            ]
            file.write_bytes(b"".join(line + b"\n" for line in lines))

    def put(self, to: str, channel: str, text: str, kind: str) -> str:
        """Store a message and return its id."""
        with self._lock:
            id = f"dev_{len(self._letters) + 1}"
            letter = Letter(
                id=id,
                to=to,
                channel=channel,
                text=text,
                kind=kind,
                sent_at=self._now(),
            )
            self._letters.append(letter)
            if self._file:
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(f"{_line(letter)}\n")
                    file.flush()
                    os.fsync(file.fileno())
            return id

    def read(
        self, to: str | None = None, after: datetime | None = None
    ) -> list[Letter]:
        """Return messages, newest first: all, or those to a recipient or since an instant."""
        with self._lock:
            letters = self._letters[::-1]
        if to is not None:
            letters = [letter for letter in letters if letter.to == to]
        if after is not None:
            letters = [letter for letter in letters if letter.sent_at >= after]
        return letters


def _line(letter: Letter) -> str:
    fields = asdict(letter) | {"sent_at": to_text(letter.sent_at)}
    return json.dumps(fields, ensure_ascii=False)


def _letter(fields: dict[str, str]) -> Letter:
    return Letter(**(fields | {"sent_at": from_text(fields["sent_at"])}))  # type: ignore[arg-type]


class ConsoleSms:
    """Puts text messages into the mailbox."""

    def __init__(self, mailbox: DevMailbox) -> None:
        self._mailbox = mailbox

    def send(self, sms: Sms) -> str:
        """See `ports.SmsSender`. The reference is the letter's id."""
        return self._mailbox.put(sms.phone, "sms", sms.text, sms.kind)


class ConsoleEmail:
    """Puts e-mails into the mailbox."""

    def __init__(self, mailbox: DevMailbox) -> None:
        self._mailbox = mailbox

    def send(self, mail: Mail) -> str:
        """See `ports.EmailSender`. The reference is the letter's id."""
        text = f"{mail.subject}\n{text_of(mail)}"
        return self._mailbox.put(mail.address, "email", text, mail.kind)
