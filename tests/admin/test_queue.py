"""The staff queue: what waits for the staff of a place, soonest due first."""

from datetime import timedelta

from chalicelib.kernel.access import Role

from ..world import BAIHUA, GRID, JINFENG, OTHER_GRID, STREET, World


def queue(phone, place=BAIHUA, **query):
    """Return a page of a queue; its counts are numbers, which are exact."""
    page = queue_as_sent(phone, place, **query)
    return {
        "items": page["items"],
        "counts": numbers_of(page),
        "next": page["next"],
    }


def queue_as_sent(phone, place=BAIHUA, **query):
    answer = phone.get(
        f"/v1/admin/queue?place={place}"
        + "".join(f"&{name}={value}" for name, value in query.items())
    )
    assert answer.status == 200, answer.text
    return answer.json


def exact_counts(answer) -> dict[str, int]:
    """Return the counts of a queue, which are exact."""
    return numbers_of(answer.json)


def numbers_of(page) -> dict[str, int]:
    counts = page["counts"]
    assert not any(count["capped"] for count in counts.values())
    return {kind: count["value"] for kind, count in counts.items()}


def a_queue(world: World) -> dict[str, str]:
    """A dispute, a delivery that is late, one that is not confirmed, and a wish to approve."""
    resident, helper = world.resident(), world.volunteer()
    ids = {
        kind: world.open_wish(
            resident, title=f"心愿{kind}", needed_by="2026-11-30"
        )
        for kind in ("late", "unconfirmed", "dispute")
    }
    for kind, id in ids.items():
        helper.post(f"/v1/wishes/{id}/claim")
        if kind != "late":
            helper.post(f"/v1/wishes/{id}/deliver", {})
    world.pass_time(days=8)
    resident = world.phone_of(world.services.people.find(resident.me["id"]))
    resident.post(f"/v1/wishes/{ids['dispute']}/dispute", {"reason": "没收到"})
    ids["approve"] = resident.post(
        "/v1/wishes", world.wish_body(title="心愿approve")
    ).json["id"]
    return {f"wish.{kind}": id for kind, id in ids.items()}


def test_what_waits_is_listed_soonest_due_first_with_what_can_be_done(
    world: World,
):
    ids = a_queue(world)
    found = queue(world.staff())
    assert {task["kind"]: task["id"] for task in found["items"]} == ids
    assert [task["kind"] for task in found["items"]][:2] == [
        "wish.unconfirmed",
        "wish.late",
    ]
    assert [task["due_at"] for task in found["items"]] == sorted(
        task["due_at"] for task in found["items"]
    )
    assert found["counts"] == dict.fromkeys(ids, 1)
    moves = {task["kind"]: task["moves"] for task in found["items"]}
    assert moves["wish.approve"] == ["approve", "reject", "edit", "withdraw"]
    assert moves["wish.dispute"] == ["confirm", "reopen"]


def test_what_is_done_leaves_the_queue(world: World):
    ids, staff = a_queue(world), world.staff()
    staff.post(f"/v1/wishes/{ids['wish.approve']}/approve")
    staff.post(f"/v1/wishes/{ids['wish.dispute']}/confirm", {})
    staff.post(f"/v1/wishes/{ids['wish.unconfirmed']}/confirm", {})
    staff.post(f"/v1/wishes/{ids['wish.late']}/withdraw", {})
    assert queue(staff) == {"items": [], "counts": {}, "next": None}


def test_a_queue_is_of_ones_own_place_and_below(world: World):
    here = world.resident().post("/v1/wishes", world.wish_body()).json["id"]
    there = (
        world.resident(home=OTHER_GRID)
        .post("/v1/wishes", world.wish_body())
        .json["id"]
    )
    boss, worker = (
        world.phone_of(world.admin),
        world.staff(GRID, Role.GRID_WORKER),
    )
    assert {task["id"] for task in queue(boss, STREET)["items"]} == {
        here,
        there,
    }
    assert [task["id"] for task in queue(boss, JINFENG)["items"]] == [there]
    assert [task["id"] for task in queue(worker, GRID)["items"]] == [here]
    assert worker.get(f"/v1/admin/queue?place={BAIHUA}").status in (403, 404)
    assert world.resident().get(f"/v1/admin/queue?place={BAIHUA}").status in (
        403,
        404,
    )


def test_a_queue_is_whole_at_any_page_size_and_counts_all_of_it(
    world: World,
):
    wishes, resident = [], world.resident()
    for n in range(5):
        wishes.append(
            resident.post("/v1/wishes", world.wish_body(title=f"心愿{n}")).json[
                "id"
            ]
        )
        world.clock.advance(timedelta(minutes=1))
        world.resident(home=OTHER_GRID).post("/v1/wishes", world.wish_body())
    staff = world.staff()
    for limit in (1, 2, 5):
        found, cursor = [], {}
        while True:
            page = queue(staff, limit=limit, **cursor)
            assert page["counts"] == {"wish.approve": 5}
            found += [task["id"] for task in page["items"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        assert found == wishes
