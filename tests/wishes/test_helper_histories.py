"""Generated histories of a wish with several helpers, and planted faults that they find."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from chalicelib.wishes import (
    claim_service,
    claiming,
    delivery,
    hours,
    resolution,
    submission,
    timers,
    transitions,
    views,
)
from chalicelib.wishes.model import Wish, WishState

from .helper_street import HelperStreet

N = st.sampled_from([0, 0, 1, 1, 2, 2, 3, 4])
HOURS = st.sampled_from([0.2, 1, 3, 5, 26, 75, 24 * 8])
RATINGS = st.none() | st.integers(1, 5)


class Histories(RuleBasedStateMachine):
    """One wish of one resident, and five volunteers."""

    street: HelperStreet

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()

    @initialize(
        needed=st.integers(1, 5), window=st.sampled_from([None, None, 0.5, 2])
    )
    def begin(self, needed: int, window: float | None) -> None:
        self.street = HelperStreet(needed, window)
        self.stack.enter_context(self.street.listening())

    # helpers

    @rule(n=N)
    def claim(self, n: int) -> None:
        self.street.does(self.street.helpers[n], "claim")

    @rule(n=N, m=N)
    def claim_both(self, n: int, m: int) -> None:
        for one in (n, m):
            self.street.does(self.street.helpers[one], "claim")

    @rule(n=N, by_staff=st.booleans())
    def release(self, n: int, by_staff: bool) -> None:
        self.street.does(self.street.helpers[n], "claim")
        by = self.street.admin if by_staff else self.street.helpers[n]
        self.street.about(by, n, "release", reason="来不了")

    @rule(n=N, move=st.sampled_from(["check-in", "check-in", "check-out"]))
    def visit(self, n: int, move: str) -> None:
        self.street.does(self.street.helpers[n], move)

    @rule(n=N, hours=HOURS, with_code=st.booleans())
    def stay(self, n: int, hours: float, with_code: bool) -> None:
        self.street.does(self.street.helpers[n], "claim")
        self.street.does(self.street.helpers[n], "check-in")
        self.street.wait(timedelta(hours=hours))
        self.street.does(self.street.helpers[n], "check-out")
        code = self.street.code_of(n) if with_code else None
        self.street.deliver(n, code)

    @rule(n=N, tries=st.integers(0, 2))
    def deliver(self, n: int, tries: int) -> None:
        """Guess the code, and deliver without it in the end."""
        self.street.does(self.street.helpers[n], "claim")
        for _ in range(tries):
            right = self.street.code_of(n)
            self.street.deliver(n, f"{(int(right) + 1) % 10_000:04}")
        self.street.deliver(n, None)

    @rule(n=N)
    def deliver_with_code(self, n: int) -> None:
        self.street.deliver(n, self.street.code_of(n))

    @rule(n=N, m=N)
    def deliver_with_code_of(self, n: int, m: int) -> None:
        self.claim_both(n, m)
        self.street.deliver(n, self.street.code_of(m))

    @rule(n=N, data=st.data())
    def deliver_with_old_code(self, n: int, data: Any) -> None:
        if self.street.old_codes:
            code = data.draw(st.sampled_from(self.street.old_codes))
            self.street.deliver(n, code)

    @rule(n=N, then=st.sampled_from(["", "confirm", "dispute", "dispute"]))
    def come(self, n: int, then: str) -> None:
        """Claim and deliver at once, and have it answered."""
        self.street.does(self.street.helpers[n], "claim")
        self.street.deliver(n, None)
        if then:
            body = {"reason": "没收到"} if then == "dispute" else {}
            self.street.about(self.street.resident, n, then, **body)

    @rule(n=N, m=N)
    def one_comes_and_one_leaves(self, n: int, m: int) -> None:
        self.claim_both(n, m)
        self.street.deliver(n, self.street.code_of(n))
        self.street.about(self.street.helpers[m], m, "release", reason="病了")

    @rule(n=N, m=N)
    def both_come_with_codes(self, n: int, m: int) -> None:
        self.claim_both(n, m)
        for one in (n, m):
            self.street.deliver(one, self.street.code_of(one))

    @rule(n=N, m=N, yes=st.booleans(), data=st.data())
    def two_come(self, n: int, m: int, yes: bool, data: Any) -> None:
        """Two deliver without a code, and the resident answers one question."""
        self.claim_both(n, m)
        for one in (n, m):
            self.street.deliver(one, None)
        self.answer_one(yes, data)

    # the resident and staff

    @rule(n=N, by_staff=st.booleans(), rating=RATINGS)
    def confirm(self, n: int, by_staff: bool, rating: int | None) -> None:
        by = self.street.admin if by_staff else self.street.resident
        body = {"rating": rating} if rating else {}
        self.street.about(by, n, "confirm", **body)

    @rule(n=N)
    def dispute(self, n: int) -> None:
        by = self.street.resident
        self.street.about(by, n, "dispute", reason="没收到")

    @rule(n=N)
    def reopen_a_dispute(self, n: int) -> None:
        day = self._day(4)
        self.street.about(self.street.admin, n, "reopen", needed_by=day)

    @rule(yes=st.booleans(), data=st.data())
    def answer(self, yes: bool, data: Any) -> None:
        self.answer_one(yes, data)

    def answer_one(self, yes: bool, data: Any) -> None:
        self.street.wait(timedelta(minutes=1))
        if self.street.asked:
            numbers = sorted(self.street.asked)
            self.street.answer(data.draw(st.sampled_from(numbers)), yes=yes)

    @rule(
        how=st.sampled_from(
            ["edit", "edit", "edit", "keep", "unpublish", "withdraw", "enough"]
        ),
        needed=st.sampled_from([1, 1, 2, 5]),
        by_staff=st.sampled_from([True, True, False]),
    )
    def disturb(self, how: str, needed: int, by_staff: bool) -> None:
        """End a listing, or change its terms, and have staff approve it again."""
        self.claim_both(0, 1)
        street, day = self.street, self._day(4)
        by = street.admin if by_staff else street.resident
        match how:
            case "edit":
                street.does(by, "edit", helpers_needed=needed)
            case "keep":
                street.does(by, "keep", needed_by=day)
            case "unpublish":
                street.does(street.admin, "unpublish", reason="再看看")
            case "withdraw":
                street.does(by, "withdraw")
            case _:
                street.does(street.resident, "confirm")
        street.does(street.admin, "approve", needed_by=day)

    @rule()
    def begin_again(self) -> None:
        self.street.does(self.street.resident, "reopen", needed_by=self._day(4))
        self.street.does(self.street.admin, "approve", needed_by=self._day(4))

    @rule(n=N, minutes=st.sampled_from([0, 60, 240, 300]))
    def settle_hours(self, n: int, minutes: int) -> None:
        body: dict[str, Any] = {"minutes": minutes, "reason": "电话核实"}
        self.street.about(self.street.admin, n, "settle-hours", **body)

    @rule(home=st.integers(0, 2), door=st.integers(0, 2), unseen=st.booleans())
    def move(self, home: int, door: int, unseen: bool) -> None:
        self.claim_both(0, 1)
        self.street.move_home(home, door, unseen=unseen)

    @rule(hours=HOURS)
    def wait(self, hours: float) -> None:
        self.street.wait(timedelta(hours=hours))

    def _day(self, days: int) -> str:
        now = self.street.world.clock.now()
        return (now + timedelta(days=days)).date().isoformat()

    def teardown(self) -> None:
        with self.stack:
            if hasattr(self, "street"):
                self.street.settle()


def run(machine: type[Histories], examples: int, number: int = 0) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=10,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seeded: Any = seed(number)(type(machine.__name__, (machine,), {}))
    run_state_machine_as_test(seeded, settings=chosen)


def test_each_claim_of_any_history_ends_by_itself():
    run(Histories, 15)


def test_the_histories_reach_what_they_are_about():
    reached = set[str]()

    class Counted(Histories):
        def teardown(self) -> None:
            super().teardown()
            wish = self.street.wish
            reached.update(event.kind for _, event in self.street.said)
            reached.add(f"confirmed {len(wish.confirmed)}")
            reached.add(wish.state.value)

    run(Counted, 15)
    assert reached >= {"wish.partly", "wish.moved", "wish.disputed_staff"}
    assert reached >= {"confirmed 1", "confirmed 2", "fulfilled", "expired"}


# planted faults: each is found, so the machine can fail


def fewer_places_than_helpers() -> AbstractContextManager[object]:
    """An edit takes places away from those who hold them."""
    return mock.patch.object(submission, "_check_helpers")


def no_cap() -> AbstractContextManager[object]:
    return mock.patch.object(hours, "cap_of", return_value=10**6)


def fulfilled_too_early() -> AbstractContextManager[object]:
    """One who has come is taken for all."""
    original = transitions.settled

    def settled(wish: Wish, *, is_enough: bool) -> WishState:
        if wish.confirmed and is_enough:
            return WishState.FULFILLED
        return original(wish, is_enough=is_enough)

    return mock.patch.object(transitions, "settled", settled)


def nobody_came() -> AbstractContextManager[object]:
    """A wish expires although somebody came, as it did before."""

    def close(wish, mover):
        messages = timers.tell(wish, "expired", wish.person_id)
        changes = _CLOSE(wish, mover)
        return replace(changes, messages=messages)

    return mock.patch.object(timers, "_close_places", close)


_CLOSE = timers._close_places


def a_door_of_another_home() -> AbstractContextManager[object]:
    """The door is read live, the place as it was."""
    return mock.patch.object(views, "shows_door", return_value=True)


def a_silent_end() -> AbstractContextManager[object]:
    """A helper whose claim ends is not told."""
    original = transitions.tell_helpers

    def tell_helpers(wish, kind, claims):
        if kind in ("withdrawn", "claim_ended"):
            claims = list(claims)[:1]
        return original(wish, kind, claims)

    return mock.patch.object(transitions, "tell_helpers", tell_helpers)


def told_twice() -> AbstractContextManager[object]:
    original = claiming.tell_helpers

    def tell_helpers(wish, kind, claims):
        return original(wish, kind, claims) * 2

    return mock.patch.object(claiming, "tell_helpers", tell_helpers)


def one_code_for_all() -> AbstractContextManager[object]:
    """Any code of the wish is right."""

    def same(one: str, other: str) -> bool:
        return bool(other)

    return mock.patch.object(claim_service, "same", same)


def an_answer_about_any_claim() -> AbstractContextManager[object]:
    """An answer by SMS is about the first delivery that waits."""
    original = resolution.pick

    def pick(wish, mover, claims, claim_id, code):
        return original(wish, mover, list(claims)[:1], None, code)

    return mock.patch.object(resolution, "pick", pick)


def booked_again() -> AbstractContextManager[object]:
    """Each later move adds to the hours of those who came."""
    original = delivery.swap

    def swap(wish, *changed):
        earlier = [
            replace(one, minutes=one.minutes + 30) for one in wish.confirmed
        ]
        return original(
            replace(wish, claims=original(wish, *earlier)), *changed
        )

    return mock.patch.object(delivery, "swap", swap)


# What the machine says, and the number of the seed that finds it soon.
FAULTS: dict[Callable[[], AbstractContextManager[object]], tuple[str, int]] = {
    fewer_places_than_helpers: ("a place is sold twice", 1),
    no_cap: ("more than the cap is booked", 3),
    booked_again: ("hours are booked twice", 0),
    fulfilled_too_early: ("a fulfilled wish waits", 0),
    nobody_came: ("nobody came, although somebody did", 2),
    a_door_of_another_home: ("place and door are of two homes", 4),
    a_silent_end: ("0 messages about an end", 1),
    told_twice: ("2 messages about an end", 4),
    one_code_for_all: ("a wrong code confirms", 2),
    an_answer_about_any_claim: ("an answer is about another claim", 3),
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_the_histories_find_a_planted_fault(
    fault: Callable[[], AbstractContextManager[object]],
):
    said, number = FAULTS[fault]
    with fault(), pytest.raises(AssertionError, match=said):
        run(Histories, 100, number)
