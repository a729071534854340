"""The table of moves against the contract's, what a wish waits for, and what each caller may do."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.kernel.access import STAFF, Actor, Relation, relations
from chalicelib.kernel.errors import Conflict, Forbidden
from chalicelib.wishes.model import (
    PUBLIC_STATES,
    TABLE,
    ClaimState,
    Safeguarding,
    WishState,
)

from ..world import BAIHUA, START
from .builders import a_claim, a_dispute, a_wish

WHO = {
    "owner": frozenset({Relation.SIGNED_IN, Relation.OWNER}),
    "helper": frozenset(
        {Relation.SIGNED_IN, Relation.HELPER, Relation.VOLUNTEER}
    ),
    "volunteer": frozenset({Relation.SIGNED_IN, Relation.VOLUNTEER}),
    "staff": frozenset({Relation.SIGNED_IN, *STAFF}),
    "grid_worker": frozenset({Relation.SIGNED_IN, Relation.GRID_WORKER}),
    "neighbour": frozenset({Relation.SIGNED_IN, Relation.PUBLIC}),
    "system": frozenset({Relation.SYSTEM}),
}

# The moves of the contract, by hand: from, move, who -> to. "staff" is every staff role in scope,
# the clock is "system".
CONTRACT = """
submitted  approve    staff         open
submitted  reject     staff         rejected
submitted  edit       owner,staff   submitted
submitted  withdraw   owner,staff   withdrawn
submitted  expire     system        expired
open       claim      volunteer     claimed
open       edit       owner         submitted
open       edit       staff         open
open       unpublish  staff         submitted
open       withdraw   owner,staff   withdrawn
open       expire     system        expired
claimed    release    helper,staff  open
claimed    deliver    helper,staff  delivered
claimed    withdraw   owner,staff   withdrawn
claimed    tell_late  system        claimed
delivered  confirm    owner,staff   fulfilled
delivered  dispute    owner,staff   disputed
delivered  ask_staff  system        delivered
disputed   confirm    staff         fulfilled
disputed   reopen     staff         open
fulfilled  confirm    owner         fulfilled
rejected   reopen     owner,staff   submitted
withdrawn  reopen     owner,staff   submitted
expired    reopen     owner,staff   submitted
"""
# Left open by the contract: a wish still needed is kept, visits take place while claimed, and one
# of several helpers may leave before all have come.
ADDED = """
open       keep       owner,staff   open
claimed    check-in   helper,staff  claimed
claimed    check-out  helper,staff  claimed
open       release    helper,staff  open
open       confirm    owner,staff   fulfilled
claimed    confirm    owner,staff   claimed
open       dispute    owner,staff   open
claimed    dispute    owner,staff   claimed
open       reopen     staff         open
claimed    reopen     staff         open
delivered  reopen     staff         open
open       deliver    helper,staff  open
open       check-in   helper,staff  open
open       check-out  helper,staff  open
open       tell_late  system        open
open       ask_staff  system        open
claimed    ask_staff  system        claimed
submitted  move_home  system        submitted
open       move_home  system        open
claimed    move_home  system        claimed
open       check      staff         open
claimed    check      staff         claimed
delivered  check      staff         delivered
disputed   check      staff         disputed
open       hide       staff         open
claimed    hide       staff         claimed
delivered  hide       staff         delivered
fulfilled  hide       staff         fulfilled
fulfilled  check      staff         fulfilled
open      end_claim system open
claimed   end_claim system open
submitted forget_owner system withdrawn
open      forget_owner system withdrawn
claimed   forget_owner system withdrawn
delivered forget_owner system withdrawn
disputed  forget_owner system withdrawn
fulfilled forget_owner system fulfilled
rejected  forget_owner system rejected
withdrawn forget_owner system withdrawn
expired   forget_owner system expired
"""
ADDED += "".join(f"{state} settle-hours staff {state}\n" for state in WishState)
ALSO = {
    "staff": ["staff", "grid_worker"],
    "volunteer": ["volunteer", "helper"],
}  # a helper is a volunteer


def expected() -> dict[tuple[str, str, str], str]:
    lines = [
        line.split() for line in (CONTRACT + ADDED).strip().splitlines() if line
    ]
    return {
        (source, move, one): target
        for source, move, who, target in lines
        for party in who.split(",")
        for one in ALSO.get(party, [party])
    }


EXPECTED = expected()
MOVES = sorted({move for _, move, _ in EXPECTED})


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("move", MOVES)
def test_the_table_is_the_contracts(move, who):
    for state in WishState:
        target = EXPECTED.get((state.value, move, who))
        if target:
            assert TABLE.go(state, move, WHO[who]).target.value == target
            continue
        known = any(
            source == state.value and name == move
            for source, name, _ in EXPECTED
        )
        with pytest.raises(Forbidden if known else Conflict):
            TABLE.go(state, move, WHO[who])


def test_the_table_knows_no_other_moves():
    assert {row.name for row in TABLE.rows} == set(MOVES)
    assert {
        tag.partition(".")[0] for row in TABLE.rows for tag in row.events
    } == {"wish"}


@pytest.mark.parametrize("who", WHO)
def test_the_moves_on_offer_are_those_that_would_be_taken(who):
    for state in WishState:
        wanted = {
            move
            for source, move, one in EXPECTED
            if (source, one) == (state.value, who)
        }
        assert set(TABLE.moves(state, WHO[who])) == wanted


def test_what_the_public_may_see():
    assert {state.value for state in PUBLIC_STATES} == {
        "open",
        "claimed",
        "delivered",
        "fulfilled",
    }
    assert a_wish(WishState.SUBMITTED).as_resource().public is False


# moves for one caller


def test_a_helper_is_offered_moves_of_their_own_claim_only():
    wish = a_wish(WishState.CLAIMED, a_claim())
    assert wish.moves("per_helper", WHO["helper"]) == [
        "release",
        "check-in",
        "deliver",
    ]
    inside = a_wish(WishState.CLAIMED, a_claim(checked_in_at=START))
    assert inside.moves("per_helper", WHO["helper"]) == [
        "release",
        "check-out",
        "deliver",
    ]
    assert wish.moves("per_other", WHO["volunteer"]) == []


def test_helpers_and_the_owner_are_not_offered_to_claim_the_wish():
    wish = a_wish(WishState.OPEN, a_claim(), helpers_needed=2)
    assert wish.moves("per_helper", WHO["helper"]) == [
        "release",
        "check-in",
        "deliver",
    ]
    assert wish.moves("per_other", WHO["volunteer"]) == ["claim"]
    assert "claim" not in wish.moves(
        "per_owner", WHO["owner"] | WHO["volunteer"]
    )


def test_staff_are_offered_moves_about_claims_only_where_there_is_one():
    assert "release" not in a_wish(WishState.OPEN, helpers_needed=2).moves(
        "per_staff", WHO["staff"]
    )
    assert "release" in a_wish(
        WishState.OPEN, a_claim(), helpers_needed=2
    ).moves("per_staff", WHO["staff"])


def test_no_person_is_offered_what_the_clock_does():
    for state in WishState:
        for who in set(WHO) - {"system"}:
            assert not {"expire", "tell_late", "ask_staff"} & set(
                a_wish(state, a_claim()).moves("per_helper", WHO[who])
            )


# places, and what waits


@pytest.mark.parametrize(
    ("needed", "held", "left"), [(1, 0, 1), (1, 1, 0), (5, 2, 3), (2, 5, 0)]
)
def test_places_that_are_left(needed, held, left):
    claims = [a_claim(f"per_{n}") for n in range(held)]
    assert (
        a_wish(
            WishState.OPEN,
            *claims,
            a_claim("per_gone", ClaimState.RELEASED),
            helpers_needed=needed,
        ).places_left
        == left
    )


def test_delivered_claims_take_a_place_but_are_not_active():
    wish = a_wish(
        WishState.CLAIMED,
        a_claim("per_1"),
        a_claim("per_2", ClaimState.DELIVERED),
        a_claim("per_3", ClaimState.CONFIRMED),
    )
    assert (len(wish.held), len(wish.active)) == (3, 1)


@pytest.mark.parametrize(
    ("safeguarding", "vetted"),
    [
        ((), False),
        ((Safeguarding.ALONE,), False),
        ((Safeguarding.MINOR,), True),
        ((Safeguarding.ALONE, Safeguarding.BEDRIDDEN), True),
    ],
)
def test_when_a_vetted_volunteer_is_needed(safeguarding, vetted):
    assert a_wish(safeguarding=safeguarding).vetting_required is vetted


def test_a_wish_nobody_looks_at_expires_after_thirty_days():
    assert a_wish(WishState.SUBMITTED).deadlines() == {
        "expire": START + timedelta(days=30)
    }


def test_a_wish_nobody_takes_expires_three_days_after_it_was_needed():
    instant = a_wish(WishState.OPEN).deadlines()[
        "expire"
    ]  # needed by 7 December
    assert (
        datetime(2026, 12, 9, 16, tzinfo=UTC)
        <= instant
        <= datetime(2026, 12, 10, 16, tzinfo=UTC)
    )


def test_a_wish_that_came_late_to_the_wall_stays_for_three_days():
    late = datetime(2026, 12, 20, tzinfo=UTC)
    assert a_wish(WishState.OPEN, listed_at=late).deadlines()[
        "expire"
    ] == late + timedelta(days=3)


def test_staff_are_informed_once_when_the_local_day_of_a_delivery_ends():
    wish = a_wish(WishState.CLAIMED, a_claim())
    assert wish.deadlines()["tell_late"] == datetime(
        2026, 12, 7, 16, tzinfo=UTC
    )
    late = a_wish(WishState.CLAIMED, a_claim(told=("late",)))
    assert "tell_late" not in late.deadlines()


def test_staff_ask_after_three_days_without_an_answer_and_once():
    wish = a_wish(
        WishState.DELIVERED,
        a_claim(state=ClaimState.DELIVERED),
    )
    assert wish.deadlines()["ask_staff"] == START + timedelta(days=3)
    asked = a_claim(state=ClaimState.DELIVERED, told=("unconfirmed",))
    assert replace(wish, claims=(asked,)).deadlines() == {}


@pytest.mark.parametrize(
    "state",
    [
        WishState.FULFILLED,
        WishState.REJECTED,
        WishState.WITHDRAWN,
        WishState.EXPIRED,
        WishState.DISPUTED,
    ],
)
def test_what_is_over_waits_for_nothing(state):
    assert a_wish(state).deadlines() == {}


def test_what_waits_for_staff_and_until_when():
    waiting = {
        "wish.approve": a_wish(WishState.SUBMITTED),
        "wish.dispute": a_wish(WishState.DISPUTED, a_dispute()),
        "wish.late": a_wish(WishState.CLAIMED, a_claim(told=("late",))),
        "wish.unconfirmed": a_wish(
            WishState.DELIVERED,
            a_claim(state=ClaimState.DELIVERED, told=("unconfirmed",)),
        ),
        "wish.hours": a_wish(
            WishState.FULFILLED,
            a_claim(state=ClaimState.CONFIRMED, hours_by=START),
        ),
    }
    for what, wish in waiting.items():
        found = wish.waits_for_staff()
        assert found
        assert found[0] == what
    for wish in (
        a_wish(WishState.OPEN),
        a_wish(WishState.CLAIMED),
        a_wish(WishState.DELIVERED, a_claim(state=ClaimState.DELIVERED)),
        a_wish(WishState.FULFILLED),
    ):
        assert wish.waits_for_staff() is None


def test_a_wish_belongs_to_its_places_community_and_is_late_after_its_day():
    wish = a_wish(needed_by=date(2026, 11, 23))
    assert wish.community == BAIHUA
    assert wish.late_at == datetime(2026, 11, 23, 16, tzinfo=UTC)


def test_the_contact_who_filed_it_is_an_owner_while_they_represent_the_resident():
    resource = a_wish(proxy_id="per_son").as_resource()
    assert resource.relations[Relation.OWNER] == {"per_owner"}
    son = Actor(id="per_son")
    assert Relation.OWNER not in relations(son, resource)
    assert Relation.OWNER in relations(son.representing("per_owner"), resource)
    assert Relation.OWNER not in relations(son.representing("per_x"), resource)
    helpers = (
        a_wish(
            WishState.CLAIMED,
            a_claim(),
            a_claim("per_gone", ClaimState.RELEASED),
        )
        .as_resource()
        .relations[Relation.HELPER]
    )
    assert helpers == {"per_helper"}
