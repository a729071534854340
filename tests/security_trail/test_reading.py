"""Who reads which part of the trail, page by page, in few requests."""

import itertools
from datetime import timedelta

import pytest

from chalicelib.kernel.access import Role
from chalicelib.kernel.clock import to_text
from chalicelib.security_trail.kinds import EventKind
from chalicelib.security_trail.model import SecurityEvent
from chalicelib.security_trail.policy import LINES_READ_MAX
from chalicelib.store.reading import EMPTY_AFTER

from ..storage import counted_storage
from ..store.scan import save_all
from ..world import BAIHUA, GRID, JINFENG, OTHER_GRID, STREET, UNIT, World
from .trail import events, pages

THERE = f"{OTHER_GRID}.b01"
REASON = {"reason": "上门探访"}


def reveal(world: World, home: str = UNIT, name: str = "王秀英") -> str:
    """Let the administrator look at somebody; return whom."""
    person = world.person(name, home=home)
    world.clock.advance(timedelta(minutes=1))
    answer = world.phone_of(world.admin).post(
        f"/v1/people/{person.id}/reveal", REASON
    )
    assert answer.status == 200
    return person.id


def subjects(found: list[list]) -> list[str]:
    return [
        line["subject"]["id"]
        for page in found
        for line in page
        if line["kind"] == "person.revealed"
    ]


@pytest.mark.parametrize(
    ("role", "own", "asked", "status", "sees"),
    [
        (Role.STREET_ADMIN, STREET, STREET, 200, "both"),
        (Role.STREET_ADMIN, STREET, BAIHUA, 200, "here"),
        (Role.STREET_ADMIN, STREET, JINFENG, 200, "there"),
        (Role.COMMUNITY_STAFF, BAIHUA, BAIHUA, 200, "here"),
        (Role.COMMUNITY_STAFF, BAIHUA, STREET, 404, ""),
        (Role.COMMUNITY_STAFF, BAIHUA, JINFENG, 404, ""),
        (Role.GRID_WORKER, GRID, GRID, 403, ""),
        (Role.GRID_WORKER, GRID, BAIHUA, 404, ""),
        (Role.PROPERTY, BAIHUA, BAIHUA, 404, ""),
        (Role.VOLUNTEER, BAIHUA, BAIHUA, 404, ""),
        (Role.STREET_ADMIN, "qingyang", STREET, 404, ""),
    ],
)
def test_staff_read_the_events_of_their_own_place(
    world: World, role, own, asked, status, sees
):
    world.services.places.found_street("qingyang", "青羊", "Asia/Shanghai")
    here, there = reveal(world), reveal(world, THERE)
    if own == "qingyang":
        admin = world.services.person_admin.bootstrap_admin(
            "+8613700000001", "外街", own
        )
        reader = world.phone_of(admin)
    else:
        reader = world.staff(own, role)
    answer = reader.get(f"/v1/admin/audit?place={asked}&kind=person.revealed")
    assert answer.status == status
    if status == 200:
        wanted = {"both": [there, here], "here": [here], "there": [there]}
        assert subjects([answer.json["items"]]) == wanted[sees]
    else:
        assert here not in answer.text


def test_access_ends_with_the_role(world: World):
    staff = world.staff()
    path = f"/v1/admin/audit?place={BAIHUA}"
    assert staff.get(path).status == 200
    roles = f"/v1/people/{staff.me['id']}/roles"
    assert world.phone_of(world.admin).put(roles, []).status == 200
    assert staff.get(path).status == 404


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (f"place={GRID}", "trail.place_too_small"),
        (f"place={UNIT}", "trail.place_too_small"),
        (
            f"place={BAIHUA}&from=2026-11-23T00:00:00Z&to=2026-11-23T00:00:00Z",
            "trail.no_span",
        ),
        (
            f"place={BAIHUA}&from=2026-11-24T00:00:00Z&to=2026-11-23T00:00:00Z",
            "trail.no_span",
        ),
        (f"place={BAIHUA}&limit=41", "query.invalid"),
        (f"place={BAIHUA}&kind=nothing", "query.invalid"),
        (f"place={BAIHUA}&actor=wsh_x", "query.invalid"),
    ],
)
def test_a_query_that_cannot_be_answered_is_422(world: World, query, code):
    answer = world.phone_of(world.admin).get(f"/v1/admin/audit?{query}")
    assert (answer.status, answer.code) == (422, code)


def test_names_are_shown_to_those_who_may_know_them(world: World):
    here, there = reveal(world, name="王秀英"), reveal(world, THERE, "李强")
    query = f"place={STREET}&kind=person.revealed"
    boss = world.phone_of(world.admin)
    ((second, first),) = pages(boss, query)
    assert first["subject"] == {"id": here, "name": "王秀英"}
    assert second["subject"] == {"id": there, "name": "李强"}
    assert first["actor"] == {"id": world.admin.id, "name": "林晖"}
    staff = world.staff()
    ((line,),) = pages(staff, f"place={BAIHUA}&kind=person.revealed")
    assert line["subject"]["name"] == "王秀英"
    # The administrator belongs to the street, which is not theirs to see.
    assert line["actor"] == {"id": world.admin.id, "name": None}


def test_events_about_an_erased_person_stay_without_a_name(world: World):
    person = world.person("王秀英")
    boss = world.phone_of(world.admin)
    path = f"/v1/people/{person.id}/reveal"
    assert boss.post(path, REASON).status == 200
    before = events()
    world.clock.advance(timedelta(minutes=1))
    assert world.erase(world.phone_of(person)).status == 202
    world.pass_time(hours=1)
    assert events()[: len(before)] == before
    query = f"place={STREET}&subject={person.id}"
    (lines,) = pages(world.phone_of(world.admin), query)
    assert {"person.erased", "person.revealed"} <= {e["kind"] for e in lines}
    assert {line["subject"]["name"] for line in lines} == {None}
    assert "王秀英" not in str(lines)


def test_the_trail_may_be_kept_nowhere(world: World):
    answer = world.staff().get(f"/v1/admin/audit?place={BAIHUA}")
    assert answer.headers["cache-control"] == "no-store"


def test_each_page_that_is_read_is_one_event(world: World):
    boss = world.phone_of(world.admin)
    person = reveal(world)
    for _ in range(4):
        reveal(world)
    found = pages(boss, f"place={STREET}&kind=person.revealed", limit=2)
    assert [len(page) for page in found] == [2, 2, 1]
    lines = events("trail.read")
    assert len(lines) == 3
    assert {line.reason for line in lines} == {"kind=person.revealed"}
    world.clock.advance(timedelta(minutes=1))
    boss.get(f"/v1/admin/audit?place={BAIHUA}&subject={person}&actor={person}")
    last = events("trail.read")[-1]
    assert (last.subject, last.place) == (person, BAIHUA)
    assert last.reason == f"actor={person}"


def many(world: World) -> None:
    """Make events and claims of two communities, some at the same instant."""
    helper = world.volunteer()
    for n in range(4):
        reveal(world, [UNIT, THERE][n % 2])
        wish = world.open_wish()
        assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
        world.sign_in(world.person().phone or "")


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 40])
def test_a_list_is_whole_and_newest_first_at_any_page_size(
    world: World, limit: int
):
    many(world)
    until = to_text(world.clock.now() + timedelta(seconds=1))
    query = f"place={STREET}&to={until}"
    whole = len(events()) + 4
    world.clock.advance(timedelta(minutes=1))
    found = pages(world.phone_of(world.admin), query, limit)
    ids = [line["id"] for page in found for line in page]
    assert len(ids) == len(set(ids)) == whole
    instants = [line["at"] for page in found for line in page]
    assert instants == sorted(instants, reverse=True)
    assert {len(page) for page in found[:-1]} <= {limit}


FILTERS = {
    "kind": "person.revealed",
    "actor": None,
    "subject": None,
    "from": "2026-11-23T00:00:00Z",
    "to": "2026-11-24T00:00:00Z",
}
COMBINATIONS = [
    names
    for count in range(len(FILTERS) + 1)
    for names in itertools.combinations(FILTERS, count)
]


@pytest.mark.parametrize("place", [STREET, BAIHUA])
@pytest.mark.parametrize("names", COMBINATIONS, ids="+".join)
def test_a_page_is_three_reads_and_one_write_for_any_filter(
    world: World, place: str, names: tuple[str, ...]
):
    people = [reveal(world) for _ in range(3)]
    many(world)
    values = FILTERS | {"actor": world.admin.id, "subject": people[1]}
    query = "&".join(f"{name}={values[name]}" for name in names)
    with counted_storage() as storage:
        answer = world.phone_of(world.admin).get(
            f"/v1/admin/audit?place={place}&limit=40&{query}"
        )
    assert answer.status == 200
    assert storage.reads <= 3
    assert storage.names["TransactWriteItems"] == 1
    assert sum(storage.names.values()) - storage.reads == 1
    found = answer.json["items"]
    assert people[1] in {
        line["subject"] and line["subject"]["id"] for line in found
    }
    for line in found:
        assert _fits(line, {name: values[name] for name in names})


def _fits(line, wanted) -> bool:
    same = all(
        line[name] and line[name]["id"] == wanted[name]
        for name in ("actor", "subject")
        if name in wanted
    )
    return same and line["kind"] == wanted.get("kind", line["kind"])


def test_a_filter_that_takes_little_reads_a_bounded_number_of_rows(
    world: World,
):
    looked_at = reveal(world)
    now = world.clock.now()
    save_all(
        SecurityEvent(
            id=f"sec_{n:024}",
            at=now + timedelta(seconds=n),
            kind="auth.sign_in",
            place=BAIHUA,
        )
        for n in range(EMPTY_AFTER + 10)
    )
    world.clock.advance(timedelta(days=1))
    query = f"place={STREET}&kind=person.revealed"
    with counted_storage() as storage:
        found = pages(world.phone_of(world.admin), query)
    assert subjects(found) == [looked_at]
    assert [len(page) for page in found] == [0, 1]
    limits = [k["Limit"] for name, k, _ in storage.calls if name == "Query"]
    *first, second = limits
    assert len(first) <= 7
    assert sum(first) <= EMPTY_AFTER + len(first)
    assert second == LINES_READ_MAX + 1


@pytest.mark.parametrize("place", [STREET, BAIHUA, JINFENG])
@pytest.mark.parametrize("by", ["place", "actor"])
def test_claims_are_read_from_their_own_rows(world: World, place, by):
    resident, helper = world.resident(), world.volunteer()
    wish = world.open_wish(resident)
    assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
    query = f"place={place}&kind=wish.claimed"
    if by == "actor":
        query += f"&actor={helper.me['id']}"
    (lines,) = pages(world.phone_of(world.admin), query)
    if place == JINFENG:
        assert lines == []
        return
    (line,) = lines
    assert line["actor"]["id"] == helper.me["id"]
    assert (line["wish"], line["subject"], line["place"]) == (
        wish,
        None,
        BAIHUA,
    )
    assert line["kind"] == EventKind.CLAIMED
    assert resident.me["id"] not in str(line)


def test_a_cursor_of_another_filter_is_refused(world: World):
    for _ in range(3):
        reveal(world)
    boss = world.phone_of(world.admin)
    path = f"/v1/admin/audit?place={STREET}&limit=1"
    cursor = boss.get(path).json["next"]
    assert boss.get(f"{path}&cursor={cursor}").status == 200
    other = boss.get(f"{path}&kind=person.revealed&cursor={cursor}")
    assert (other.status, other.code) == (400, "cursor.invalid")
