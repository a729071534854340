"""Offers, rounds, histories, urgency and waking hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.access import Relation
from chalicelib.offers.model import TABLE, OfferState, grid_of, urgency_of
from chalicelib.offers.policy import (
    FOUR_WEEKS,
    SENT_FROM,
    SENT_UNTIL,
    OfferUrgency,
)
from chalicelib.offers.waking_hours import waking_after

from ..world import START
from .builders import UNTIL, a_history, a_round, a_sent, an_asked, an_offer

S = OfferState
MICRO, HOUR = timedelta(microseconds=1), timedelta(hours=1)
SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"


def at(text: str, zone: str = SHANGHAI, fold: int = 0) -> datetime:
    return (
        datetime.fromisoformat(text)
        .replace(tzinfo=ZoneInfo(zone), fold=fold)
        .astimezone(UTC)
    )


# Urgency


@pytest.mark.parametrize(
    ("days", "urgency"),
    [
        (-400, OfferUrgency.URGENT),
        (0, OfferUrgency.URGENT),
        (2, OfferUrgency.URGENT),
        (3, OfferUrgency.SOON),
        (7, OfferUrgency.SOON),
        (8, OfferUrgency.CALM),
        (300, OfferUrgency.CALM),
    ],
)
def test_the_urgency_of_a_wish_follows_the_days_left(days, urgency):
    assert (
        urgency_of(date(2026, 11, 23) + timedelta(days=days), START, SHANGHAI)
        is urgency
    )


def test_the_urgency_counts_local_days():
    last, first = at("2026-11-23 23:59"), at("2026-11-24 00:00")
    assert last.date() == first.date()
    assert urgency_of(date(2026, 11, 26), last, SHANGHAI) is OfferUrgency.SOON
    assert (
        urgency_of(date(2026, 11, 26), first, SHANGHAI) is OfferUrgency.URGENT
    )
    assert urgency_of(date(2026, 11, 26), first, "UTC") is OfferUrgency.SOON
    assert urgency_of(date(2026, 12, 1), last, SHANGHAI) is OfferUrgency.CALM
    assert urgency_of(date(2026, 12, 1), first, SHANGHAI) is OfferUrgency.SOON


@pytest.mark.parametrize(
    ("place", "grid"),
    [
        ("s.c.g.b.u", "s.c.g"),
        ("s.c.g.b", "s.c.g"),
        ("s.c.g", "s.c.g"),
        ("s.c", "s.c"),
        ("s", "s"),
    ],
)
def test_grid_of_a_place_above_grids_is_the_place(place, grid):
    assert grid_of(place) == grid


# Waking hours


def waking(start: str, hours: int, zone: str = SHANGHAI) -> datetime:
    return waking_after(at(start, zone), hours, time(8), time(20, 30), zone)


@pytest.mark.parametrize(
    ("now", "hours", "then"),
    [
        ("2026-11-23 10:00", 4, "2026-11-23 14:00"),
        (
            "2026-11-23 16:30",
            4,
            "2026-11-23 20:30",
        ),  # exactly until the end of the day
        ("2026-11-23 16:31", 4, "2026-11-24 08:01"),
        ("2026-11-23 20:00", 4, "2026-11-24 11:30"),
        ("2026-11-23 20:30", 4, "2026-11-24 12:00"),
        ("2026-11-23 20:31", 4, "2026-11-24 12:00"),  # the evening is over
        ("2026-11-23 23:59", 4, "2026-11-24 12:00"),
        ("2026-11-24 00:00", 4, "2026-11-24 12:00"),
        ("2026-11-24 07:59", 4, "2026-11-24 12:00"),
        ("2026-11-24 08:00", 4, "2026-11-24 12:00"),
        ("2026-11-23 10:00", 0, "2026-11-23 10:00"),
        ("2026-11-23 06:00", 0, "2026-11-23 08:00"),
        ("2026-11-23 10:00", 30, "2026-11-25 15:00"),  # 10.5 + 12.5 + 7
        ("2026-12-31 20:00", 1, "2027-01-01 08:30"),
    ],
)
def test_only_waking_hours_count(now, hours, then):
    assert waking(now, hours) == at(then)


def test_a_clock_change_at_night_adds_or_drops_no_waking_hour():
    assert waking("2026-10-24 20:00", 4, BERLIN) == at(
        "2026-10-25 11:30", BERLIN
    )
    assert waking("2026-03-28 20:00", 4, BERLIN) == at(
        "2026-03-29 11:30", BERLIN
    )
    assert at("2026-03-29 11:30", BERLIN) - at(
        "2026-03-28 20:00", BERLIN
    ) == timedelta(hours=14, minutes=30)
    assert waking("2026-10-25 01:00", 4, BERLIN) == at(
        "2026-10-25 12:00", BERLIN
    )
    assert waking_after(
        at("2026-10-25 02:30", BERLIN, fold=1), 1, time(8), time(20, 30), BERLIN
    ) == at("2026-10-25 09:00", BERLIN)


def test_a_clock_change_in_waking_hours_counts_real_hours():
    def after(now: str, hours: int) -> datetime:
        return waking_after(at(now, BERLIN), hours, time(1), time(5), BERLIN)

    assert after("2026-10-25 01:00", 4) == at("2026-10-25 04:00", BERLIN)
    assert after("2026-10-25 01:00", 5) == at(
        "2026-10-25 05:00", BERLIN
    )  # it has five hours
    assert after("2026-03-29 01:00", 4) == at(
        "2026-03-30 02:00", BERLIN
    )  # and this one three


def naive_waking(now: datetime, hours: int, zone: str) -> datetime:
    """Count waking hours by quarters of an hour."""
    left, quarter = hours * 4, timedelta(minutes=15)
    while left:
        if SENT_FROM <= now.astimezone(ZoneInfo(zone)).time() < SENT_UNTIL:
            left -= 1
        now += quarter
    return now


@given(
    st.integers(0, 365 * 96),
    st.integers(1, 40),
    st.sampled_from(
        [
            SHANGHAI,
            BERLIN,
            "America/New_York",
            "Asia/Kathmandu",
            "Australia/Lord_Howe",
        ]
    ),
)
def test_waking_hours_equal_counting_by_quarter_hours(quarters, hours, zone):
    now = datetime(2026, 1, 1, tzinfo=UTC) + quarters * timedelta(minutes=15)
    assert waking_after(
        now, hours, SENT_FROM, SENT_UNTIL, zone
    ) == naive_waking(now, hours, zone)


# Offers


@pytest.mark.parametrize("state", S)
def test_only_an_unanswered_offer_has_a_deadline(state):
    assert an_offer(state).deadlines() == (
        {"expire": UNTIL} if state is S.OFFERED else {}
    )


def test_an_offer_is_expired_from_its_deadline_on_without_its_timer():
    offer = an_offer()
    assert offer.state_at(UNTIL - MICRO) is S.OFFERED
    assert offer.state_at(UNTIL) is S.EXPIRED
    for state in set(S) - {S.OFFERED}:
        assert an_offer(state).state_at(UNTIL + HOUR) is state


def test_an_expired_offer_has_no_moves():
    owner, staff = (
        frozenset({Relation.OWNER}),
        frozenset({Relation.STREET_ADMIN}),
    )
    assert an_offer().moves(owner, UNTIL - MICRO) == ["accept", "decline"]
    assert an_offer().moves(owner, UNTIL) == []
    assert an_offer().moves(staff, START) == []


def test_an_ended_offer_has_no_moves():
    assert {row.source for row in TABLE.rows} == {S.OFFERED}
    assert {target for row in TABLE.rows for target in row.targets} == set(
        S
    ) - {S.OFFERED}


def test_an_offer_is_owned_by_its_volunteer_in_the_grid_of_the_wish():
    resource = an_offer().as_resource()
    assert (resource.relations[Relation.OWNER], resource.places) == (
        frozenset({"per_a"}),
        (an_offer().place,),
    )


# Rounds


def test_a_round_lists_live_offers_and_volunteers_not_to_ask_again():
    offer_round = a_round(
        *(an_asked(f"off_{state.value}", state) for state in S),
        an_asked("off_b"),
    )
    assert [one.offer for one in offer_round.live] == ["off_offered", "off_b"]
    assert offer_round.not_again == {
        "per_offered",
        "per_accepted",
        "per_declined",
        "per_expired",
        "per_b",
    }


def test_a_superseded_volunteer_may_be_asked_again_unless_they_declined():
    over = an_asked("off_1", S.SUPERSEDED, volunteer="per_a")
    assert a_round(over).not_again == frozenset()
    assert a_round(
        over, an_asked("off_2", S.DECLINED, volunteer="per_a")
    ).not_again == {"per_a"}
    assert a_round(
        an_asked("off_2", S.DECLINED, volunteer="per_a"), over
    ).not_again == {"per_a"}


def test_a_new_round_is_empty():
    assert (a_round().live, a_round().not_again) == ((), frozenset())


# Histories


def test_recent_offers_are_those_of_exactly_four_weeks():
    history = a_history(a_sent("off_1"), a_sent("off_2", START + HOUR))
    assert history.recent(START + FOUR_WEEKS - MICRO) == 2
    assert history.recent(START + FOUR_WEEKS) == 1
    assert history.recent(START + FOUR_WEEKS + HOUR) == 0
    assert a_history().recent(START) == 0


def test_a_recent_offer_counts_in_any_state():
    history = a_history(*(a_sent(state.value, state=state) for state in S))
    assert history.recent(START + HOUR) == len(S)


def test_an_offer_is_live_while_it_can_be_answered():
    history = a_history(*(a_sent(state.value, state=state) for state in S))
    until = START + 10 * HOUR
    assert history.live(until - MICRO) == 1
    assert history.live(until) == 0  # although the timer has not fired


@pytest.mark.parametrize(
    ("accepted", "refused", "permille"),
    [
        (0, 0, 600),
        (1, 0, 680),
        (0, 1, 480),
        (4, 0, 800),
        (0, 4, 300),
        (10, 10, 516),
        (20, 0, 933),
        (0, 20, 100),
    ],
)
def test_acceptance_starts_at_the_prior(accepted, refused, permille):
    assert a_history(accepted=accepted, refused=refused).acceptance == permille


@given(st.integers(0, 20), st.integers(0, 20))
def test_accepting_raises_and_declining_lowers_acceptance(accepted, refused):
    before = a_history(accepted=accepted, refused=refused).acceptance
    assert (
        0
        <= a_history(accepted=accepted, refused=refused + 1).acceptance
        <= before
    )
    assert (
        before
        <= a_history(accepted=accepted + 1, refused=refused).acceptance
        <= 1000
    )


@pytest.mark.parametrize(
    ("state", "accepted", "refused"),
    [
        (S.ACCEPTED, 3, 1),
        (S.DECLINED, 2, 2),
        (S.EXPIRED, 2, 2),
        (S.SUPERSEDED, 2, 1),
    ],
)
def test_an_answer_is_counted_and_a_superseded_offer_is_not(
    state, accepted, refused
):
    before = a_history(
        a_sent("off_1"), a_sent(), accepted=2, refused=1, met=("per_r",)
    )
    after = before.answered("off_a", state)
    assert (after.accepted, after.refused) == (accepted, refused)
    assert after.sent == (a_sent("off_1"), a_sent(state=state))
    assert (after.met, after.version, after.street) == (
        before.met,
        before.version,
        before.street,
    )


def test_an_answer_to_an_offer_older_than_four_weeks_counts():
    after = a_history(a_sent("off_1")).answered("off_gone", S.ACCEPTED)
    assert (after.sent, after.accepted) == ((a_sent("off_1"),), 1)


@pytest.mark.parametrize(
    ("accepted", "refused", "state", "left"),
    [
        (10, 9, S.ACCEPTED, (11, 9)),  # twenty are kept as they are
        (11, 9, S.ACCEPTED, (6, 4)),  # from the next on all count half
        (11, 9, S.DECLINED, (5, 5)),
        (20, 0, S.EXPIRED, (10, 0)),
        (20, 0, S.ACCEPTED, (10, 0)),
        (0, 20, S.ACCEPTED, (0, 10)),
        (11, 9, S.SUPERSEDED, (11, 9)),
    ],
)
def test_many_answers_are_halved(accepted, refused, state, left):
    after = a_history(accepted=accepted, refused=refused).answered(
        "off_a", state
    )
    assert (after.accepted, after.refused) == left


@given(
    st.lists(
        st.sampled_from([S.ACCEPTED, S.DECLINED, S.EXPIRED, S.SUPERSEDED]),
        max_size=120,
    )
)
def test_counts_stay_small_and_recent_answers_weigh_most(answers):
    history = a_history()
    for state in [*answers, *[S.DECLINED] * 40]:
        history = history.answered("off_a", state)
        assert 0 <= history.accepted + history.refused <= 20
    assert history.acceptance < 250
