"""Two volunteers for one place, or one who answers twice: one wins, the other gets a message.

Each guard has a control: without it, the same race goes wrong.
"""

from collections import Counter as Tally

import pytest

from ..world import World
from . import seams
from .cloud import note
from .facts import count_of
from .hands import a_little_later, at_once
from .offer_hands import (
    ACCEPTED,
    DECLINED,
    OFFERED,
    REASON,
    ROUNDS,
    TAKEN,
    accept,
    answering,
    assert_lost,
    claim,
    end,
    heard,
    helpers,
    history,
    late_hand_over,
    move,
    offer,
    rest,
)
from .story import just_before_commit

# two who want the same place


def test_accept_against_a_claim_has_one_winner_and_informs_the_loser(
    embedded_world: World,
) -> None:
    world, resident = embedded_world, embedded_world.resident()
    world.open_wish(resident, title="一床棉被")
    anna, bo = world.volunteer(), world.volunteer()
    winners: Tally[str] = Tally()
    for _ in range(ROUNDS):
        wish = world.open_wish(resident)
        asked = world.offer(wish, anna)
        accepted, claimed = at_once(
            accept(anna, asked), a_little_later(claim(bo, wish), 0.02)
        )
        rest(world)
        assert sorted([accepted.status, claimed.status]) == [200, 409]
        if accepted.status == 200:
            assert (helpers(wish), offer(asked).state) == (
                [anna.me["id"]],
                ACCEPTED,
            )
            assert claimed.code == "wish.already_claimed"
            assert not heard(asked, "offer.superseded")
        else:
            assert helpers(wish) == [bo.me["id"]]
            assert_lost(accepted, TAKEN, asked)
        winners["accept" if accepted.status == 200 else "claim"] += 1
        assert count_of(anna.me["id"]) + count_of(bo.me["id"]) == 1
        end(world, wish)
    note(f"won by {winners}")


def test_a_claim_between_reading_and_accepting_wins_and_is_reported(
    embedded_world: World,
) -> None:
    world, anna, bo = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.volunteer(),
    )
    world.open_wish(title="一床棉被")
    wish = world.open_wish()
    asked = world.offer(wish, anna)
    with just_before_commit(claim(bo, wish)) as happened:
        late = accept(anna, asked)()
    assert happened[0].status == 200
    rest(world)
    assert helpers(wish) == [bo.me["id"]]
    assert_lost(late, TAKEN, asked)
    assert len(world.sms_to(anna.me["phone"], "offer.superseded")) == 1


def test_an_acceptance_between_a_look_at_the_wall_and_the_claim_wins(
    embedded_world: World,
) -> None:
    world, anna, bo = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.volunteer(),
    )
    wish = world.open_wish()
    asked = world.offer(wish, anna)
    with just_before_commit(accept(anna, asked)) as happened:
        late = claim(bo, wish)()
    assert happened[0].status == 200
    rest(world)
    assert (helpers(wish), late.code) == (
        [anna.me["id"]],
        "wish.already_claimed",
    )


def test_without_the_version_condition_two_get_the_last_place(
    embedded_world: World,
) -> None:
    """The control of the three above."""
    world, anna, bo = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.volunteer(),
    )
    wish = world.open_wish()
    asked = world.offer(wish, anna)
    with (
        seams.without_versions(),
        just_before_commit(claim(bo, wish)) as happened,
    ):
        both = [
            accept(anna, asked)().status,
            *(answer.status for answer in happened),
        ]
    assert both == [200, 200]
    with pytest.raises(AssertionError):
        rest(world)


def test_three_who_were_asked_and_five_at_the_wall_run_for_three_places(
    embedded_world: World,
) -> None:
    world, resident = embedded_world, embedded_world.resident()
    world.open_wish(resident, title="一床棉被")
    asked, others = (
        [world.volunteer() for _ in range(3)],
        [world.volunteer() for _ in range(5)],
    )
    accepted = 0
    for _ in range(ROUNDS):
        wish = world.open_wish(resident, helpers_needed=3)
        offers = [world.offer(wish, phone) for phone in asked]
        given = at_once(
            *map(accept, asked, offers),
            *[a_little_later(claim(phone, wish), 0.2) for phone in others],
        )
        rest(world)
        assert [answer.status for answer in given].count(200) == 3
        won = {
            phone.me["id"]
            for phone, answer in zip([*asked, *others], given, strict=True)
            if answer.status == 200
        }
        assert set(helpers(wish)) == won
        for made, answer in zip(offers, given[:3], strict=True):
            if answer.status == 200:
                assert offer(made).state is ACCEPTED
                accepted += 1
            else:
                assert_lost(answer, TAKEN, made)
        assert {
            answer.code for answer in given[3:] if answer.status != 200
        } <= {"wish.already_claimed"}
        end(world, wish)
    note(
        f"{accepted} of {3 * ROUNDS} places were taken by those who were asked"
    )


def test_two_who_were_asked_before_one_place_was_taken_run_for_the_other(
    embedded_world: World,
) -> None:
    """The job about the claim is late: both offers still wait, and one place is left."""
    world, resident = embedded_world, embedded_world.resident()
    world.open_wish(resident, title="一床棉被")
    asked, bo = [world.volunteer() for _ in range(2)], world.volunteer()
    for _ in range(ROUNDS):
        wish = world.open_wish(resident, helpers_needed=2)
        offers = [world.offer(wish, phone) for phone in asked]
        with late_hand_over(world):
            assert claim(bo, wish)().status == 200
            given = at_once(*map(accept, asked, offers))
        rest(world)
        assert sorted(answer.status for answer in given) == [200, 409]
        for made, answer in zip(offers, given, strict=True):
            if answer.status != 200:
                assert_lost(answer, TAKEN, made)
        end(world, wish)


# one offer, answered twice


def test_two_phones_of_one_volunteer_that_accept_at_once_make_one_claim(
    embedded_world: World,
) -> None:
    world, anna, resident = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.resident(),
    )
    codes: Tally[str] = Tally()
    for _ in range(ROUNDS):
        wish = world.open_wish(resident, helpers_needed=2)
        asked = world.offer(wish, anna)
        given = at_once(*[accept(anna, asked)] * 4)
        rest(world)
        assert [answer.status for answer in given].count(200) == 1
        codes.update(answer.code for answer in given if answer.status != 200)
        assert helpers(wish) == [anna.me["id"]]
        assert (offer(asked).state, count_of(anna.me["id"])) == (ACCEPTED, 1)
        assert not heard(asked, "offer.superseded")
        end(world, wish)
    assert codes.keys() <= {"offer.wrong_state", "wish.already_helping"}, codes
    note(f"the other phones were told {codes}")


@pytest.mark.parametrize("name", ["accept", "decline"])
def test_one_tap_sent_ten_times_answers_once(
    embedded_world: World, name: str
) -> None:
    world, anna, resident = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.resident(),
    )
    for n in range(ROUNDS):
        wish = world.open_wish(resident)
        asked = world.offer(wish, anna)
        given = at_once(
            *[answering(anna, asked, name, idempotency_key=f"tap{n}")] * 10
        )
        assert {answer.status for answer in given} == {200}
        assert len({answer.text for answer in given}) == 1
        taken = [anna.me["id"]] if name == "accept" else []
        assert helpers(wish) == taken
        assert count_of(anna.me["id"]) == len(taken)
        assert (history(anna).accepted, history(anna).refused) == (
            (n + 1, 0) if taken else (0, n + 1)
        )
        rest(world)
        end(world, wish)


def test_accepting_on_one_phone_races_declining_on_another(
    embedded_world: World,
) -> None:
    world, anna, resident = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.resident(),
    )
    for _ in range(ROUNDS):
        wish = world.open_wish(resident)
        asked = world.offer(wish, anna)
        yes, no = at_once(
            accept(anna, asked),
            a_little_later(answering(anna, asked, "decline")),
        )
        rest(world)
        assert sorted([yes.status, no.status]) == [200, 409]
        assert (yes if no.status == 200 else no).code == "offer.wrong_state"
        assert helpers(wish) == ([anna.me["id"]] if yes.status == 200 else [])
        assert offer(asked).state is (
            ACCEPTED if yes.status == 200 else DECLINED
        )
        end(world, wish)


def test_accepting_on_one_phone_races_claiming_on_another(
    embedded_world: World,
) -> None:
    world, anna, resident = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.resident(),
    )
    won: Tally[str] = Tally()
    for n in range(ROUNDS):
        wish = world.open_wish(resident, helpers_needed=1 + n % 2)
        asked = world.offer(wish, anna)
        yes, claimed = at_once(
            accept(anna, asked), a_little_later(claim(anna, wish), 0.02)
        )
        rest(world)
        assert sorted([yes.status, claimed.status]) == [200, 409]
        assert claimed.status == 200 or claimed.code == "wish.already_helping"
        assert yes.status == 200 or yes.code in {
            "wish.already_helping",
            "offer.wrong_state",
        }
        won["offer" if yes.status == 200 else "wall"] += 1
        assert helpers(wish) == [anna.me["id"]]
        assert (offer(asked).state, count_of(anna.me["id"])) == (ACCEPTED, 1)
        assert not heard(asked, "offer.superseded"), (
            "she is told that somebody else has it, and it is she"
        )
        end(world, wish)
    note(f"won by {won}")


def test_a_claim_of_an_offered_wish_accepts_the_offer(
    embedded_world: World,
) -> None:
    world, anna, bo = (
        embedded_world,
        embedded_world.volunteer(),
        embedded_world.volunteer(),
    )
    wish = world.open_wish(helpers_needed=2)
    first, second = world.offer(wish, anna), world.offer(wish, bo)
    assert claim(anna, wish)().status == 200
    rest(world)
    assert [offer(first).state, offer(second).state] == [ACCEPTED, OFFERED]
    assert not heard(first, "offer.superseded") + heard(
        second, "offer.superseded"
    )


def test_a_claim_released_at_once_leaves_no_offer(
    embedded_world: World,
) -> None:
    world, anna = embedded_world, embedded_world.volunteer()
    wish = world.open_wish()
    asked = world.offer(wish, anna)
    with late_hand_over(world):
        assert claim(anna, wish)().status == 200
        assert move(anna, wish, "release", REASON)().status == 200
    rest(world)
    assert offer(asked).state is ACCEPTED
    assert not heard(asked, "offer.superseded")
