"""The site: answers each request of a page with a page."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from chalice.app import Request, Response

from ..kernel.errors import Refusal
from ..kernel.log import Log
from ..kernel.one_look import one_look
from ..web.api import Api, innermost_line
from ..web.forms import read_form
from ..web.inside import CallRefused
from ..web.requests import (
    Caller,
    read_path_value,
    read_query,
    read_raw_body,
)
from .acting import run_act
from .answers import Answers
from .call import PageCall
from .cookies import ACCESS, DEVICE, RESULT, SAID, STEP
from .declaration import (
    NOWHERE,
    Loaders,
    PageResult,
    PageRoute,
    Raw,
    SeeOther,
    Sheet,
)
from .factor import FIELD, ask_factor, is_missing, show_factor
from .form_values import own_fields, version_of
from .guard import check_origin, check_token
from .look import Look
from .painter import Painter
from .paths import own_path
from .rewording import reword
from .site_core import SiteCore
from .texts import REFUSALS
from .visitors import BrowserSessions, Visitor, Visitors

__all__ = ["Site"]

_SIGN_IN = "/m/sign-in"


class Site:
    """Runs the pages. Every error becomes a page.

    `loaders` load the pages of a route.

    `find_sessions` returns the sessions of browsers; `find_bucket` the origin to which photos are
    sent, "" for none.
    """

    def __init__(
        self,
        api: Api,
        loaders: Loaders,
        find_core: Callable[[], SiteCore],
        find_sessions: Callable[[], BrowserSessions],
        find_bucket: Callable[[], str],
        log: Log,
    ) -> None:
        self._api, self._loaders, self._log = api, loaders, log
        self._find_core = find_core
        self._pages: dict[tuple[str, str], PageRoute] = {}
        self._painter = Painter(find_core, self._load_all)
        self._answers = Answers(self._painter, find_core, find_bucket)
        self._visitors = Visitors(
            lambda: find_core().tokens,
            lambda: find_core().keys,
            find_sessions,
        )
        api.add_words(REFUSALS)

    @property
    def pages(self) -> list[PageRoute]:
        """Return all pages in the order of mounting; loads them."""
        return [self._find(*key) for key in self._loaders]

    def _load_all(self) -> None:
        for key in self._loaders:
            self._find(*key)

    def _find(self, method: str, path: str) -> PageRoute:
        page = self._pages.get((method, path))
        if page is None:
            for pages in self._loaders[method, path]():
                self._painter.add_words(pages.texts)
                for each in pages.routes:
                    self._pages[each.method, each.path] = each
            page = self._pages[method, path]
        return page

    def respond(
        self,
        method: str,
        path: str,
        request: Request,
        values: Mapping[str, str],
    ) -> Response:
        """Answer a request of a page."""
        try:
            page = self._find(method, path)
            with one_look():
                response = self._answer(page, request, values)
        except Exception as error:  # noqa: BLE001 - the last line; the text may be personal
            self._log.error(
                "crash",
                operation=f"{method} {path}",
                error=type(error).__name__,
                at=innermost_line(error),
            )
            response = self._crashed(request)
        self._log.info(
            "request",
            operation=f"{method} {path}",
            status=response.status_code,
            id=request.context.get("requestId"),
        )
        return response

    def _crashed(self, request: Request) -> Response:
        try:
            return self.problem(request, 500, "server.error")
        except Exception:  # noqa: BLE001 - not even the page of errors can be made
            language = request.headers.get("accept-language")
            return self._api.problem(500, "server.error", language)

    def problem(self, request: Request, status: int, code: str) -> Response:
        """Return the page of a request that reaches no page."""
        visitor = self._visitors.find(request, NOWHERE.shell, self._answers.jar)
        call = self._call(NOWHERE, request, visitor)
        problem = self._api.inside.problem(status, code, call.look.locale)
        if status == 500:  # it is read out to staff, who look it up in the log
            problem["request_id"] = request.context.get("requestId", "")
        return self._answers.sheet(
            self._painter.problem(problem), NOWHERE, call, request, visitor
        )

    def _answer(
        self, page: PageRoute, request: Request, values: Mapping[str, str]
    ) -> Response:
        jar = self._answers.jar
        visitor = self._visitors.find(request, page.shell, jar)
        call = self._call(page, request, visitor)
        try:
            call = replace(
                call,
                path={
                    name: read_path_value(name, raw)
                    for name, raw in values.items()
                },
            )
            if page.method == "POST":
                call = self._with_form(request, visitor, call)
            if not page.open and not call.signed_in:
                return self._to_sign_in(request, visitor, call)
            result = self._run(page, call)
        except (Refusal, CallRefused) as refused:
            problem = reword(self._problem_of(refused, call), call.look.locale)
            if problem["status"] == 401:
                return self._to_sign_in(request, visitor, call)
            call = replace(call, problem=problem, typed=call.form or call.typed)
            result = self._refused(page, call)
        if isinstance(result, Raw):
            return self._answers.raw(result, page)
        if isinstance(result, SeeOther):
            cookies: tuple[str, ...] = ()
            if result.tokens is not None:
                cookies = tuple(self._visitors.cookies_of(result.tokens, jar))
            return self._answers.see_other(result, request, visitor, cookies)
        return self._answers.sheet(result, page, call, request, visitor)

    def _run(self, page: PageRoute, call: PageCall) -> PageResult:
        if call.factor:
            show_factor(call, call.factor)
        if page.act:
            return run_act(page, page.act, call)
        assert page.view is not None  # noqa: S101 - a page has a view or an act
        return page.view(call)

    def _refused(self, page: PageRoute, call: PageCall) -> Sheet:
        """Return the page with the form again, or a page that says why there is none."""
        assert call.problem is not None  # noqa: S101 - the caller has set it
        if is_missing(call.problem):
            return ask_factor(call, page.method)
        is_seen = page.open or call.signed_in
        if page.asks and is_seen and call.is_of(page.path):
            try:
                shown = page.asks(call)
            except (Refusal, CallRefused):
                shown = None  # what the form was about is out of sight now
            if isinstance(shown, Sheet):
                return replace(shown, status=call.problem["status"])
        return self._painter.problem(call.problem)

    def _problem_of(
        self, refused: Refusal | CallRefused, call: PageCall
    ) -> Mapping[str, Any]:
        if isinstance(refused, CallRefused):
            return refused.problem
        return self._api.inside.problem_of(refused, call.look.locale)

    def _call(
        self, page: PageRoute, request: Request, visitor: Visitor
    ) -> PageCall:
        query = read_query(request)
        look = visitor.look
        if page.shell.is_public:
            look = Look.of_query(query)
        seen = {name: query[name] for name in query if name != "seen"}
        asked = f"?{urlencode(seen, doseq=True)}" if seen else ""
        return PageCall(
            caller=Caller(
                actor=visitor.actor,
                address=self._api.address_of(request),
                agent=request.headers.get("user-agent", ""),
                locale=look.locale,
            ),
            inside=self._api.inside,
            now=self._find_core().clock.now(),
            look=look,
            address=self._address_of(page, request, asked),
            query=query,
            typed=own_fields(query),
            kept={
                name: visitor.given[name]
                for name in (STEP, SAID, RESULT, DEVICE)
                if name in visitor.given
            },
        )

    def _address_of(self, page: PageRoute, request: Request, asked: str) -> str:
        """Return the address to come back to: that of the home for a form without a page."""
        if page.method == "POST" and ("GET", page.path) not in self._loaders:
            return page.shell.home
        return self._painter.own_address(request.context, page) + asked

    def _with_form(
        self, request: Request, visitor: Visitor, call: PageCall
    ) -> PageCall:
        """Return the call with the fields of its form, if it is one of our own."""
        core = self._find_core()
        check_origin(request.headers, core.settings.public_url)
        fields = read_form(
            read_raw_body(request), request.headers.get("content-type")
        )
        if visitor.session:
            check_token(
                core.keys, visitor.session, str(fields.get("_csrf", ""))
            )
        caller = replace(
            call.caller,
            key=str(fields.get("_key", "")) or None,
            seen_version=version_of(fields.get("_version")),
        )
        return replace(
            call,
            caller=caller,
            form=own_fields(fields),
            back=own_path(str(fields.get("_back", "")), ""),
            factor=str(fields.get(FIELD, "")),
        )

    def _to_sign_in(
        self, request: Request, visitor: Visitor, call: PageCall
    ) -> Response:
        """Return the way to the sign-in, and from there back to a page that can be read."""
        back = quote(call.address, safe="/")
        to = SeeOther(path=f"{_SIGN_IN}?next={back}")
        # A token may outlive its session: without it, the session is looked at.
        cookies = [self._answers.jar.delete(ACCESS)] if visitor.session else []
        return self._answers.see_other(to, request, visitor, cookies)
