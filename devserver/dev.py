"""The /dev routes of the local server: mailbox, replies by SMS and the movable clock."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from urllib.parse import urlencode, urlsplit

from chalicelib.adapters.console import DevMailbox, Letter
from chalicelib.container import Container
from chalicelib.kernel.clock import to_text
from onemachine.files import MAX_FORM_BYTES, FileRoutes
from onemachine.gateway import (
    Answer,
    Gateway,
    body_limit,
    json_answer,
    problem,
    read_fields,
)

from .clock import MovableClock
from .dev_inputs import MAX_MOVE, ClockInput, DevRequest, ReplyInput
from .dev_page import DevPage, shanghai_time
from .dev_replies import ReplyDescriber
from .options import SHANGHAI
from .pump import Pump

__all__ = ["MAX_MOVE_SECONDS", "PATH", "DevServer"]

PATH = "/dev/files"
MAX_MOVE_SECONDS = 45  # of the machine's time; browsers and curl wait longer
_CLOCK_HINT = 'Give {"advance": seconds} or {"now": "2026-11-23T08:40:00Z"}, up to 400 days.'
_REPLY_HINT = 'Give {"from": "+8613900000101", "text": "1"}.'

_Route = Callable[[DevRequest], Answer]
_ClockState: TypeAlias = dict[str, Any]


class DevServer:
    """Answers /dev itself and everything else through the gateway."""

    def __init__(
        self,
        gateway: Gateway,
        services: Container,
        mailbox: DevMailbox,
        clock: MovableClock,
        pump: Pump,
        files: FileRoutes | None = None,
        max_move_seconds: float = MAX_MOVE_SECONDS,
    ) -> None:
        self._gateway = gateway
        self._mailbox = mailbox
        self._clock = clock
        self._pump = pump
        self._files = files
        self._max_move_seconds = max_move_seconds
        self._replies = ReplyDescriber(services, mailbox, clock)
        self._routes: Mapping[tuple[str, str], _Route] = {
            ("GET", "/dev"): self._page,
            ("GET", "/dev/"): self._page,
            ("GET", "/dev/mailbox"): self._page,
            ("GET", "/dev/messages"): self._messages,
            ("GET", "/dev/clock"): self._read_clock,
            ("POST", "/dev/clock"): self._move_clock,
            ("POST", "/dev/pump"): self._run_due,
            ("POST", "/dev/reply"): self._reply,
        }

    @staticmethod
    def body_limit(path: str) -> int:
        """Return the number of bytes of a body that are read at a path."""
        if path == PATH:
            return MAX_FORM_BYTES
        return body_limit(path)

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
        if not _is_below(url.path, "/dev"):
            return self._gateway.handle(method, target, headers, body, source)
        if self._files and _is_below(url.path, PATH):
            return self._files.handle(method, target, headers, body)
        route = self._routes.get((method, url.path))
        if route is None:
            return self._not_found()
        content_type = headers.get("content-type", "")
        query = read_fields(url.query)
        return route(DevRequest(query, content_type, body))

    def _not_found(self) -> Answer:
        known = [" ".join(route) for route in self._routes]
        return problem(404, "resource.not_found", ", ".join(known))

    # the mailbox

    def _messages(self, request: DevRequest) -> Answer:
        recipient = _with_plus(request, "to")
        after = _with_plus(request, "after")
        since: datetime | None = None
        try:
            if after:
                since = datetime.fromisoformat(after)
            letters = self._mailbox.read(recipient or None, since)
        except (ValueError, TypeError):
            hint = "after: an instant such as 2026-11-23T08:40:00Z"
            return problem(422, "query.invalid", hint)
        items = [_letter(letter) for letter in letters]
        return json_answer(200, {"items": items})

    def _page(self, request: DevRequest) -> Answer:
        recipient = _with_plus(request, "to")
        page = DevPage(
            now=self._clock.now(),
            letters=self._mailbox.read(recipient or None),
            recipient=recipient,
            result=request.query.get("result", ""),
        )
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Cache-Control", "no-store"),
        ]
        return 200, headers, page.render().encode()

    # replies

    def _reply(self, request: DevRequest) -> Answer:
        """Take an SMS that a person writes back, as a provider's webhook would bring it."""
        given = request.read(ReplyInput)
        if given is None:
            return self._refuse(request, 422, "body.invalid", _REPLY_HINT)
        phone = given.full_phone
        described = self._replies.take(phone, given.text)
        if request.is_form:
            return _back(request, f"{phone}: {described['detail']}")
        state = self._clock_state({})
        return json_answer(200, state | described)

    # the clock

    def _read_clock(self, request: DevRequest) -> Answer:
        now = self._clock.now()
        local = now.astimezone(SHANGHAI).isoformat(timespec="seconds")
        return json_answer(200, {"now": _utc(now), "local": local})

    def _move_clock(self, request: DevRequest) -> Answer:
        wanted = request.read(ClockInput)
        if wanted is None:
            return self._refuse(request, 422, "body.invalid", _CLOCK_HINT)
        now = self._clock.now()
        target = wanted.target(now)
        if target < now - timedelta(seconds=1):
            detail = f"The clock only moves forward; it is {_utc(now)}."
            return self._refuse(request, 422, "clock.backwards", detail)
        if target > now + MAX_MOVE:
            return self._refuse(request, 422, "body.invalid", _CLOCK_HINT)
        ran = self._pump.move_to(target, self._max_move_seconds)
        state = self._clock_state(ran)
        if self._clock.now() < target:
            state["reached"] = False
            state["target"] = _utc(target)
        return self._moved(request, state)

    def _run_due(self, request: DevRequest) -> Answer:
        ran = self._pump.run_due()
        return self._moved(request, self._clock_state(ran))

    def _moved(self, request: DevRequest, state: _ClockState) -> Answer:
        if request.is_form:
            return _back(request, self._move_line(state))
        return json_answer(200, state)

    def _clock_state(self, ran: Mapping[str, int]) -> _ClockState:
        now = self._clock.now()
        return {"now": _utc(now), "ran": dict(ran)}

    def _move_line(self, state: _ClockState) -> str:
        now = shanghai_time(self._clock.now())
        ran = _runs(state["ran"]) or "nothing was due"
        line = f"It is {now} in Shanghai. Ran: {ran}."
        if "target" in state:
            target = datetime.fromisoformat(state["target"])
            wanted = shanghai_time(target)
            line += f" There was much to do: move again to reach {wanted}."
        return line

    def _refuse(
        self,
        request: DevRequest,
        status: int,
        code: str,
        detail: str,
    ) -> Answer:
        if request.is_form:
            return _back(request, detail)
        return problem(status, code, detail)


def _back(request: DevRequest, result: str) -> Answer:
    """Return to the page with a result line (POST, redirect, GET)."""
    query = {"result": result}
    recipient = request.form().get("to")
    if recipient:
        query["to"] = recipient
    location = f"/dev?{urlencode(query)}"
    return 303, [("Location", location)], b""


def _is_below(path: str, root: str) -> bool:
    """Return whether a path is the root or is below it."""
    return path == root or path.startswith(f"{root}/")


def _with_plus(request: DevRequest, name: str) -> str:
    """Return a parameter. A + that was not percent-encoded arrives as a space."""
    value = request.query.get(name, "")
    return value.replace(" ", "+")


def _runs(ran: Mapping[str, int]) -> str:
    runs = []
    for function, times in ran.items():
        runs.append(f"{function} {times}")
    return ", ".join(runs)


def _utc(instant: datetime) -> str:
    in_utc = instant.astimezone(UTC)
    return in_utc.strftime("%Y-%m-%dT%H:%M:%SZ")


def _letter(letter: Letter) -> dict[str, str]:
    return {
        "id": letter.id,
        "to": letter.to,
        "channel": letter.channel,
        "text": letter.text,
        "kind": letter.kind,
        "sent_at": to_text(letter.sent_at),
    }
