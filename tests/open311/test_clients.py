"""Published clients, unmodified, over HTTP: they find and report everything.

`three` (0.8.0, 2014) was written for Python 2. Here the one missing name is added, and its JSON
half works. Its XML reader needs removed methods of XML libraries, so only its text is used.
"""

import itertools
import threading
from collections.abc import Iterator
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from cheroot.wsgi import Server
from georeport import GeoReport

from ..journeys.server import free_port
from ..world import BUILDING, World, gateway
from .conftest import KEY, publish
from .shapes import check

itertools.ifilter = filter  # type: ignore[attr-defined]
from three import Three  # noqa: E402


@pytest.fixture
def world() -> Iterator[World]:
    """A street that is reached over HTTP."""
    port = free_port()
    server = Server(("127.0.0.1", port), gateway, numthreads=1)
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    yield World(
        open311_keys={"three": KEY}, public_url=f"http://127.0.0.1:{port}"
    )
    server.stop()


@pytest.fixture
def endpoint(world: World) -> str:
    """Where the discovery says that the interface is."""
    discovery = Three(
        discovery=f"{world.settings.public_url}/open311/discovery.json"
    ).discovery()
    (found,) = [
        one
        for one in discovery["endpoints"]
        if one["specification"] == "http://wiki.open311.org/GeoReport_v2"
    ]
    assert {"text/xml", "application/json"} == set(found["formats"])
    return found["url"]


REPORT = {
    "address": "柏华社区 5号楼 1单元",
    "name": "秀英 王",
    "phone": "555-5555",
    "description": "楼道灯不亮，3天了 💡",
}


def test_three_finds_everything_in_json_and_reports(
    world: World, endpoint: str
):
    client = Three(endpoint, api_key=KEY, jurisdiction="chunhui")
    assert client.discovery()["endpoints"][0]["url"] == endpoint
    services = {
        service["service_code"]: service for service in client.services()
    }
    assert services["rubbish"]["metadata"] is True
    assert [
        question["code"]
        for question in client.services("rubbish")["attributes"]
    ] == ["where"]

    (taken,) = client.post("rubbish", **REPORT, **{"attribute[where]": "yard"})
    id = taken["service_request_id"]
    assert client.post_response.status_code == 200
    assert client.token(id) == [{"service_request_id": id, "token": id}]
    publish(world, id)
    (seen,) = client.request(id)
    assert (seen["status"], seen["description"], seen["address_id"]) == (
        "open",
        REPORT["description"],
        "chunhui.baihua",
    )
    assert (
        client.requests()
        == client.requests("rubbish")
        == client.requests(status="open", count=5)
        == [seen]
    )
    assert client.requests("light") == []
    assert client.requests(
        between=[
            world.clock.now().date(),
            world.clock.now().date() + timedelta(days=1),
        ]
    ) == [seen]
    assert (
        client.requests(between=["11-22-2026", "11-23-2026"]) == []
    )  # up to midnight, when it had not been reported yet
    assert client.get("servicerequestupdates")[0]["service_request_id"] == id


def test_three_receives_the_reason_of_a_refusal(endpoint: str):
    client = Three(endpoint, api_key="wrong")
    assert client.post("light", **REPORT) == [
        {"code": 403, "description": "api_key 无效。"}
    ]
    client = Three(endpoint, api_key=KEY)
    assert client.post("nothing", **REPORT) == [
        {"code": 404, "description": "没有这个 service_code。"}
    ]
    assert client.post("light", description="灯不亮")[0]["code"] == 400
    assert client.request("nothing")[0]["code"] == 404
    assert (
        client.requests(start="01-01-2010", end="12-31-2010")[0]["code"] == 400
    )  # more than 90 days


def test_three_receives_the_same_in_xml(endpoint: str):
    client, reader = Three(endpoint, format="xml", api_key=KEY), Three(endpoint)
    with pytest.raises(
        ET.ParseError
    ):  # its reader gives up; the report is made
        client.post("rubbish", **REPORT)
    id = ET.fromstring(client.post_response.content).findtext(
        "request/service_request_id"
    )
    for kind, args in (
        ("discovery", ("discovery",)),
        ("services", ("services",)),
        ("service_definition", ("services", "rubbish")),
        ("requests", ("requests",)),
        ("requests", ("requests", id)),
        ("token", ("tokens", id)),
        ("updates", ("servicerequestupdates",)),
    ):
        xml = client.get(*args, convert=False).decode()
        assert check(kind, xml, reader.get(*args, convert=False).decode()), args


def test_three_sends_no_files(endpoint: str, tmp_path):
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"\x89PNG" + bytes(100))
    with photo.open("rb") as media:
        errors = Three(endpoint, api_key=KEY).post(
            "light", media=media, **REPORT
        )
    assert errors == [{"code": 400, "description": "这里不接收文件。"}]


@pytest.mark.parametrize("output_format", ["json", "xml"])
def test_georeport_reads_everything(
    world: World, endpoint: str, output_format: str
):
    posted = [
        Three(endpoint, api_key=KEY).post(code, **REPORT)[0][
            "service_request_id"
        ]
        for code in ("light", "rubbish")
    ]
    publish(world, posted[0])
    client = GeoReport(endpoint, output_format=output_format)
    services = {
        service["service_code"]: service
        for service in client.get_service_list()
    }
    assert services["light"]["service_name"] == "公共照明"
    assert client.get_service_definition("rubbish")["service_code"] == "rubbish"
    found = client.get_service_requests()
    assert {request["service_request_id"] for request in found} == set(posted)
    assert (
        client.get_service_request(posted[0])["description"]
        == REPORT["description"]
    )
    query = {
        "service_request_id": ",".join(posted),
        "status": "open",
        "service_code": "light,rubbish",
    }
    assert len(client.get_service_requests(**query)) == 2
    start, end = (
        f"{world.clock.now() + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
        for days in (-1, 1)
    )
    assert len(client.get_service_requests(start_date=start, end_date=end)) == 2
    single = GeoReport(
        endpoint, jurisdiction="chunhui", output_format=output_format
    ).get_service_request(posted[1])
    assert single["address"] == "柏华社区"


def test_georeport_learns_that_there_is_none(endpoint: str):
    from requests import HTTPError

    client = GeoReport(endpoint)
    for call in (
        lambda: client.get_service_definition("nothing"),
        lambda: client.get_service_request("nothing"),
    ):
        with pytest.raises(HTTPError, match="404"):
            call()
    with pytest.raises(HTTPError, match="404"):
        GeoReport(endpoint, jurisdiction="city.gov").get_service_list()


def test_multipart_forms_without_files_are_taken_as_well(
    world: World, endpoint: str
):
    import requests

    fields = {
        "api_key": KEY,
        "service_code": "light",
        "address_id": BUILDING,
        "description": "灯不亮 💡",
    }
    parts = {name: (None, value.encode()) for name, value in fields.items()}
    answer = requests.post(f"{endpoint}/requests.json", files=parts, timeout=10)
    assert answer.status_code == 200, answer.text
    publish(world, answer.json()[0]["service_request_id"])
    (seen,) = requests.get(f"{endpoint}/requests.json", timeout=10).json()
    assert seen["description"] == fields["description"]
