"""Mounts page routes on Chalice. The site itself is made by the first request of a page.

A cold start of the API pays for none of it.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from chalice.app import Chalice, Response

from ..web.api import Api

if TYPE_CHECKING:
    from .declaration import Loaders, PageRoute, Pages
    from .site import Site

__all__ = ["SiteRoutes"]

_SHARED = "/"  # also of the API, by the media type that is asked for


class SiteRoutes:
    """The routes of all pages. `make_site` makes what answers them, of the loaders by route."""

    def __init__(
        self, app: Chalice, api: Api, make_site: "Callable[[Loaders], Site]"
    ) -> None:
        self._app, self._api, self._make_site = app, api, make_site
        self._loaders: dict[tuple[str, str], Callable[[], Sequence[Pages]]] = {}

    def mount(
        self,
        lines: Iterable[str],
        load_pages: "Callable[[], Sequence[Pages]]",
    ) -> None:
        """Mount pages, each given as "METHOD path". They are loaded on the first request."""
        for line in lines:
            method, _, path = line.partition(" ")
            self._loaders[method, path] = load_pages
            # Other sites read the API, never a page.
            cors = self._app.api.cors if path == _SHARED else False
            self._app.route(
                path, methods=[method], content_types=[], cors=cors
            )(self._handler(method, path))

    @cached_property
    def site(self) -> "Site":
        """Return the site; the first call makes it."""
        return self._make_site(self._loaders)

    @property
    def pages(self) -> "list[PageRoute]":
        """Return all pages in the order of mounting; loads them."""
        return self.site.pages

    def _handler(self, method: str, path: str) -> Callable[..., Response]:
        def handle(**values: str) -> Response:
            request = self._app.current_request
            assert request is not None  # noqa: S101 - Chalice sets it before it calls a view
            accepted = request.headers.get("accept", "")
            if self._api.has(method, path) and "text/html" not in accepted:
                return self._api.respond(method, path, request, values)
            return self.site.respond(method, path, request, values)

        return handle
