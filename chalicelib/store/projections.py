"""Rows that follow from one other row alone (`RowType.with_projection`), written with it."""

from collections.abc import Iterable
from typing import Any

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition

from ..kernel.clock import pause
from ..kernel.errors import Busy
from ..kernel.one_look import look_again
from .faults import CONTENTION, code_of
from .store import Store
from .table import Key

__all__ = [
    "changed_projections",
    "delete_all",
    "projections_of",
    "put_if",
    "put_with_projections",
]

_Projections = dict[tuple[str, Key], object]
_TRIES = 5


def projections_of(store: Store, thing: object) -> _Projections:
    """Return the projections of a row, by table and key."""
    rows: _Projections = {}
    for projection in store.row_of(type(thing)).projections:
        for each in projection(thing):
            row_type = store.row_of(type(each))
            rows[row_type.table.name, row_type.key_of(each)] = each
    return rows


def changed_projections(
    store: Store, thing: object, previous: object | None
) -> tuple[list[object], list[object]]:
    """Return the projections that end with a change of a row, and those to write."""
    before: _Projections = {}
    if previous is not None:
        before = projections_of(store, previous)
    after = projections_of(store, thing)
    gone = [row for key, row in before.items() if key not in after]
    changed = [row for key, row in after.items() if before.get(key) != row]
    return gone, changed


def put_if(
    store: Store,
    thing: object,
    condition: Condition | None,
    previous: object | None = None,
) -> bool:
    """Write a row and its projections together if a condition holds; return whether it did.

    `previous` is the row that the condition asks for. Where no projection changes, one row is
    written alone, for half the price.

    Raises:
        Busy: other writes were quicker all the time.

    """
    gone, changed = changed_projections(store, thing, previous)
    if not gone and not changed:
        if condition is None:
            store.put(thing)
            return True
        return store.put_if(thing, condition)
    puts = [store.put_request(thing, condition)]
    puts += [store.put_request(row) for row in changed]
    deletes = [store.request(row) for row in gone]
    look_again()
    for attempt in range(_TRIES):
        if attempt:
            pause(attempt)
        try:
            store.connection.transact_write_items(
                condition_check_items=[],
                delete_items=deletes,
                put_items=puts,
                update_items=[],
            )
        except TransactWriteError as error:
            if _is_refused(error):
                return False
            continue
        return True
    raise Busy


def _is_refused(error: TransactWriteError) -> bool:
    """Say whether the condition failed; raise what another try does not mend."""
    codes: set[Any] = {
        reason.code for reason in error.cancellation_reasons if reason
    }
    if "ConditionalCheckFailed" in codes:
        return True
    if CONTENTION.isdisjoint({code_of(error), *codes}):
        raise error
    return False


def put_with_projections(store: Store, thing: object) -> None:
    """Write a row and its projections together."""
    put_if(store, thing, None)


def delete_all(store: Store, things: Iterable[object]) -> None:
    """Delete rows and their projections. A failure leaves some; the projections go first."""
    things = list(things)
    rows: list[object] = []
    for thing in things:
        rows += projections_of(store, thing).values()
    store.write_batch(delete=rows)
    store.write_batch(delete=things)
