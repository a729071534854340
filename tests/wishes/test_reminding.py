"""Reminders, questions and messages of a wish: their times, recipients and number, to its end."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings

from chalicelib.kernel.audiences import format_audience
from chalicelib.kernel.changes import Changes
from chalicelib.kernel.errors import Invalid
from chalicelib.wishes import claiming, resolution, submission
from chalicelib.wishes.model import ClaimState, WishState, reminders_of
from chalicelib.wishes.timers import on_timer

from ..world import START, UNIT, World
from .builders import (
    HELPER,
    OWNER_ACTS,
    STAFF_ACTS,
    VOLUNTEER,
    WISHES,
    a_claim,
    a_dispute,
    a_helper,
    a_mover,
    a_wish,
)
from .test_decisions import told

S, C = WishState, ClaimState
STAFF = f"staff:{UNIT}"
IN_2_DAYS = datetime(
    2026, 12, 5, 1, tzinfo=UTC
)  # needed by 7 December; 09:00 in Shanghai
MIDNIGHT = datetime(
    2026, 12, 5, 16, tzinfo=UTC
)  # from which "in 2 days" is not true any more
TOMORROW = datetime(2026, 12, 6, 1, tzinfo=UTC)
LATE = datetime(2026, 12, 7, 16, tzinfo=UTC)
EXPIRING = datetime(2026, 12, 8, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def marks(outcome: Changes) -> list[tuple[str, ...]]:
    return [claim.reminded for claim in outcome.entity.claims]


# helpers


def test_a_helper_is_reminded_two_days_before_the_day_before_and_when_it_is_over():
    wish, heard = a_wish(S.CLAIMED, a_claim()), []
    for at in (IN_2_DAYS, TOMORROW, LATE):
        assert min(wish.deadlines().values()) == at
        outcome = on_timer(wish, at)
        heard += told(outcome)
        wish = outcome.entity
    assert heard == [
        ("due_in_2_days", "per_helper"),
        ("due_tomorrow", "per_helper"),
        ("overdue", "per_helper"),
        ("late_staff", STAFF),
    ]
    (claim,) = wish.claims
    assert (claim.reminded, claim.told, wish.deadlines()) == (
        ("due_in_2_days", "due_tomorrow", "overdue"),
        ("late",),
        {},
    )


def test_a_reminder_names_its_claim_and_when_it_is_worthless():
    wish = a_wish(S.CLAIMED, a_claim())
    for at, until in (
        (IN_2_DAYS, MIDNIGHT),
        (TOMORROW, MIDNIGHT + timedelta(days=1)),
    ):
        outcome = on_timer(wish, at)
        assert ((not outcome.bump_version), outcome.events, outcome.writes) == (
            True,
            (),
            (),
        )
        (message,) = outcome.messages
        assert (message.params, message.not_after, message.not_before) == (
            {"claim": "clm_per_helper"},
            until,
            None,
        )
        wish = outcome.entity
    overdue, _ = on_timer(wish, LATE).messages
    assert overdue.not_after is None


def test_nine_oclock_is_nine_oclock_where_people_live_also_when_clocks_change():
    berlin = a_wish(
        S.CLAIMED, a_claim(), zone="Europe/Berlin", needed_by=date(2027, 3, 29)
    )  # clocks change on the 28th
    assert [step.at for step in reminders_of(berlin)] == [
        datetime(2027, 3, 27, 8, tzinfo=UTC),
        datetime(2027, 3, 28, 7, tzinfo=UTC),
        datetime(2027, 3, 29, 22, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("claimed_at", "heard"),
    [
        (IN_2_DAYS - SECOND, ["due_in_2_days", "due_tomorrow", "overdue"]),
        (IN_2_DAYS, ["due_tomorrow", "overdue"]),
        (TOMORROW, ["overdue"]),
        (LATE - SECOND, ["overdue"]),
        (LATE, []),
    ],
)
def test_a_claim_is_not_reminded_of_what_was_over_when_it_was_made(
    claimed_at, heard
):
    wish = a_wish(S.CLAIMED, a_claim(claimed_at=claimed_at))
    assert [step.name for step in wish.steps_left(wish.claims[0])] == heard


@pytest.mark.parametrize(
    ("woken", "heard", "kept"),
    [
        (
            TOMORROW - SECOND,
            [("due_in_2_days", "per_helper")],
            ("due_in_2_days",),
        ),
        (
            TOMORROW + SECOND,
            [("due_tomorrow", "per_helper")],
            ("due_in_2_days", "due_tomorrow"),
        ),
        (
            LATE,
            [("overdue", "per_helper"), ("late_staff", STAFF)],
            ("due_in_2_days", "due_tomorrow", "overdue"),
        ),
    ],
)
def test_after_an_outage_only_the_latest_is_sent_and_all_are_marked(
    woken, heard, kept
):
    outcome = on_timer(a_wish(S.CLAIMED, a_claim()), woken)
    assert (told(outcome), marks(outcome)) == (heard, [kept])


def test_helpers_of_an_open_wish_are_reminded_and_staff_are_informed_once():
    wish = a_wish(
        S.OPEN,
        a_claim("per_1"),
        a_claim("per_2", claimed_at=TOMORROW),
        a_claim("per_3", C.RELEASED),
        helpers_needed=3,
    )
    first = on_timer(wish, IN_2_DAYS)
    assert (told(first), marks(first)) == (
        [("due_in_2_days", "per_1")],
        [("due_in_2_days",), (), ()],
    )
    late = on_timer(first.entity, LATE)
    assert (told(late), late.entity.state) == (
        [("overdue", "per_1"), ("overdue", "per_2"), ("late_staff", STAFF)],
        S.OPEN,
    )
    assert "tell_late" not in late.entity.deadlines()


def test_who_has_delivered_is_not_reminded():
    wish = a_wish(
        S.CLAIMED,
        a_claim("per_1", C.DELIVERED, told=("unconfirmed",)),
        a_claim("per_2"),
        helpers_needed=2,
    )
    assert told(on_timer(wish, IN_2_DAYS)) == [("due_in_2_days", "per_2")]


def test_a_helper_who_claims_again_is_reminded_of_the_new_claim():
    wish = on_timer(a_wish(S.CLAIMED, a_claim()), IN_2_DAYS).entity
    wish = claiming.release(
        wish, a_mover(HELPER | VOLUNTEER, "per_helper"), None, "病了"
    ).entity
    taken = {
        "claim_id": "clm_2",
        "helper": a_helper(),
        "home": "home-a",
    }
    again = replace(a_mover(VOLUNTEER, "per_helper"), now=IN_2_DAYS + SECOND)
    assert (
        claiming.claim(wish, again, **taken).entity.deadlines()["remind"]
        == TOMORROW
    )


def test_another_day_means_other_reminders_and_the_same_day_does_not():
    wish = on_timer(
        a_wish(S.OPEN, a_claim(), helpers_needed=2), IN_2_DAYS
    ).entity
    same = submission.edit(
        wish, STAFF_ACTS, replace(wish, story="新的故事")
    ).entity
    assert same.claims[0].reminded == ("due_in_2_days",)
    other = submission.edit(
        wish, STAFF_ACTS, replace(wish, needed_by=date(2026, 12, 20))
    ).entity
    assert other.claims[0].reminded == ()
    assert other.deadlines()["remind"] == datetime(2026, 12, 18, 1, tzinfo=UTC)


# the resident


def test_an_unconfirmed_delivery_is_asked_about_again_and_then_by_staff():
    wish = a_wish(S.DELIVERED, a_claim(state=C.DELIVERED))
    assert min(wish.deadlines().values()) == START + timedelta(days=1)
    again = on_timer(wish, START + timedelta(days=1))
    assert (told(again), (not again.bump_version), again.events) == (
        [("unconfirmed", "per_owner")],
        True,
        (),
    )
    assert again.entity.deadlines() == {"ask_staff": START + timedelta(days=3)}
    staff = on_timer(again.entity, START + timedelta(days=3))
    assert (
        told(staff),
        (not staff.bump_version),
        staff.entity.deadlines(),
    ) == (
        [("unconfirmed_staff", STAFF)],
        False,
        {},
    )


def test_where_both_are_due_only_staff_are_asked():
    outcome = on_timer(
        a_wish(S.DELIVERED, a_claim(state=C.DELIVERED)),
        START + timedelta(days=3),
    )
    assert (told(outcome), outcome.entity.deadlines()) == (
        [("unconfirmed_staff", STAFF)],
        {},
    )


def test_two_days_before_expiry_the_resident_is_asked_and_staff_informed():
    wish = a_wish(S.OPEN)
    assert wish.deadlines() == {
        "ask_if_needed": EXPIRING,
        "expire": datetime(2026, 12, 9, 16, tzinfo=UTC),
    }
    outcome = on_timer(wish, EXPIRING)
    assert (told(outcome), (not outcome.bump_version)) == (
        [("expiring", "per_owner"), ("expiring_staff", STAFF)],
        True,
    )
    assert outcome.entity.deadlines() == {
        "expire": datetime(2026, 12, 9, 16, tzinfo=UTC)
    }


def test_nobody_is_asked_about_what_somebody_has_taken():
    assert (
        "ask_if_needed"
        not in a_wish(S.OPEN, a_claim(), helpers_needed=2).deadlines()
    )
    assert (
        "ask_if_needed" in a_wish(S.OPEN, a_claim(state=C.RELEASED)).deadlines()
    )


def test_what_has_not_stood_on_the_wall_for_a_day_is_not_asked_about():
    soon = date(2026, 11, 23)
    early, late = (
        datetime(2026, 11, 23, 1, tzinfo=UTC),
        datetime(2026, 11, 23, 2, tzinfo=UTC),
    )  # it expires at that time of the 26th
    assert a_wish(S.OPEN, needed_by=soon, listed_at=early).deadlines()[
        "ask_if_needed"
    ] == datetime(2026, 11, 24, 1, tzinfo=UTC)
    assert (
        "ask_if_needed"
        not in a_wish(S.OPEN, needed_by=soon, listed_at=late).deadlines()
    )


@pytest.mark.parametrize(
    "again",
    [
        lambda wish: submission.keep(wish, OWNER_ACTS),
        lambda wish: submission.edit(
            wish, STAFF_ACTS, replace(wish, needed_by=date(2026, 12, 20))
        ),
        lambda wish: submission.approve(
            submission.unpublish(wish, STAFF_ACTS, "再看看").entity, STAFF_ACTS
        ),
        lambda wish: claiming.release(
            replace(wish, state=S.CLAIMED, claims=(a_claim(),)),
            a_mover(HELPER, "per_helper"),
            None,
            "来不了",
        ),
        lambda wish: resolution.reopen(
            replace(wish, state=S.DISPUTED, claims=(a_dispute(),)),
            STAFF_ACTS,
            None,
        ),
    ],
    ids=["keep", "edit", "approve", "release", "reopen"],
)
def test_a_fresh_listing_is_asked_about_again(again):
    asked = on_timer(a_wish(S.OPEN), EXPIRING).entity
    assert "ask_if_needed" not in asked.deadlines()
    fresh = again(asked).entity
    assert (fresh.state, "ask_if_needed" in fresh.deadlines()) == (S.OPEN, True)


# still needed


def test_a_wish_kept_stays_another_week_on_the_wall_with_its_age():
    late = replace(
        OWNER_ACTS, now=datetime(2026, 12, 8, 17, tzinfo=UTC)
    )  # the 9th in Shanghai
    asks = replace(OWNER_ACTS, now=late.now)
    with pytest.raises(Invalid) as refused:
        submission.keep(a_wish(S.OPEN), asks)
    assert refused.value.code == "wish.needed_by_passed"
    outcome = submission.keep_for_a_week(a_wish(S.OPEN), late)
    kept = outcome.entity
    assert (kept.state, kept.needed_by, kept.listed_at, kept.opened_at) == (
        S.OPEN,
        date(2026, 12, 16),
        late.now,
        START,
    )
    assert ([event.tag for event in outcome.events], told(outcome)) == (
        ["wish.kept"],
        [],
    )


def test_keeping_it_never_makes_its_day_earlier():
    assert submission.keep(a_wish(S.OPEN), STAFF_ACTS).entity.needed_by == date(
        2026, 12, 7
    )


def test_the_owner_keeps_their_wish_by_phone(world: World):
    resident = world.resident()
    wish = world.open_wish(resident, needed_by="2026-11-25")
    kept = resident.post(f"/v1/wishes/{wish}/keep")
    assert (kept.status, kept.json["state"], kept.json["needed_by"]) == (
        200,
        "open",
        "2026-11-30",
    )
    assert world.volunteer().post(f"/v1/wishes/{wish}/keep").status == 403
    assert world.staff().post(f"/v1/wishes/{wish}/keep").status == 200


# at rest


@given(WISHES.filter(lambda wish: wish.title))
@settings(max_examples=300, deadline=None)
def test_the_timers_of_a_wish_end_in_any_state_and_each_leaves_a_trace(
    wish,
):
    for _ in range(3 * len(wish.claims) + 3):
        dues = wish.deadlines()
        if not dues:
            break
        outcome = on_timer(wish, min(dues.values()))
        after = outcome.entity
        noted = after.told != wish.told or after.claims != wish.claims
        assert after.state is not wish.state or noted
        assert (not outcome.bump_version) is not bool(outcome.events)
        wish = after
    assert not wish.deadlines()


@given(WISHES.filter(lambda wish: wish.title))
@settings(max_examples=300, deadline=None)
def test_after_any_outage_nobody_gets_the_same_message_twice(wish):
    over = datetime(2200, 1, 1, tzinfo=UTC)
    heard = []
    for _ in range(4):
        outcome = on_timer(wish, over)
        heard += [
            (
                message.kind,
                format_audience(message.audience),
                message.params.get("claim"),
            )
            for message in outcome.messages
        ]
        wish = outcome.entity
    assert not wish.deadlines()
    assert not [
        kind for kind, *_ in heard if kind.startswith("wish.due")
    ]  # the day is long past
    assert len(heard) == len(set(heard))
