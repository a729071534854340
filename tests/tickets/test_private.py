"""A private ticket is in no list, count, hint or SMS of others, and not readable by its id."""

from typing import Any

import pytest

from chalicelib.kernel.access import Role
from chalicelib.tickets.repository import TICKET

from ..adapters.pictures import jpeg
from ..admin.test_queue import exact_counts
from ..store.scan import everything
from ..world import (
    BAIHUA,
    GRID,
    JINFENG,
    OTHER_GRID,
    STREET,
    UNIT,
    Answer,
    Phone,
    World,
)
from .street import (
    TicketStreet,
    a_body,
    act,
    done,
    lines,
    mine,
    refused,
    stored,
)

TEXT = "魏秀英和楼上邻居吵架，电话13812345678"
LIKE = "和楼上邻居吵架"
PRIVATE = {
    "by its category": {"category": "quarrel"},
    "by choice": {"category": "noise", "private": True},
}
MOVES: dict[str, dict[str, Any]] = {
    "accept": {},
    "assign": {"to": "property"},
    "bounce": {"reason": "不归我管"},
    "comment": {"text": "好"},
    "hold": {"reason": "等配件", "until": "2026-11-25T01:00:00Z"},
    "resume": {},
    "resolve": {},
    "confirm": {},
    "reopen": {"reason": "没解决"},
    "close": {"reason": "不用了"},
    "escalate": {"reason": "太大了"},
    "join": {},
    "merge": {"into": "tkt_" + "a" * 24},
    "split": {},
}


@pytest.fixture
def street(world: World) -> TicketStreet:
    return TicketStreet(world)


@pytest.fixture(params=PRIVATE)
def private(request: pytest.FixtureRequest, street: TicketStreet) -> str:
    """A private ticket of the resident, with a photo, not joined, accepted and commented."""
    photo = street.world.upload(street.resident, jpeg((64, 48)))
    id = street.report(
        text=TEXT,
        location_note="302门口",
        photos=[photo],
        **PRIVATE[request.param],
    )
    done(street.worker, id, "accept")
    done(street.worker, id, "comment", text="今天上门")
    return id


def outsiders(street: TicketStreet) -> dict[str, Phone]:
    world = street.world
    return {
        "a neighbour of the same unit": street.neighbour,
        "a volunteer": world.volunteer(),
        "the property company": street.company,
        "staff of the next community": world.staff(JINFENG),
        "the worker of another grid": world.staff(OTHER_GRID, Role.GRID_WORKER),
        "an administrator of another street": _other_street(world),
    }


def _other_street(world: World) -> Phone:
    world.services.places.found_street("qingfeng", "清风街道", "Asia/Shanghai")
    return world.phone_of(
        world.services.person_admin.bootstrap_admin(
            "+8613700000001", "外街", "qingfeng"
        )
    )


NOTHING = "tkt_" + "b" * 24


def test_nobody_else_can_tell_it_from_a_ticket_that_is_not_there(
    street: TicketStreet, private: str
):
    for who, phone in outsiders(street).items():
        for part in ("", "/timeline", "/clocks", "/photos"):
            answers = [
                phone.get(f"/v1/tickets/{id}{part}")
                for id in (private, NOTHING)
            ]
            assert [answer.status for answer in answers] == [404, 404], (
                who,
                part,
            )
            assert answers[0].text == answers[1].text, (who, part)
        for move, body in MOVES.items():
            moved = [act(phone, id, move, **body) for id in (private, NOTHING)]
            assert [answer.status for answer in moved] == [404, 404], (
                who,
                move,
            )
            assert moved[0].text == moved[1].text, (who, move)
        turned = [
            phone.post(
                f"/v1/tickets/{id}/turn",
                street.world.wish_body(
                    consent={"how": "spoken", "witness": "许见证"}
                ),
            )
            for id in (private, NOTHING)
        ]
        assert turned[0].text == turned[1].text, who
        assert turned[0].status in (403, 404), who
    assert stored(private).version == 3


def test_it_is_in_nobody_elses_lists(street: TicketStreet, private: str):
    for who, phone in outsiders(street).items():
        for place in (UNIT, GRID, BAIHUA, STREET, JINFENG):
            for query in (
                {},
                {"order": "new"},
                {"state": "accepted"},
                {"category": stored(private).category},
            ):
                answer = phone.get(
                    f"/v1/tickets?place={place}"
                    + "".join(f"&{k}={v}" for k, v in query.items())
                )
                assert answer.status == 200, who
                assert (answer.json["items"], private in answer.text) == (
                    [],
                    False,
                ), (
                    who,
                    place,
                )
        assert mine(phone) == [], who
        assert private not in phone.get("/v1/me/data").text, who


def test_it_is_counted_at_the_desk_of_its_own_place_only(
    street: TicketStreet, private: str
):
    for phone, place in (
        (street.worker, GRID),
        (street.clerk, BAIHUA),
        (street.admin, STREET),
    ):
        answer = phone.get(f"/v1/admin/queue?place={place}")
        queue = answer.json
        assert [task["id"] for task in queue["items"]] == [private]
        assert exact_counts(answer) == {"ticket.resolve": 1}
        assert "魏秀英" not in str(queue)
        assert "13812345678" not in str(queue)
    for who, phone in outsiders(street).items():
        for place in (GRID, BAIHUA, STREET):
            assert phone.get(f"/v1/admin/queue?place={place}").status in (
                403,
                404,
            ), (
                who,
                place,
            )
    assert (
        street.admin.get(f"/v1/admin/queue?place={JINFENG}").json["counts"]
        == {}
    )


def test_no_hint_leads_to_it(street: TicketStreet, private: str):
    """Who reports the same is pointed to nothing; staff see that the two may belong together."""
    category = stored(private).category
    answer = street.neighbour.post(
        "/v1/tickets", a_body(text=LIKE, category=category)
    )
    assert (answer.json["possible_duplicates"], private in answer.text) == (
        [],
        False,
    )
    id = answer.json["id"]
    assert private not in street.neighbour.get(f"/v1/tickets/{id}").text
    assert private not in street.neighbour.get("/v1/me/tickets").text
    assert private not in street.neighbour.get("/v1/me/data").text
    assert street.clerk.get(f"/v1/tickets/{id}").json[
        "possible_duplicates"
    ] == [private]


def test_it_is_not_merged_into_what_everybody_sees_and_nothing_public_into_it(
    street: TicketStreet, private: str
):
    public = street.report(text="路灯不亮", category="light")
    assert refused(street.clerk, public, "merge", into=private) == (
        422,
        "ticket.cannot_merge",
    )
    assert refused(street.clerk, private, "merge", into=public) == (
        422,
        "ticket.cannot_merge",
    )


def test_nothing_of_it_is_published(street: TicketStreet, private: str):
    done(street.worker, private, "resolve", note="已调解")
    done(street.resident, private, "confirm", satisfied=5)
    rows = [
        item
        for item in everything()["tickets"]
        if item["sk"]["S"].startswith("update#")
    ]
    assert rows == []


def test_people_concerned_are_informed_without_personal_data(
    street: TicketStreet, private: str
):
    done(
        street.worker,
        private,
        "hold",
        reason="魏秀英不在家，打13812345678",
        until="2026-11-25T01:00:00Z",
    )
    street.world.pass_time(days=9)
    told = [
        letter
        for letter in street.world.mailbox.read()
        if letter.kind.startswith("ticket.")
    ]
    ours = {
        street.resident.me["phone"],
        street.worker.me["phone"],
        street.clerk.me["phone"],
        street.admin.me["phone"],
    }
    assert told
    assert {letter.to for letter in told} <= ours
    for letter in told:
        for secret in ("13812345678", "302", UNIT, "5号楼"):
            assert secret not in letter.text, letter.text
    assert not [letter for letter in told if "秀英" in letter.text]


def test_people_concerned_see_all_of_the_ticket(
    street: TicketStreet, private: str
):
    own = street.resident.get(f"/v1/tickets/{private}").json
    assert (own["text"], own["private"], own["place"]) == (TEXT, True, UNIT)
    assert mine(street.resident) == [private]
    for phone in (street.worker, street.clerk, street.admin):
        assert (
            phone.get(f"/v1/tickets/{private}").json["person_name"] == "魏秀英"
        )
        assert phone.get(f"/v1/tickets/{private}/photos").json["photos"]
    done(street.worker, private, "assign", to="property")
    given = street.company.get(f"/v1/tickets/{private}").json
    assert (given["text"], "person_name" in given) == (TEXT, False)
    assert [line["id"] for line in lines(street.company)] == [private]
    done(street.company, private, "bounce", reason="不归物业")
    assert street.company.get(f"/v1/tickets/{private}").status == 404
    assert lines(street.company) == []


def test_staff_add_another_reporter_who_then_sees_the_ticket(
    street: TicketStreet, private: str
):
    consent = {"how": "spoken", "witness": "许见证"}
    seen = done(
        street.worker,
        private,
        "join",
        on_behalf_of=street.ids["neighbour"],
        consent=consent,
    )
    assert seen["reporters"] == 2
    hers = street.neighbour.get(f"/v1/tickets/{private}").json
    assert hers["text"] == "＊＊和楼上邻居吵架，电话＊＊"
    assert hers["location_note"] is None


def test_what_is_held_about_who_joined_holds_nothing_of_who_reported_it(
    street: TicketStreet,
):
    id = street.report(text=TEXT, location_note="302门口")
    done(street.neighbour, id, "join")
    held = street.neighbour.get("/v1/me/data")
    assert [ticket["id"] for ticket in held.json["tickets"]] == [id]
    assert [
        (report["ticket_id"], report["person_id"])
        for report in held.json["ticket_reports"]
    ] == [(id, street.ids["neighbour"])]
    assert not [
        secret
        for secret in (
            "魏秀英",
            "13812345678",
            "302门口",
            street.ids["resident"],
        )
        if secret in held.text
    ]
    assert TEXT in street.resident.get("/v1/me/data").text


# what everybody sees of what is not private

OPEN_TO_ALL = {
    "view",
    "id",
    "version",
    "state",
    "category",
    "urgency",
    "private",
    "community",
    "community_name",
    "text",
    "reporters",
    "solution",
    "created_at",
    "updated_at",
    "closed_at",
    "moves",
}


@pytest.mark.parametrize(
    "state", ["open", "accepted", "assigned", "on_hold", "resolved", "closed"]
)
def test_everybody_sees_of_a_public_ticket_what_names_nobody(
    street: TicketStreet, state: str
):
    photo = street.world.upload(street.resident, jpeg((64, 48)))
    text = "我是魏秀英，5号楼302门口有垃圾，打13812345678"
    id = street.report(text=text, location_note="302门口", photos=[photo])
    moves = {
        "accepted": [("accept", {})],
        "assigned": [("assign", {"to": "property"})],
        "on_hold": [
            ("accept", {}),
            ("hold", {"reason": "魏秀英不在", "until": "2026-11-25T01:00:00Z"}),
        ],
        "resolved": [("resolve", {"note": "已告知魏秀英13812345678"})],
        "closed": [("close", {"reason": "已告知魏秀英13812345678"})],
    }
    for move, body in moves.get(state, []):
        done(street.worker, id, move, **body)
    for phone in (
        street.neighbour,
        street.world.volunteer(),
        street.world.staff(JINFENG),
        street.world.staff(role=Role.PROPERTY),
    ):
        seen: Answer = phone.get(f"/v1/tickets/{id}")
        assert (seen.status, seen.json["state"]) == (200, state)
        assert set(seen.json) == OPEN_TO_ALL
        named = (
            "魏秀英",
            "秀英",
            "13812345678",
            "302",
            "5号楼",
            UNIT,
            GRID,
            photo,
            *street.ids.values(),
        )
        assert not [secret for secret in named if secret in seen.text], (
            seen.text
        )
        for part in ("timeline", "clocks", "photos"):
            assert phone.get(f"/v1/tickets/{id}/{part}").status == 403, part


def test_the_property_company_sees_only_what_is_in_its_hands(
    street: TicketStreet,
):
    public, given = (
        street.report(),
        street.report(category="lift", text="电梯坏了"),
    )
    done(street.worker, given, "assign", to="property")
    company = street.company
    assert [line["id"] for line in lines(company)] == [given]
    assert set(company.get(f"/v1/tickets/{public}").json) == OPEN_TO_ALL
    assert company.get(f"/v1/tickets/{given}").json["place"] == UNIT
    assert company.get(f"/v1/admin/queue?place={BAIHUA}").status in (403, 404)
    done(street.worker, given, "assign", to="grid_worker")
    assert lines(street.company) == []
    assert set(street.company.get(f"/v1/tickets/{given}").json) == OPEN_TO_ALL
    assert refused(street.company, given, "resolve")[0] == 403


def test_no_index_holds_a_name_a_phone_or_a_text_as_it_was_written(
    street: TicketStreet, private: str
):
    kept: set[str] = set()
    of_places: set[str] = set()
    for index in TICKET.table.indexes:
        kept |= set(index.include)
        # What other applications read has the point of a public ticket.
        if index.name not in ("by_status", "by_service"):
            of_places |= set(index.include)
    assert "latitude" not in of_places
    assert not kept & {
        "as_written",
        "location_note",
        "answers",
        "photos",
        "proof",
        "solution",
        "reason",
        "filed_by",
        "proxy_id",
    }
    assert "text" in kept
    assert "秀英" not in stored(private).text
