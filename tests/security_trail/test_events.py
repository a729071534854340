"""Each security event is written exactly once, and holds no personal data in plain."""

import re
from datetime import timedelta

import pytest

from chalicelib.kernel.ids import ID_PATTERN, RandomIds, time_ordered_id
from chalicelib.kernel.network import network_hash
from chalicelib.kernel.place import CODE_PATTERN
from chalicelib.security_trail.kinds import EventKind
from chalicelib.security_trail.policy import TRAIL_TTL

from ..store.scan import everything
from ..world import BAIHUA, START, STREET, Phone, World
from .producers import PRODUCERS
from .trail import events, number_of, pages

KINDS = pytest.mark.parametrize("kind", EventKind, ids=lambda kind: kind.value)
WITH_KEY = [EventKind.CODE_READ_OUT, EventKind.REVEALED, EventKind.UNSEALED]
WITH_KEY += [EventKind.ERASURE_REQUESTED, EventKind.CALLED_BACK]
WITH_KEY += [EventKind.CLAIMED, EventKind.REVEALS_ALLOWED]
WITH_KEY += [EventKind.PHONE_CHANGED, EventKind.PHONE_CORRECTED]
WITH_KEY += [EventKind.PHONE_CORRECTION_ASKED, EventKind.ROLE_AGREED]
WITH_KEY += [EventKind.ROLE_CODE_SENT, EventKind.HOURS_SETTLED]
WITH_KEY += [EventKind.PHONE_CORRECTION_FORCED, EventKind.LIST_EXPORTED]
WITH_KEY += [EventKind.FACTOR_RESET_REQUESTED, EventKind.FACTOR_RESET]


def test_every_kind_has_a_deed():
    assert PRODUCERS.keys() == set(EventKind)


@KINDS
def test_a_deed_makes_one_event_that_the_trail_shows(
    world: World, kind: EventKind
):
    deed = PRODUCERS[kind](world)
    before = number_of(kind)
    lines = len(events())
    world.clock.advance(timedelta(seconds=1))
    assert deed.send().status == deed.status
    assert number_of(kind) == before + 1
    if kind is EventKind.CLAIMED:
        assert len(events()) == lines, "nothing is written twice"
    reader = world.phone_of(world.admin)
    query = f"place={BAIHUA}&kind={kind.value}"
    ((shown, *_), *_) = pages(reader, query)
    named = [shown["actor"], shown["subject"]]
    assert [one and one["id"] for one in named] == [deed.actor, deed.subject]
    assert (shown["result"], shown["kind"]) == (deed.result, kind.value)
    assert shown["place"] == BAIHUA


@pytest.mark.parametrize("kind", WITH_KEY, ids=lambda kind: kind.value)
def test_a_repeated_request_makes_no_second_event(
    world: World, kind: EventKind
):
    deed = PRODUCERS[kind](world)
    before = number_of(kind)
    for _ in range(3):
        assert deed.send(idempotency_key="tap").status == deed.status
    assert number_of(kind) == before + 1


def test_the_kinds_that_take_a_key_are_all_tried(world: World):
    taking = [kind for kind, make in PRODUCERS.items() if make(world).takes_key]
    assert set(taking) == set(WITH_KEY)


def live(world: World) -> None:
    """Do every deed."""
    for kind, make in PRODUCERS.items():
        deed = make(world)
        assert deed.send().status == deed.status, kind
        world.clock.advance(timedelta(minutes=2))


def test_no_row_has_a_name_a_phone_or_an_address(world: World):
    live(world)
    people = [
        row
        for row in everything()["people"]
        if row["sk"]["S"] == "person" and "phone" in row
    ]
    secrets = {"203.0.113.7", "3楼302室", "王秀英", "陈敏", "赵志强", "张伟"}
    secrets |= {row["phone"]["S"] for row in people}
    secrets |= {row["phone"]["S"][3:] for row in people}
    assert len(secrets) > 20
    rows = str(everything()["audit"])
    assert not [secret for secret in secrets if secret in rows]


def test_what_is_personal_in_a_reason_is_masked(world: World):
    person, staff = world.person("王秀英"), world.staff()
    reason = f"王秀英 {person.phone} 3楼302室 不接电话"
    path = f"/v1/people/{person.id}/reveal"
    assert staff.post(path, {"reason": reason}).status == 200
    (line,) = events("person.revealed")
    assert "不接电话" in (line.reason or "")
    rows = str(everything()["audit"])
    for secret in ("王秀英", (person.phone or "")[3:], "302"):
        assert secret not in rows


def test_each_event_of_a_request_has_the_hash_of_its_network(world: World):
    live(world)
    keys = world.services.container.core.keys
    here = network_hash(keys, "203.0.113.7")
    requests = [event for event in events() if event.actor != "operator"]
    # What tests do without a request has no network.
    assert {event.network for event in requests} >= {"203.0.113.0/24"}
    hashes = {event.network_hash for event in requests}
    assert hashes == {here, None}
    # A claim is no line, and a worker writes the line of a long export.
    by_request = set(EventKind) - {EventKind.CLAIMED, EventKind.LIST_EXPORTED}
    for kind in by_request:
        assert [e for e in events(kind.value) if e.network_hash == here], kind


def test_an_event_is_kept_for_three_years(world: World):
    live(world)
    assert timedelta(days=1095) == TRAIL_TTL
    rows = everything()["audit"]
    assert len(rows) > len(EventKind)
    for event, row in zip(events(), sorted(rows, key=_order), strict=True):
        ends = int((event.at + TRAIL_TTL).timestamp())
        assert int(row["ttl"]["N"]) == ends


def _order(row):
    return row["sk"]["S"]


def test_the_ids_of_events_are_in_the_order_of_time(world: World):
    live(world)
    ids = [event.id for event in events()]
    assert len({id[:14] for id in ids}) > 10
    assert [id[:14] for id in ids] == sorted(id[:14] for id in ids)


@pytest.mark.parametrize("years", [-20, 0, 1, 500])
def test_a_time_ordered_id_sorts_by_its_instant(years: int):
    at = START + timedelta(days=365 * years)
    later = at + timedelta(milliseconds=1)
    first = time_ordered_id(RandomIds(), "sec", at)
    second = time_ordered_id(RandomIds(), "sec", later)
    assert first < second
    assert first != time_ordered_id(RandomIds(), "sec", at)
    pattern = rf"sec_{ID_PATTERN}"
    for id in (first, second):
        assert re.fullmatch(pattern, id)


def test_a_blocked_person_with_the_right_code_is_an_event(world: World):
    person = world.person()
    path = f"/v1/people/{person.id}/blocked"
    body = {"blocked": True, "reason": "冒用"}
    assert world.phone_of(world.admin).put(path, body).status == 200
    code = world.fresh_code(Phone(me={"phone": person.phone}))
    answer = Phone().post("/v1/auth/tokens", {"phone": person.phone} | code)
    assert (answer.status, answer.code) == (403, "person.blocked")
    (line,) = events("auth.sign_in")
    assert (line.result, line.actor, line.subject) == (
        "person.blocked",
        None,
        person.id,
    )


def test_the_operators_appointment_is_an_event(world: World):
    (line,) = events("person.granted")
    assert (line.actor, line.subject) == ("operator", world.admin.id)
    assert (line.place, line.reason) == (STREET, "street_admin@chunhui")


def test_a_try_with_the_phone_of_nobody_belongs_to_no_street(world: World):
    number = "+8613812345678"
    code = world.fresh_code(Phone(me={"phone": number}))
    body = {"phone": number} | code
    assert Phone().post("/v1/auth/tokens", body).code == "consent.required"
    (line,) = events("auth.sign_in")
    assert (line.actor, line.subject) == (None, None)
    assert line.result == "consent.required"
    assert line.phone_hash
    assert not re.fullmatch(CODE_PATTERN, line.place)
