"""Story 3: rubbish in the stairwell; the neighbour joins, the property company clears it, and both
say that it is gone.
"""

import http.client
import io
import json
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

from .server import Server, Somebody

GRID, COMMUNITY, PROPERTY = "+8613900000004", "+8613900000002", "+8613900000006"
RESIDENT, NEIGHBOUR, STRANGER = (
    "+8613900000101",
    "+8613900000102",  # of the same building: hints are about it only
    "+8613900000108",
)
PLACE = "chunhui.baihua.g01.b01.u1"
TEXT = "1号楼1单元7楼楼道有一堆垃圾"
CATEGORY = (
    "垃圾堆放"  # what a message says of a text that staff have not released
)


def test_the_stairwell(server: Server) -> None:
    people = {
        number: server.sign_in(number)
        for number in (GRID, COMMUNITY, PROPERTY, RESIDENT, NEIGHBOUR, STRANGER)
    }
    worker, resident, neighbour, property_company = (
        people[n] for n in (GRID, RESIDENT, NEIGHBOUR, PROPERTY)
    )
    server.told()

    photo = upload(resident, "red")
    body = {
        "category": "rubbish",
        "text": TEXT,
        "place": PLACE,
        "photos": [photo],
    }
    ticket = resident.post(
        "/v1/tickets", body, expect=201, Idempotency_Key="stairwell"
    )
    assert (
        ticket["state"],
        ticket["level"],
        ticket["possible_duplicates"],
    ) == (
        "open",
        "grid",
        [],
    )
    assert ticket["assignee"] == worker.me["id"]
    assert (
        resident.post(
            "/v1/tickets", body, expect=201, Idempotency_Key="stairwell"
        )["id"]
        == ticket["id"]
    )
    path = f"/v1/tickets/{ticket['id']}"
    assert told_of(server) == [(GRID, "ticket.new")]
    the_clock_starts_with_the_report(resident, path)

    # The neighbour describes the same problem; pointed to the ticket, without name or door, they
    # join it.
    hers = neighbour.post(
        "/v1/tickets",
        {
            "category": "rubbish",
            "text": "七楼楼道一堆垃圾没人清",
            "place": PLACE,
        },
        expect=201,
    )
    assert hers["possible_duplicates"] == [ticket["id"]]
    seen = neighbour.get(path)
    assert not {"place", "assignee", "photos", "location_note"} & set(seen)
    assert seen["text"] is None  # nobody has released the words
    neighbour.post(
        f"/v1/tickets/{hers['id']}/close", {"reason": "已有邻居反映"}
    )
    assert neighbour.post(f"{path}/join")["reporters"] == 2
    assert neighbour.post(f"{path}/join")["reporters"] == 2
    server.told()

    server.advance(minutes=20)
    assert (
        worker.get("/v1/tickets?place=chunhui.baihua.g01")["items"][0]["id"]
        == ticket["id"]
    )
    assert [
        line["id"]
        for line in worker.get("/v1/admin/queue?place=chunhui.baihua.g01")[
            "items"
        ]
    ].count(ticket["id"]) == 1
    assert worker.post(f"{path}/accept")["state"] == "accepted"
    assert (
        worker.post(f"{path}/assign", {"to": "property"})["assignee"]
        == property_company.me["id"]
    )
    worker.post(f"{path}/comment", {"text": "物业下午来清", "public": True})
    assert told_of(server) == sorted(
        [
            *(
                (number, kind)
                for number in (RESIDENT, NEIGHBOUR)
                for kind in ("ticket.accepted", "ticket.commented")
            ),
            (PROPERTY, "ticket.assigned"),
            (GRID, "reminders.bundle"),  # that the second one is over
        ]
    )

    server.advance(hours=6)  # 15:00
    for somebody in people.values():
        somebody.refresh()
    assert (
        property_company.get("/v1/tickets?place=chunhui.baihua")["items"][0][
            "id"
        ]
        == ticket["id"]
    )
    assert [
        p["state"] for p in property_company.get(f"{path}/photos")["photos"]
    ] == ["ready"]
    done = property_company.post(
        f"{path}/resolve",
        {"note": "已清理干净", "photos": [upload(property_company, "green")]},
    )
    assert done["state"] == "resolved"
    assert told_of(server) == sorted(
        (number, "ticket.resolved") for number in (RESIDENT, NEIGHBOUR)
    )

    assert (
        people[STRANGER].call("POST", f"{path}/confirm", {"satisfied": 1})[0]
        == 403
    )
    assert (
        server.call("POST", "/dev/reply", {"from": RESIDENT, "text": "1"})[0]
        == 200
    )
    assert resident.get(path)["state"] == "resolved"
    assert (
        neighbour.post(f"{path}/confirm", {"satisfied": 5})["state"] == "closed"
    )
    over = resident.get(path)
    assert (over["state"], over["ending"], over["reopened"]) == (
        "closed",
        "confirmed",
        0,
    )
    assert len(resident.get(f"{path}/photos")["proof"]) == 1
    events = [
        line["event"] for line in resident.get(f"{path}/timeline")["items"]
    ]
    assert events == [
        "ticket.submitted",
        "ticket.accepted",
        "ticket.assigned",
        "ticket.commented",
        "ticket.resolved",
        "ticket.confirmed",
        "ticket.confirmed",
    ]
    server.advance(days=20)
    assert not told_of(server)


def told_of(server: Server) -> list[tuple[str, str]]:
    """Return the recipient and kind of each new message about this problem, in a fixed order."""
    return sorted(
        (told.to, told.kind)
        for told in server.told()
        if "楼道" in told.text or CATEGORY in told.text
    )


def the_clock_starts_with_the_report(resident: Somebody, path: str) -> None:
    clocks = {
        clock["clock"]: clock
        for clock in resident.get(f"{path}/clocks")["items"]
    }
    assert set(clocks) == {"accept", "contact", "resolve"}
    assert {clock["started"] for clock in clocks.values()} == {
        "2026-11-23T00:40:00Z"
    }
    accept = clocks["accept"]
    assert (accept["limit"], accept["due"], accept["working_time"]) == (
        120,
        "2026-11-23T02:40:00Z",
        True,
    )
    # 08:40 to 12:00 and 13:30 to 14:10: lunch does not count
    assert clocks["contact"]["due"] == "2026-11-23T06:10:00Z"


def upload(somebody: Somebody, colour: str) -> str:
    """Send a photo as a phone does: ask for the form, and post it with the file."""
    picture = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(picture, "JPEG")
    data = picture.getvalue()
    wanted = {"kind": "photo", "content_type": "image/jpeg", "size": len(data)}
    form = somebody.post("/v1/uploads", wanted, expect=201)
    status, text = post_form(form["url"], form["fields"], data)
    assert status == 204, text
    shown = somebody.get(f"/v1/uploads/{form['id']}")
    assert shown["state"] == "ready", json.dumps(shown)
    return str(form["id"])


def post_form(
    url: str, fields: dict[str, Any], data: bytes
) -> tuple[int, bytes]:
    boundary = "a-line-between-the-parts"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode()
        for k, v in fields.items()
    ]
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; '
        'filename="p.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    )
    body = (
        b"".join(parts)
        + head.encode()
        + data
        + f"\r\n--{boundary}--\r\n".encode()
    )
    to = urlsplit(url)
    connection = http.client.HTTPConnection(
        to.hostname or "", to.port, timeout=20
    )
    connection.request(
        "POST",
        to.path,
        body,
        {"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, text
