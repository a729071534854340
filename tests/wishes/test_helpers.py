"""The records of helpers: homes shown in a window, by account and phone, and claims given back."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.errors import Conflict, TooMany
from chalicelib.wishes import policy
from chalicelib.wishes.codes import home_key, spoken_word
from chalicelib.wishes.helpers import Helper, HelperRecord, HelperRecords
from chalicelib.wishes.model import Claim
from chalicelib.wishes.words import WORDS

from ..keys import a_keyring
from ..world import START
from .builders import a_helper, a_record

KEYS = a_keyring()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ACCOUNT, PHONE = "per_x", "phone#x"
# What a helper does: hours that pass, the home of a wish, and how the claim ends.
STEPS = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.integers(0, 9),
        st.sampled_from(["hold", "release", "withdrawn", "confirm"]),
    ),
    max_size=40,
)
LIMITS = st.none() | st.integers(1, 8)


class Life:
    """A helper with an account and a phone, whose rows are kept as the store keeps them."""

    def __init__(self, account: str = ACCOUNT, **helper: object) -> None:
        self.account, self.fields = account, helper
        self.rows: dict[str, HelperRecord] = {}
        self.now, self.claims = START, 0

    @property
    def helper(self) -> Helper:
        subjects = (self.account, PHONE)
        known = {s: self.rows[s] for s in subjects if s in self.rows}
        records = HelperRecords(subjects=subjects, known=known)
        return a_helper(**({"records": records, "capacity": 99} | self.fields))

    def claim(self, home: str) -> bool:
        """Claim a wish of a home; return whether that was allowed."""
        try:
            self.helper.check_room(home, self.now)
        except TooMany:
            return False
        self._write(self.helper.records.with_claim(home, self.now))
        self.claims += 1
        return True

    def end(self, how: str) -> None:
        if how == "release":
            id = f"clm_{self.claims}"
            self._write(self.helper.records.with_claim_given_back(id, self.now))
        if how in ("withdrawn", "confirm"):
            own = self.rows[self.account]
            confirmed = own.confirmed + (how == "confirm")
            self.rows[self.account] = replace(
                own, active=own.active - 1, confirmed=confirmed
            )

    def _write(self, puts: tuple) -> None:
        for put in puts:
            assert put.expected == self.rows.get(put.row.id)
            assert put.new == (put.expected is None)
            assert (
                put.row.version
                == (put.expected.version if put.expected else 0) + 1
            )
            self.rows[put.row.id] = put.row


@given(STEPS, LIMITS)
def test_a_helper_is_shown_no_more_homes_than_allowed(steps, allowed):
    life = Life(homes_allowed=allowed)
    shown: list[tuple[str, datetime]] = []
    confirmed = 0
    for hours, home, end in steps:
        life.now += hours * HOUR
        was_allowed = life.claim(f"home-{home}")
        window = life.now - policy.HOMES_WINDOW
        if allowed is None and not confirmed:
            window = START - DAY
        lately = {one for one, at in shown if at > window}
        most = policy.HOMES_IN_WINDOW if confirmed else policy.HOMES_OF_NEWCOMER
        room = len(lately) < (allowed or most)
        assert was_allowed == (room or f"home-{home}" in lately)
        if was_allowed:
            shown.append((f"home-{home}", life.now))
            life.end(end)
            confirmed += end == "confirm"


@given(STEPS)
def test_leaving_and_coming_back_resets_nothing(steps):
    """A new account with the same phone is shown no home beyond those of its last life."""
    life = Life()
    for hours, home, end in steps:
        life.now += hours * HOUR
        if life.claim(f"home-{home}"):
            life.end(end)
    before = life.helper
    again = Life("per_again")
    again.rows, again.now = (
        {PHONE: life.rows[PHONE]} if life.rows else {},
        life.now,
    )
    after = again.helper
    assert after.homes_left(life.now) <= before.homes_left(life.now)
    assert after.records.given_back_lately(life.now, None) == (
        before.records.given_back_lately(life.now, None)
    )
    fresh = [n for n in range(20, 30) if again.claim(f"home-{n}")]
    assert len(fresh) <= policy.HOMES_OF_NEWCOMER


@given(STEPS)
def test_rows_stay_small(steps):
    life = Life(homes_allowed=50)
    for hours, home, end in steps * 3:
        life.now += hours * HOUR
        if life.claim(f"home-{home}"):
            life.end(end)
    for row in life.rows.values():
        assert len(row.homes) <= policy.HOMES_KEPT
        assert len({one.home for one in row.homes}) == len(row.homes)


def test_the_wait_ends_when_the_oldest_home_leaves_the_window():
    life = Life()
    assert life.claim("home-0")
    life.end("confirm")
    for n in range(1, 5):
        life.now += HOUR
        assert life.claim(f"home-{n}")
    with pytest.raises(TooMany) as refused:
        life.helper.check_room("home-5", life.now)
    assert refused.value.code == "wish.too_many_homes"
    assert refused.value.retry_after == (7 * DAY - 4 * HOUR).total_seconds()
    life.now += timedelta(seconds=refused.value.retry_after)
    assert life.claim("home-5")
    assert not life.claim("home-6")


def test_the_third_claim_given_back_in_30_days_is_one_too_many():
    life = Life(homes_allowed=50)
    for n in range(3):
        assert not life.helper.is_unreliable(life.now)
        life.claim(f"home-{n}")
        life.end("release")
    assert life.helper.is_unreliable(life.now)
    assert life.helper.claims_left(life.now) == 0
    lifted = replace(life.helper, lifted_at=life.now)
    assert not lifted.is_unreliable(life.now)
    assert not life.helper.is_unreliable(life.now + 30 * DAY)


def test_a_lost_record_refuses_nothing_and_counts_from_zero():
    """A release of a claim without a record leaves a number below zero."""
    helper = a_helper(a_record(version=1, active=-2), capacity=1)
    assert helper.records.active == 0
    (put,) = helper.records.with_claim("home-a", START)
    assert put.row.active == 1
    with pytest.raises(Conflict):
        a_helper(put.row, capacity=1).check_room("home-b", START)


# what is derived


def test_people_behind_one_door_are_one_home():
    def key(person: str, home: str | None, address: str | None) -> str:
        return home_key(KEYS, person, home, address)

    assert key("per_a", "s.c.g.b", "302") == key("per_b", "s.c.g.b", "302")
    others = {
        key("per_a", "s.c.g.b", "303"),
        key("per_a", "s.c.g.b2", "302"),
        key("per_a", "s.c.g.b", None),
        key("per_b", "s.c.g.b", None),
        key("per_b", None, "302"),
    }
    assert len(others) == 4  # without a whole address each person counts
    assert "302" not in key("per_a", "s.c.g.b", "302")


def _claim(id: str) -> Claim:
    return Claim(id=id, helper="per_helper", claimed_at=START)


def test_every_claim_has_a_word_that_is_easy_to_say():
    assert len(set(WORDS)) == len(WORDS) == 256
    assert {len(word) for word in WORDS} == {2}
    said = {spoken_word(KEYS, _claim(f"clm_{n}")) for n in range(3000)}
    assert len(said) > 250
    again = spoken_word(a_keyring(), _claim("clm_1"))
    assert again == spoken_word(KEYS, _claim("clm_1"))
