"""A street whose interface is open to two applications, with buildings on the map."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.places.model import Location

from ..replies.builders import PROVIDERS
from ..world import BUILDING, OTHER_GRID, Answer, World, gateway
from .shapes import check

KEY, OTHER_KEY = "fixmystreet-0123456789", "another-city-0123456789"
HERE, THERE = (
    Location(30.25, 108.95),
    Location(30.25, 108.96),
)  # some 960 m apart
V2 = "/open311/v2"


@pytest.fixture
def world() -> World:
    """The street of every test, in memory, with two keys and two buildings with coordinates."""
    world = World(
        open311_keys={"fms": KEY, "other": OTHER_KEY},
        public_url="https://chunhui.example",
        sms_providers=PROVIDERS,
    )
    for code, name, where in (
        (BUILDING, "5号楼", HERE),
        (f"{OTHER_GRID}.b01", "1号楼", THERE),
    ):
        world.services.places.put_place(world.boss, code, name, [], None, where)
    return world


@dataclass
class Application:
    """Another people's application: it posts forms, and reads JSON and XML."""

    key: str = KEY
    language: str = "zh-CN"

    def call(
        self, method: str, path: str, raw: bytes = b"", **headers: str
    ) -> Answer:
        """Send anything."""
        sent = {
            name.replace("_", "-"): value for name, value in headers.items()
        } | {"accept-language": self.language}
        status, answered, text = gateway.handle(
            method, path, sent, raw, "203.0.113.9"
        )
        return Answer(
            status,
            {name.lower(): value for name, value in answered},
            text.decode(),
        )

    def get(self, path: str, **query: Any) -> Answer:
        """Read a path below /open311/v2."""
        return self.call(
            "GET",
            f"{V2}{path}"
            + (f"?{urlencode(query, doseq=True)}" if query else ""),
        )

    def post(
        self,
        path: str = "/requests.json",
        *,
        headers: dict[str, str] | None = None,
        **fields: Any,
    ) -> Answer:
        """Post a form with the key."""
        form = {"api_key": self.key} | fields
        raw = urlencode(
            {name: value for name, value in form.items() if value is not None},
            doseq=True,
        ).encode()
        kind = {
            "content_type": "application/x-www-form-urlencoded; charset=utf-8"
        }
        return self.call("POST", f"{V2}{path}", raw, **kind | (headers or {}))

    def both(
        self, kind: str, path: str, status: int = 200, /, **query: Any
    ) -> Any:
        """Read a path in both formats, check them, and return their content."""
        answers = [
            self.get(f"{path}.{suffix}", **query) for suffix in ("xml", "json")
        ]
        for answer, media in zip(
            answers, ("text/xml", "application/json"), strict=True
        ):
            assert answer.status == status, answer.text
            assert answer.headers["content-type"] == f"{media}; charset=utf-8"
        return check(kind, answers[0].text, answers[1].text)

    def report(self, **fields: Any) -> str:
        """Report that a light is out in the building, and return the id."""
        values = {
            "service_code": "light",
            "address_id": BUILDING,
            "description": "楼道灯不亮",
        } | fields
        answer = self.post(**values)
        assert answer.status == 200, answer.text
        return str(answer.json[0]["service_request_id"])

    def refused(
        self, status: int, path: str = "/requests", /, **fields: Any
    ) -> list[str]:
        """Post a form in both formats, which refuse it alike; return why."""
        answers = [
            self.post(f"{path}.{suffix}", **fields)
            for suffix in ("xml", "json")
        ]
        assert [answer.status for answer in answers] == [status, status], (
            answers[1].text
        )
        errors = check("errors", answers[0].text, answers[1].text)
        assert {error["code"] for error in errors} == {status}
        return [error["description"] for error in errors]


@pytest.fixture
def app(world: World) -> Application:
    """One of the two applications."""
    return Application()


def publish(world: World, id: str, **texts: str) -> None:
    """Have staff release texts of a report: by default the suggested one."""
    staff, path = world.staff(), f"/v1/tickets/{id}"
    suggested = staff.get(path).json["suggested_public_text"]
    answer = staff.post(f"{path}/publish", {"text": suggested} | texts)
    assert answer.status == 200, answer.text


def dumped(value: Any) -> str:
    """Return a value as text, to look for what must not be in it."""
    return json.dumps(value, ensure_ascii=False)
