"""What staff do about people: find them, register them, grant, reveal, vet, block; within their own
place.
"""

from datetime import timedelta

import pytest

from chalicelib.kernel.access import Role

from ..store.scan import everything
from ..world import BAIHUA, BUILDING, GRID, JINFENG, OTHER_GRID, UNIT, World


def listed(phone, query: str) -> list[str]:
    """Every id of a list, page by page, and no page but the last without a cursor."""
    ids, cursor = [], ""
    while True:
        answer = phone.get(f"/v1/people?{query}{cursor}").json
        ids += [person["id"] for person in answer["items"]]
        if answer["next"] is None:
            return ids
        cursor = f"&cursor={answer['next']}"


def audits(action: str) -> list[dict]:
    return [row for row in everything()["audit"] if row["kind"]["S"] == action]


def test_people_of_a_place_and_below_are_listed_innermost_first(world: World):
    homes = [UNIT, BAIHUA, OTHER_GRID, BUILDING, GRID]
    people = {home: world.person(home=home).id for home in homes}
    staff = world.staff()
    found = listed(staff, f"place={BAIHUA}")
    assert set(found) == {
        people[home] for home in homes if home != OTHER_GRID
    } | {staff.me["id"]}
    assert [id for id in found if id != staff.me["id"]] == [
        people[home] for home in (UNIT, BUILDING, GRID, BAIHUA)
    ]
    assert listed(staff, f"place={BUILDING}") == [
        people[UNIT],
        people[BUILDING],
    ]


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_a_list_of_people_is_whole_at_any_page_size(world: World, limit):
    people = [world.person(f"居民{'甲乙'[n % 2]}").id for n in range(7)]
    staff = world.staff()
    assert sorted(listed(staff, f"place={UNIT}&limit={limit}")) == sorted(
        people
    )
    assert sorted(listed(staff, f"place={UNIT}&limit={limit}&q=甲")) == sorted(
        people[::2]
    )


def test_filters_by_role_and_part_of_the_name(world: World):
    worker = world.person("吴刚", (Role.GRID_WORKER, GRID))
    world.person("吴秀")
    staff = world.staff()
    assert listed(staff, f"place={BAIHUA}&role=grid_worker") == [worker.id]
    assert len(listed(staff, f"place={BAIHUA}&q=吴")) == 2
    assert listed(staff, f"place={BAIHUA}&q=吴&role=grid_worker") == [worker.id]


def test_a_phone_is_found_whole_however_it_is_written_and_never_by_a_part(
    world: World,
):
    person, staff = world.person(), world.staff()
    phone = person.phone or ""
    for form in (
        phone.replace("+", "%2B"),
        phone.removeprefix("+86"),
        f"{phone[3:6]}%20{phone[6:10]}%20{phone[10:]}",
    ):
        assert listed(staff, f"place={BAIHUA}&q={form}") == [person.id]
    assert listed(staff, f"place={BAIHUA}&q={phone[-6:]}") == []


def test_a_phone_is_found_only_within_the_place_and_the_role_that_was_asked_for(
    world: World,
):
    person, boss = world.person(), world.phone_of(world.admin)
    phone = (person.phone or "").removeprefix("+")
    assert listed(boss, f"place={JINFENG}&q=%2B{phone}") == []
    assert listed(boss, f"place={BAIHUA}&role=grid_worker&q=%2B{phone}") == []


def test_staff_see_masked_phones_and_no_address_or_mail(world: World):
    person, staff = world.person(), world.staff()
    record = staff.get(f"/v1/people/{person.id}").json
    assert (
        record["phone"]
        == f"{(person.phone or '')[:6]}****{(person.phone or '')[-4:]}"
    )
    assert "address" not in record
    assert record["channels"]["email_address"] is None


def test_staff_know_only_the_people_of_their_own_place(world: World):
    person, other = world.person(), world.staff(JINFENG)
    assert other.get(f"/v1/people/{person.id}").status == 404
    assert other.get(f"/v1/people?place={BAIHUA}").status in (403, 404)
    assert (
        world.staff(GRID, Role.GRID_WORKER)
        .get(f"/v1/people/{person.id}")
        .status
        == 200
    )
    assert world.resident().get(f"/v1/people/{person.id}").status == 404


def test_a_cursor_of_one_filter_opens_no_other(world: World):
    for _ in range(3):
        world.person()
    staff = world.staff()
    cursor = staff.get(f"/v1/people?place={UNIT}&limit=1").json["next"]
    assert (
        staff.get(f"/v1/people?place={BAIHUA}&limit=1&cursor={cursor}").code
        == "cursor.invalid"
    )
    assert (
        world.staff()
        .get(f"/v1/people?place={UNIT}&limit=1&cursor={cursor}")
        .code
        == "cursor.invalid"
    )
    assert (
        staff.get(f"/v1/people?place={UNIT}&limit=2&cursor={cursor}").status
        == 200
    )  # another size is the same list


def test_a_person_is_registered_with_a_phone_of_their_own(world: World):
    staff = world.staff()
    body = {
        "name": "李奶奶",
        "phone": "138 1111 2222",
        "home": UNIT,
        "address": "1楼",
        "consent": {"how": "written"},
    }
    answer = staff.post("/v1/people", body)
    assert (answer.status, answer.json["phone"]) == (201, "+86138****2222")
    assert world.sign_in("+8613811112222").me["id"] == answer.json["id"]


def test_a_phone_belongs_to_one_account(world: World):
    person, staff = world.person(), world.staff()
    taken = staff.post(
        "/v1/people", {"name": "李四", "phone": person.phone, "home": UNIT}
    )
    assert (taken.status, taken.code) == (409, "person.phone_taken")
    assert len(listed(staff, f"place={UNIT}")) == 1


def test_somebody_without_a_phone_is_reached_through_a_contact_with_consent(
    world: World,
):
    contact, staff = world.person(), world.staff()
    body = {"name": "李奶奶", "home": UNIT, "contact_via": contact.id}
    body |= {"address": "3楼302室"}
    assert staff.post("/v1/people", body).code == "consent.required"
    answer = staff.post(
        "/v1/people", body | {"consent": {"how": "spoken", "witness": "周洁"}}
    )
    assert (
        answer.status,
        answer.json["phone"],
        answer.json["contact_via"],
    ) == (
        201,
        None,
        contact.id,
    )
    purposes = {
        row["purpose"]["S"]
        for row in everything()["people"]
        if row["pk"]["S"] == answer.json["id"] and "purpose" in row
    }
    assert purposes == {"contact_via", "terms"}


@pytest.mark.parametrize("gone", [False, True])
def test_a_contact_must_be_somebody(world: World, gone):
    staff, contact = world.staff(), "per_" + "a" * 24
    if gone:
        phone = world.resident()
        contact = phone.me["id"]
        world.erase(phone)
    answer = staff.post(
        "/v1/people",
        {
            "name": "李",
            "home": UNIT,
            "contact_via": contact,
            "consent": {"how": "spoken", "witness": "许见证"},
        },
    )
    assert (answer.status, answer.code) == (422, "person.unknown")


def test_nobody_is_their_own_contact(world: World):
    person, staff = world.person(), world.staff()
    answer = staff.put(
        f"/v1/people/{person.id}/household",
        {
            "contact_via": person.id,
            "consent": {"how": "spoken", "witness": "许见证"},
        },
    )
    assert answer.code == "person.unknown"


def test_staff_register_only_in_their_own_place_which_must_exist(world: World):
    staff = world.staff()
    assert (
        staff.post("/v1/people", {"name": "李四", "home": JINFENG}).status
        == 403
    )
    assert (
        staff.post("/v1/people", {"name": "李四", "home": f"{BAIHUA}.g77"}).code
        == "place.unknown"
    )


def test_staff_correct_a_record_and_the_correction_is_written_down(
    world: World,
):
    person, staff = world.person(phone=None), world.staff()
    answer = staff.patch(
        f"/v1/people/{person.id}",
        {"name": "王秀兰", "phone": "13811112222", "address": None},
    )
    assert (answer.status, answer.json["name"], answer.json["phone"]) == (
        200,
        "王秀兰",
        "+86138****2222",
    )
    (audit,) = audits("person.changed")
    assert audit["reason"]["S"] == "address, name, phone"
    assert "王秀兰" not in str(audit)


def test_a_phone_that_is_set_is_changed_by_its_owner_only(world: World):
    person, staff = world.person(), world.staff()
    answer = staff.patch(f"/v1/people/{person.id}", {"phone": "13811112222"})
    assert (answer.status, answer.code) == (409, "person.phone_set")


def test_nobody_is_moved_to_where_the_mover_has_no_say(world: World):
    person, staff = world.person(), world.staff()
    assert staff.patch(f"/v1/people/{person.id}", {"home": JINFENG}).status in (
        403,
        404,
    )
    assert (
        staff.patch(f"/v1/people/{person.id}", {"home": GRID}).json["home"]
        == GRID
    )


def test_roles_are_granted_below_ones_own_and_inside_ones_place(world: World):
    person, staff = world.person(), world.staff()
    path = f"/v1/people/{person.id}/roles"
    world.ask_for(person, Role.GRID_WORKER, GRID)
    granted = staff.put(path, [{"role": "grid_worker", "place": GRID}])
    assert granted.json["roles"] == [{"role": "grid_worker", "place": GRID}]
    for role, place in (
        ("community_staff", BAIHUA),
        ("grid_worker", JINFENG),
        ("street_admin", "chunhui"),
    ):
        refused = staff.put(path, [{"role": role, "place": place}])
        assert (refused.status, refused.code) == (403, "role.above_own")
    assert (
        staff.put(
            path, [{"role": "grid_worker", "place": f"{BAIHUA}.g77"}]
        ).status
        == 422
    )


def test_the_roles_of_somebody_outside_ones_remit_are_kept(world: World):
    helper = world.person(
        "吴刚", (Role.GRID_WORKER, GRID), (Role.VOLUNTEER, JINFENG)
    )
    kept = world.staff().put(f"/v1/people/{helper.id}/roles", []).json["roles"]
    assert kept == [{"role": "volunteer", "place": JINFENG}]
    worker = world.person(
        "吴强", (Role.GRID_WORKER, GRID), (Role.GRID_WORKER, OTHER_GRID)
    )
    answer = world.staff().put(f"/v1/people/{worker.id}/roles", [])
    assert (answer.status, answer.code) == (403, "role.above_own")


def test_a_role_counts_at_once_where_it_matters(world: World):
    person, wish = (
        world.person(),
        world.resident().post("/v1/wishes", world.wish_body()).json["id"],
    )
    boss = world.phone_of(world.admin)
    world.ask_for(person, Role.GRID_WORKER, GRID)
    boss.put(
        f"/v1/people/{person.id}/roles",
        [{"role": "grid_worker", "place": GRID}],
    )
    stale = world.phone_of(person)  # a token from before
    assert stale.post(f"/v1/wishes/{wish}/approve").status == 200
    worker = world.phone_of(world.services.people.find(person.id))
    boss.put(f"/v1/people/{person.id}/roles", [])
    assert (
        worker.post(f"/v1/wishes/{wish}/unpublish", {"reason": "再看"}).status
        == 403
    )


def test_a_newcomer_of_no_place_may_be_taken_in(world: World):
    newcomer, staff = (
        world.sign_in("+8613811112222", consent="2026-11"),
        world.staff(),
    )
    role = {"role": "property", "place": BAIHUA}
    assert newcomer.post("/v1/me/role-requests", role).status == 200
    answer = staff.put(f"/v1/people/{newcomer.me['id']}/roles", [role])
    assert answer.status == 200
    assert staff.get(f"/v1/people/{newcomer.me['id']}").status == 200


def test_a_reveal_shows_the_full_phone_and_address_and_is_written_down(
    world: World,
):
    person, staff = world.person(), world.staff()
    world.clock.advance(timedelta(minutes=3))
    answer = staff.post(
        f"/v1/people/{person.id}/reveal", {"reason": "上门探访"}
    )
    assert (answer.json["phone"], answer.json["address"]) == (
        person.phone,
        "3楼302室",
    )
    (audit,) = audits("person.revealed")
    assert (
        audit["actor"]["S"],
        audit["subject"]["S"],
        audit["reason"]["S"],
    ) == (
        staff.me["id"],
        person.id,
        "上门探访",
    )
    assert audit["pk"]["S"] == "chunhui"
    assert audit["at"]["S"].startswith("2026-11-23T00:43")


def test_a_reveal_without_a_reason_or_out_of_place_shows_nothing_and_writes_nothing(
    world: World,
):
    person = world.person()
    assert (
        world.staff().post(f"/v1/people/{person.id}/reveal", {}).status == 422
    )
    assert (
        world.staff(JINFENG)
        .post(f"/v1/people/{person.id}/reveal", {"reason": "好奇"})
        .status
        == 404
    )
    assert audits("person.revealed") == []


def test_vetting_is_for_community_staff_and_above(world: World):
    helper = world.volunteer()
    path, body = (
        f"/v1/people/{helper.me['id']}/vetting",
        {"level": "safeguarding", "how": "document", "note": "证明已核"},
    )
    assert world.staff(GRID, Role.GRID_WORKER).put(path, body).status == 403
    assert world.staff().put(path, body).json["vetting"] == "safeguarding"
    reasons = [row["reason"]["S"] for row in audits("person.vetted")]
    assert "safeguarding: 证明已核" in reasons


def test_a_block_is_for_community_staff_about_those_below_them(world: World):
    resident, staff = world.person(), world.staff()
    body = {"blocked": True, "reason": "骚扰"}
    assert (
        world.staff(GRID, Role.GRID_WORKER)
        .put(f"/v1/people/{resident.id}/blocked", body)
        .status
        == 403
    )
    assert (
        staff.put(f"/v1/people/{resident.id}/blocked", body).json["blocked"]
        is True
    )
    assert world.phone_of(resident).get("/v1/me").status == 401
    assert staff.put(f"/v1/people/{staff.me['id']}/blocked", body).status == 403
    assert (
        staff.put(f"/v1/people/{world.staff().me['id']}/blocked", body).status
        == 403
    )
    assert [audit["reason"]["S"] for audit in audits("person.blocked")] == [
        "骚扰"
    ]


def test_a_household_groups_people_and_is_left_again(world: World):
    staff, people = world.staff(), [world.person(), world.person()]
    for person in people:
        body = {"household": "hh-7", "consent": {"how": "written"}}
        seen = staff.put(f"/v1/people/{person.id}/household", body).json
        assert seen["household"].startswith("hsh_")
    assert set(
        world.services.people.kin(world.services.people.find(people[0].id))
    ) == {person.id for person in people}
    staff.put(f"/v1/people/{people[1].id}/household", {"household": None})
    assert world.services.people.kin(
        world.services.people.find(people[0].id)
    ) == [people[0].id]


def test_every_change_by_staff_leaves_an_audit_line(world: World):
    person, staff = world.person(), world.staff()
    path = f"/v1/people/{person.id}"
    world.ask_for(person, Role.PROPERTY, BAIHUA)
    staff.patch(path, {"address": "2楼"})
    staff.put(f"{path}/roles", [{"role": "property", "place": BAIHUA}])
    staff.put(f"{path}/vetting", {"level": "basic", "how": "vouched"})
    staff.put(f"{path}/limits", {"homes_7_days": 9, "reason": "楼栋活动"})
    staff.put(
        f"{path}/household",
        {
            "household": "hh-1",
            "consent": {"how": "spoken", "witness": "许见证"},
        },
    )
    staff.put(f"{path}/blocked", {"blocked": True, "reason": "测试"})
    staff.put(f"{path}/blocked", {"blocked": False, "reason": "误会"})
    mine = [
        row["kind"]["S"]
        for row in everything()["audit"]
        if row["actor"]["S"] == staff.me["id"]
    ]
    assert sorted(mine) == [
        "person.blocked",
        "person.changed",
        "person.granted",
        "person.household_set",
        "person.limited",
        "person.unblocked",
        "person.vetted",
    ]
