"""The visitor of a page: the session of their browser, and how they like pages to look."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from chalice.app import Request

from ..kernel.access import ANONYMOUS, Actor
from ..kernel.codes import Keyring
from ..kernel.errors import Forbidden, Unauthenticated
from ..kernel.ids import ID_PATTERN
from ..web.tokens import Tokens
from .cookies import ACCESS, DEVICE, SESSION, CookieJar
from .declaration import BrowserTokens, Shell
from .look import Look

__all__ = ["NOBODY", "BrowserSessions", "Resumed", "Visitor", "Visitors"]

_PURPOSE = "browser-session"
_SESSION = re.compile(rf"(ses_{ID_PATTERN})~([0-9a-f]{{32}})")
_DEVICE_SECONDS = 400 * 86_400  # as long as browsers keep a cookie
_SESSION_SECONDS = 180 * 86_400  # the session itself may end sooner


class Resumed(Protocol):
    """The next access token of a session."""

    @property
    def access_token(self) -> str:
        """Return the token."""
        ...

    @property
    def expires_in(self) -> int:
        """Return its life in seconds."""
        ...


class BrowserSessions(Protocol):
    """The sessions of browsers, which do not rotate: an answer that is lost ends none."""

    def resume(self, session_id: str) -> Resumed:
        """Return the next access token of a session.

        Raises:
            Unauthenticated: the session is over.
            Forbidden: its person is blocked.

        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who looks at a page. `cookies` are headers to set with the answer."""

    actor: Actor
    look: Look
    given: Mapping[str, str]  # the cookies of the request
    cookies: tuple[str, ...] = ()

    @property
    def session(self) -> str:
        """Return the id of the session; "" for nobody."""
        return self.actor.session


NOBODY = Visitor(actor=ANONYMOUS, look=Look(), given={})


class Visitors:
    """Finds the visitor of a request by its cookies."""

    def __init__(
        self,
        find_tokens: Callable[[], Tokens],
        find_keys: Callable[[], Keyring],
        find_sessions: Callable[[], BrowserSessions],
    ) -> None:
        self._find_tokens, self._find_keys = find_tokens, find_keys
        self._find_sessions = find_sessions

    def find(self, request: Request, shell: Shell, jar: CookieJar) -> Visitor:
        """Return the visitor. The public wall is the same for all: it reads no cookie."""
        language = request.headers.get("accept-language")
        if shell is Shell.WALL:
            return Visitor(actor=ANONYMOUS, look=Look(), given={})
        given = jar.read(request.headers.get("cookie"))
        look = Look.parse(given.get(Look.COOKIE, ""), language)
        actor = self._actor_of(given.get(ACCESS, ""))
        if actor:
            return Visitor(actor=actor, look=look, given=given)
        session = self._session_of(given.get(SESSION, ""))
        if not session:
            return Visitor(actor=ANONYMOUS, look=look, given=given)
        return self._resumed(session, look, given, jar)

    def _resumed(
        self,
        session: str,
        look: Look,
        given: Mapping[str, str],
        jar: CookieJar,
    ) -> Visitor:
        try:
            resumed = self._find_sessions().resume(session)
        except (Unauthenticated, Forbidden):
            gone = (jar.delete(SESSION), jar.delete(ACCESS))
            return Visitor(
                actor=ANONYMOUS, look=look, given=given, cookies=gone
            )
        return Visitor(
            actor=self._find_tokens().read(resumed.access_token),
            look=look,
            given=given,
            cookies=(
                jar.write(ACCESS, resumed.access_token, resumed.expires_in),
            ),
        )

    def _actor_of(self, token: str) -> Actor | None:
        if not token:
            return None
        try:
            return self._find_tokens().read(token)
        except Unauthenticated:
            return None

    def _session_of(self, value: str) -> str:
        """Return the session that a cookie names; "" unless we have signed it."""
        found = _SESSION.fullmatch(value)
        if found is None:
            return ""
        keys = self._find_keys()
        return found[1] if keys.is_signed(_PURPOSE, found[1], found[2]) else ""

    def cookies_of(self, given: BrowserTokens, jar: CookieJar) -> list[str]:
        """Return the cookies of a sign-in, or those that end one."""
        if not given.access_token:
            return [jar.delete(SESSION), jar.delete(ACCESS)]
        session = self._find_tokens().read(given.access_token).session
        signed = f"{session}~{self._find_keys().sign(_PURPOSE, session)}"
        return [
            jar.write(SESSION, signed, _SESSION_SECONDS),
            jar.write(ACCESS, given.access_token, given.expires_in),
            jar.write(DEVICE, given.device, _DEVICE_SECONDS),
        ]
