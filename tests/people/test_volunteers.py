"""The vetting of a volunteer: requested, given, expiring, suspended, withdrawn; and the profile."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.access import Grant, Role
from chalicelib.people import policy, volunteers
from chalicelib.people.model import Person, Vetting, VettingMethod
from chalicelib.people.volunteering import volunteering

from ..world import BAIHUA, JINFENG, START, STREET, Phone, World
from .builders import INSTANTS, PEOPLE, VETTINGS, a_person, a_vetting

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PROFILE = {"places": [BAIHUA], "skills": ["水电"], "capacity": 2}


def newcomer(world: World) -> Phone:
    phone = world.resident()
    assert phone.put("/v1/me/volunteer", PROFILE).status == 200
    return world.phone_of(found(world, phone))


def found(world: World, phone: Phone) -> Person:
    person = world.services.people.find(phone.me["id"])
    assert person
    return person


def tasks(world: World, phone: Phone, place: str = BAIHUA) -> list[dict]:
    """Return the tasks about a volunteer in the queue of a place's staff."""
    items = world.staff(place).get(f"/v1/admin/queue?place={place}&limit=100")
    return [
        task for task in items.json["items"] if task["id"] == phone.me["id"]
    ]


def told(world: World, phone: Phone) -> list[str]:
    world.pass_time(minutes=2)
    letters = world.sms_to(phone.me["phone"])
    return [letter.kind for letter in reversed(letters)]


def claim(world: World, phone: Phone) -> tuple[int, str]:
    answer = phone.post(f"/v1/wishes/{world.open_wish()}/claim")
    return answer.status, answer.json.get("reason", "")


def vet(world: World, phone: Phone, **body: str) -> dict:
    answer = world.staff().put(f"/v1/people/{phone.me['id']}/vetting", body)
    assert answer.status == 200, answer.text
    return answer.json


# staff are asked


def test_a_newcomer_is_a_task_for_the_staff_of_their_home_until_vetted(
    world: World,
):
    phone = newcomer(world)
    (task,) = tasks(world, phone)
    assert (task["kind"], task["title"], task["moves"]) == (
        "volunteer.vet",
        "王秀英",
        ["vet", "limits"],
    )
    assert tasks(world, phone, JINFENG) == []
    assert claim(world, phone) == (403, "none")
    assert told(world, phone) == ["volunteer.asked"]
    vet(world, phone, level="basic", how="in_person")
    assert tasks(world, phone) == []
    assert told(world, phone) == ["volunteer.asked", "volunteer.vetted"]
    assert claim(world, phone) == (200, "")


def test_a_second_put_asks_staff_no_second_time(world: World):
    phone = newcomer(world)
    due_at = tasks(world, phone)[0]["due_at"]
    world.pass_time(days=1)
    phone = world.phone_of(found(world, phone))
    assert phone.put("/v1/me/volunteer", PROFILE).status == 200
    (task,) = tasks(world, phone)
    assert task["due_at"] == due_at
    assert told(world, phone) == ["volunteer.asked"]


def test_a_grid_worker_sees_the_task_and_cannot_vet(world: World):
    phone = newcomer(world)
    worker = world.staff("chunhui.baihua.g01", role=Role.GRID_WORKER)
    (task,) = [
        task
        for task in worker.get("/v1/admin/queue?place=chunhui.baihua.g01").json[
            "items"
        ]
        if task["id"] == phone.me["id"]
    ]
    assert task["moves"] == []


# vetting


def test_a_vetting_says_how_and_lasts_a_year_unless_given(world: World):
    phone, staff = newcomer(world), world.staff()
    path = f"/v1/people/{phone.me['id']}/vetting"
    refused = staff.put(path, {"level": "basic"})
    assert (refused.status, refused.code) == (422, "vetting.how_required")
    for wrong in ("2026-11-01T00:00:00Z", "2031-01-01T00:00:00Z"):
        body = {"level": "basic", "how": "document", "expires_at": wrong}
        assert staff.put(path, body).code == "vetting.expiry_out_of_range"
    vetted = vet(world, phone, level="basic", how="document")["vetted"]
    assert (vetted["how"], vetted["expires_at"][:10]) == (
        "document",
        "2027-11-23",
    )
    assert vet(world, phone, level="none")["vetted"]["level"] == "none"
    assert claim(world, phone) == (403, "none")


def test_staff_and_volunteer_are_warned_before_a_vetting_expires(world: World):
    phone = newcomer(world)
    soon = (world.clock.now() + 100 * DAY).isoformat()
    vet(world, phone, level="basic", how="in_person", expires_at=soon)
    world.pass_time(days=69)
    assert tasks(world, phone) == []
    world.pass_time(days=2)
    (task,) = tasks(world, phone)
    assert (task["kind"], task["due_at"][:10]) == ("volunteer.vet", soon[:10])
    assert told(world, phone)[-1] == "volunteer.vetting_expires"
    phone = world.phone_of(found(world, phone))
    assert claim(world, phone) == (200, "")
    world.pass_time(days=30)
    phone = world.phone_of(found(world, phone))
    assert claim(world, phone) == (403, "expired")
    vet(world, phone, level="basic", how="in_person")
    assert claim(world, phone) == (200, "")


@pytest.mark.parametrize(
    "change", [{"name": "王小英"}, {"home": "chunhui.baihua.g01.b05"}]
)
def test_another_name_or_home_stops_new_claims_until_staff_look_again(
    world: World, change: dict
):
    phone = world.volunteer()
    held = world.open_wish()
    assert phone.post(f"/v1/wishes/{held}/claim").status == 200
    assert phone.patch("/v1/me", change).status == 200
    assert claim(world, phone) == (403, "changed")
    assert [task["kind"] for task in tasks(world, phone)] == ["volunteer.vet"]
    assert told(world, phone)[-1] == "volunteer.looked_at_again"
    # What they hold they finish.
    assert phone.post(f"/v1/wishes/{held}/deliver", {}).status == 200
    vet(world, phone, level="basic", how="in_person")
    assert claim(world, phone) == (200, "")


def test_other_changes_and_those_by_staff_stop_no_claims(world: World):
    phone = world.volunteer()
    assert (
        phone.patch("/v1/me", {"locale": "en", "address": "2室"}).status == 200
    )
    path = f"/v1/people/{phone.me['id']}"
    assert world.staff().patch(path, {"name": "王小英"}).status == 200
    assert claim(world, phone) == (200, "")


@given(PEOPLE, VETTINGS, INSTANTS)
def test_only_a_vetting_that_counts_allows_a_claim(person, record, now):
    vetted = replace(person, vetted=record)
    counts = (
        record.level is not Vetting.NONE
        and record.changed_at is None
        and (record.expires_at is None or record.expires_at > now)
    )
    paused = vetted.claims_paused_at is not None
    assert vetted.may_claim(now) == (counts and not paused)
    # What matching reads says the same.
    for line in volunteering(vetted):
        assert line.may_claim(now) == vetted.may_claim(now)
        assert line.is_safeguarding(now) == vetted.is_safeguarding(now)
        assert line.limit_subjects == vetted.limit_subjects


@given(PEOPLE, st.sampled_from(Vetting), INSTANTS)
def test_a_vetting_settles_every_task_but_a_pause_that_it_does_not_lift(
    person, level, now
):
    how = VettingMethod.VOUCHED
    vetted = volunteers.vet(person, level, how, None, by="per_s", now=now)
    assert vetted.vet_by is None
    if level is not Vetting.NONE:
        assert vetted.claims_paused_at is None
        assert vetted.may_claim(now)
        assert not vetted.may_claim(now + policy.VETTING_LASTS)


@given(st.integers(1, 3 * 365 * 24))
def test_a_warning_comes_30_days_before_or_half_way(hours: int):
    expires_at = START + hours * HOUR
    record = a_vetting(at=START, expires_at=expires_at)
    grants = (Grant(Role.VOLUNTEER, BAIHUA),)
    person = a_person(vetted=record, grants=grants)
    warn_at = person.deadlines()["vetting_expires"]
    assert START < warn_at < expires_at
    assert expires_at - warn_at <= policy.VETTING_WARNING
    warned = volunteers.on_timer(person, warn_at).entity
    assert (warned.vet_by, warned.deadlines()) == (expires_at, {})


# limits


def test_limits_are_set_by_staff_and_audited(world: World):
    phone = world.volunteer(homes=None)
    path = f"/v1/people/{phone.me['id']}/limits"
    body = {"homes_7_days": 12, "reason": "楼栋义诊"}
    assert phone.put(path, body).status in (403, 404)
    staff = world.staff()
    assert staff.put(path, body).json["homes_7_days"] == 12
    body = {"homes_7_days": None, "reason": "义诊结束"}
    assert staff.put(path, body).json["homes_7_days"] is None
    assert staff.put(path, {"homes_7_days": 51, "reason": "多"}).status == 422
    own = f"/v1/people/{staff.me['id']}/limits"
    assert staff.put(own, body).code == "role.above_own"


# the profile


def test_a_profile_is_read_and_changed_field_by_field(world: World):
    phone = world.resident()
    assert phone.get("/v1/me/volunteer").json["places"] == []
    refused = phone.patch("/v1/me/volunteer", {"capacity": 1})
    assert (refused.status, refused.code) == (422, "volunteer.places_required")
    hours = [{"weekday": 1, "from": "09:00", "to": "11:00"}]
    pause = {"paused_until": "2026-12-01T00:00:00Z", "availability": hours}
    put = phone.put("/v1/me/volunteer", PROFILE | pause).json
    assert phone.get("/v1/me/volunteer").json == put
    assert put["awaits_staff"]
    changed = phone.patch("/v1/me/volunteer", {"capacity": 4}).json
    assert changed == put | {
        "capacity": 4,
        "version": changed["version"],
    }
    emptied = phone.patch(
        "/v1/me/volunteer",
        {"paused_until": None, "skills": None, "places": [STREET]},
    ).json
    assert (
        emptied["paused_until"],
        emptied["skills"],
        emptied["places"],
        emptied["availability"],
    ) == (None, [], [STREET], hours)
    assert phone.patch("/v1/me/volunteer", {"places": []}).status == 422
