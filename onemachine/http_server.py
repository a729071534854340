"""The HTTP server of one machine."""

import socket
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from cheroot.wsgi import Server

from .errors import StartRefused
from .gateway import Answer, serve_wsgi

__all__ = ["Front", "check_port", "http_server"]

Environ = dict[str, Any]  # of WSGI


class Front(Protocol):
    """Answers requests."""

    def handle(
        self,
        method: str,
        target: str,
        headers: dict[str, str],
        body: bytes,
        source: str,
    ) -> Answer:
        """Answer one request."""
        ...

    def body_limit(self, path: str) -> int:
        """Return the number of bytes of a body that are read at a path."""
        ...


def check_port(port: int, host: str = "127.0.0.1") -> None:
    """Refuse a port that is taken, before the store is opened.

    Raises:
        StartRefused: the server could not listen there.

    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise StartRefused(
                f"Port {port} may not be used by this account: set PORT to another one."
            ) from None
        except OSError:
            raise StartRefused(
                f"Port {port} is in use by another program: set PORT to another one."
            ) from None


def http_server(
    front: Front,
    host: str,
    port: int,
    *,
    patience: int,
    source_of: Callable[[Environ], str] | None = None,
) -> Server:
    """Return a server for a front. A stop waits `patience` seconds for open requests.

    `source_of` finds the address of the client where a proxy stands between.
    """

    def application(environ: Environ, start_response: Any) -> Iterable[bytes]:
        if source_of:
            environ["REMOTE_ADDR"] = source_of(environ)
        return serve_wsgi(
            front.handle, environ, start_response, front.body_limit
        )

    return Server(
        (host, port),
        application,
        numthreads=16,
        request_queue_size=128,
        shutdown_timeout=patience,
    )
