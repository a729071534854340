"""A wish as its row lies in DynamoDB, and an HTTP session of botocore that answers every request with it."""

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import botocore.httpsession
from botocore.awsrequest import AWSResponse, HeadersDict

from chalicelib.kernel.outcome import Alarm
from chalicelib.store.rows import row_of
from chalicelib.wishes.model import Kind, Safeguarding, State, Window, Wish

__all__ = ["WISH_ID", "answer_with", "wish_item"]

WISH_ID = "wsh_" + "a" * 24
_PERSON_ID = "per_" + "b" * 24
_STORY = "旧的那个用了十年，前天彻底坏了，冬天没有热水喝。家里两个人，都不太会在网上买东西，希望有人能帮忙带一个回来。"


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
        alarm=Alarm("due_" + "c" * 24, filed + timedelta(days=21), "s1"),
        person_id=_PERSON_ID,
        filed_by=_PERSON_ID,
        kind=Kind.GOODS,
        title="一个电热水壶",
        story=_STORY,
        alias="王奶奶",
        budget_fen=12000,
        place="chunhui.baihua.g01.b05.u1",
        community_name="柏华社区",
        zone="Asia/Shanghai",
        needed_by=date(2026, 12, 7),
        window=(Window(start=visit, end=visit + timedelta(hours=2)),),
        dialects=("重庆话",),
        safeguarding=(Safeguarding.ALONE,),
        state=State.OPEN,
        submitted_at=filed,
        opened_at=opened,
        listed_at=opened,
    )
    return dict(row_of(wish).serialize())


def answer_with(item: dict[str, Any]) -> None:
    """Let every HTTP request of botocore be answered with the item, from here on; everything above still runs."""
    capacity = {"TableName": "wishes", "CapacityUnits": 1.0}
    body = json.dumps({"Item": item, "ConsumedCapacity": capacity}, separators=(",", ":"), ensure_ascii=False).encode()
    headers = {
        "server": "Server",
        "date": "Mon, 23 Nov 2026 00:40:00 GMT",
        "content-type": "application/x-amz-json-1.0",
        "content-length": str(len(body)),
        "connection": "keep-alive",
        "x-amzn-requestid": "T1K9L1QE9LJ8G6V0C3DDBO1QPRVV4KQNSO5AEMVJF66Q9ASUAAJG",
        "x-amz-crc32": str(zlib.crc32(body)),
    }

    def send(_session: Any, request: Any) -> AWSResponse:
        return AWSResponse(request.url, 200, HeadersDict(headers), _Body(body))

    setattr(botocore.httpsession.URLLib3Session, "send", send)  # noqa: B010


class _Body:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        yield self._body
