"""The watch over the staff queue: nothing waits without a person who is reminded of it."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from chalicelib.catalogue import TEMPLATES, queue_kinds
from chalicelib.feature import Feature
from chalicelib.features import declarations
from chalicelib.kernel.place import PlaceKind
from chalicelib.message_log.model import MessageAttempt
from chalicelib.queue_watch.policy import CHECK_MINUTES
from chalicelib.tickets.feature import street_days

from ..admin.test_queue import queue
from ..cases import merged
from ..notifications.builders import lines
from ..tickets.street import TicketStreet
from ..world import BAIHUA, GRID, STREET, World

WATCHED = sorted(name for name, kind in queue_kinds().items() if not kind.timer)
WORKER, CLERK, ADMIN = "worker", "clerk", "admin"
FROM = {
    PlaceKind.GRID: [WORKER, CLERK, ADMIN],
    PlaceKind.COMMUNITY: [CLERK, ADMIN],
    PlaceKind.STREET: [ADMIN],
}
MINUTE = timedelta(minutes=1)
DUTY = {
    WORKER: (GRID, "grid_worker"),
    CLERK: (BAIHUA, "community_staff"),
    ADMIN: (STREET, "street_admin"),
}


@pytest.fixture
def street(world: World) -> TicketStreet:
    found = TicketStreet(world)
    assert world.services.queue_watch.begin() == 1
    assert world.services.queue_watch.begin() == 0
    return found


def off_duty(street: TicketStreet, *names: str) -> None:
    places = street.world.services.places
    for name in names:
        place, _ = DUTY[name]
        places.assign_duty(street.world.boss, place, {})


def on_duty(street: TicketStreet, *names: str) -> None:
    places = street.world.services.places
    for name in names:
        place, role = DUTY[name]
        places.assign_duty(street.world.boss, place, {role: [street.ids[name]]})


def notices(street: TicketStreet, kind: str = "") -> Iterator[MessageAttempt]:
    """Yield the messages of the watch about a kind, oldest first."""
    found = [one for one in lines() if one.kind.startswith("queue.")]
    for line in sorted(found, key=lambda one: one.at):
        if not kind or kind in line.params["kinds"].split(","):
            yield line


def times(
    street: TicketStreet, kind: str, message: str = "queue.overdue_staff"
) -> dict[str, list[datetime]]:
    """Return when each member of staff was reminded, in the order of the first time."""
    names = {id: name for name, id in street.ids.items()}
    found: defaultdict[str, list[datetime]] = defaultdict(list)
    for line in notices(street, kind):
        if line.kind == message:
            found[names[line.person]].append(line.at)
    return dict(found)


def work_days(street: TicketStreet, start: datetime, end: datetime) -> int:
    days = street.world.services.container.get(street_days)
    return days.of(STREET).days_between(start, end)


# the declarations


def test_each_kind_has_an_example_or_a_timer_of_its_own():
    assert sorted(merged("waiting")) == WATCHED
    timers: set[str] = set()
    for feature in declarations():
        timers |= feature.timers.keys()
    for kind in queue_kinds().values():
        assert kind.timer in {"", *timers}
        assert kind.announced_by in {"", *TEMPLATES}


def test_a_line_cannot_forget_its_kinds():
    with pytest.raises(ValueError, match="declares its kinds"):
        Feature("forgetful").queue_line()


def test_a_kind_that_no_line_declares_breaks_the_queue(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    declared = {**queue_kinds()}
    del declared["wish.approve"]
    monkeypatch.setattr(
        "chalicelib.queue_reading.queue_kinds", lambda: declared
    )
    assert world.resident().post("/v1/wishes", world.wish_body()).status == 201
    answer = world.staff().get(f"/v1/admin/queue?place={BAIHUA}")
    assert answer.status == 500


# each kind, left alone


@pytest.mark.parametrize("name", WATCHED)
def test_a_task_left_alone_reaches_each_level_in_turn(
    street: TicketStreet, name: str
):
    world, kind = street.world, queue_kinds()[name]
    merged("waiting")[name](world)
    items = queue(street.admin, STREET)["items"]
    (task,) = [one for one in items if one["kind"] == name]
    due_at = datetime.fromisoformat(task["due_at"])
    begun = world.clock.now()
    world.pass_time(days=13)
    found = times(street, name)
    assert list(found) == FROM[kind.lowest]
    first = next(iter(found.values()))[0]
    assert first >= due_at or kind.within is not None
    assert work_days(street, max(begun, due_at), first) == 0
    for level, reminded in enumerate(found.values()):
        assert work_days(street, first, reminded[0] + 15 * MINUTE) == level
    if kind.name not in {"consent.call_back", "factor.reset"}:  # which lapse
        assert len(found[ADMIN]) > 1


@pytest.mark.parametrize("name", WATCHED)
def test_a_new_task_is_announced_in_the_next_morning_or_by_its_own_message(
    street: TicketStreet, name: str
):
    world, kind = street.world, queue_kinds()[name]
    world.pass_time(hours=2)
    merged("waiting")[name](world)
    world.pass_time(days=1, hours=2)
    sent = {line.kind for line in notices(street, name)}
    if kind.announced_by:
        kinds = {line.kind for line in lines()}
        assert kind.announced_by in kinds
        assert sent <= {"queue.overdue_staff"}
    else:
        assert sent  # a task that is due by then is a reminder at once


@pytest.mark.parametrize(
    ("absent", "reminded"),
    [
        ((), [WORKER, CLERK, ADMIN]),
        ((CLERK,), [WORKER, ADMIN]),
        ((WORKER,), [CLERK, ADMIN]),
        ((ADMIN,), [WORKER, CLERK]),
        ((WORKER, ADMIN), [CLERK]),
        ((CLERK, ADMIN), [WORKER]),
        ((WORKER, CLERK), [ADMIN]),
    ],
    ids=lambda names: "+".join(names) or "everybody",
)
def test_a_level_without_staff_is_skipped(
    street: TicketStreet, absent: tuple[str, ...], reminded: list[str]
):
    off_duty(street, *absent)
    merged("waiting")["wish.approve"](street.world)
    street.world.pass_time(days=12)
    found = times(street, "wish.approve")
    assert list(found) == reminded
    assert len(found[reminded[-1]]) > 1


def test_the_nearest_level_below_has_what_nobody_above_can_do(
    street: TicketStreet,
):
    off_duty(street, CLERK, ADMIN)
    merged("waiting")["volunteer.vet"](street.world)
    street.world.pass_time(days=12)
    assert list(times(street, "volunteer.vet")) == [WORKER]


def test_a_wish_is_due_in_two_working_days(street: TicketStreet):
    """It was filed on a Friday at noon; the street works from Monday to Friday."""
    world = street.world
    world.pass_time(days=4, hours=3)
    merged("waiting")["wish.approve"](world)
    (task,) = queue(street.worker, GRID)["items"]
    assert task["due_at"] == "2026-12-01T03:40:00Z"
    world.pass_time(days=2)
    assert times(street, "wish.approve", "queue.waiting_staff") == {}
    world.pass_time(days=1)
    (monday,) = notices(street, "wish.approve")
    assert f"{monday.at:%Y-%m-%d}" == "2026-11-30"
    assert monday.kind == "queue.waiting_staff"


def test_a_street_s_own_day_off_counts_for_its_tasks(street: TicketStreet):
    body = {"own": {"2026-11-24": {"hours": []}}}
    answer = street.admin.put(f"/v1/policies/tickets?place={STREET}", body)
    assert answer.status == 200, answer.text
    street.world.pass_time(minutes=11)  # calendars are cached for ten
    merged("waiting")["wish.approve"](street.world)
    (task,) = queue(street.worker, GRID)["items"]
    assert task["due_at"].startswith("2026-11-26")


# told once


def test_a_night_is_one_message_of_the_morning(street: TicketStreet):
    world = street.world
    world.pass_time(hours=10)
    for _ in range(5):
        merged("waiting")["wish.approve"](world)
        world.pass_time(hours=1)
    merged("waiting")["volunteer.vet"](world)
    world.pass_time(days=1)
    found = list(notices(street))
    assert len({line.person for line in found}) == len(found) == 2
    sms = world.sms_to(street.worker.me["phone"], "queue.waiting_staff")
    assert [letter.text for letter in sms] == [
        "【春晖】5件待办：待审核的心愿，详情见应用"
    ]


def test_what_was_done_meanwhile_is_not_sent(street: TicketStreet):
    world = street.world
    resident = world.resident()
    wish = resident.post("/v1/wishes", world.wish_body()).json["id"]
    world.pass_time(hours=30)
    assert times(street, "wish.approve", "queue.waiting_staff")
    assert street.clerk.post(f"/v1/wishes/{wish}/approve").status == 200
    world.pass_time(days=5)
    assert times(street, "wish.approve") == {}


def test_nobody_is_reminded_twice_at_one_look(street: TicketStreet):
    on_duty(street, WORKER)
    places, world = street.world.services.places, street.world
    clerk = {"community_staff": [street.ids[CLERK]]}
    places.assign_duty(world.boss, BAIHUA, clerk)
    for name in WATCHED:
        merged("waiting")[name](world)
    world.pass_time(days=10)
    seen: defaultdict[str, list[datetime]] = defaultdict(list)
    for line in notices(street):
        seen[line.person].append(line.at)
    for instants in seen.values():
        gaps = [b - a for a, b in pairwise(instants)]
        assert min(gaps) >= (CHECK_MINUTES - 15) * MINUTE


def test_a_look_that_is_repeated_repeats_no_message(
    street: TicketStreet, monkeypatch: pytest.MonkeyPatch
):
    """The process dies before the commit of the first look."""
    world = street.world
    merged("waiting")["wish.approve"](world)
    entities = world.services.queue_watch._entities
    real, failures = entities.on_timer, iter([True, False])

    def fails_once(id, timer_id, decide):
        if next(failures, False):
            decide(entities.get(id))
            raise ConnectionError
        return real(id, timer_id, decide)

    monkeypatch.setattr(entities, "on_timer", fails_once)
    world.pass_time(days=1, hours=2)
    assert next(failures, None) is None
    assert len(list(notices(street))) == 1


# nobody at all


def test_with_nobody_on_duty_the_alarm_counts_and_a_newcomer_gets_it_all(
    street: TicketStreet,
):
    world = street.world
    off_duty(street, WORKER, CLERK, ADMIN)
    merged("waiting")["wish.approve"](world)
    merged("waiting")["volunteer.vet"](world)
    world.pass_time(days=10)
    assert list(notices(street)) == []
    counted = world.services.metrics.counts[("NobodyOnDuty",)]
    assert counted > 0
    on_duty(street, CLERK)
    world.pass_time(minutes=1)
    (line,) = notices(street)
    assert (line.person, line.params["kinds"]) == (street.ids[CLERK], "")
    sms = world.sms_to(street.clerk.me["phone"], "queue.waiting_staff")
    assert [letter.text[:8] for letter in sms] == ["【春晖】2件待办"]


def test_who_takes_duty_where_nothing_waits_gets_no_message(
    street: TicketStreet,
):
    off_duty(street, CLERK)
    on_duty(street, CLERK)
    street.world.pass_time(minutes=5)
    assert list(notices(street)) == []


def test_the_property_company_on_duty_hears_nothing_of_the_queue(
    street: TicketStreet,
):
    street.report()
    places = street.world.services.places
    places.assign_duty(street.world.boss, BAIHUA, {})
    duty = {"property": [street.ids["company"]]}
    duty |= {"community_staff": [street.ids["clerk"]]}
    places.assign_duty(street.world.boss, BAIHUA, duty)
    street.world.pass_time(minutes=1)
    told = {
        name: street.world.sms_to(getattr(street, name).me["phone"], kind)
        for name in ("clerk", "company")
        for kind in ["queue.waiting_staff"]
    }
    assert told["clerk"]
    assert not told["company"]
