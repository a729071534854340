"""A small API of its own, with routes that no feature has."""

from types import SimpleNamespace
from typing import Any

from chalice.app import Chalice

from chalicelib.kernel.clock import TestClock
from chalicelib.kernel.paging import Cursors
from chalicelib.runtime import log
from chalicelib.web.api import Api
from chalicelib.web.routes import Routes
from chalicelib.web.tokens import Tokens
from onemachine.gateway import Gateway

from ..keys import a_keyring
from ..world import START

CORE = SimpleNamespace(
    tokens=Tokens(lambda: {"k1": b"1" * 32}, TestClock(START)),
    cursors=Cursors(a_keyring()),
)


class Sample:
    """Serves some routes through a gateway of their own."""

    def __init__(self, routes: Routes[Any], service: Any = None) -> None:
        app = Chalice(app_name="sample", configure_logs=False)
        self.api = Api(app, lambda: CORE, log)
        lines = [
            f"{operation.method} {operation.path}"
            for operation in routes.operations
        ]
        self.loaded = 0

        def load_routes() -> Routes[Any]:
            self.loaded += 1
            return routes

        self.api.mount(lines, load_routes, lambda: service)
        self._gateway = Gateway(app, self.api)

    def ask(
        self, method: str, path: str, **headers: str
    ) -> tuple[int, list[tuple[str, str]], str]:
        """Make a request; return status, headers with lower-case names, and text."""
        sent = {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        status, found, body = self._gateway.handle(
            method, path, sent, b"", "203.0.113.7"
        )
        return (
            status,
            [(name.lower(), value) for name, value in found],
            body.decode(),
        )
