"""The store says no, not now, or nothing at all. People see the same outcome as if it had not, and
nothing happens twice.

The story runs once undisturbed; then again with a fault before every single transaction (or
read). Each step must leave the outcome that it leaves undisturbed, so the next one starts from
the same state and every fault is tried in it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count, cycle
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.message_log.model import BUNDLE, MessageAttempt
from chalicelib.wishes.model import Wish

from ..storage import intercepted
from ..world import Answer, World
from .facts import check, count_of, every, snapshot, wish_of
from .story import READS, Step, Telling, assert_same, cancelled, failure, tell

CONFLICT: Callable[[int], ClientError] = partial(
    cancelled, "TransactionConflict"
)
_OTHERS = cycle(
    [
        lambda items: cancelled("ProvisionedThroughputExceeded", items),
        lambda items: failure("ProvisionedThroughputExceededException"),
        lambda items: failure("RequestLimitExceeded"),
        lambda items: failure("TransactionInProgressException"),
        lambda items: failure("InternalServerError"),
    ]
)
FAULTS: dict[str, Callable[[int], ClientError]] = {
    "another transaction touches the same item": CONFLICT,
    "an item is throttled": lambda items: cancelled("ThrottlingError", items),
    "throttled": lambda items: failure("ThrottlingException"),
    "this and that": lambda items: next(_OTHERS)(items),  # noqa: PLW0108 - another one each time
}


class Faults:
    """Raises before the first `times` transactions of each request; also counts them."""

    def __init__(
        self, times: int, error: Callable[[int], Exception] = CONFLICT
    ) -> None:
        self.times, self.error, self.left, self.raised = times, error, times, 0

    def ask(self, step: Step) -> Answer:
        self.left = self.times
        return step.ask()

    def around(
        self, call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        if name != "TransactWriteItems" or not self.left:
            return call()
        self.left -= 1
        self.raised += 1
        raise self.error(len(kwargs["TransactItems"]))


@pytest.mark.parametrize("what", FAULTS)
def test_every_transaction_fails_once_and_nobody_notices(
    world: World, calm: Telling, what: str
) -> None:
    faults = Faults(1, FAULTS[what])
    assert_same(tell(world, faults.ask, faults.around), calm)
    assert faults.raised > 45
    check()


def test_every_transaction_conflicts_four_times_in_a_row_and_still_succeeds(
    world: World, calm: Telling
) -> None:
    faults = Faults(4, CONFLICT)
    assert_same(tell(world, faults.ask, faults.around), calm)
    check()


def test_somebody_else_writes_the_same_thing_first_every_time_and_nobody_notices(
    world: World, calm: Telling
) -> None:
    client, fresh = world.services.store.connection.client, [True]

    def ask(step: Step) -> Answer:
        fresh[0] = True
        return step.ask()

    def around(
        call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        if name == "TransactWriteItems" and fresh[0]:
            fresh[0] = False
            for put in [
                item["Put"] for item in kwargs["TransactItems"] if "Put" in item
            ]:
                if (
                    "version"
                    in put.get("ExpressionAttributeNames", {}).values()
                ):
                    _bump(client, put)
        return call()

    assert_same(tell(world, ask, around), calm)
    check(contiguous=False)
    assert all(wish.version > 2 * len(wish.claims) for wish in every(Wish))


def _bump(client: Any, put: dict[str, Any]) -> None:
    bump = {
        "TableName": put["TableName"],
        "Key": {name: put["Item"][name] for name in ("pk", "sk")},
        "UpdateExpression": "ADD version :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    client.client._make_api_call("UpdateItem", bump)


class NthRead:
    """Fails the nth read of each request, once."""

    def __init__(self, n: int) -> None:
        self.n, self.seen, self.raised = n, 0, 0

    def ask(self, step: Step) -> Answer:
        self.seen = 0
        answer = step.ask()
        if answer.status != 503:
            return answer
        assert int(answer.headers["retry-after"]) >= 1
        return step.ask()  # without a key: nothing may have been done

    def around(
        self, call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        if name in READS:
            self.seen += 1
            if self.seen == self.n:
                self.raised += 1
                raise failure("ProvisionedThroughputExceededException", name)
        return call()


def test_every_read_is_throttled_once_and_nobody_notices(
    calm: Telling,
) -> None:
    """The nth read of every request fails, for every n. A request with a 503 has done nothing."""
    for n in count(1):
        faults = NthRead(n)
        assert_same(tell(World(), faults.ask, faults.around), calm)
        check()
        if not faults.raised:
            break
    assert n > 5


@pytest.mark.parametrize("odd", [0, 1])
def test_every_second_write_beside_the_transaction_fails_and_nobody_notices(
    world: World, calm: Telling, odd: int
) -> None:
    """Some hand-overs of messages fail; the sweep repairs it, and nobody gets a message twice.

    Only a code comes once more, the same, where it could not be written down that it was sent: a
    person waits for it. The work of some minutes may come in two bundles instead of one: a message
    that is handed over again meets another window. Each message is in one bundle at most.
    """
    calls = count(odd)

    def around(
        call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        if name in ("PutItem", "UpdateItem", "DeleteItem") and next(calls) % 2:
            raise failure("ThrottlingException", name)
        return call()

    told = tell(world, around=around)
    again = told.letters - calm.letters
    assert {kind for _, kind in again} <= {"code.sign_in", BUNDLE}
    assert set(again.values()) <= {1}
    attempts = every(MessageAttempt)
    bundled = [id for bundle in attempts for id in bundle.covers]
    assert len(bundled) == len(set(bundled))
    more = sum(again[to, kind] for to, kind in again if kind == BUNDLE)
    rows = told.rows - Counter({("messages", "delivery"): more})
    assert_same(replace(told, letters=told.letters - again, rows=rows), calm)
    assert next(calls) > 60
    check()


def test_conflicts_without_end_are_busy_and_leave_nothing_half_done(
    world: World, calm: Telling
) -> None:
    faults = Faults(10**9, CONFLICT)
    busy: list[str] = []

    def ask(step: Step) -> Answer:
        before, faults.left = snapshot(), faults.times
        answer = step.ask()
        faults.left = 0
        if answer.status != 503:
            return answer
        busy.append(step.name)
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.code, answer.headers["retry-after"]) == (
            "server.busy",
            "1",
        )
        assert snapshot() == before
        return step.ask()

    assert_same(tell(world, ask, faults.around), calm)
    assert len(busy) > 45
    check()


def test_a_claim_succeeds_although_the_contacts_number_is_not_read(
    world: World,
) -> None:
    """The contact of a resident without a phone is read after the commit. That read fails; the
    claim holds.
    """
    helper = world.volunteer()
    contact = world.person()
    resident = world.person("张婆婆", phone=None, contact_via=contact.id)
    filed = world.staff().post(
        "/v1/wishes",
        world.wish_body(
            on_behalf_of=resident.id,
            consent={"how": "spoken", "witness": "许见证"},
        ),
    )
    assert filed.status == 201, filed.text
    wish = filed.json["id"]
    assert (
        world.phone_of(world.admin).post(f"/v1/wishes/{wish}/approve").status
        == 200
    )
    committed, failed = [False], [0]

    def around(call: Callable[[], Any], name: str, kwargs: Any) -> Any:
        if name == "BatchGetItem" and committed[0] and not failed[0]:
            failed[0] += 1
            raise failure("ProvisionedThroughputExceededException", name)
        answer = call()
        committed[0] = committed[0] or name == "TransactWriteItems"
        return answer

    with intercepted(around):
        answer = helper.post(f"/v1/wishes/{wish}/claim")
    if answer.status == 503:
        assert not wish_of(wish).claims, (
            "503 means that nothing was done, and she has claimed it"
        )
    else:
        assert (answer.status, count_of(helper.me["id"])) == (200, 1)
