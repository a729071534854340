"""Story 2: a volunteer gives a wish back; the next best is asked and does not answer; the third
accepts. And nothing is forgotten.
"""

from typing import Any

from .server import Server, Somebody

STAFF, GRID, RESIDENT = "+8613900000002", "+8613900000004", "+8613900000103"
FIRST = "+8613900000011"
# Its delivered pair of glasses, in a grid without a worker: the resident is asked after a day,
# staff after three.
OF_THE_DEMO_STREET = [
    (STAFF, "wish.unconfirmed_staff"),
    ("+8613900000118", "wish.unconfirmed"),
]


def wish_on_the_wall(
    server: Server, staff: Somebody, resident: Somebody, **fields: object
) -> str:
    body = {
        "kind": "service",
        "title": "修理阳台纱窗",
        "needed_by": "2026-12-03",
    } | fields
    wish_id = str(resident.post("/v1/wishes", body, expect=201)["id"])
    staff.post(f"/v1/wishes/{wish_id}/approve")
    assert server.heard() == [(resident.number, "wish.approved")]
    return wish_id


def asked(server: Server, title: str) -> Somebody:
    """Return the one person who has just been asked to help with a wish."""
    (number,) = [
        told.to
        for told in server.told()
        if told.kind == "offer.made" and title in told.text
    ]
    return server.sign_in(number)


def offer_of(somebody: Somebody, wish_id: str) -> dict[str, Any]:
    (offer,) = [
        offer
        for offer in somebody.get("/v1/me/offers")["items"]
        if offer["wish"] == wish_id
    ]
    return offer


def test_the_volunteer_who_could_not(server: Server) -> None:
    staff, resident, first = (
        server.sign_in(number) for number in (STAFF, RESIDENT, FIRST)
    )
    place = resident.me["home"]
    wish_id = wish_on_the_wall(server, staff, resident)
    opened_at = server.call("GET", f"/v1/wishes/{wish_id}")[1]["opened_at"]
    first.post(f"/v1/wishes/{wish_id}/claim")
    assert server.heard() == [(FIRST, "wish.yours"), (RESIDENT, "wish.claimed")]

    server.advance(days=2)
    for person in (staff, resident, first):
        person.refresh()
    first.post(f"/v1/wishes/{wish_id}/release", {"reason": "孩子病了，来不了"})
    told = [line for line in server.heard() if line not in OF_THE_DEMO_STREET]
    assert (RESIDENT, "wish.released") in told
    # The worker of the grid, if there is one; else the community; else the street.
    on_duty = {
        "chunhui.baihua.g01": GRID,
        "chunhui.jinfeng.g01": "+8613900000005",
    }.get(place.rsplit(".", 2)[0])
    community = {
        "chunhui.baihua": STAFF,
        "chunhui.jinfeng": "+8613900000003",
    }.get(".".join(place.split(".")[:2]))
    assert (
        on_duty or community or "+8613900000001",
        "wish.released_staff",
    ) in told
    assert len(told) == 2

    again = server.call("GET", f"/v1/wishes/{wish_id}")[1]
    assert (
        again["state"],
        again["opened_at"],
        again["age_days"],
        again["places_left"],
    ) == ("open", opened_at, 2, 1)
    assert "address" not in first.get(f"/v1/wishes/{wish_id}")
    assert "孩子病了，来不了" in str(
        staff.get(f"/v1/wishes/{wish_id}/timeline")["items"]
    )

    server.advance(minutes=4)
    second = asked(server, "修理阳台纱窗")
    offer = offer_of(second, wish_id)
    assert (offer["state"], offer["moves"], offer["volunteer"]) == (
        "offered",
        ["accept", "decline"],
        second.me["id"],
    )
    assert (
        offer["expires_at"] == "2026-11-26T12:00:00Z"
    )  # tomorrow at eight in the evening
    assert offer["why"]
    assert "address" not in second.get(f"/v1/wishes/{wish_id}")
    for somebody in (first, second, resident):
        assert somebody.call("GET", f"/v1/wishes/{wish_id}/matching")[0] == 403
    staff.refresh()
    seen = staff.get(f"/v1/wishes/{wish_id}/matching")
    assert (
        seen["waiting"]["reason"],
        [line["volunteer"] for line in seen["asked"]],
    ) == ("asked", [second.me["id"]])
    assert first.me["id"] not in [
        line["volunteer"] for line in seen["candidates"]
    ]

    server.advance(days=1, hours=11, minutes=25)  # no answer until that evening
    third = asked(server, "修理阳台纱窗")
    assert third.number not in (FIRST, second.number)
    second.refresh()
    assert offer_of(second, wish_id)["state"] == "expired"
    late = second.post(f"/v1/offers/{offer['id']}/accept", expect=409)
    assert (
        late["code"],
        wish_id in {wish["id"] for wish in late["similar"]},
    ) == (
        "offer.expired",
        False,
    )
    offer = offer_of(third, wish_id)
    accepted = third.post(f"/v1/offers/{offer['id']}/accept")
    assert (accepted["state"], accepted["moves"]) == ("accepted", [])
    assert server.heard() == [
        (third.number, "wish.yours"),
        (RESIDENT, "wish.claimed"),
    ]
    assert third.get(f"/v1/wishes/{wish_id}")["address"]
    again = server.call("GET", f"/v1/wishes/{wish_id}")[1]
    assert (again["state"], again["opened_at"], again["places_left"]) == (
        "claimed",
        opened_at,
        0,
    )

    server.advance(hours=12)
    third.refresh()
    third.post(f"/v1/wishes/{wish_id}/check-in")
    server.advance(minutes=80)
    third.refresh()
    third.post(f"/v1/wishes/{wish_id}/check-out")
    server.heard()
    third.post(f"/v1/wishes/{wish_id}/deliver", {"note": "换了新纱"})
    assert server.heard() == [(RESIDENT, "wish.delivered")]
    resident.refresh()
    done = resident.post(
        f"/v1/wishes/{wish_id}/confirm", {"rating": 5, "thanks": "谢谢小钱！"}
    )
    assert done["state"] == "fulfilled"
    assert server.heard() == [(third.number, "wish.thanks")]
    assert [
        line["minutes"]
        for line in third.get("/v1/me/hours")["items"]
        if line["wish"] == wish_id
    ] == [90]


def test_what_nobody_does_is_not_forgotten(server: Server) -> None:
    staff, resident, helper = (
        server.sign_in(number) for number in (STAFF, "+8613900000102", FIRST)
    )
    unclaimed = wish_on_the_wall(
        server,
        staff,
        resident,
        title="一双棉拖鞋",
        kind="goods",
        needed_by="2026-11-25",
    )
    taken = wish_on_the_wall(
        server, staff, resident, title="抬一个旧柜子", needed_by="2026-11-25"
    )
    unanswered = wish_on_the_wall(
        server,
        staff,
        resident,
        title="读一封来信",
        kind="company",
        needed_by="2026-11-26",
    )
    for wish_id in (taken, unanswered):
        helper.post(f"/v1/wishes/{wish_id}/claim")
    helper.post(f"/v1/wishes/{unanswered}/deliver", {})
    server.heard()

    server.advance(
        days=3, hours=1
    )  # the day after it was needed; three days after the delivery
    told = [line for line in server.heard() if line not in OF_THE_DEMO_STREET]
    assert told == [
        (GRID, "wish.late_staff"),
        (GRID, "wish.unconfirmed_staff"),
        (helper.number, "wish.due_in_2_days"),
        (helper.number, "wish.due_tomorrow"),
        (helper.number, "wish.overdue"),
        (resident.number, "wish.expiring"),
        (resident.number, "wish.unconfirmed"),
    ]
    staff.refresh()
    waiting = {
        task["id"]: task["kind"]
        for task in staff.get("/v1/admin/queue?place=chunhui.baihua&limit=100")[
            "items"
        ]
    }
    assert (waiting[taken], waiting[unanswered]) == (
        "wish.late",
        "wish.unconfirmed",
    )

    server.advance(days=3)  # three days on the wall after its day
    # That it was about to expire could wait for the digest of the day; that it has expired came
    # in the morning.
    assert server.heard() == [
        (GRID, "reminders.digest"),
        (GRID, "wish.expired_staff"),
        (resident.number, "wish.expired"),
    ]
    staff.refresh()
    assert staff.get(f"/v1/wishes/{unclaimed}")["state"] == "expired"
    assert server.call("GET", f"/v1/wishes/{unclaimed}")[0] == 404
    again = {"reason": "仍然需要"}
    passed = staff.post(f"/v1/wishes/{unclaimed}/reopen", again, expect=422)
    assert passed["code"] == "wish.needed_by_passed"
    again["needed_by"] = "2026-12-10"
    reopened = staff.post(f"/v1/wishes/{unclaimed}/reopen", again)
    assert (reopened["state"], reopened["needed_by"]) == (
        "submitted",
        "2026-12-10",
    )
    assert staff.post(f"/v1/wishes/{taken}/deliver", {})["state"] == "delivered"
    assert (
        staff.post(f"/v1/wishes/{unanswered}/confirm", {})["state"]
        == "fulfilled"
    )
