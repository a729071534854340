"""What must be true of the store after any fault. Reads raw rows with scans, which only tests may do."""

import json
from collections import Counter as Tally
from collections import defaultdict
from typing import Any

from chalicelib.deliveries.model import Delivery
from chalicelib.kernel.outcome import Due
from chalicelib.people.model import Person
from chalicelib.signin.model import Session
from chalicelib.store.rows import Table
from chalicelib.store.tables import Counter, tables
from chalicelib.wishes.model import ClaimPointer, Wish
from chalicelib.wishes.rows import WishEvent

_WHERE = {
    Wish: Table.sk == "wish",
    WishEvent: Table.sk.startswith("event#"),
    ClaimPointer: Table.sk.startswith("claim#"),
    Person: Table.sk == "person",
    Session: Table.sk == "session",
    Due: Table.pk.startswith("s"),  # a shard: parked jobs are due no more
    Delivery: Table.sk == "delivery",
}


def every(kind: type) -> list[Any]:
    """Return all there is of a kind."""
    return [row.as_a(kind) for row in Table.rows[kind].scan(_WHERE[kind], consistent_read=True)]


def wish_of(wish_id: str) -> Wish:
    return next(wish for wish in every(Wish) if wish.id == wish_id)


def alarms(subject: str | None = None) -> list[Due]:
    return [due for due in every(Due) if due.kind.startswith("alarm.") and subject in (None, due.subject)]


def waiting_messages() -> list[Due]:
    return [due for due in every(Due) if not due.kind.startswith("alarm.")]


def counters(name: str) -> dict[str, int]:
    """Return a counter's values by subject; an addition writes nothing but the keys and the value."""
    return {row.pk: row.value for row in Table.rows[Counter].scan(Table.sk == name, consistent_read=True)}


def count_of(subject: str, name: str = "active_claims") -> int:
    return counters(name).get(subject, 0)


def rows() -> Tally[tuple[str, str]]:
    """Return how many rows of each sort there are, by table and the beginning of the sort key."""
    return Tally((table.Meta.base_name, _sort(row.sk)) for table in tables() for row in table.scan())


def _sort(key: str) -> str:
    return key.split("#", maxsplit=1)[0].split("_", maxsplit=1)[0] if key[0].isalpha() else "instant"


def snapshot() -> list[str]:
    """Return every row as it is, to compare."""
    connection = tables()[0]._get_connection().connection
    return sorted(
        json.dumps(item, sort_keys=True, default=repr)
        for table in tables()
        for item in connection.scan(table.Meta.table_name)["Items"]
    )


def check(*, contiguous: bool = True) -> None:
    """Assert what must be true at any time: counters, places, alarms, timelines and pointers agree with the wishes."""
    wishes = every(Wish)
    _counters_agree(wishes)
    _alarms_agree(wishes)
    pointers = {(pointer.wish_id, pointer.id) for pointer in every(ClaimPointer)}
    versions = defaultdict(set)
    for event in every(WishEvent):
        versions[event.subject].add(event.version)
    for wish in wishes:
        assert len(wish.held) <= wish.helpers_needed, f"{wish.id} is claimed by too many"
        assert {(wish.id, claim.id) for claim in wish.claims} <= pointers, f"a claim on {wish.id} cannot be found by its helper"
        seen = versions.pop(wish.id)
        assert max(seen) <= wish.version, f"the timeline of {wish.id} is ahead of it"
        if contiguous:
            assert seen == set(range(1, wish.version + 1)), f"the timeline of {wish.id} (v{wish.version}) has gaps: {seen}"
    assert not versions, f"events without a wish: {versions}"


def _counters_agree(wishes: list[Wish]) -> None:
    carried = Tally(claim.helper for wish in wishes for claim in wish.active)
    counted = {who: n for who, n in counters("active_claims").items() if n}
    assert counted == dict(carried), "a volunteer's counter is not the number of her active claims"


def _alarms_agree(wishes: list[Wish]) -> None:
    armed = defaultdict(list)
    for due in alarms():
        armed[due.subject].append((due.id, due.at, due.shard))
    for wish in wishes:
        first = min(wish.dues().values(), default=None)
        expected = [(wish.alarm.id, wish.alarm.at, wish.alarm.shard)] if wish.alarm else []
        assert (wish.alarm and wish.alarm.at) == first, f"{wish.id} ({wish.state}) is armed for another instant than its due"
        assert armed.pop(wish.id, []) == expected, f"the due rows of {wish.id} ({wish.state}) are not in step with it"
    assert not armed, f"alarms of nobody: {armed}"
