"""The /dev routes: what was sent, what is written back, and the movable clock. They exist on the local server only."""

import html
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from chalicelib.adapters.console import DevMailbox, Letter
from chalicelib.container import Container
from chalicelib.kernel.clock import to_text
from chalicelib.kernel.ids import RandomIds
from chalicelib.replies import feature as replies_feature
from chalicelib.replies.service import SmsReply

from .files import MOST, PATH, FileDoor
from .gateway import Answer, Gateway, json_answer, most_of, problem
from .pump import MovableClock, Pump

__all__ = ["DevServer"]


class ClockIn(BaseModel):
    """Where to move the clock: by seconds, or to an instant."""

    model_config = ConfigDict(extra="forbid")

    advance: float | None = Field(None, ge=0, le=400 * 86400)
    now: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "ClockIn":
        if (self.advance is None) == (self.now is None):
            raise ValueError("give either advance or now")
        return self


class ReplyIn(BaseModel):
    """What somebody writes back to the house's number."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    phone: str = Field(alias="from", pattern=r"^\+?[0-9]{11,15}$")
    text: str = Field(min_length=1, max_length=500)


class DevServer:
    """Answers /dev itself and everything else through the gateway."""

    def __init__(
        self,
        gateway: Gateway,
        services: Container,
        mailbox: DevMailbox,
        clock: MovableClock,
        pump: Pump,
        files: FileDoor | None = None,
    ) -> None:
        self._gateway, self._services, self._mailbox = gateway, services, mailbox
        self._clock, self._pump, self._files = clock, pump, files

    @staticmethod
    def most_of(path: str) -> int:
        """Return how many bytes of a body are read at a path."""
        return MOST if path == PATH else most_of(path)

    def handle(
        self,
        method: str,
        target: str,
        headers: dict[str, str],
        body: bytes,
        source: str,
    ) -> Answer:
        """Answer one request."""
        url = urlsplit(target)
        if not url.path.startswith("/dev/"):
            return self._gateway.handle(method, target, headers, body, source)
        if self._files and (url.path == PATH or url.path.startswith(f"{PATH}/")):
            return self._files.handle(method, target, headers, body)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        routes: dict[tuple[str, str], Callable[[], Answer]] = {
            ("GET", "/dev/messages"): lambda: self._messages(query),
            ("GET", "/dev/mailbox"): lambda: self._page(query),
            ("POST", "/dev/reply"): lambda: self._reply(body),
            ("POST", "/dev/clock"): lambda: self._move(body),
            ("POST", "/dev/pump"): lambda: self._told_time(self._pump.run_due()),
        }
        if (method, url.path) in routes:
            return routes[method, url.path]()
        return problem(
            404,
            "resource.not_found",
            ", ".join(f"{verb} {path}" for verb, path in routes),
        )

    def _told_time(self, ran: Mapping[str, int]) -> Answer:
        return json_answer(200, {"now": _instant(self._clock.now()), "ran": dict(ran)})

    def _messages(self, query: dict[str, str]) -> Answer:
        try:
            after = (
                datetime.fromisoformat(query["after"].replace(" ", "+"))
                if "after" in query
                else None
            )
            letters = self._mailbox.read(_plus(query.get("to")), after)
        except (ValueError, TypeError):
            return problem(
                422, "query.invalid", "after: an instant such as 2026-11-23T08:40:00Z"
            )
        return json_answer(200, {"items": [_shown(letter) for letter in letters]})

    def _page(self, query: dict[str, str]) -> Answer:
        rows = "".join(
            f"<tr><td>{_instant(m.sent_at)}<td>{html.escape(m.to)}<td>{m.channel}<td>{m.kind}<td>{html.escape(m.text)}"
            for m in self._mailbox.read(_plus(query.get("to")))[:500]
        )
        page = f"<!doctype html><meta charset=utf-8><title>DevMailbox</title><h1>DevMailbox</h1><table border=1>{rows}</table>"
        return 200, [("Content-Type", "text/html; charset=utf-8")], page.encode()

    def _reply(self, body: bytes) -> Answer:
        """Take an SMS that somebody writes back, as a provider's webhook would bring it."""
        try:
            given = ReplyIn.model_validate_json(body)
        except ValidationError:
            return problem(
                422, "body.invalid", 'give {"from": "+8613900000101", "text": "1"}'
            )
        phone = given.phone if given.phone.startswith("+") else f"+86{given.phone}"
        self._services.get(replies_feature.feature).take(
            "console",
            [],
            [SmsReply(id=RandomIds().new("dev"), phone=phone, text=given.text)],
        )
        return self._told_time({})

    def _move(self, body: bytes) -> Answer:
        try:
            wanted = ClockIn.model_validate_json(body)
        except ValidationError:
            return problem(
                422,
                "body.invalid",
                'give {"advance": seconds} or {"now": "2026-11-23T08:40:00Z"}',
            )
        now = self._clock.now()
        target = wanted.now or now + timedelta(seconds=wanted.advance or 0)
        if target < now - timedelta(seconds=1):
            return problem(
                422,
                "clock.backwards",
                f"the clock only moves forward; it is {_instant(now)}",
            )
        return self._told_time(self._pump.move_to(target))


def _plus(to: str | None) -> str | None:
    """A + that was not percent-encoded arrives as a space."""
    return to.replace(" ", "+") if to else None


def _instant(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _shown(letter: Letter) -> dict[str, str]:
    fields = {
        name: getattr(letter, name) for name in ("id", "to", "channel", "text", "kind")
    }
    return fields | {"sent_at": to_text(letter.sent_at)}
