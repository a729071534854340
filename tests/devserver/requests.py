"""Requests to the local server of a test's street."""

import json
from typing import Any
from urllib.parse import urlencode

from devserver.dev import DevServer

from ..world import World, gateway


def server(world: World) -> DevServer:
    container = world.services.container
    return DevServer(gateway, container, world.mailbox, world.clock, world.pump)


def call(
    server: DevServer, method: str, target: str, body: object = None
) -> tuple[int, Any]:
    content = b"" if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"} if content else {}
    status, answered, text = server.handle(
        method, target, headers, content, "127.0.0.1"
    )
    if "json" in dict(answered).get("Content-Type", ""):
        return status, json.loads(text)
    return status, text.decode()


def post_form(
    server: DevServer, path: str, fields: dict[str, str]
) -> tuple[int, dict[str, str], bytes]:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = urlencode(fields).encode()
    status, answered, content = server.handle(
        "POST", path, headers, body, "127.0.0.1"
    )
    return status, dict(answered), content
