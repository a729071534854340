"""Each decision about a wish: its changes, messages, counts and refusals."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from chalicelib.kernel.access import Relation
from chalicelib.kernel.audiences import (
    OnePerson,
    StaffOnDuty,
    format_audience,
)
from chalicelib.kernel.changes import Adjust, Changes, Count
from chalicelib.kernel.errors import Conflict, Forbidden, Invalid
from chalicelib.kernel.redaction import mask_personal
from chalicelib.wishes import (
    claiming,
    delivery,
    erasure,
    hours,
    resolution,
    submission,
)
from chalicelib.wishes.ended_relations import release_claims_of, remove_contact
from chalicelib.wishes.helpers import HelperRecord
from chalicelib.wishes.model import (
    ClaimPointer,
    ClaimState,
    VisitWindow,
    WishKind,
    WishState,
    WishText,
    reminders_of,
)
from chalicelib.wishes.timers import on_timer

from ..world import START, UNIT
from .builders import (
    HELPER,
    HELPER_ACTS,
    OWNER_ACTS,
    STAFF_ACTS,
    VOLUNTEER,
    VOLUNTEER_ACTS,
    a_claim,
    a_dispute,
    a_helper,
    a_mover,
    a_record,
    a_wish,
)

S, C = WishState, ClaimState
CLAIMING = {
    "claim_id": "clm_new",
    "helper": a_helper(),
    "home": "home-a",
}
TODAY = date(2026, 11, 23)


def told(outcome: Changes) -> list[tuple[str, str]]:
    return [
        (message.kind.removeprefix("wish."), format_audience(message.audience))
        for message in outcome.messages
    ]


def counts(outcome: Changes) -> list[tuple[str, int]]:
    """Return what is added to the active claims of helpers, without a read."""
    return [
        (b.row.id, b.add["active"])
        for b in outcome.writes
        if isinstance(b, Adjust) and "active" in b.add
    ]


def tags(outcome: Changes) -> list[str]:
    return [event.tag for event in outcome.events]


def states(outcome: Changes) -> list[ClaimState]:
    return [claim.state for claim in outcome.entity.claims]


def note_visit(wish, mover, move, claim_id):
    claim = claiming.pick_claim(wish, mover, claim_id)
    return hours.note_visit(wish, mover, move, claim)


def two(*given: ClaimState, state: WishState = S.CLAIMED, **fields):
    return a_wish(
        state,
        *(a_claim(f"per_{n}", s) for n, s in enumerate(given)),
        helpers_needed=2,
        **fields,
    )


# terms


def check(
    kind=WishKind.GOODS, budget=None, needed_by=TODAY, window=(), now=START
):
    submission.check_terms(
        kind, budget, needed_by, window, now, "Asia/Shanghai"
    )


def code_of(**terms) -> str:
    with pytest.raises(Invalid) as refused:
        check(**terms)
    return refused.value.code


def test_only_goods_have_a_budget_and_it_is_capped():
    check(budget=100_000)
    assert code_of(budget=100_001) == "wish.budget_too_high"
    for kind in (WishKind.SERVICE, WishKind.COMPANY, WishKind.LEARNING):
        check(kind)
        assert code_of(kind=kind, budget=1) == "wish.budget_goods_only"


def test_it_is_needed_between_today_and_a_year_from_now_where_people_live():
    check(needed_by=TODAY)
    check(needed_by=TODAY + timedelta(days=366))
    assert (
        code_of(needed_by=TODAY - timedelta(days=1))
        == "wish.needed_by_out_of_range"
    )
    assert (
        code_of(needed_by=TODAY + timedelta(days=367))
        == "wish.needed_by_out_of_range"
    )
    assert (
        code_of(needed_by=TODAY, now=datetime(2026, 11, 23, 16, tzinfo=UTC))
        == "wish.needed_by_out_of_range"
    )


def test_a_window_ends_after_it_begins():
    good, bad = (
        VisitWindow(start=START, end=START + timedelta(hours=1)),
        VisitWindow(start=START, end=START),
    )
    check(window=(good,))
    with pytest.raises(Invalid) as refused:
        check(window=(good, bad))
    assert (refused.value.code, refused.value.location) == (
        "wish.window_backwards",
        ("window", 1),
    )


def test_the_wall_shows_the_words_without_what_names_the_resident():
    written = WishText(
        title="王秀英要水壶", story="住5号楼，打13812345678", alias="秀英"
    )
    shown = submission.with_public_text(
        a_wish(), written, partial(mask_personal, name="王秀英")
    )
    assert (shown.title, shown.story, shown.alias) == (
        "＊＊要水壶",
        "住＊＊，打＊＊",
        "＊＊",
    )
    assert shown.written == written


def test_words_that_name_nobody_are_kept_once():
    shown = submission.with_public_text(
        a_wish(),
        WishText(title="一个水壶", story="旧的坏了"),
        partial(mask_personal, name="王秀英"),
    )
    assert (shown.title, shown.as_written) == ("一个水壶", None)


# duplicates


def test_the_same_wish_in_other_words_is_a_likely_duplicate():
    wish = a_wish(id="wsh_new", title="电热水壶一个")
    assert submission.likely_duplicates(
        wish, [a_wish(id="wsh_old")], START
    ) == ("wsh_old",)


@pytest.mark.parametrize(
    "other",
    [
        a_wish(id="wsh_new"),  # itself
        a_wish(id="wsh_b", title="一个书包"),
        a_wish(id="wsh_b", kind=WishKind.SERVICE),
        a_wish(S.WITHDRAWN, id="wsh_b"),
        a_wish(S.REJECTED, id="wsh_b"),
        a_wish(S.EXPIRED, id="wsh_b"),
        a_wish(S.FULFILLED, id="wsh_b", created_at=START - timedelta(days=180)),
    ],
)
def test_what_is_no_duplicate(other):
    assert (
        submission.likely_duplicates(a_wish(id="wsh_new"), [other], START) == ()
    )


def test_a_wish_that_was_fulfilled_lately_still_counts_as_a_duplicate():
    old = a_wish(
        S.FULFILLED, id="wsh_b", created_at=START - timedelta(days=179)
    )
    assert submission.likely_duplicates(a_wish(id="wsh_new"), [old], START) == (
        "wsh_b",
    )


# before the wall


def test_an_approved_wish_is_on_the_wall_and_its_resident_is_informed():
    outcome = submission.approve(
        a_wish(S.SUBMITTED, reason="上次的理由"), STAFF_ACTS
    )
    assert (
        outcome.entity.state,
        outcome.entity.opened_at,
        outcome.entity.reason,
    ) == (
        S.OPEN,
        STAFF_ACTS.now,
        None,
    )
    assert (told(outcome), tags(outcome)) == (
        [("approved", "per_owner")],
        ["wish.approved"],
    )


def test_a_wish_that_comes_to_the_wall_again_keeps_its_age():
    outcome = submission.approve(
        a_wish(S.SUBMITTED, opened_at=START), STAFF_ACTS
    )
    assert (outcome.entity.opened_at, outcome.entity.listed_at) == (
        START,
        STAFF_ACTS.now,
    )


def test_a_rejected_wish_says_why():
    outcome = submission.reject(a_wish(S.SUBMITTED), STAFF_ACTS, "超出范围")
    assert (
        outcome.entity.state,
        outcome.entity.reason,
        outcome.events[0].note,
    ) == (
        S.REJECTED,
        "超出范围",
        "超出范围",
    )
    assert told(outcome) == [("rejected", "per_owner")]


def test_an_unpublished_wish_frees_its_helpers_and_tells_everybody():
    outcome = submission.unpublish(
        two(C.ACTIVE, state=S.OPEN), STAFF_ACTS, "再核实"
    )
    assert (outcome.entity.state, states(outcome)) == (
        S.SUBMITTED,
        [C.RELEASED],
    )
    assert told(outcome) == [
        ("claim_ended", "per_0"),
        ("unpublished", "per_owner"),
    ]
    assert counts(outcome) == [("per_0", -1)]
    assert outcome.entity.deadlines() == {
        "expire": STAFF_ACTS.now + timedelta(days=30)
    }


# edits


def test_an_owners_edit_of_a_listed_wish_goes_back_to_staff_and_ends_its_claims():
    wish = two(C.ACTIVE, state=S.OPEN)
    outcome = submission.edit(wish, OWNER_ACTS, replace(wish, title="另一个"))
    assert (outcome.entity.state, outcome.entity.title, states(outcome)) == (
        S.SUBMITTED,
        "另一个",
        [C.RELEASED],
    )
    assert (told(outcome), counts(outcome)) == (
        [("claim_ended", "per_0")],
        [("per_0", -1)],
    )


def test_an_edit_by_staff_stays_on_the_wall_with_its_claims():
    wish = two(C.ACTIVE, state=S.OPEN)
    outcome = submission.edit(wish, STAFF_ACTS, replace(wish, title="另一个"))
    assert (outcome.entity.state, states(outcome), told(outcome)) == (
        S.OPEN,
        [C.ACTIVE],
        [],
    )


def test_an_edit_by_anyone_before_approval_stays_with_staff():
    wish = a_wish(S.SUBMITTED)
    for mover in (OWNER_ACTS, STAFF_ACTS):
        assert (
            submission.edit(
                wish, mover, replace(wish, title="另一个")
            ).entity.state
            is S.SUBMITTED
        )


def test_fewer_helpers_than_have_come_cannot_be_needed():
    wish = a_wish(S.OPEN, a_claim("per_1"), a_claim("per_2"), helpers_needed=3)
    with pytest.raises(Invalid) as refused:
        submission.edit(wish, STAFF_ACTS, replace(wish, helpers_needed=1))
    assert refused.value.code == "wish.helpers_already_claimed"
    assert (
        submission.edit(
            wish, STAFF_ACTS, replace(wish, helpers_needed=2)
        ).entity.state
        is S.CLAIMED
    )  # now it is full


def test_an_edit_changes_the_terms_and_nothing_else():
    wish = a_wish(S.SUBMITTED)
    outcome = submission.edit(
        wish,
        OWNER_ACTS,
        replace(
            wish, title="另一个", person_id="per_evil", place="x.y", rating=5
        ),
    )
    assert outcome.entity == replace(wish, title="另一个")


# claims


def test_the_first_claim_takes_the_only_place():
    outcome = claiming.claim(a_wish(), VOLUNTEER_ACTS, **CLAIMING)
    wish = outcome.entity
    assert (wish.state, wish.places_left, [c.helper for c in wish.active]) == (
        S.CLAIMED,
        0,
        ["per_volunteer"],
    )
    assert told(outcome) == [
        ("claimed", "per_owner"),
        ("yours", "per_volunteer"),
    ]
    assert {message.params["claim"] for message in outcome.messages} == {
        "clm_new"
    }
    rows = [b.row for b in outcome.writes]
    assert [row for row in rows if not isinstance(row, HelperRecord)] == [
        ClaimPointer(
            wish_id=wish.id,
            id="clm_new",
            helper="per_volunteer",
            claimed_at=VOLUNTEER_ACTS.now,
            place=wish.community,
        )
    ]


@pytest.mark.parametrize("needed", [1, 2, 3, 4, 5])
def test_a_wish_is_claimed_when_as_many_have_come_as_were_needed(needed):
    wish = a_wish(helpers_needed=needed)
    for n in range(needed):
        assert wish.state is S.OPEN
        outcome = claiming.claim(
            wish,
            a_mover(VOLUNTEER, f"per_{n}"),
            **(CLAIMING | {"claim_id": f"clm_{n}"}),
        )
        wish = outcome.entity
    assert (wish.state, wish.places_left, len(wish.active)) == (
        S.CLAIMED,
        0,
        needed,
    )


def test_who_takes_it_and_gives_it_back_three_times_leaves_it_to_others():
    """Each claim and release is an SMS to the resident, with a code and a disappointment."""
    wish = a_wish()
    for n in range(3):
        assert "claim" in wish.moves("per_helper", frozenset(VOLUNTEER))
        wish = claiming.claim(
            wish,
            a_mover(VOLUNTEER, "per_helper"),
            **CLAIMING | {"claim_id": f"clm_{n}"},
        ).entity
        wish = claiming.release(wish, HELPER_ACTS, None, "来不了").entity
    assert "claim" not in wish.moves("per_helper", frozenset(VOLUNTEER))
    with pytest.raises(Conflict) as refused:
        claiming.claim(wish, a_mover(VOLUNTEER, "per_helper"), **CLAIMING)
    assert refused.value.code == "wish.claimed_too_often"
    assert (
        claiming.claim(wish, VOLUNTEER_ACTS, **CLAIMING).entity.state
        is S.CLAIMED
    )


def test_who_brought_it_and_was_not_believed_has_not_given_it_back():
    brought = [
        a_claim(state=C.RELEASED, id=f"clm_{n}", delivered_at=START)
        for n in range(3)
    ]
    assert (
        claiming.claim(
            a_wish(S.OPEN, *brought),
            a_mover(VOLUNTEER, "per_helper"),
            **CLAIMING,
        ).entity.state
        is S.CLAIMED
    )


def test_a_claim_counts_towards_what_its_helper_carries():
    before = a_record(version=4, active=2)
    claiming_again = CLAIMING | {"helper": a_helper(before)}
    written = claiming.claim(a_wish(), VOLUNTEER_ACTS, **claiming_again).writes
    (put,) = [b for b in written if isinstance(b.row, HelperRecord)]
    assert (put.expected, put.row.version, put.row.active) == (before, 5, 3)
    full = CLAIMING | {"helper": a_helper(put.row)}
    with pytest.raises(Conflict) as refused:
        claiming.claim(a_wish(), VOLUNTEER_ACTS, **full)
    assert refused.value.code == "volunteer.too_many_claims"


@pytest.mark.parametrize("state", [S.CLAIMED, S.DELIVERED, S.FULFILLED])
def test_a_claim_that_comes_too_late_is_refused_as_claimed(state):
    with pytest.raises(Conflict) as refused:
        claiming.claim(
            a_wish(state, a_claim(state=C.CONFIRMED)),
            VOLUNTEER_ACTS,
            **CLAIMING,
        )
    assert refused.value.code == "wish.already_claimed"


@pytest.mark.parametrize(
    "state", [S.SUBMITTED, S.WITHDRAWN, S.EXPIRED, S.REJECTED, S.DISPUTED]
)
def test_what_is_not_on_the_wall_cannot_be_claimed(state):
    with pytest.raises(Conflict) as refused:
        claiming.claim(a_wish(state), VOLUNTEER_ACTS, **CLAIMING)
    assert refused.value.code == "wish.wrong_state"


def test_nobody_helps_twice_in_one_wish_but_may_come_back():
    wish = a_wish(S.OPEN, a_claim(), helpers_needed=2)
    with pytest.raises(Conflict) as refused:
        claiming.claim(wish, HELPER_ACTS, **CLAIMING)
    assert refused.value.code == "wish.already_helping"
    left = a_wish(S.OPEN, a_claim(state=C.RELEASED))
    assert (
        claiming.claim(left, HELPER_ACTS, **CLAIMING).entity.state is S.CLAIMED
    )


@pytest.mark.parametrize(
    ("mover", "changes", "code"),
    [
        (a_mover(VOLUNTEER | {Relation.OWNER}, "per_owner"), {}, "wish.own"),
        (VOLUNTEER_ACTS, {"paused": True}, "volunteer.paused"),
        (
            VOLUNTEER_ACTS,
            {"refusal": Forbidden("volunteer.not_vetted")},
            "volunteer.not_vetted",
        ),
        (STAFF_ACTS, {}, "action.forbidden"),
    ],
)
def test_who_may_not_claim(mover, changes, code):
    with pytest.raises(Forbidden) as refused:
        claiming.claim(
            a_wish(), mover, **(CLAIMING | {"helper": a_helper(**changes)})
        )
    assert refused.value.code == code


def test_a_visit_to_a_child_needs_a_vetted_volunteer():
    wish = a_wish(safeguarding=("minor",))
    with pytest.raises(Forbidden) as refused:
        claiming.claim(wish, VOLUNTEER_ACTS, **CLAIMING)
    assert refused.value.code == "wish.vetting_required"
    assert (
        claiming.claim(
            wish,
            VOLUNTEER_ACTS,
            **(CLAIMING | {"helper": a_helper(is_safeguarding=True)}),
        ).entity.state
        is S.CLAIMED
    )


def test_of_what_has_ended_a_wish_remembers_the_latest_ten():
    ended = [a_claim(f"per_{n}", C.RELEASED) for n in range(12)]
    wish = claiming.claim(
        a_wish(S.OPEN, *ended), VOLUNTEER_ACTS, **CLAIMING
    ).entity
    assert [claim.helper for claim in wish.claims] == [
        f"per_{n}" for n in range(2, 12)
    ] + ["per_volunteer"]


# giving back


def test_a_released_wish_is_on_the_wall_again_with_its_age_kept():
    outcome = claiming.release(
        a_wish(S.CLAIMED, a_claim()), HELPER_ACTS, None, "临时有事"
    )
    wish = outcome.entity
    assert (wish.state, wish.opened_at, wish.listed_at, states(outcome)) == (
        S.OPEN,
        START,
        HELPER_ACTS.now,
        [C.RELEASED],
    )
    assert told(outcome) == [
        ("released", "per_owner"),
        ("released_staff", f"staff:{UNIT}"),
    ]
    assert (counts(outcome), outcome.events[0].note) == (
        [("per_helper", -1)],
        "临时有事",
    )


def test_a_helper_whose_claim_is_released_by_staff_is_informed():
    outcome = claiming.release(
        a_wish(S.CLAIMED, a_claim()), STAFF_ACTS, None, "联系不上"
    )
    assert ("claim_ended", "per_helper") in told(outcome)
    assert counts(outcome) == [("per_helper", -1)]


def test_one_of_two_leaves_and_the_other_stays():
    outcome = claiming.release(
        two(C.ACTIVE, C.ACTIVE), a_mover(HELPER, "per_1"), None, "有事"
    )
    assert (
        states(outcome),
        outcome.entity.state,
        outcome.entity.places_left,
    ) == (
        [C.ACTIVE, C.RELEASED],
        S.OPEN,
        1,
    )


# whose claim


def test_a_helper_can_pick_only_their_own_claim():
    wish = two(C.ACTIVE, C.ACTIVE)
    assert (
        claiming.pick_claim(wish, a_mover(HELPER, "per_1"), None).id
        == "clm_per_1"
    )
    with pytest.raises(Invalid) as refused:
        claiming.pick_claim(wish, a_mover(HELPER, "per_1"), "clm_per_0")
    assert refused.value.code == "wish.claim_unknown"


def test_staff_name_the_claim_where_there_are_several():
    with pytest.raises(Invalid) as refused:
        claiming.pick_claim(two(C.ACTIVE, C.ACTIVE), STAFF_ACTS, None)
    assert refused.value.code == "wish.claim_ambiguous"
    assert (
        claiming.pick_claim(
            two(C.ACTIVE, C.ACTIVE), STAFF_ACTS, "clm_per_0"
        ).helper
        == "per_0"
    )
    assert (
        claiming.pick_claim(two(C.DELIVERED, C.ACTIVE), STAFF_ACTS, None).helper
        == "per_1"
    )


@pytest.mark.parametrize("state", [C.DELIVERED, C.RELEASED, C.CONFIRMED])
def test_a_claim_that_is_no_longer_active_cannot_be_meant(state):
    wish = two(state, C.ACTIVE)
    with pytest.raises(Conflict) as refused:
        claiming.pick_claim(wish, a_mover(HELPER, "per_0"), None)
    assert refused.value.code == "wish.no_active_claim"
    with pytest.raises(Invalid):
        claiming.pick_claim(wish, STAFF_ACTS, "clm_per_0")


# visits and deliveries


def test_a_visit_is_checked_in_and_out():
    wish = note_visit(
        a_wish(S.CLAIMED, a_claim()), HELPER_ACTS, "check-in", None
    ).entity
    assert wish.claims[0].checked_in_at == HELPER_ACTS.now
    later = a_mover(HELPER, "per_helper", after=timedelta(hours=3))
    assert (
        note_visit(wish, later, "check-out", None)
        .entity.claims[0]
        .checked_out_at
        == later.now
    )


def test_nobody_checks_out_who_has_not_checked_in():
    with pytest.raises(Conflict) as refused:
        note_visit(a_wish(S.CLAIMED, a_claim()), HELPER_ACTS, "check-out", None)
    assert refused.value.code == "wish.not_checked_in"


@pytest.mark.parametrize(
    ("move", "code"),
    [
        ("check-in", "wish.already_checked_in"),
        ("check-out", "wish.already_checked_out"),
    ],
)
def test_a_visit_begins_once_and_ends_once(move, code):
    claim = a_claim(
        checked_in_at=START, checked_out_at=START + timedelta(minutes=5)
    )
    wish = a_wish(S.CLAIMED, claim)
    with pytest.raises(Conflict) as refused:
        note_visit(wish, HELPER_ACTS, move, None)
    assert refused.value.code == code
    assert move not in wish.moves("per_helper", HELPER_ACTS.relations)


def test_a_delivery_without_a_code_waits_for_the_resident():
    outcome = delivery.deliver(
        a_wish(S.CLAIMED, a_claim()), HELPER_ACTS, None, "放门口了", None
    )
    wish = outcome.entity
    assert (
        wish.state,
        states(outcome),
        wish.claims[0].delivered_at,
        wish.claims[0].note,
    ) == (
        S.DELIVERED,
        [C.DELIVERED],
        HELPER_ACTS.now,
        "放门口了",
    )
    assert (told(outcome), counts(outcome)) == (
        [("delivered", "per_owner")],
        [("per_helper", -1)],
    )


def test_a_delivery_with_the_right_code_is_fulfilled_at_the_door():
    outcome = delivery.deliver(
        a_wish(S.CLAIMED, a_claim()), HELPER_ACTS, None, None, True
    )
    assert (
        outcome.entity.state,
        states(outcome),
        outcome.entity.claims[0].minutes,
    ) == (S.FULFILLED, [C.CONFIRMED], 60)
    assert tags(outcome) == ["wish.delivered", "wish.fulfilled"]
    assert told(outcome) == [("thanks", "per_helper")]
    assert [
        (b.subject, b.limit)
        for b in outcome.writes
        if isinstance(b, Count) and b.name == "code"
    ] == [(f"tries#{outcome.entity.id}#per_helper", 5)]


def test_a_wrong_code_is_counted_and_changes_nothing_else():
    wish = a_wish(S.CLAIMED, a_claim())
    outcome = delivery.deliver(wish, HELPER_ACTS, None, None, False)
    assert (
        outcome.entity,
        outcome.previous,
        outcome.events,
        outcome.messages,
    ) == (
        wish,
        wish,
        (),
        (),
    )
    assert outcome.refusal
    assert outcome.refusal.code == "wish.code_wrong"
    (count,) = outcome.writes
    assert isinstance(count, Count)
    assert (count.add, count.limit) == (1, 5)
    assert count.refusal
    assert count.refusal.code == "wish.code_locked"


def test_a_wish_is_delivered_when_all_have_delivered():
    first = delivery.deliver(
        two(C.ACTIVE, C.ACTIVE), a_mover(HELPER, "per_0"), None, None, None
    )
    assert first.entity.state is S.CLAIMED
    second = delivery.deliver(
        first.entity, a_mover(HELPER, "per_1"), None, None, None
    )
    assert (second.entity.state, states(second)) == (
        S.DELIVERED,
        [C.DELIVERED, C.DELIVERED],
    )


def test_the_resident_is_asked_about_each_delivery():
    first = delivery.deliver(
        two(C.ACTIVE, C.ACTIVE), a_mover(HELPER, "per_0"), None, None, None
    )
    second = delivery.deliver(
        first.entity, a_mover(HELPER, "per_1"), None, None, None
    )
    asked = [one for done in (first, second) for one in done.messages]
    assert [(one.kind, one.params["claim"]) for one in asked] == [
        ("wish.delivered", "clm_per_0"),
        ("wish.delivered", "clm_per_1"),
    ]


def test_one_code_of_two_does_not_confirm_for_both():
    outcome = delivery.deliver(
        two(C.DELIVERED, C.ACTIVE), a_mover(HELPER, "per_1"), None, None, True
    )
    assert told(outcome) == [("thanks", "per_1")]
    assert (outcome.entity.state, states(outcome)) == (
        S.DELIVERED,
        [C.DELIVERED, C.CONFIRMED],
    )
    both = delivery.deliver(
        two(C.CONFIRMED, C.ACTIVE), a_mover(HELPER, "per_1"), None, None, True
    )
    assert both.entity.state is S.FULFILLED


@pytest.mark.parametrize(
    ("minutes", "booked"),
    [(1, 30), (30, 30), (31, 60), (60, 60), (61, 90), (0, 30), (125, 150)],
)
def test_time_is_booked_in_half_hours_rounded_up(minutes, booked):
    claim = a_claim(
        checked_in_at=START, checked_out_at=START + timedelta(minutes=minutes)
    )
    outcome = delivery.deliver(
        a_wish(S.CLAIMED, claim), HELPER_ACTS, None, None, True
    )
    assert outcome.entity.claims[0].minutes == booked


def test_an_hour_is_booked_where_nobody_checked_out():
    outcome = delivery.deliver(
        a_wish(S.CLAIMED, a_claim(checked_in_at=START)),
        HELPER_ACTS,
        None,
        None,
        True,
    )
    assert outcome.entity.claims[0].minutes == 60


# after the delivery


def test_a_confirmation_books_the_time_of_one_helper_and_thanks_them():
    both = two(C.DELIVERED, C.DELIVERED, state=S.DELIVERED)
    with pytest.raises(Invalid) as refused:
        resolution.confirm(both, OWNER_ACTS, 5, "谢谢")
    assert refused.value.code == "wish.claim_ambiguous"
    first = resolution.confirm(
        both, OWNER_ACTS, 5, "谢谢", claim_id="clm_per_0"
    )
    assert (first.entity.state, states(first)) == (
        S.DELIVERED,
        [C.CONFIRMED, C.DELIVERED],
    )
    second = resolution.confirm(first.entity, OWNER_ACTS, 3, "也谢谢")
    wish = second.entity
    assert (wish.state, wish.rating, wish.thanks) == (
        S.FULFILLED,
        3,
        "也谢谢",
    )
    assert (told(first), told(second)) == (
        [("thanks", "per_0")],
        [("thanks", "per_1")],
    )
    assert (tags(first), tags(second)) == (
        ["wish.confirmed"],
        ["wish.fulfilled"],
    )
    booked = [(one.minutes, one.rating, one.thanks) for one in wish.claims]
    assert booked == [(60, 5, "谢谢"), (60, 3, "也谢谢")]


def test_a_helper_who_was_thanked_at_the_door_is_not_thanked_again():
    outcome = resolution.confirm(
        two(C.CONFIRMED, C.DELIVERED, state=S.DELIVERED), OWNER_ACTS, None, None
    )
    assert told(outcome) == [("thanks", "per_1")]


def test_a_second_confirmation_only_adds_rating_and_thanks():
    wish = a_wish(
        S.FULFILLED,
        a_claim(state=C.CONFIRMED, minutes=60),
        rating=4,
        thanks="好",
    )
    outcome = resolution.confirm(wish, OWNER_ACTS, None, "非常好")
    assert outcome.entity.thanks == outcome.entity.claims[0].thanks == "非常好"
    assert (outcome.entity.rating, outcome.entity.state) == (4, S.FULFILLED)
    assert tags(outcome) == ["wish.thanked"]
    with pytest.raises(Forbidden):
        resolution.confirm(wish, STAFF_ACTS, 5, None)


def test_a_helper_is_informed_once_of_later_thanks_and_once_of_a_rating():
    wish = a_wish(
        S.FULFILLED, a_claim(state=C.CONFIRMED), a_claim("per_gone", C.RELEASED)
    )
    assert told(resolution.confirm(wish, OWNER_ACTS, None, None)) == []
    first = resolution.confirm(wish, OWNER_ACTS, 4, None)
    second = resolution.confirm(first.entity, OWNER_ACTS, None, "谢谢")
    assert told(first) == told(second) == [("thanked", "per_helper")]
    assert second.messages[0].params == {
        "claim": "clm_per_helper"
    }  # the words of the thanks are read in the app
    assert (
        told(resolution.confirm(second.entity, OWNER_ACTS, 5, "非常感谢")) == []
    )


def test_a_dispute_is_for_staff_to_settle():
    wish = a_wish(S.DELIVERED, a_claim(state=C.DELIVERED))
    outcome = resolution.dispute(wish, OWNER_ACTS, "没收到")
    assert (outcome.entity.state, outcome.entity.reason, told(outcome)) == (
        S.DISPUTED,
        "没收到",
        [("disputed_staff", f"staff:{UNIT}")],
    )
    with pytest.raises(Forbidden):
        resolution.confirm(outcome.entity, OWNER_ACTS, 5, None)
    assert (
        resolution.confirm(outcome.entity, STAFF_ACTS, None, None).entity.state
        is S.FULFILLED
    )


def test_a_disputed_wish_that_staff_reopen_is_on_the_wall_for_another_helper():
    outcome = resolution.reopen(
        a_wish(S.DISPUTED, a_dispute()),
        STAFF_ACTS,
        "重新来",
    )
    wish = outcome.entity
    assert (
        wish.state,
        wish.places_left,
        wish.opened_at,
    ) == (
        S.OPEN,
        1,
        START,
    )
    assert told(outcome) == [
        ("reopened", "per_owner"),
        ("claim_ended", "per_helper"),
    ]
    assert counts(outcome) == []  # the delivery freed the place already


def test_reopening_a_dispute_does_not_take_back_what_was_confirmed_at_the_door():
    outcome = resolution.reopen(
        a_wish(
            S.DISPUTED,
            a_claim("per_0", C.CONFIRMED),
            a_dispute("per_1"),
            helpers_needed=2,
        ),
        STAFF_ACTS,
        "第二份没到",
    )
    assert states(outcome) == [C.CONFIRMED, C.RELEASED]
    assert outcome.entity.places_left == 1


@pytest.mark.parametrize("state", [S.REJECTED, S.WITHDRAWN, S.EXPIRED])
def test_what_is_over_can_start_again_with_staff(state):
    for mover in (OWNER_ACTS, STAFF_ACTS):
        outcome = resolution.reopen(a_wish(state, reason="旧理由"), mover, None)
        assert (
            outcome.entity.state,
            outcome.entity.submitted_at,
            outcome.entity.reason,
        ) == (S.SUBMITTED, mover.now, None)


def test_a_withdrawn_wish_tells_its_helpers_at_once_and_frees_them():
    outcome = resolution.withdraw(
        two(C.ACTIVE, C.ACTIVE), OWNER_ACTS, "不需要了"
    )
    assert (outcome.entity.state, states(outcome)) == (
        S.WITHDRAWN,
        [C.RELEASED, C.RELEASED],
    )
    assert (told(outcome), counts(outcome)) == (
        [("withdrawn", "per_0"), ("withdrawn", "per_1")],
        [("per_0", -1), ("per_1", -1)],
    )


@pytest.mark.parametrize(
    ("came", "state"),
    [(C.DELIVERED, S.DELIVERED), (C.CONFIRMED, S.FULFILLED)],
)
def test_what_somebody_brought_is_not_withdrawn(came, state):
    outcome = resolution.withdraw(two(C.ACTIVE, came), OWNER_ACTS, "够了")
    assert (outcome.entity.state, states(outcome)) == (
        state,
        [C.RELEASED, came],
    )
    assert told(outcome) == [("withdrawn", "per_0")]
    assert outcome.entity.places_left == 0


# the clock


def test_an_unclaimed_wish_expires_and_both_sides_are_informed():
    wish = two(C.RELEASED, state=S.OPEN)
    outcome = on_timer(wish, wish.deadlines()["expire"])
    assert (outcome.entity.state, tags(outcome)) == (
        S.EXPIRED,
        ["wish.expired"],
    )
    assert told(outcome) == [
        ("expired", "per_owner"),
        ("expired_staff", f"staff:{UNIT}"),
    ]


@pytest.mark.parametrize(
    ("held", "state"),
    [
        ([C.ACTIVE], S.CLAIMED),
        ([C.DELIVERED], S.DELIVERED),
        ([C.CONFIRMED], S.FULFILLED),
        ([C.CONFIRMED, C.ACTIVE], S.CLAIMED),
        ([C.CONFIRMED, C.DELIVERED], S.DELIVERED),
    ],
)
def test_where_somebody_came_only_the_places_left_end(held, state):
    claims = [a_claim(f"per_{n}", one) for n, one in enumerate(held)]
    wish = a_wish(S.OPEN, *claims, helpers_needed=3)
    outcome = on_timer(wish, wish.expires_at)
    while "wish.places_closed" not in tags(outcome):
        outcome = on_timer(outcome.entity, wish.expires_at)
    assert (outcome.entity.state, outcome.entity.places_left) == (state, 0)
    assert states(outcome) == held
    assert told(outcome) == [("partly", "per_owner")]


def test_a_late_delivery_is_reported_to_staff_and_stays_claimed():
    wish = a_wish(S.CLAIMED, a_claim())
    outcome = on_timer(wish, wish.late_at)
    assert (outcome.entity.state, told(outcome)) == (
        S.CLAIMED,
        [("overdue", "per_helper"), ("late_staff", f"staff:{UNIT}")],
    )
    assert (tags(outcome), (not outcome.bump_version)) == (["wish.late"], False)
    assert outcome.entity.deadlines() == {}


def test_an_unanswered_delivery_is_reported_to_staff():
    wish = a_wish(S.DELIVERED, a_claim(state=C.DELIVERED))
    outcome = on_timer(wish, START + timedelta(days=3))
    assert (outcome.entity.state, told(outcome)) == (
        S.DELIVERED,
        [("unconfirmed_staff", f"staff:{UNIT}")],
    )


def test_a_timer_that_fires_too_early_changes_nothing():
    wish = a_wish(S.CLAIMED, a_claim())
    outcome = on_timer(wish, reminders_of(wish)[0].at - timedelta(seconds=1))
    assert (outcome.events, outcome.messages, (not outcome.bump_version)) == (
        (),
        (),
        True,
    )
    assert replace(outcome.entity, timer=wish.timer) == wish


# those who are gone


def test_nothing_of_somebody_who_is_gone_stays_in_a_wish():
    wish = a_wish(
        S.CLAIMED,
        a_claim(note="交给本人"),
        story="故事",
        alias="秀英",
        thanks="谢",
        reason="x",
        proxy_id="per_son",
    )
    outcome = erasure.forget_owner(wish, START)
    gone = outcome.entity
    assert (gone.state, gone.place, gone.proxy_id, gone.claims[0].note) == (
        S.WITHDRAWN,
        wish.community,
        None,
        None,
    )
    assert not any(
        [
            gone.title,
            gone.story,
            gone.alias,
            gone.as_written,
            gone.thanks,
            gone.reason,
        ]
    )
    assert (told(outcome), counts(outcome)) == (
        [("withdrawn", "per_helper")],
        [("per_helper", -1)],
    )


@pytest.mark.parametrize(
    "state", [S.FULFILLED, S.REJECTED, S.EXPIRED, S.WITHDRAWN]
)
def test_history_of_somebody_who_is_gone_stays_countable(state):
    outcome = erasure.forget_owner(
        a_wish(state, a_claim(state=C.CONFIRMED, minutes=60), rating=5), START
    )
    assert (
        outcome.entity.state,
        outcome.entity.rating,
        outcome.entity.claims[0].minutes,
    ) == (state, 5, 60)


def test_what_a_helper_who_is_gone_had_taken_goes_back_to_the_wall():
    outcome = release_claims_of(
        a_wish(S.CLAIMED, a_claim()), "per_helper", START
    )
    assert (outcome.entity.state, counts(outcome)) == (
        S.OPEN,
        [("per_helper", -1)],
    )
    done = a_wish(S.FULFILLED, a_claim(state=C.CONFIRMED))
    assert release_claims_of(done, "per_helper", START).entity == done
    assert erasure.forget_helper(done, "per_helper").entity == done


@pytest.mark.parametrize("state", [S.OPEN, S.CLAIMED])
def test_only_the_claim_of_the_helper_who_left_is_released(state):
    others = a_claim("per_other")
    wish = a_wish(state, a_claim(), others, helpers_needed=3)
    outcome = release_claims_of(wish, "per_helper", START)
    assert outcome.entity.state is S.OPEN
    assert outcome.entity.active == (others,)
    recipients = [message.audience for message in outcome.messages]
    assert recipients == [OnePerson("per_owner"), StaffOnDuty(UNIT)]


def test_a_former_contact_is_removed_from_the_wish_that_they_filed():
    wish = a_wish(proxy_id="per_son")
    assert remove_contact(wish, {"per_son"}).entity.proxy_id is None
    assert remove_contact(wish, {"per_x"}).entity == wish
