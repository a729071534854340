"""Each decision about an offer: what changes together, who is told, and what is refused."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.access import Relation
from chalicelib.kernel.audiences import parse_audience
from chalicelib.kernel.changes import ArmedTimer, Changes, Message
from chalicelib.kernel.errors import Conflict, Forbidden
from chalicelib.offers import decisions
from chalicelib.offers.decisions import ChosenVolunteer
from chalicelib.offers.model import (
    AskedVolunteer,
    OfferRound,
    OfferState,
    SentOffer,
    VolunteerHistory,
)
from chalicelib.offers.policy import FOUR_WEEKS, MET_KEPT, OFFERS_KEPT, OfferUrgency

from ..people.builders import a_person
from ..world import START
from .builders import UNTIL, a_history, a_round, a_sent, an_asked, an_offer, known

S = OfferState
MICRO, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)
NOW = START + HOUR
FAR = datetime(2030, 1, 1, tzinfo=UTC)  # nothing has to be in time for anything
HERSELF, STAFF, SYSTEM = (
    frozenset({Relation.SIGNED_IN, party})
    for party in (Relation.OWNER, Relation.STREET_ADMIN, Relation.SYSTEM)
)
CLAIM = Changes(
    entity=a_person(), previous=a_person()
)  # whatever the claim decides; it goes in as it is


def changes(outcome: Changes) -> list[tuple]:
    """Return everything that the parts of an outcome carry beside their entities."""
    return [
        (part.events, part.writes, part.refusal)
        for part in outcome.parts
        if part.events or part.writes or part.refusal
    ]


def told(outcome: Changes) -> list[Message]:
    return [message for part in outcome.parts for message in part.messages]


# Until when


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("urgency", "now", "until"),
    [
        (OfferUrgency.URGENT, "2026-11-23 08:00", "2026-11-23 12:00"),
        (OfferUrgency.URGENT, "2026-11-23 16:30", "2026-11-23 20:30"),
        (OfferUrgency.URGENT, "2026-11-23 18:30", "2026-11-24 10:00"),
        (OfferUrgency.SOON, "2026-11-23 08:00", "2026-11-23 18:00"),
        (OfferUrgency.SOON, "2026-11-23 10:30", "2026-11-23 20:30"),
        (OfferUrgency.SOON, "2026-11-23 20:30", "2026-11-24 18:00"),
        (OfferUrgency.CALM, "2026-11-23 00:01", "2026-11-24 20:00"),
        (OfferUrgency.CALM, "2026-11-23 23:59", "2026-11-24 20:00"),
    ],
)
def test_there_is_time_to_answer_while_people_are_awake(urgency, now, until):
    assert decisions.answer_by(urgency, local(now), "Asia/Shanghai", FAR) == local(
        until
    )


def test_an_evening_at_home_lies_in_between_where_people_live():
    berlin, now = "Europe/Berlin", local("2026-10-24 23:30", "Europe/Berlin")
    assert decisions.answer_by(OfferUrgency.CALM, now, berlin, FAR) == local(
        "2026-10-25 20:00", berlin
    )
    assert decisions.answer_by(OfferUrgency.CALM, now, "Asia/Shanghai", FAR) == local(
        "2026-10-26 20:00"
    )  # there it is Sunday already


@given(
    st.integers(0, 366 * 24 * 60), st.sampled_from(["Asia/Shanghai", "Europe/Berlin"])
)
def test_what_presses_more_is_answered_no_later_and_nothing_at_night(minutes, zone):
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    urgent, soon, calm = (
        decisions.answer_by(urgency, now, zone, FAR) for urgency in OfferUrgency
    )
    assert now + 4 * HOUR <= urgent <= soon <= calm <= now + 2 * DAY
    for until in (urgent, soon, calm):
        assert time(8) <= until.astimezone(ZoneInfo(zone)).time() <= time(20, 30)


# Asking


TEMPLATE = an_offer(
    id="", volunteer="", version=0, created_at=NOW, updated_at=NOW, run_id="run_a"
)
TWO = [
    ChosenVolunteer(offer_id="off_1", volunteer="per_1", why=("met",)),
    ChosenVolunteer(offer_id="off_2", volunteer="per_2"),
]


def new(id: str) -> VolunteerHistory:
    return VolunteerHistory(id=id, created_at=NOW, updated_at=NOW, street="s")


def test_asking_makes_an_offer_a_line_of_the_round_and_of_the_history():
    offer_round, old = (
        a_round(an_asked("off_0", S.DECLINED), open=False),
        a_history(a_sent("off_y"), id="per_1"),
    )
    outcome = decisions.ask(
        offer_round, TEMPLATE, TWO, {"per_1": old, "per_2": new("per_2")}, NOW
    )
    lines = (
        AskedVolunteer(offer="off_1", volunteer="per_1", at=NOW, until=UNTIL),
        AskedVolunteer(offer="off_2", volunteer="per_2", at=NOW, until=UNTIL),
    )
    assert (outcome.entity, outcome.previous) == (
        replace(offer_round, open=True, asked=(*offer_round.asked, *lines)),
        offer_round,
    )
    first, one, second, other = outcome.related
    assert first.entity == replace(
        TEMPLATE, id="off_1", volunteer="per_1", why=("met",)
    )
    assert second.entity == replace(TEMPLATE, id="off_2", volunteer="per_2", why=())
    assert first.previous is second.previous is None
    assert one.entity == replace(
        old, sent=(*old.sent, SentOffer(offer="off_1", at=NOW, until=UNTIL))
    )
    assert one.previous == old
    assert other.entity == replace(
        new("per_2"), sent=(SentOffer(offer="off_2", at=NOW, until=UNTIL),)
    )
    assert other.previous is None  # her first
    assert first.messages == (
        Message(
            kind="offer.made",
            audience=parse_audience("per_1"),
            subject="off_1",
            not_after=UNTIL,
        ),
    )
    assert second.messages == (
        Message(
            kind="offer.made",
            audience=parse_audience("per_2"),
            subject="off_2",
            not_after=UNTIL,
        ),
    )
    assert told(outcome) == [*first.messages, *second.messages]
    assert changes(outcome) == []
    assert not any((not part.bump_version) for part in outcome.parts)


def test_the_first_who_is_asked_begins_the_round():
    offer_round = a_round(version=0)
    assert (
        decisions.ask(
            offer_round, TEMPLATE, TWO[:1], {"per_1": new("per_1")}, NOW
        ).previous
        is None
    )


def test_what_is_remembered_of_offers_ends_after_four_weeks():
    sent = (
        a_sent("off_old", NOW - FOUR_WEEKS),
        a_sent("off_new", NOW - FOUR_WEEKS + MICRO),
    )
    history = a_history(*sent, id="per_1")
    outcome = decisions.ask(a_round(), TEMPLATE, TWO[:1], {"per_1": history}, NOW)
    after = outcome.related[1].entity
    assert [one.offer for one in after.sent] == ["off_new", "off_1"]
    assert (
        after.recent(NOW) == history.recent(NOW) + 1
    )  # and nothing that counts is lost


def test_a_round_remembers_all_who_may_answer_and_of_the_others_the_latest():
    ended = [
        an_asked(f"off_{n:03}", (S.DECLINED, S.EXPIRED, S.SUPERSEDED)[n % 3])
        for n in range(OFFERS_KEPT + 5)
    ]
    live = [an_asked("off_live1"), an_asked("off_live2")]
    offer_round = a_round(live[0], *ended[:10], live[1], *ended[10:])
    outcome = decisions.ask(
        offer_round, TEMPLATE, TWO[:1], {"per_1": new("per_1")}, NOW
    )
    kept = [one.offer for one in outcome.entity.asked]
    assert kept == [
        "off_live1",
        *(one.offer for one in ended[5:10]),
        "off_live2",
        *(one.offer for one in ended[10:]),
        "off_1",
    ]
    assert len(outcome.entity.asked) == OFFERS_KEPT + 3


def test_sixty_who_have_answered_are_all_remembered():
    offer_round = a_round(
        *(an_asked(f"off_{n:03}", S.DECLINED) for n in range(OFFERS_KEPT))
    )
    outcome = decisions.ask(
        offer_round, TEMPLATE, TWO[:1], {"per_1": new("per_1")}, NOW
    )
    assert outcome.entity.asked[:-1] == offer_round.asked
    assert offer_round.not_again < outcome.entity.not_again


# Answering


def ended(
    outcome: Changes,
    state: OfferState,
    now: datetime,
    *others: Changes,
    reason: str | None = None,
) -> None:
    """Demand that an offer of `known` has ended, together with its line in the round and in the history."""
    before = known()
    assert outcome.previous == before.offer
    assert outcome.entity == replace(
        before.offer, state=state, answered_at=now, reason=reason
    )
    *related, offer_round, history = outcome.related
    assert related == list(others)
    first, _, last = before.offer_round.asked
    assert (offer_round.previous, history.previous) == (
        before.offer_round,
        before.history,
    )
    assert offer_round.entity == replace(
        before.offer_round, asked=(first, an_asked(state=state), last)
    )
    assert history.entity == before.history.answered("off_a", state)
    assert history.entity != before.history
    assert changes(outcome) == []
    assert not any((not part.bump_version) for part in outcome.parts)


def test_accepting_is_one_decision_with_the_claim():
    outcome = decisions.accept(known(), HERSELF, NOW, CLAIM)
    ended(outcome, S.ACCEPTED, NOW, CLAIM)
    assert outcome.related[0] is CLAIM
    assert told(outcome) == []  # the claim says it
    assert (
        outcome.related[-1].entity.accepted,
        outcome.related[-1].entity.refused,
    ) == (3, 1)


def test_declining_is_noted_with_its_reason_and_what_comes_with_it():
    outcome = decisions.decline(known(), HERSELF, NOW, "不在家", (CLAIM,))
    ended(outcome, S.DECLINED, NOW, CLAIM, reason="不在家")
    assert told(outcome) == []
    ended(decisions.decline(known(), HERSELF, NOW, None, ()), S.DECLINED, NOW)


def test_an_offer_to_somebody_who_was_erased_ends_without_a_history():
    for outcome in (
        decisions.decline(known(history=None), HERSELF, NOW, None, ()),
        decisions.expire(known(history=None), UNTIL),
        decisions.accept(known(history=None), HERSELF, NOW, CLAIM),
    ):
        assert not any(
            isinstance(part.entity, VolunteerHistory) for part in outcome.parts
        )
        assert [
            part.entity.asked[1].state
            for part in outcome.parts
            if isinstance(part.entity, OfferRound)
        ] == [outcome.entity.state]


MOVES = {
    "accept": lambda given, by, now: decisions.accept(given, by, now, CLAIM),
    "decline": lambda given, by, now: decisions.decline(given, by, now, None, ()),
}


@pytest.mark.parametrize("move", MOVES)
def test_she_may_answer_until_the_instant_and_not_at_it(move):
    assert (
        MOVES[move](known(), HERSELF, UNTIL - MICRO).entity.answered_at == UNTIL - MICRO
    )
    for late in (UNTIL, UNTIL + DAY):
        with pytest.raises(Conflict) as refused:
            MOVES[move](known(), HERSELF, late)
        assert (refused.value.code, refused.value.facts) == (
            "offer.expired",
            {"state": "expired", "moves": []},
        )


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("now", [NOW, UNTIL + DAY])
@pytest.mark.parametrize("state", sorted(set(S) - {S.OFFERED}))
def test_what_has_ended_cannot_be_answered_and_says_how_it_ended(move, now, state):
    with pytest.raises(Conflict) as refused:
        MOVES[move](known(offer=an_offer(state)), HERSELF, now)
    code = "offer.expired" if state is S.EXPIRED else "offer.wrong_state"
    assert (refused.value.code, refused.value.facts) == (
        code,
        {"state": state.value, "moves": []},
    )


@pytest.mark.parametrize("move", MOVES)
def test_nobody_else_answers_for_her(move):
    for others in (
        STAFF,
        SYSTEM,
        frozenset({Relation.SIGNED_IN, Relation.VOLUNTEER}),
        frozenset[Relation](),
    ):
        with pytest.raises(Forbidden):
            MOVES[move](known(), others, NOW)


@pytest.mark.parametrize("move", ["expire", "supersede"])
def test_nobody_ends_an_offer_by_hand(move):
    for others in (HERSELF, STAFF):
        with pytest.raises(Forbidden):
            decisions.check_waits(an_offer(), move, others, NOW)


def test_only_people_are_refused_for_the_time():
    assert decisions.check_waits(an_offer(), "expire", SYSTEM, UNTIL + DAY) is S.EXPIRED
    assert (
        decisions.check_waits(an_offer(), "supersede", SYSTEM, UNTIL + DAY)
        is S.SUPERSEDED
    )


# By itself


ARMED = ArmedTimer(id="alm_a", at=UNTIL, shard="s1")


@pytest.mark.parametrize("late", [timedelta(), HOUR, 3 * DAY])
def test_an_offer_that_nobody_has_answered_runs_out_at_its_instant_whenever_it_is_woken(
    late,
):
    given = replace(known(), offer=an_offer(timer=ARMED))
    outcome = decisions.expire(given, UNTIL + late)
    assert outcome.previous == given.offer
    assert outcome.entity == replace(
        given.offer, timer=None, state=S.EXPIRED, answered_at=UNTIL
    )
    ended(
        replace(
            outcome, entity=replace(outcome.entity, timer=None), previous=known().offer
        ),
        S.EXPIRED,
        UNTIL,
    )
    assert told(outcome) == []
    assert outcome.entity.deadlines() == {}


def test_an_offer_that_is_woken_too_early_sleeps_on():
    given = replace(known(), offer=an_offer(timer=ARMED))
    outcome = decisions.expire(given, UNTIL - MICRO)
    assert outcome == Changes(
        entity=replace(given.offer, timer=None),
        previous=given.offer,
        bump_version=False,
    )
    assert outcome.entity.deadlines() == {"expire": UNTIL}  # it is armed anew


@pytest.mark.parametrize("state", sorted(set(S) - {S.OFFERED}))
def test_what_has_ended_does_not_run_out(state):
    with pytest.raises(Conflict):
        decisions.expire(known(offer=an_offer(state)), UNTIL)


# Nobody is needed any more


def supersede(
    *offers: tuple,
    offer_round: OfferRound,
    helping: frozenset[str] = frozenset(),
    open: bool = False,
) -> Changes[OfferRound]:
    return decisions.supersede(offer_round, offers, helping=helping, open=open, now=NOW)


def test_offers_that_nobody_needs_end_together_and_each_is_told_kindly():
    offer_round = a_round(
        an_asked("off_0", S.EXPIRED),
        an_asked("off_1"),
        an_asked("off_2"),
        an_asked("off_3"),
    )
    one, other = (an_offer(id=f"off_{n}", volunteer=f"per_{n}") for n in (1, 3))
    history = a_history(a_sent("off_1"), id="per_1", accepted=2, refused=1)
    outcome = supersede((one, history), (other, None), offer_round=offer_round)
    states = [S.EXPIRED, S.SUPERSEDED, S.OFFERED, S.SUPERSEDED]
    lines = tuple(
        replace(line, state=state)
        for line, state in zip(offer_round.asked, states, strict=True)
    )
    assert (outcome.entity, outcome.previous) == (
        replace(offer_round, open=False, asked=lines),
        offer_round,
    )
    first, hers, second = outcome.related
    assert first.entity == replace(one, state=S.SUPERSEDED, answered_at=NOW)
    assert second.entity == replace(other, state=S.SUPERSEDED, answered_at=NOW)
    assert (first.previous, second.previous) == (one, other)
    assert hers.entity == replace(
        history, sent=(a_sent("off_1", state=S.SUPERSEDED),)
    )  # it says nothing about her
    assert told(outcome) == [
        Message(
            kind="offer.superseded", audience=parse_audience("per_1"), subject="off_1"
        ),
        Message(
            kind="offer.superseded", audience=parse_audience("per_3"), subject="off_3"
        ),
    ]
    assert changes(outcome) == []
    assert outcome.entity.not_again == {"per_0", "per_2"}


def test_whoever_took_it_from_the_wall_has_accepted_and_is_told_nothing_here():
    offer_round, offer, history = a_round(an_asked()), an_offer(), a_history(a_sent())
    outcome = supersede(
        (offer, history),
        offer_round=offer_round,
        helping=frozenset({"per_a"}),
        open=True,
    )
    assert (outcome.entity.asked, outcome.entity.open) == (
        (an_asked(state=S.ACCEPTED),),
        True,
    )
    first, hers = outcome.related
    assert first.entity == replace(offer, state=S.ACCEPTED, answered_at=NOW)
    assert hers.entity == history.answered("off_a", S.ACCEPTED)
    assert told(outcome) == []


@pytest.mark.parametrize("open", [True, False])
def test_a_round_of_which_nothing_ends_notes_whether_it_goes_on(open):
    offer_round = a_round(an_asked())
    assert supersede(offer_round=offer_round, open=open) == Changes(
        entity=replace(offer_round, open=open), previous=offer_round
    )


@pytest.mark.parametrize("state", sorted(set(S) - {S.OFFERED}))
@pytest.mark.parametrize("helping", [frozenset(), frozenset({"per_a"})])
def test_an_offer_that_was_answered_meanwhile_is_not_ended_again(state, helping):
    with pytest.raises(Conflict) as refused:
        supersede(
            (an_offer(state), None), offer_round=a_round(an_asked()), helping=helping
        )
    assert refused.value.code == "offer.wrong_state"


# Whom she has helped


def test_the_latest_whom_she_has_helped_comes_last_and_each_once():
    history = a_history(met=("per_1", "per_2", "per_3"))
    outcome = decisions.note_met(history, "per_2")
    assert (outcome.entity, outcome.previous) == (
        replace(history, met=("per_1", "per_3", "per_2")),
        history,
    )
    assert (outcome.related, told(outcome), changes(outcome)) == ((), [], [])
    assert decisions.note_met(a_history(), "per_1").entity.met == ("per_1",)
    assert decisions.note_met(new("per_a"), "per_1").previous is None


def test_she_is_the_face_that_so_many_know_and_the_first_is_forgotten_first():
    history = a_history()
    for n in range(MET_KEPT + 3):
        history = decisions.note_met(history, f"per_{n}").entity
    assert history.met == tuple(f"per_{n}" for n in range(3, MET_KEPT + 3))
    again = decisions.note_met(history, "per_3").entity
    assert len(again.met) == MET_KEPT
    assert (again.met[0], again.met[-1]) == ("per_4", "per_3")


# Erasure


def test_an_offer_to_somebody_who_is_erased_waits_no_more_and_nobody_asks_what_she_thought():
    given = known(history=a_history(a_sent()))
    outcome = decisions.forget(given, NOW)
    assert outcome.entity == replace(given.offer, state=S.EXPIRED, answered_at=NOW)
    (offer_round,) = outcome.related  # the history goes altogether
    assert offer_round.entity.asked[1] == an_asked(state=S.EXPIRED)
    assert (told(outcome), changes(outcome)) == ([], [])


def test_an_offer_that_had_run_out_before_she_was_erased_ended_then():
    assert decisions.forget(known(), UNTIL + DAY).entity.answered_at == UNTIL


@pytest.mark.parametrize("state", sorted(set(S) - {S.OFFERED}))
def test_of_an_answer_nothing_stays_but_that_it_was_one(state):
    offer = an_offer(state, reason="不在家", answered_at=NOW)
    outcome = decisions.forget(known(offer=offer), NOW)
    assert outcome == Changes(entity=replace(offer, reason=None), previous=offer)


def test_however_many_were_asked_nobody_is_asked_again() -> None:
    def line(n: int, state: OfferState) -> AskedVolunteer:
        return AskedVolunteer(
            offer=f"off_{n}", volunteer=f"per_{n}", at=NOW, until=NOW, state=state
        )

    declined = [line(n, S.DECLINED) for n in range(1, OFFERS_KEPT + 20)]
    offer_round = a_round(line(0, S.SUPERSEDED), *declined)
    after = decisions.ask(
        offer_round,
        an_offer(),
        [ChosenVolunteer(offer_id="off_new", volunteer="per_new")],
        {"per_new": a_history(id="per_new")},
        NOW,
    )
    assert len(after.entity.asked) == OFFERS_KEPT + 1
    assert after.entity.not_again == {one.volunteer for one in declined} | {"per_new"}
    assert after.entity.live == after.entity.asked[-1:]
