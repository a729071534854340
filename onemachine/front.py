"""The front of a street in service: files, health, and everything else through the gateway."""

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from .files import MAX_FORM_BYTES, FileRoutes
from .gateway import Answer, Gateway, body_limit, json_answer

__all__ = ["ServiceFront", "client_address"]

Health = Callable[[], Mapping[str, Any]]


class ServiceFront:
    """Answers requests. There is no /dev."""

    def __init__(
        self, gateway: Gateway, files: FileRoutes, health: Health
    ) -> None:
        self._gateway, self._files, self._health = gateway, files, health

    def body_limit(self, path: str) -> int:
        """Return the number of bytes of a body that are read at a path."""
        if path == self._files.path:
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
        path = urlsplit(target).path
        if path == "/healthz" and method == "GET":
            health = self._health()
            status = 200 if health["status"] == "ok" else 503
            return json_answer(status, health)
        if path == self._files.path or path.startswith(f"{self._files.path}/"):
            return self._files.handle(method, target, headers, body)
        return self._gateway.handle(method, target, headers, body, source)


def client_address(environ: Mapping[str, Any]) -> str:
    """Return the client's address. Only a proxy on this machine may name another one.

    The proxy writes the header itself (onemachine/nginx.conf). Of several values the last is its.
    """
    peer = str(environ.get("REMOTE_ADDR") or "127.0.0.1")
    named = str(environ.get("HTTP_X_FORWARDED_FOR") or "")
    last = named.rpartition(",")[2].strip()
    try:
        if ipaddress.ip_address(peer).is_loopback:
            return str(ipaddress.ip_address(last))
    except ValueError:
        pass
    return peer
