"""Run the measuring process of bench.warm: both handlers over one stubbed socket.

It prints its figures as JSON.
"""

import gc
import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

RESULTS = sys.stdout
# Never closed: the loggers, which are made at import, write to it.
sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115

import botocore.httpsession  # noqa: E402 - see above
import urllib3.connectionpool  # noqa: E402
from chalice.app import Chalice  # noqa: E402

from app import app  # noqa: E402
from chalicelib import runtime  # noqa: E402
from chalicelib.kernel.access import Actor  # noqa: E402
from chalicelib.store.dynamo import Dynamo  # noqa: E402
from chalicelib.store.signature import Signer  # noqa: E402
from chalicelib.store.store import Store  # noqa: E402
from chalicelib.store.table import RowView  # noqa: E402
from chalicelib.web.api import Api  # noqa: E402
from chalicelib.web.rendering import Renderer  # noqa: E402
from chalicelib.web.tokens import Tokens  # noqa: E402
from chalicelib.wishes import api as wishes_api  # noqa: E402
from chalicelib.wishes.queries import WishQueries  # noqa: E402

from .canned import WISH_ID, answer_with, wish_item  # noqa: E402
from .lambda_event import CONTEXT, get_event  # noqa: E402
from .rounds import interleaved  # noqa: E402
from .stopwatch import Border, parts_of  # noqa: E402
from .warm_peer import handler_of  # noqa: E402

REQUESTS = 80  # in a batch
ROUNDS = 11
WATCHED = 1500  # requests whose parts are measured
# Fields whose values all views must share; others are formatted differently.
SHARED = (
    "id",
    "version",
    "state",
    "title",
    "story",
    "places_left",
    "needed_by",
    "age_days",
)
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]
BORDERS = [
    Border("Chalice: routing, request and response", Chalice, "__call__"),
    Border("web/api: operation, headers", Api, "_run"),
    Border("web/tokens: JWT", Tokens, "read"),
    Border("log line", runtime.log, "info"),
    Border("use case, permission", WishQueries, "read_wish"),
    Border("view: pydantic model", wishes_api, "wish_view"),
    Border("view: JSON, ETag", Renderer, "render"),
    Border("PynamoDB: request, row", Store, "get"),
    Border("row to entity", RowView, "to_entity"),
    Border("store/dynamo: JSON, hooks, retries", Dynamo, "call"),
    Border("store/dynamo: sign", Signer, "headers"),
    Border(
        "botocore: HTTP session", botocore.httpsession.URLLib3Session, "send"
    ),
    Border(
        "urllib3 and http.client, above the socket",
        urllib3.connectionpool.HTTPConnectionPool,
        "urlopen",
    ),
]


def cpu_per_request(handler: Handler, event: dict[str, Any]) -> float:
    """Return the microseconds of CPU that a request takes, over a batch of them."""
    gc.collect()
    start = time.process_time()
    for _ in range(REQUESTS):
        handler(event, CONTEXT)
    return (time.process_time() - start) / REQUESTS * 1e6


@contextmanager
def counted_log_lines() -> Iterator[list[logging.LogRecord]]:
    """Collect the records that the log handlers write."""
    lines: list[logging.LogRecord] = []
    emit = logging.StreamHandler.emit

    def noting(handler: Any, record: logging.LogRecord) -> None:
        lines.append(record)
        emit(handler, record)

    with mock.patch.object(logging.StreamHandler, "emit", noting):
        yield lines


def check(handlers: dict[str, Handler], event: dict[str, Any]) -> None:
    """Stop if the handlers do not answer with the same facts."""
    views = {}
    for name, handler in handlers.items():
        views[name] = view_of(name, handler, event)
    expected = views["ours"]
    for view in views.values():
        if view.keys() != expected.keys():
            raise RuntimeError(f"the views differ: {views}")
        for field in SHARED:
            if view[field] != expected[field]:
                raise RuntimeError(f"the answers differ: {views}")


def view_of(
    name: str, handler: Handler, event: dict[str, Any]
) -> dict[str, Any]:
    """Return a handler's view of the wish. Stop if it refuses, or does not write one log line."""
    with counted_log_lines() as lines:
        answer = handler(event, CONTEXT)
    if len(lines) != 1:
        raise RuntimeError(f"{name} wrote {len(lines)} log lines instead of 1")
    if answer["statusCode"] != 200:
        raise RuntimeError(f"{name}: {answer}")
    view: dict[str, Any] = json.loads(answer["body"])
    return view


def main() -> None:
    """Measure and print."""
    answer_with(wish_item())
    tokens = runtime.services().core.tokens
    actor = Actor(id="per_" + "d" * 24, token_version=1, session="ses_bench")
    keys = tokens._keys
    handlers: dict[str, Handler] = {
        "ours": app,
        "async": handler_of(keys, threaded=False),
        "threaded": handler_of(keys, threaded=True),
    }
    found: dict[str, Any] = {}
    token, *_ = tokens.issue(actor)
    for kind, bearer in (("public", None), ("signed in", token)):
        event = get_event("/v1/wishes/{wish_id}", {"wish_id": WISH_ID}, bearer)
        check(handlers, event)
        measures = {
            name: partial(cpu_per_request, handler, event)
            for name, handler in handlers.items()
        }
        interleaved(measures, 3)  # warms caches and the thread pool
        found[kind] = interleaved(measures, ROUNDS)
    signed_in = partial(app, event, CONTEXT)  # the last event
    found["parts"] = parts_of(signed_in, BORDERS, WATCHED)
    print(json.dumps(found), file=RESULTS)


if __name__ == "__main__":
    main()
