"""Eight threads, one offer. Whoever is first has it, nobody is asked for a place that is taken, and every loser hears it.

Races run in threads on the embedded store, several rounds each; what threads meet too rarely is told in its one bad order.
Each guard has a control: without it, the same race goes wrong.
"""

import random
import threading
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar
from unittest import mock

import pytest

from chalicelib.kernel.errors import Busy, Refusal
from chalicelib.kernel.jobs import JobRecord
from chalicelib.matching.model import Run
from chalicelib.message_log.model import DeliveryState, MessageAttempt
from chalicelib.offers.model import Offer, OfferState, VolunteerHistory
from chalicelib.store.transaction_items import ItemBuilder
from chalicelib.wishes.model import State, Wish

from ..storage import intercepted
from ..store.scan import PK
from ..world import BAIHUA, JINFENG, Answer, Phone, World
from .cloud import note
from .facts import check, check_offers_at_rest, count_of, every, live, offers_of, timers, wish_of
from .hands import a_little_later, at_once, insist, told
from .story import just_before_commit

T = TypeVar("T")
OFFERED, ACCEPTED, DECLINED = OfferState.OFFERED, OfferState.ACCEPTED, OfferState.DECLINED
EXPIRED, SUPERSEDED = OfferState.EXPIRED, OfferState.SUPERSEDED
TAKEN = {"wish.already_claimed", "offer.wrong_state"}  # somebody was quicker; her offer still waits for its end, or has ended
OVER = {"offer.over", "offer.wrong_state"}  # the wish is over; the same
TOLD = (DeliveryState.SENT, DeliveryState.HELD)  # by itself, or in the digest of who was told a lot this week
ROUNDS = 6
MOMENT = timedelta(milliseconds=1)
REASON = {"reason": "临时有事"}


def run(world: World) -> int:
    """Match the community as the queue has it done: a run that comes to nothing is brought again; return how often."""
    for tries in range(1, 20):
        try:
            world.services.matching.match_community(BAIHUA)
        except Busy:
            continue
        return tries
    raise AssertionError("busy for ever")


def answer(phone: Phone, offer_id: str, move: str, **headers: str) -> Callable[[], Answer]:
    body = {} if move == "decline" else None
    return lambda: insist(lambda: phone.post(f"/v1/offers/{offer_id}/{move}", body, **headers))


def accept(phone: Phone, offer_id: str, **headers: str) -> Callable[[], Answer]:
    return answer(phone, offer_id, "accept", **headers)


def move(phone: Phone, wish_id: str, name: str, body: Any = None) -> Callable[[], Answer]:
    return lambda: insist(lambda: phone.post(f"/v1/wishes/{wish_id}/{name}", body))


def claim(phone: Phone, wish_id: str) -> Callable[[], Answer]:
    return move(phone, wish_id, "claim")


def offer(offer_id: str) -> Offer:
    return next(one for one in every(Offer) if one.id == offer_id)


def standing(phone: Phone) -> VolunteerHistory:
    return next(one for one in every(VolunteerHistory) if one.id == phone.me["id"])


def heard(about: str, kind: str) -> int:
    """Return how often somebody was told something about an offer."""
    return sum(line.state in TOLD for line in every(MessageAttempt) if (line.about, line.kind) == (about, kind))


def helpers(wish_id: str) -> list[str]:
    return [claim.helper for claim in wish_of(wish_id).held]


def rest(world: World) -> None:
    """Let everything run that is due; nobody is looked for anew meanwhile."""
    world.pass_time(seconds=60)
    check()
    check_offers_at_rest()


def end(world: World, wish_id: str) -> None:
    """Free everybody for the next round."""
    assert move(world.phone_of(world.admin), wish_id, "withdraw", {})().status == 200


def assert_lost(given: Answer, codes: set[str], offer_id: str) -> None:
    """She came too late, is shown what she could do instead, and is told that she need not think of it any more."""
    assert (given.status, given.headers["content-type"]) == (409, "application/problem+json")
    assert given.code in codes, given.text
    assert given.code != "offer.wrong_state" or given.json["state"] == "superseded", given.text
    assert given.json["similar"], "she is shown nothing similar"
    assert offer(offer_id).state is SUPERSEDED
    assert heard(offer_id, "offer.superseded") == 1


# runs


@pytest.mark.parametrize("runs", [2, 4, 8])
def test_of_runs_at_once_no_place_is_offered_twice_and_nobody_has_more_offers_than_she_can_answer(
    embedded_world: World, runs: int
) -> None:
    world, resident = embedded_world, embedded_world.resident()
    volunteers = {phone.me["id"]: (phone, n) for phone, n in ((world.volunteer(capacity=n), n) for n in (1, 2, 3) * 3)}
    carried = world.open_wish(resident, helpers_needed=5)
    for phone, capacity in volunteers.values():
        if capacity == 2:
            assert claim(phone, carried)().status == 200
    tries = []
    for needs in ([1, 2, 3, 1, 2, 3], [1, 1, 2, 1]):  # more than there is room for, and less
        wishes = [world.open_wish(resident, helpers_needed=need) for need in needs]
        tries += at_once(*[lambda: run(world)] * runs)
        check()
        check_offers_at_rest()
        waiting = live(every(Offer))
        for id, (_, capacity) in volunteers.items():
            assert sum(o.volunteer == id for o in waiting) + count_of(id) <= capacity, "she could not take all of it"
        assert sum(record.made for record in every(Run)) == len(every(Offer)), "every offer belongs to the run that made it"
        run(world)  # what two runs took from one another is made good by the next
        check()
        check_offers_at_rest()
        waiting = live(every(Offer))
        run(world)
        assert live(every(Offer)) == waiting, "a run that meets no other leaves nothing to the next"
        for wish in wishes:
            end(world, wish)
    note(f"{runs} runs at once, {len(every(Offer))} offers; brought {sum(tries)} times, {len(every(Run))} records")


def test_without_their_versions_two_runs_offer_the_same_place_twice(embedded_world: World) -> None:
    """The control: this is what the race above would not notice if it were too tame."""
    world = embedded_world
    first, *_ = [world.volunteer() for _ in range(9)]
    for _ in range(10):
        wish = world.open_wish()
        assert answer(first, world.offer(wish, first), "decline")().status == 200  # there is a search, and it goes on
        with mock.patch("chalicelib.store.transaction_items.ItemBuilder._unchanged", return_value=PK.exists()):
            at_once(*[lambda: run(world)] * 4)
        waiting = [offer for offer in live(every(Offer)) if offer.wish_id == wish]
        if len(waiting) > 1:
            break
    assert len(waiting) > 1
    with pytest.raises(AssertionError):
        check()


def test_who_carries_as_much_as_she_can_is_asked_for_nothing_more(embedded_world: World) -> None:
    world = embedded_world
    full, free = world.volunteer(capacity=1), world.volunteer(capacity=1)
    assert claim(full, world.open_wish())().status == 200
    wishes = [world.open_wish(), world.open_wish()]
    run(world)
    assert [offer.volunteer for offer in every(Offer)] == [free.me["id"]]
    assert {offer.wish_id for offer in every(Offer)} <= set(wishes)


def test_a_run_that_planned_before_another_one_does_not_fill_the_room_that_a_claim_takes(embedded_world: World) -> None:
    """She has room for two and carries one: two runs at once offer her one wish, not one each."""
    world, phone = embedded_world, embedded_world.volunteer(capacity=2)
    assert claim(phone, world.open_wish())().status == 200
    calm = world.open_wish()
    tomorrow = (world.clock.now() + timedelta(days=1)).date().isoformat()

    def meanwhile() -> str:
        urgent = world.open_wish(needed_by=tomorrow)
        run(world)
        return urgent

    with just_before_commit(meanwhile, "runs") as happened:
        run(world)
    assert [offer.wish_id for offer in every(Offer)] == happened, f"and not {calm} as well"
    check()


def test_two_runs_that_planned_the_same_person_for_two_places_ask_her_once(embedded_world: World) -> None:
    world, phone = embedded_world, embedded_world.volunteer()
    wish = world.open_wish(helpers_needed=2)
    with just_before_commit(lambda: run(world), "offers"):
        run(world)
    assert [offer.volunteer for offer in offers_of(wish)] == [phone.me["id"]]
    assert len(world.sms_to(phone.me["phone"], "offer.made")) == 1
    check()


# a run against what happens to the wish


def taken_while_it_is_offered(world: World, helper: Phone, **terms: Any) -> str:
    """Have somebody take a wish from the wall between a run's look and its offers."""
    wish = world.open_wish(**terms)
    with just_before_commit(claim(helper, wish), "offers") as happened:
        run(world)
    assert happened[0].status == 200
    return wish


def test_what_is_taken_from_the_wall_while_a_run_offers_it_is_offered_to_nobody(embedded_world: World) -> None:
    world, anna, bo = embedded_world, embedded_world.volunteer(), embedded_world.volunteer(JINFENG)
    wish = taken_while_it_is_offered(world, bo)
    assert helpers(wish) == [bo.me["id"]]
    assert not every(Offer)
    assert not world.sms_to(anna.me["phone"])
    rest(world)


def test_without_the_check_of_the_wish_somebody_stays_asked_for_what_is_taken(embedded_world: World) -> None:
    """The control: the job that hears of the claim has run by then, and nothing but its time will end this offer."""
    world, bo = embedded_world, embedded_world.volunteer(JINFENG)
    world.volunteer()

    def tame(builder: ItemBuilder, entity: Any) -> Any:
        with mock.patch("chalicelib.store.transaction_items.ItemBuilder._unchanged", return_value=PK.exists()):
            return checked(builder, entity)

    checked = ItemBuilder._check
    with mock.patch.object(ItemBuilder, "_check", tame):
        wish = taken_while_it_is_offered(world, bo)
    assert len(live(offers_of(wish))) == 1
    with pytest.raises(AssertionError, match="are asked for 0 places"):
        rest(world)


def test_who_takes_a_place_from_the_wall_while_a_run_offers_her_the_other_is_not_asked_for_it(embedded_world: World) -> None:
    world, anna = embedded_world, embedded_world.volunteer()
    wish = taken_while_it_is_offered(world, anna, helpers_needed=2)
    assert not every(Offer)
    bo = world.volunteer()
    run(world)
    assert [offer.volunteer for offer in live(offers_of(wish))] == [bo.me["id"]]
    rest(world)


def test_a_wish_that_takes_other_people_by_the_time_it_is_offered_is_left_to_the_next_run(embedded_world: World) -> None:
    world, staff = embedded_world, embedded_world.staff()
    world.volunteer()
    wish = world.open_wish()
    with just_before_commit(move(staff, wish, "edit", {"skills": ["电工"]}), "offers") as happened:
        run(world)
    assert happened[0].status == 200
    assert not every(Offer)
    able = world.volunteer(skills=["电工"])
    run(world)
    assert [offer.volunteer for offer in live(offers_of(wish))] == [able.me["id"]]


def test_claims_and_runs_at_once_leave_nobody_asked_for_what_is_taken(embedded_world: World) -> None:
    world, resident = embedded_world, embedded_world.resident()
    people = [world.volunteer() for _ in range(6)]
    claimants = [world.volunteer(JINFENG) for _ in range(3)]
    met: Tally[tuple[int, int]] = Tally()
    for _ in range(ROUNDS):
        wishes = [world.open_wish(resident, helpers_needed=need) for need in (1, 1, 2)]
        claims = [a_little_later(claim(p, w), 0.15) for p, w in zip(claimants, wishes, strict=True)]
        given = at_once(*claims, *[lambda: run(world)] * 2)
        assert [answer.status for answer in given[:3]] == [200] * 3, "a wall claim beats an offer"
        rest(world)
        assert len(live(offers_of(wishes[2]))) == 1
        met.update((len(offers_of(wish)), len(live(offers_of(wish)))) for wish in wishes)
        for wish in wishes:
            end(world, wish)
    note(f"offers made and alive per wish: {met} with {len(people)} people")


# two who want the same place


def test_accept_against_a_claim_has_one_winner_and_the_loser_is_told(embedded_world: World) -> None:
    world, resident = embedded_world, embedded_world.resident()
    world.open_wish(resident, title="一床棉被")
    anna, bo = world.volunteer(), world.volunteer()
    winners: Tally[str] = Tally()
    for _ in range(ROUNDS):
        wish = world.open_wish(resident)
        asked = world.offer(wish, anna)
        accepted, claimed = at_once(accept(anna, asked), a_little_later(claim(bo, wish), 0.02))
        rest(world)
        assert sorted([accepted.status, claimed.status]) == [200, 409]
        if accepted.status == 200:
            assert (helpers(wish), offer(asked).state) == ([anna.me["id"]], ACCEPTED)
            assert claimed.code == "wish.already_claimed"
            assert not heard(asked, "offer.superseded")
        else:
            assert helpers(wish) == [bo.me["id"]]
            assert_lost(accepted, TAKEN, asked)
        winners["accept" if accepted.status == 200 else "claim"] += 1
        assert count_of(anna.me["id"]) + count_of(bo.me["id"]) == 1
        end(world, wish)
    note(f"won by {winners}")


def test_a_claim_between_her_look_and_her_acceptance_wins_and_she_is_told(embedded_world: World) -> None:
    world, anna, bo = embedded_world, embedded_world.volunteer(), embedded_world.volunteer()
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


def test_an_acceptance_between_a_look_at_the_wall_and_the_claim_wins(embedded_world: World) -> None:
    world, anna, bo = embedded_world, embedded_world.volunteer(), embedded_world.volunteer()
    wish = world.open_wish()
    asked = world.offer(wish, anna)
    with just_before_commit(accept(anna, asked)) as happened:
        late = claim(bo, wish)()
    assert happened[0].status == 200
    rest(world)
    assert (helpers(wish), late.code) == ([anna.me["id"]], "wish.already_claimed")


def test_without_the_version_condition_an_acceptance_and_a_claim_are_both_promised_the_last_place(embedded_world: World) -> None:
    """The control of the three above."""
    world, anna, bo = embedded_world, embedded_world.volunteer(), embedded_world.volunteer()
    wish = world.open_wish()
    asked = world.offer(wish, anna)
    with (
        mock.patch("chalicelib.store.transaction_items.ItemBuilder._unchanged", return_value=PK.exists()),
        just_before_commit(claim(bo, wish)) as happened,
    ):
        both = [accept(anna, asked)().status, *(answer.status for answer in happened)]
    assert both == [200, 200]
    with pytest.raises(AssertionError):
        rest(world)


def test_three_who_were_asked_and_five_at_the_wall_run_for_three_places(embedded_world: World) -> None:
    world, resident = embedded_world, embedded_world.resident()
    world.open_wish(resident, title="一床棉被")
    asked, others = [world.volunteer() for _ in range(3)], [world.volunteer() for _ in range(5)]
    accepted = 0
    for _ in range(ROUNDS):
        wish = world.open_wish(resident, helpers_needed=3)
        offers = [world.offer(wish, phone) for phone in asked]
        given = at_once(*map(accept, asked, offers), *[a_little_later(claim(phone, wish), 0.2) for phone in others])
        rest(world)
        assert [answer.status for answer in given].count(200) == 3
        won = {phone.me["id"] for phone, answer in zip([*asked, *others], given, strict=True) if answer.status == 200}
        assert set(helpers(wish)) == won
        for made, answer in zip(offers, given[:3], strict=True):
            if answer.status == 200:
                assert offer(made).state is ACCEPTED
                accepted += 1
            else:
                assert_lost(answer, TAKEN, made)
        assert {answer.code for answer in given[3:] if answer.status != 200} <= {"wish.already_claimed"}
        end(world, wish)
    note(f"{accepted} of {3 * ROUNDS} places were taken by those who were asked")


def test_two_who_were_asked_before_one_place_was_taken_run_for_the_other(embedded_world: World) -> None:
    """The job that hears of the claim is late: both offers still wait, and one place is left."""
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


@contextmanager
def late_hand_over(world: World) -> Iterator[None]:
    """Let the queue take nothing: what is due at once is left to the sweep."""
    with mock.patch.object(world.services.outbox._queue, "enqueue", return_value=set()):
        yield


# one offer, answered twice


def test_two_phones_of_one_volunteer_accept_at_once_and_she_has_the_wish_once(embedded_world: World) -> None:
    world, anna, resident = embedded_world, embedded_world.volunteer(), embedded_world.resident()
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
def test_one_tap_sent_ten_times_answers_once(embedded_world: World, name: str) -> None:
    world, anna, resident = embedded_world, embedded_world.volunteer(), embedded_world.resident()
    for n in range(ROUNDS):
        wish = world.open_wish(resident)
        asked = world.offer(wish, anna)
        given = at_once(*[answer(anna, asked, name, idempotency_key=f"tap{n}")] * 10)
        assert {answer.status for answer in given} == {200}
        assert len({answer.text for answer in given}) == 1
        taken = [anna.me["id"]] if name == "accept" else []
        assert helpers(wish) == taken
        assert count_of(anna.me["id"]) == len(taken)
        assert (standing(anna).accepted, standing(anna).refused) == ((n + 1, 0) if taken else (0, n + 1))
        rest(world)
        end(world, wish)


def test_she_accepts_on_one_phone_and_declines_on_the_other(embedded_world: World) -> None:
    world, anna, resident = embedded_world, embedded_world.volunteer(), embedded_world.resident()
    for _ in range(ROUNDS):
        wish = world.open_wish(resident)
        asked = world.offer(wish, anna)
        yes, no = at_once(accept(anna, asked), a_little_later(answer(anna, asked, "decline")))
        rest(world)
        assert sorted([yes.status, no.status]) == [200, 409]
        assert (yes if no.status == 200 else no).code == "offer.wrong_state"
        assert helpers(wish) == ([anna.me["id"]] if yes.status == 200 else [])
        assert offer(asked).state is (ACCEPTED if yes.status == 200 else DECLINED)
        end(world, wish)


def test_she_accepts_on_one_phone_and_takes_it_from_the_wall_on_the_other(embedded_world: World) -> None:
    world, anna, resident = embedded_world, embedded_world.volunteer(), embedded_world.resident()
    won: Tally[str] = Tally()
    for n in range(ROUNDS):
        wish = world.open_wish(resident, helpers_needed=1 + n % 2)
        asked = world.offer(wish, anna)
        yes, claimed = at_once(accept(anna, asked), a_little_later(claim(anna, wish), 0.02))
        rest(world)
        assert sorted([yes.status, claimed.status]) == [200, 409]
        assert claimed.status == 200 or claimed.code == "wish.already_helping"
        assert yes.status == 200 or yes.code in {"wish.already_helping", "offer.wrong_state"}
        won["offer" if yes.status == 200 else "wall"] += 1
        assert helpers(wish) == [anna.me["id"]]
        assert (offer(asked).state, count_of(anna.me["id"])) == (ACCEPTED, 1)
        assert not heard(asked, "offer.superseded"), "she is told that somebody else has it, and it is she"
        end(world, wish)
    note(f"won by {won}")


def test_who_takes_her_own_offer_from_the_wall_has_accepted_and_the_other_stays_asked(embedded_world: World) -> None:
    world, anna, bo = embedded_world, embedded_world.volunteer(), embedded_world.volunteer()
    wish = world.open_wish(helpers_needed=2)
    first, second = world.offer(wish, anna), world.offer(wish, bo)
    assert claim(anna, wish)().status == 200
    rest(world)
    assert [offer(first).state, offer(second).state] == [ACCEPTED, OFFERED]
    assert not heard(first, "offer.superseded") + heard(second, "offer.superseded")


def test_who_took_it_from_the_wall_and_gave_it_back_before_anybody_looked_is_not_left_with_the_offer(
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


# the time to answer


class Skewed:
    """A clock that is ahead for some threads, as those of two machines are."""

    def __init__(self, world: World) -> None:
        self._world, self._ahead = world, threading.local()

    def now(self) -> datetime:
        return self._world.clock.now() + getattr(self._ahead, "by", timedelta(0))

    def ahead(self, by: timedelta, do: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            self._ahead.by = by
            try:
                return do()
            finally:
                self._ahead.by = timedelta(0)

        return run


def about_to_expire(world: World, anna: Phone, resident: Phone) -> tuple[str, str, Callable[[], Any]]:
    """Ask somebody, and let time pass until a moment before it is too late; return wish, offer, and the alarm's job."""
    clock = Skewed(world)
    wish = world.open_wish(resident)
    asked = world.offer(wish, anna)
    world.services.offer_jobs._clock = clock
    (timer,) = timers(asked)
    world.clock.move_to(timer.at - MOMENT)
    return wish, asked, clock.ahead(MOMENT, lambda: world.services.dispatcher.run(timer))


def again(world: World, phone: Phone) -> Phone:
    """Sign in again: time passes, and tokens last half an hour."""
    person = world.services.people.find(phone.me["id"])
    assert person
    return world.phone_of(person)


@pytest.mark.parametrize("name", ["accept", "decline"])
def test_an_answer_at_the_moment_at_which_the_offer_expires_counts_or_is_too_late(embedded_world: World, name: str) -> None:
    world, anna, resident = embedded_world, embedded_world.volunteer(), embedded_world.resident()
    world.open_wish(resident, title="修一盏灯", skills=["电工"])  # what nobody here can be asked for
    came: Tally[str] = Tally()
    for _ in range(ROUNDS):
        resident = again(world, resident)
        wish, asked, wake = about_to_expire(world, anna, resident)
        anna = again(world, anna)
        given, _ = at_once(answer(anna, asked, name), a_little_later(wake))
        before = standing(anna)
        wake()
        assert standing(anna) == before, "it has ended, and its alarm does nothing more"
        if given.status == 200:
            assert offer(asked).state is (ACCEPTED if name == "accept" else DECLINED)
        else:
            assert (given.status, given.code, offer(asked).state) == (409, "offer.expired", EXPIRED)
            assert given.json["similar"] if name == "accept" else True
        assert helpers(wish) == ([anna.me["id"]] if (given.status, name) == (200, "accept") else [])
        assert before.accepted + before.refused == came.total() + 1, "one offer counts once"
        came["in time" if given.status == 200 else "too late"] += 1
        world.clock.advance(MOMENT)
        rest(world)
        end(world, wish)
    note(f"{name}: {came}")


def test_an_alarm_between_her_look_and_her_acceptance_makes_it_too_late(embedded_world: World) -> None:
    world, anna, resident = embedded_world, embedded_world.volunteer(), embedded_world.resident()
    wish, asked, wake = about_to_expire(world, anna, resident)
    anna = again(world, anna)
    with just_before_commit(wake):
        given = accept(anna, asked)()
    assert (given.status, given.code, helpers(wish)) == (409, "offer.expired", [])
    world.clock.advance(MOMENT)
    rest(world)


def test_an_acceptance_between_the_alarm_and_its_commit_stands(embedded_world: World) -> None:
    world, anna, resident = embedded_world, embedded_world.volunteer(), embedded_world.resident()
    wish, asked, wake = about_to_expire(world, anna, resident)
    anna = again(world, anna)
    with just_before_commit(lambda: threaded(accept(anna, asked))) as happened:
        wake()
    assert happened[0].status == 200
    assert (offer(asked).state, helpers(wish)) == (ACCEPTED, [anna.me["id"]])
    world.clock.advance(MOMENT)
    rest(world)


def threaded(do: Callable[[], T]) -> T:
    """Do it in a thread of its own: the clock of this one may be ahead."""
    (result,) = at_once(do)
    return result


# the wish is over


def test_an_acceptance_against_the_residents_withdrawal_leaves_nobody_holding_it(embedded_world: World) -> None:
    world, anna, resident = embedded_world, embedded_world.volunteer(), embedded_world.resident()
    world.open_wish(title="一床棉被")
    first: Tally[str] = Tally()
    for _ in range(ROUNDS):
        wish = world.open_wish(resident)
        asked = world.offer(wish, anna)
        accepted, withdrawn = at_once(accept(anna, asked), a_little_later(move(resident, wish, "withdraw", {})))
        rest(world)
        assert withdrawn.status == 200
        assert (wish_of(wish).state, count_of(anna.me["id"])) == (State.WITHDRAWN, 0)
        assert not timers(wish)
        if accepted.status == 200:
            assert offer(asked).state is ACCEPTED
            assert heard(wish, "wish.withdrawn") == 1
        else:
            assert_lost(accepted, OVER, asked)
        first["accept" if accepted.status == 200 else "withdraw"] += 1
    note(f"first came {first}")


def test_a_withdrawal_between_her_look_and_her_acceptance_wins_and_she_is_told(embedded_world: World) -> None:
    world, anna, resident = embedded_world, embedded_world.volunteer(), embedded_world.resident()
    world.open_wish(title="一床棉被")
    wish = world.open_wish(resident)
    asked = world.offer(wish, anna)
    with just_before_commit(move(resident, wish, "withdraw", {})):
        late = accept(anna, asked)()
    rest(world)
    assert_lost(late, OVER, asked)
    assert wish_of(wish).state is State.WITHDRAWN


def test_fewer_places_against_two_acceptances_is_never_more_helpers_than_places(embedded_world: World) -> None:
    world, resident, staff = embedded_world, embedded_world.resident(), embedded_world.staff()
    world.open_wish(resident, title="一床棉被")
    asked = [world.volunteer(), world.volunteer()]
    ended: Tally[int] = Tally()
    for _ in range(ROUNDS):
        wish = world.open_wish(resident, helpers_needed=2)
        offers = [world.offer(wish, phone) for phone in asked]
        edit = a_little_later(move(staff, wish, "edit", {"helpers_needed": 1}), 0.1)
        edited, *given = at_once(edit, *map(accept, asked, offers))
        rest(world)
        held = len(helpers(wish))
        assert [answer.status for answer in given].count(200) == held == (1 if edited.status == 200 else 2)
        assert edited.status == 200 or edited.code in {"wish.helpers_already_claimed", "wish.wrong_state"}
        for made, answer in zip(offers, given, strict=True):
            if answer.status != 200:
                assert_lost(answer, TAKEN, made)
        ended[held] += 1
        end(world, wish)
    note(f"ended with so many helpers: {ended}")


# the job that looks again


def test_a_look_that_is_overtaken_by_a_release_does_not_end_the_search(embedded_world: World) -> None:
    """The job of the claim has read that nothing is left; before it commits, the place is given back and that is heard."""
    world, anna, bo = embedded_world, embedded_world.volunteer(), embedded_world.volunteer()
    wish = world.open_wish()
    assert answer(anna, world.offer(wish, anna), "decline")().status == 200
    with late_hand_over(world):
        assert claim(bo, wish)().status == 200
    with just_before_commit(move(bo, wish, "release", REASON)) as happened:
        world.services.offer_jobs.look_again(wish)
    assert happened[0].status == 200
    check_offers_at_rest()
    cleo = world.volunteer()
    rest(world)
    run(world)
    assert [offer.volunteer for offer in live(offers_of(wish))] == [cleo.me["id"]], "nobody else is ever asked"


def test_a_look_that_is_overtaken_by_an_answer_looks_again_and_does_not_fail(embedded_world: World) -> None:
    """Between its reading of the search and of the offers one of them is accepted: that is no reason to give up."""
    world, bo = embedded_world, embedded_world.volunteer()
    asked = [world.volunteer() for _ in range(3)]
    wish = world.open_wish(helpers_needed=3)
    offers = [world.offer(wish, phone) for phone in asked]
    with late_hand_over(world):
        assert claim(bo, wish)().status == 200
        happened: list[Answer] = []

        def around(call: Callable[[], Any], name: str, kwargs: dict[str, Any]) -> Any:
            if name == "BatchGetItem" and not happened:
                happened.append(Answer(0, {}, ""))
                happened[0] = accept(asked[2], offers[2])()
            return call()

        with intercepted(around):
            world.services.offer_jobs.look_again(wish)
        assert happened[0].status == 200
    assert [offer(made).state for made in offers] == [OFFERED, SUPERSEDED, ACCEPTED]
    rest(world)


def test_the_same_event_eight_times_at_once_ends_an_offer_once(embedded_world: World) -> None:
    world, anna, bo = embedded_world, embedded_world.volunteer(), embedded_world.volunteer()
    resident = world.resident()
    for _ in range(ROUNDS):
        wish = world.open_wish(resident)
        asked = world.offer(wish, anna)
        with late_hand_over(world):
            assert claim(bo, wish)().status == 200
        (event,) = [due for due in every(JobRecord) if (due.kind, due.subject) == ("event.wish.claimed", wish)]
        at_once(*[lambda event=event: brought(world, event)] * 8)
        rest(world)
        assert (offer(asked).state, offer(asked).version) == (SUPERSEDED, 2)
        assert heard(asked, "offer.superseded") == 1
        end(world, wish)


def brought(world: World, due: JobRecord) -> None:
    """Do a job as the queue has it done: one that fails is brought again."""
    for _ in range(20):
        try:
            world.services.dispatcher.run(due)
        except Refusal:
            continue
        return
    raise AssertionError(f"{due} always fails")


# everything at once


def test_everything_at_once_leaves_nobody_asked_in_vain_and_nobody_told_twice(embedded_world: World) -> None:
    world, dice = embedded_world, random.Random(7)
    resident, staff = world.resident(), world.staff()
    phones = [world.volunteer(capacity=3) for _ in range(8)]
    answers: Tally[tuple[int, str]] = Tally()
    for _ in range(3):
        wishes = [world.open_wish(resident, helpers_needed=1 + n % 3) for n in range(4)]
        run(world)
        waiting = {offer.volunteer: offer.id for offer in live(every(Offer))}
        jobs: list[Callable[[], Any]] = [lambda: run(world), world.services.outbox.sweep]
        jobs.append(move(resident, dice.choice(wishes), "withdraw", {}))
        jobs.append(move(staff, dice.choice(wishes), "edit", {"helpers_needed": 1}))
        for phone in dice.sample(phones, 6):
            asked = waiting.get(phone.me["id"])
            if asked and dice.random() < 0.7:
                jobs.append(answer(phone, asked, dice.choice(["accept", "accept", "decline"])))
            else:
                jobs.append(claim(phone, dice.choice(wishes)))
        dice.shuffle(jobs)
        given = [answer for answer in at_once(*jobs) if isinstance(answer, Answer)]
        answers.update(told(given))
        assert {answer.status for answer in given} <= {200, 404, 409, 422}
        rest(world)
        for wish in every(Wish):
            assert len(wish.held) <= wish.helpers_needed
            if wish.state in (State.OPEN, State.CLAIMED):
                end(world, wish.id)
        rest(world)
        assert not live(every(Offer))
    for made in every(Offer):
        assert heard(made.id, "offer.made") <= 1
        assert heard(made.id, "offer.superseded") == (made.state is SUPERSEDED), made
    note(f"{len(every(Offer))} offers, {Tally(o.state.value for o in every(Offer))}; answers {answers}")
