"""The staff queue over a drawn street: right counts at every place, and few requests."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.kernel import staff_queue
from chalicelib.kernel.access import Role
from chalicelib.kernel.place import covers, kind_of
from chalicelib.message_log.model import MessageAttempt
from chalicelib.message_log.waiting_tasks import VISIT_TASK
from chalicelib.people.model import Person
from chalicelib.places.model import Place
from tools.street.scale import StreetScale

from ..storage import Storage, counted_storage
from ..store.scan import SK, scan
from .lists_of_work import tasks_of, visits_needed
from .small import SmallStreet, drawn

LARGER = StreetScale(people=600)
MAX_REQUESTS, MAX_UNITS = 8, 60
MAX_BEFORE_A_LOOK = 12
FEW = 40  # counted tasks, for which the larger street has more than enough


@pytest.fixture(scope="module")
def street() -> SmallStreet:
    return SmallStreet(things=drawn(1, LARGER))


def read(street: SmallStreet, place: str, **query: Any) -> Any:
    admins = [
        one
        for one in street.all(Person)
        for grant in one.grants
        if grant.role is Role.STREET_ADMIN and grant.reaches(place)
    ]
    phone = street.world.phone_of(admins[0])
    asked = urlencode({"place": place, **query})
    answer = phone.get(f"/v1/admin/queue?{asked}")
    assert answer.status == 200, answer.text
    return answer.json


def waiting_at(street: SmallStreet, place: str) -> Counter[str]:
    """Count what waits at a place by looking at everything."""
    tasks = tasks_of(street.things)
    return Counter(kind for _, kind, code, _ in tasks if covers(place, code))


def places_of(street: SmallStreet) -> list[str]:
    return [place.id for place in street.all(Place)]


def test_counts_are_right_at_every_place(street: SmallStreet):
    for place in places_of(street):
        expected = {
            kind: {"value": number, "capped": False}
            for kind, number in waiting_at(street, place).items()
        }
        assert read(street, place)["counts"] == expected, place


def test_counts_say_where_more_wait_than_are_counted(
    street: SmallStreet, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(staff_queue, "MAX_COUNTED", FEW)
    capped_places = 0
    for place in places_of(street):
        true = waiting_at(street, place)
        counts = read(street, place)["counts"]
        said = {kind: count["value"] for kind, count in counts.items()}
        # A building is counted in the part of its grid that is read.
        is_capped = any(count["capped"] for count in counts.values())
        if not is_capped:
            assert said == true, place
            continue
        capped_places += 1
        assert all(count["capped"] for count in counts.values())
        assert set(true) <= set(said)
        assert all(value <= true[kind] for kind, value in said.items())
        if kind_of(place) not in ("building", "unit"):
            assert sum(said.values()) == FEW
    assert capped_places


def units_of(storage: Storage) -> float:
    """Return the read units of counted calls: half a unit for each begun four kilobytes."""
    units = 0.0
    for name, asked, answer in storage.calls:
        if name == "Query":
            size = sum(map(_size, answer["Items"]))
            units += _units(size, consistent=asked.get("ConsistentRead", False))
        elif name == "GetItem":
            size = _size(answer.get("Item", {}))
            units += _units(size, consistent=asked.get("ConsistentRead", False))
        elif name == "BatchGetItem":
            for table, items in answer["Responses"].items():
                wanted = asked["RequestItems"][table]
                consistent = wanted.get("ConsistentRead", False)
                for item in items:
                    units += _units(_size(item), consistent=consistent)
    return units


def _units(size: int, *, consistent: bool) -> float:
    blocks = max(1, -(-size // 4096))
    return blocks if consistent else blocks / 2


def _size(item: Any) -> int:
    """Return about the size of an item: its names and values."""
    return sum(
        len(name)
        + len(
            json.dumps(
                next(iter(value.values())), ensure_ascii=False, default=str
            ).encode()
        )
        for name, value in item.items()
    )


def look(street: SmallStreet) -> None:
    """Have the hourly look end the visits that nobody has to make any more."""
    street.world.services.queue_watch.begin()
    street.world.pass_time(hours=26)


def pages(street: SmallStreet, place: str) -> Iterator[tuple[Any, Storage]]:
    """Yield the pages of a queue with their counted calls."""
    query: dict[str, Any] = {}
    while True:
        with counted_storage() as storage:
            page = read(street, place, **query)
        yield page, storage
        if page["next"] is None:
            return
        query = {"cursor": page["next"]}


def busiest(street: SmallStreet, level: str) -> str:
    places = [one for one in places_of(street) if kind_of(one) == level]
    return max(places, key=lambda one: waiting_at(street, one).total())


LEVELS = ["street", "community", "grid", "building"]


@pytest.mark.parametrize("level", LEVELS)
def test_a_page_is_few_requests_before_the_first_look(
    street: SmallStreet, level: str
):
    """A page on which all that waits is over is read on, so that no page but the last is empty."""
    for page, storage in pages(street, busiest(street, level)):
        assert page["items"]
        assert storage.reads == len(storage.calls) <= MAX_BEFORE_A_LOOK


def test_visits_that_are_over_are_counted_until_the_next_look():
    street = SmallStreet(things=drawn(1, LARGER))
    place = busiest(street, "street")
    wanted = {one.id for one in street.all(MessageAttempt) if one.wants_visit}
    over = wanted - visits_needed(street)
    assert over
    before = read(street, place)["counts"][VISIT_TASK]["value"]
    assert before == len(wanted)
    look(street)
    left = [
        one for one in scan(MessageAttempt, SK == "delivery") if one.wants_visit
    ]
    assert not over & {one.id for one in left}
    after = read(street, place)["counts"][VISIT_TASK]["value"]
    assert after == len(left)
    for level in LEVELS:
        shown = list(pages(street, busiest(street, level)))
        for _page, storage in shown:
            assert storage.reads == len(storage.calls) <= MAX_REQUESTS
            assert units_of(storage) <= MAX_UNITS
        assert all(len(page["items"]) == 20 for page, _ in shown[:-1])
