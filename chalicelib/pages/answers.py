"""Answers of pages: HTML, redirects and their cookies."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalice.app import Request, Response

from ..web.caching import PRIVATE, PUBLIC, is_personal, is_personal_name
from .bare import HTML
from .call import PageCall
from .cookies import RESULT, SAID, CookieJar
from .declaration import PageRoute, Raw, SeeOther, Sheet, Shell
from .headers import add_page_headers
from .look import Look
from .painter import Painter, digest_of, has_keys
from .site_core import SiteCore
from .visitors import Visitor

__all__ = ["Answers"]

_STEP_SECONDS, _SAID_SECONDS = 600, 60
_LOOK_SECONDS = 400 * 86_400
_LASTING = "public, max-age=31536000, immutable"
_A_WHILE = "public, max-age=600"
WORKER_PATH = "/m/sw.js"


class Answers:
    """Makes the responses of pages."""

    def __init__(
        self,
        painter: Painter,
        find_core: Callable[[], SiteCore],
        find_bucket: Callable[[], str],
    ) -> None:
        self._painter, self._find_core = painter, find_core
        self._find_bucket = find_bucket

    @property
    def jar(self) -> CookieJar:
        """Return the reader and writer of cookies of this installation."""
        address = self._find_core().settings.public_url
        return CookieJar(address.startswith("https://"))

    def sheet(
        self,
        painted: Sheet,
        page: PageRoute,
        call: PageCall,
        request: Request,
        visitor: Visitor,
    ) -> Response:
        """Return the response of a sheet; of an unchanged one 304, or 204 for who polls.

        A page with forms is sent again: a kept one would send its keys a second time.
        """
        said = call.kept.get(SAID, "")
        html = self._painter.paint(painted, page, call, said)
        digest = digest_of(html)
        tag, cookies = f'"{digest}"', list(visitor.cookies)
        once = [name for name in (SAID, RESULT) if call.kept.get(name)]
        cookies += [self.jar.delete(name) for name in once]
        headers: dict[str, str | list[str]] = {"Content-Type": HTML}
        is_good = painted.status == 200
        if is_good and page.shell is Shell.DESK:
            headers["ETag"] = tag  # for the poll of a list; it is kept nowhere
        elif is_good and not _is_kept_nowhere(painted.values):
            headers["Cache-Control"] = (
                PUBLIC if page.shell.is_public else PRIVATE
            )
            headers["ETag"] = tag
        response = Response(html, headers, painted.status)
        if is_good and call.query.get("seen") == digest:
            response = Response("", {}, 204)
        elif (
            "ETag" in headers
            and request.headers.get("if-none-match") == tag
            and not has_keys(html)
        ):
            response = Response("", headers, 304)
        return self._finish(response, page.shell, call.look.locale, cookies)

    def raw(self, raw: Raw, page: PageRoute) -> Response:
        """Return the response of a text that is no page."""
        headers: dict[str, str | list[str]] = {"Content-Type": raw.media}
        if page.shell.is_public:
            headers["Cache-Control"] = _LASTING if raw.lasting else _A_WHILE
        if page.path == WORKER_PATH:
            base = self._painter.location("/m")
            headers["Service-Worker-Allowed"] = base
        response = Response(raw.text, headers, raw.status)
        return self._finish(response, page.shell, "zh-CN", ())

    def see_other(
        self,
        to: SeeOther,
        request: Request,
        visitor: Visitor,
        cookies: Sequence[str] = (),
    ) -> Response:
        """Return a redirect that a browser follows with a GET, also one behind a script.

        The outbox gets the address instead: a script that follows would read the next page itself.
        """
        jar, written = self.jar, [*visitor.cookies, *cookies]
        if to.said and self._painter.knows(to.said):
            written.append(jar.write(SAID, to.said, _SAID_SECONDS))
        for name, value in to.kept.items():
            if name == Look.COOKIE:
                written.append(
                    jar.write(name, value, _LOOK_SECONDS, hidden=False)
                )
            elif value:
                written.append(jar.write(name, value, _STEP_SECONDS))
            else:
                written.append(jar.delete(name))
        location = self._painter.location(to.path)
        headers: dict[str, str | list[str]] = {"Location": location}
        status = 303
        if request.headers.get("x-outbox"):
            headers, status = {"X-Location": location}, 204
        is_away = to.path.startswith("/m/sign-in")
        if is_away and request.headers.get("hx-request"):
            headers, status = {"HX-Redirect": location}, 200
        if to.tokens is not None and not to.tokens.access_token:
            headers["Clear-Site-Data"] = '"cache", "storage"'
        response = Response("", headers, status)
        return self._finish(
            response, Shell.POCKET, visitor.look.locale, written
        )

    def _finish(
        self,
        response: Response,
        shell: Shell,
        locale: str,
        cookies: Sequence[str],
    ) -> Response:
        add_page_headers(response, shell, locale, self._find_bucket())
        if cookies:
            response.headers["Set-Cookie"] = list(cookies)
            response.headers["Cache-Control"] = "no-store"
        return response


def _is_kept_nowhere(values: Mapping[str, Any]) -> bool:
    """Say whether a template is given a phone or an address, in a view or by itself."""
    return is_personal(values) or any(map(is_personal_name, values))
