"""The row of a wish in DynamoDB, and a socket that answers every request with it."""

import io
import json
import socket
import zlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import urllib3.util.connection

from chalicelib.kernel.changes import ArmedTimer
from chalicelib.wishes.model import (
    Safeguarding,
    VisitWindow,
    Wish,
    WishKind,
    WishState,
)
from chalicelib.wishes.repository import WISH

from .story import STORY

__all__ = ["WISH_ID", "answer_with", "wish_item"]

WISH_ID = "wsh_" + "a" * 24
_PERSON_ID = "per_" + "b" * 24


def wish_item() -> dict[str, Any]:
    """Return an open wish as DynamoDB would send it."""
    filed = datetime(2026, 11, 20, 9, 30, 12, 345678, tzinfo=UTC)
    opened = filed + timedelta(hours=5)
    visit = filed + timedelta(days=7)
    wish = Wish(
        id=WISH_ID,
        version=2,
        created_at=filed,
        updated_at=opened,
        timer=ArmedTimer("due_" + "c" * 24, filed + timedelta(days=21), "s1"),
        person_id=_PERSON_ID,
        filed_by=_PERSON_ID,
        kind=WishKind.GOODS,
        title="一个电热水壶",
        story=STORY,
        alias="王奶奶",
        budget_fen=12000,
        place="chunhui.baihua.g01.b05.u1",
        community_name="柏华社区",
        zone="Asia/Shanghai",
        needed_by=date(2026, 12, 7),
        window=(VisitWindow(start=visit, end=visit + timedelta(hours=2)),),
        dialects=("重庆话",),
        safeguarding=(Safeguarding.ALONE,),
        state=WishState.OPEN,
        submitted_at=filed,
        opened_at=opened,
        listed_at=opened,
    )
    return dict(WISH.from_entity(wish))


def answer_with(item: dict[str, Any]) -> None:
    """Stub the socket of every connection that urllib3 opens from here on: it returns the item.

    Everything above the socket still runs.
    """
    capacity = {"TableName": "wishes", "CapacityUnits": 1.0}
    body = json.dumps(
        {"Item": item, "ConsumedCapacity": capacity},
        separators=(",", ":"),
        ensure_ascii=False,
    ).encode()
    head = f"""HTTP/1.1 200 OK
Server: Server
Date: Mon, 23 Nov 2026 00:40:00 GMT
Content-Type: application/x-amz-json-1.0
Content-Length: {len(body)}
Connection: keep-alive
x-amzn-RequestId: T1K9L1QE9LJ8G6V0C3DDBO1QPRVV4KQNSO5AEMVJF66Q9ASUAAJG
x-amz-crc32: {zlib.crc32(body)}

"""
    answer = head.replace("\n", "\r\n").encode() + body

    def connect(*_: Any, **__: Any) -> Any:
        return _Line(answer)

    urllib3.util.connection.create_connection = connect


class _Line:
    """A socket for http.client and urllib3 that gives each request the same answer."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        # urllib3 asks the system whether the other end of a socket has gone
        self._silent, self._other_end = socket.socketpair()

    def fileno(self) -> int:
        return self._silent.fileno()

    def sendall(self, data: bytes) -> None:
        """Drop the request."""

    def makefile(self, *_: Any, **__: Any) -> io.BytesIO:
        return io.BytesIO(self._answer)

    def settimeout(self, seconds: float | None) -> None:
        """Do nothing: there is nothing to wait for."""

    def setsockopt(self, *_: Any) -> None:
        """Do nothing: there is nothing to set."""

    def close(self) -> None:
        self._silent.close()
        self._other_end.close()
