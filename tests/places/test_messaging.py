"""A street's own settings of messages: who sets them, their versions, and what is refused."""

from datetime import timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.places.repository import PlaceEvent

from ..replies.builders import PROVIDERS
from ..storage import counted_storage
from ..store.scan import scan
from ..world import BAIHUA, GRID, STREET, Phone, World

PATH = f"/v1/places/{STREET}/messaging"
ALL = {
    "sms_signature": "清风街道",
    "sms_provider": "console",
    "contact": "office@qingfeng.example.cn",
    "sms_budget_fen": 50_000,
}
NONE = dict.fromkeys(ALL)


def shown(phone: Phone) -> object:
    """Return the settings that the list of places shows of the street."""
    listed = phone.get(f"/v1/places?under={STREET}").json["items"]
    (street,) = [place for place in listed if place["code"] == STREET]
    others = [place for place in listed if place["code"] != STREET]
    assert {place["messaging"] for place in others} == {None}
    return street["messaging"]


def test_an_administrator_sets_all_settings_and_staff_read_them(world: World):
    boss = world.phone_of(world.admin)
    assert shown(boss) == NONE
    answer = boss.put(PATH, ALL)
    assert (answer.status, answer.json["messaging"]) == (200, ALL)
    assert shown(boss) == ALL
    assert shown(world.resident()) is None
    assert shown(world.staff()) is None  # of a community, not of the street


def test_settings_are_replaced_as_a_whole(world: World):
    boss = world.phone_of(world.admin)
    boss.put(PATH, ALL)
    answer = boss.put(PATH, {"sms_budget_fen": 0, "contact": None})
    assert answer.json["messaging"] == NONE | {"sms_budget_fen": 0}
    assert boss.put(PATH, {}).json["messaging"] == NONE


def test_other_changes_of_the_street_leave_the_settings_alone(world: World):
    boss = world.phone_of(world.admin)
    duty = boss.put(PATH, ALL).json["duty"]
    changed = boss.put(f"/v1/places/{STREET}", {"name": "春晖街道"}).json
    assert (changed["messaging"], changed["duty"]) == (ALL, duty)


def test_only_administrators_of_the_street_set_them(world: World):
    world.services.places.found_street("qingfeng", "清风街道", "Asia/Shanghai")
    other = world.services.person_admin.bootstrap_admin(
        "+8613700000001", "外街", "qingfeng"
    )
    for phone, status in (
        (Phone(), 401),
        (world.resident(), 403),
        (world.staff(), 403),
        (world.staff(GRID, Role.GRID_WORKER), 403),
        (world.phone_of(other), 403),
    ):
        assert phone.put(PATH, ALL).status == status
    assert shown(world.phone_of(world.admin)) == NONE


def test_a_place_that_is_no_street_has_no_settings(world: World):
    boss = world.phone_of(world.admin)
    answer = boss.put(f"/v1/places/{BAIHUA}/messaging", ALL)
    assert (answer.status, answer.code, answer.json["kind"]) == (
        422,
        "place.not_a_street",
        "community",
    )


def test_settings_are_changed_only_in_the_version_that_was_seen(world: World):
    boss = world.phone_of(world.admin)
    seen = boss.put(PATH, ALL).headers["etag"]
    later = boss.put(PATH, {}, if_match=seen)
    assert later.status == 200
    late = boss.put(PATH, ALL, if_match=seen)
    assert (late.status, late.code) == (412, "request.stale")
    assert shown(boss) == NONE


def test_a_change_stands_in_the_timeline_without_the_values(world: World):
    world.phone_of(world.admin).put(PATH, ALL)
    (event,) = [
        event
        for event in scan(PlaceEvent)
        if event.tag == "place.messaging_set"
    ]
    assert (event.subject, event.by, event.party) == (
        STREET,
        world.admin.id,
        "staff",
    )
    assert (event.note, event.shown) == (None, None)


@pytest.mark.parametrize(
    "signature",
    [
        "春",
        "春晖" * 7,
        "【春晖】",
        "春\n晖",
        "春 晖",
        "10086",
        "\u200b春晖",
        "",
        7,
    ],
)
def test_a_signature_that_no_provider_takes_is_refused(
    world: World, signature: object
):
    boss = world.phone_of(world.admin)
    answer = boss.put(PATH, {"sms_signature": signature})
    assert (answer.status, answer.json["errors"][0]["loc"][0]) == (
        422,
        "sms_signature",
    )


@pytest.mark.parametrize(
    "signature", ["春晖", "春晖路街道办事处为民服务", "A1", "春晖·12345"]
)
def test_a_signature_of_two_to_twelve_characters_is_taken(
    world: World, signature: str
):
    answer = world.phone_of(world.admin).put(PATH, {"sms_signature": signature})
    assert answer.json["messaging"]["sms_signature"] == signature


@pytest.mark.parametrize(
    "wrong",
    [
        {"contact": "somebody"},
        {"contact": "a@b"},
        {"contact": "028-8555\n0100"},
        {"contact": ""},
        {"sms_budget_fen": -1},
        {"sms_budget_fen": 100_000_001},
        {"sms_budget_fen": 1.5},
        {"sms_budget_fen": "5"},
        {"sms_provider": ""},
        {"sms_provider": "x" * 41},
        {"price": 1},
        [],
    ],
)
def test_bad_settings_are_refused(world: World, wrong: object):
    assert world.phone_of(world.admin).put(PATH, wrong).status == 422


def test_an_unknown_provider_is_refused_with_the_names_that_are_known():
    world = World(sms_providers=PROVIDERS)
    boss = world.phone_of(world.admin)
    answer = boss.put(PATH, {"sms_provider": "eats"})
    assert (answer.status, answer.code, answer.json["known"]) == (
        422,
        "place.provider_unknown",
        "console, east, west",
    )
    assert boss.put(PATH, {"sms_provider": "east"}).status == 200


def test_anybody_reads_the_contact_of_a_street_and_nothing_else_of_it():
    world = World(open311_contact="api@city.example.cn")
    world.services.places.found_street("qingfeng", "清风街道", "Asia/Shanghai")
    world.phone_of(world.admin).put(PATH, ALL)
    streets = Phone().get("/v1/streets").json["items"]
    assert [(one["code"], one["contact"]) for one in streets] == [
        (STREET, "office@qingfeng.example.cn"),
        ("qingfeng", "api@city.example.cn"),
    ]
    assert set(streets[0]) == {"code", "name", "hotline", "contact"}


def test_a_street_without_any_contact_shows_none(world: World):
    (street,) = Phone().get("/v1/streets").json["items"]
    assert street["contact"] is None


def test_zone_and_settings_of_a_street_are_one_cached_read(world: World):
    places = world.rewired().places
    with counted_storage() as storage:
        assert places.messaging_of("").sms_budget_fen is None
        for _ in range(3):
            places.zone_of(STREET)
            places.messaging_of(STREET)
    assert storage.reads == 1
    with counted_storage() as storage:
        places.messaging_of(STREET, fresh=True)
    assert storage.reads == 1


def test_other_processes_follow_within_ten_minutes(world: World):
    elsewhere = world.rewired().places
    assert elsewhere.messaging_of(STREET).sms_signature is None
    world.phone_of(world.admin).put(PATH, ALL)
    assert elsewhere.messaging_of(STREET).sms_signature is None
    world.clock.advance(timedelta(minutes=10))
    assert elsewhere.messaging_of(STREET).sms_signature == "清风街道"
