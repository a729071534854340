"""Serves a street on this machine, behind a proxy with TLS: `make serve`, or systemd."""

import contextlib
import os
import signal
import sys
import threading
from types import FrameType

from .front import client_address
from .http_server import check_port, http_server
from .options import ServiceOptions, read_service_options
from .service import Service, open_service

__all__ = ["main"]

_PATIENCE = 20  # seconds for open requests at a stop
_GRACE = 30  # seconds for all that runs, after the store was lost


def main() -> None:
    """Serve until SIGTERM or Ctrl-C."""
    os.umask(0o077)  # the data are about people
    options = read_service_options()
    check_port(options.port, options.host)
    signal.signal(signal.SIGTERM, _interrupt)
    with open_service(options) as service:
        is_lost = _serve(service, options)
    if is_lost:
        sys.exit("the store does not answer")


def _serve(service: Service, options: ServiceOptions) -> bool:
    """Serve HTTP; return whether the store was lost."""
    server = http_server(
        service.front,
        options.host,
        options.port,
        patience=_PATIENCE,
        source_of=client_address,
    )
    server.prepare()
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(service, ended))
    watcher.start()
    print(f"open on {options.host}:{options.port}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve()
    print("closing", flush=True)
    ended.set()
    server.stop()
    return service.is_lost


def _watch(service: Service, ended: threading.Event) -> None:
    """End the process once the store is lost. systemd starts it again, and the store with it.

    The store is ended first, so that nothing waits for its answers. What then still runs is left
    behind: its rows stay due.
    """
    while not ended.wait(1):
        if service.is_lost:
            service.store.close(patience=1)
            os.kill(os.getpid(), signal.SIGTERM)
            last = threading.Timer(_GRACE, os._exit, (1,))
            last.daemon = True
            last.start()
            return


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
