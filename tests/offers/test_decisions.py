"""The decisions about an offer: changes, messages and refusals."""

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
from chalicelib.offers.policy import (
    FOUR_WEEKS,
    MET_KEPT,
    OFFERS_KEPT,
    OfferUrgency,
)
from chalicelib.offers.waking_hours import answer_by

from ..people.builders import a_person
from ..world import START
from .builders import (
    UNTIL,
    a_history,
    a_round,
    a_sent,
    an_asked,
    an_offer,
    known,
)

S = OfferState
MICRO, HOUR, DAY = (
    timedelta(microseconds=1),
    timedelta(hours=1),
    timedelta(days=1),
)
NOW = START + HOUR
FAR = datetime(2030, 1, 1, tzinfo=UTC)  # too late for no wish
HERSELF, STAFF, SYSTEM = (
    frozenset({Relation.SIGNED_IN, party})
    for party in (Relation.OWNER, Relation.STREET_ADMIN, Relation.SYSTEM)
)
CLAIM = Changes(
    entity=a_person(), previous=a_person()
)  # any change of a claim is passed on as it is


def changes(outcome: Changes) -> list[tuple]:
    """Return the events, writes and refusals of all parts."""
    return [
        (part.events, part.writes, part.refusal)
        for part in outcome.parts
        if part.events or part.writes or part.refusal
    ]


def messages_of(outcome: Changes) -> list[Message]:
    return [message for part in outcome.parts for message in part.messages]


# Deadlines


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return (
        datetime.fromisoformat(text)
        .replace(tzinfo=ZoneInfo(zone))
        .astimezone(UTC)
    )


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
def test_the_time_to_answer_counts_waking_hours(urgency, now, until):
    assert answer_by(urgency, local(now), "Asia/Shanghai", FAR) == local(until)


def test_a_calm_offer_is_answered_by_the_next_local_evening():
    berlin, now = "Europe/Berlin", local("2026-10-24 23:30", "Europe/Berlin")
    assert answer_by(OfferUrgency.CALM, now, berlin, FAR) == local(
        "2026-10-25 20:00", berlin
    )
    assert answer_by(OfferUrgency.CALM, now, "Asia/Shanghai", FAR) == local(
        "2026-10-26 20:00"
    )  # it is Sunday there already


@given(
    st.integers(0, 366 * 24 * 60),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin"]),
)
def test_a_more_urgent_offer_has_no_later_deadline_and_none_is_at_night(
    minutes, zone
):
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    urgent, soon, calm = (
        answer_by(urgency, now, zone, FAR) for urgency in OfferUrgency
    )
    assert now + 4 * HOUR <= urgent <= soon <= calm <= now + 2 * DAY
    for until in (urgent, soon, calm):
        assert (
            time(8) <= until.astimezone(ZoneInfo(zone)).time() <= time(20, 30)
        )


# Asking


TEMPLATE = an_offer(
    id="",
    volunteer="",
    version=0,
    created_at=NOW,
    updated_at=NOW,
    run_id="run_a",
)
TWO = [
    ChosenVolunteer(offer_id="off_1", volunteer="per_1", why=("met",)),
    ChosenVolunteer(offer_id="off_2", volunteer="per_2"),
]


def new(id: str) -> VolunteerHistory:
    return VolunteerHistory(id=id, created_at=NOW, updated_at=NOW, street="s")


def ask_two() -> tuple[OfferRound, VolunteerHistory, Changes]:
    """Ask two volunteers; return the round and the first history before, and the outcome."""
    offer_round = a_round(an_asked("off_0", S.DECLINED), open=False)
    old = a_history(a_sent("off_y"), id="per_1")
    histories = {"per_1": old, "per_2": new("per_2")}
    return (
        offer_round,
        old,
        decisions.ask(offer_round, TEMPLATE, TWO, histories, NOW),
    )


def test_asking_adds_an_offer_to_the_round_and_the_history():
    offer_round, old, outcome = ask_two()
    lines = (
        AskedVolunteer(offer="off_1", volunteer="per_1", at=NOW, until=UNTIL),
        AskedVolunteer(offer="off_2", volunteer="per_2", at=NOW, until=UNTIL),
    )
    asked = (*offer_round.asked, *lines)
    assert outcome.entity == replace(offer_round, open=True, asked=asked)
    assert outcome.previous == offer_round
    _, one, _, other = outcome.related
    sent = SentOffer(offer="off_1", at=NOW, until=UNTIL)
    assert one.entity == replace(old, sent=(*old.sent, sent))
    assert one.previous == old
    sent = SentOffer(offer="off_2", at=NOW, until=UNTIL)
    assert other.entity == replace(new("per_2"), sent=(sent,))
    assert other.previous is None  # the first offer
    assert changes(outcome) == []
    assert not any((not part.bump_version) for part in outcome.parts)


def test_asking_makes_offers_with_a_message_each():
    _, _, outcome = ask_two()
    first, _, second, _ = outcome.related
    why = ("met",)
    assert first.entity == replace(
        TEMPLATE, id="off_1", volunteer="per_1", why=why
    )
    assert second.entity == replace(
        TEMPLATE, id="off_2", volunteer="per_2", why=()
    )
    assert first.previous is second.previous is None
    assert messages_of(outcome) == [*first.messages, *second.messages]
    for part, volunteer in ((first, "per_1"), (second, "per_2")):
        message = Message(
            kind="offer.made",
            audience=parse_audience(volunteer),
            subject=part.entity.id,
            not_after=UNTIL,
        )
        assert part.messages == (message,)


def test_the_first_offer_creates_the_round():
    offer_round = a_round(version=0)
    assert (
        decisions.ask(
            offer_round, TEMPLATE, TWO[:1], {"per_1": new("per_1")}, NOW
        ).previous
        is None
    )


def test_offers_leave_the_history_after_four_weeks():
    sent = (
        a_sent("off_old", NOW - FOUR_WEEKS),
        a_sent("off_new", NOW - FOUR_WEEKS + MICRO),
    )
    history = a_history(*sent, id="per_1")
    outcome = decisions.ask(
        a_round(), TEMPLATE, TWO[:1], {"per_1": history}, NOW
    )
    after = outcome.related[1].entity
    assert [one.offer for one in after.sent] == ["off_new", "off_1"]
    assert (
        after.recent(NOW) == history.recent(NOW) + 1
    )  # recent offers are kept


def test_a_round_keeps_all_live_offers_and_the_latest_ended_ones():
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


def test_a_round_keeps_sixty_ended_offers():
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
    """Require that the offer of `known` has ended, also in its round and history."""
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


def test_accepting_is_one_change_with_the_claim():
    outcome = decisions.accept(known(), HERSELF, NOW, CLAIM)
    ended(outcome, S.ACCEPTED, NOW, CLAIM)
    assert outcome.related[0] is CLAIM
    assert messages_of(outcome) == []  # the claim has its own messages
    assert (
        outcome.related[-1].entity.accepted,
        outcome.related[-1].entity.refused,
    ) == (3, 1)


def test_declining_keeps_the_reason_and_the_related_changes():
    outcome = decisions.decline(known(), HERSELF, NOW, "不在家", (CLAIM,))
    ended(outcome, S.DECLINED, NOW, CLAIM, reason="不在家")
    assert messages_of(outcome) == []
    ended(decisions.decline(known(), HERSELF, NOW, None, ()), S.DECLINED, NOW)


def test_an_offer_to_an_erased_volunteer_ends_without_a_history():
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
    "decline": lambda given, by, now: decisions.decline(
        given, by, now, None, ()
    ),
}


@pytest.mark.parametrize("move", MOVES)
def test_an_offer_can_be_answered_before_its_deadline_not_at_it(move):
    assert (
        MOVES[move](known(), HERSELF, UNTIL - MICRO).entity.answered_at
        == UNTIL - MICRO
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
def test_an_ended_offer_is_refused_with_its_state(move, now, state):
    with pytest.raises(Conflict) as refused:
        MOVES[move](known(offer=an_offer(state)), HERSELF, now)
    code = "offer.expired" if state is S.EXPIRED else "offer.wrong_state"
    assert (refused.value.code, refused.value.facts) == (
        code,
        {"state": state.value, "moves": []},
    )


@pytest.mark.parametrize("move", MOVES)
def test_only_the_volunteer_can_answer(move):
    for others in (
        STAFF,
        SYSTEM,
        frozenset({Relation.SIGNED_IN, Relation.VOLUNTEER}),
        frozenset[Relation](),
    ):
        with pytest.raises(Forbidden):
            MOVES[move](known(), others, NOW)


@pytest.mark.parametrize("move", ["expire", "supersede"])
def test_only_the_system_can_end_an_offer(move):
    for others in (HERSELF, STAFF):
        with pytest.raises(Forbidden):
            decisions.check_waits(an_offer(), move, others, NOW)


def test_the_system_is_not_refused_for_the_time():
    assert (
        decisions.check_waits(an_offer(), "expire", SYSTEM, UNTIL + DAY)
        is S.EXPIRED
    )
    assert (
        decisions.check_waits(an_offer(), "supersede", SYSTEM, UNTIL + DAY)
        is S.SUPERSEDED
    )


# Timers


ARMED = ArmedTimer(id="alm_a", at=UNTIL, shard="s1")


@pytest.mark.parametrize("late", [timedelta(), HOUR, 3 * DAY])
def test_an_unanswered_offer_expires_at_its_deadline_however_late_the_timer(
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
            outcome,
            entity=replace(outcome.entity, timer=None),
            previous=known().offer,
        ),
        S.EXPIRED,
        UNTIL,
    )
    assert messages_of(outcome) == []
    assert outcome.entity.deadlines() == {}


def test_an_early_timer_leaves_the_offer_waiting():
    given = replace(known(), offer=an_offer(timer=ARMED))
    outcome = decisions.expire(given, UNTIL - MICRO)
    assert outcome == Changes(
        entity=replace(given.offer, timer=None),
        previous=given.offer,
        bump_version=False,
    )
    assert outcome.entity.deadlines() == {
        "expire": UNTIL
    }  # the timer is armed anew


@pytest.mark.parametrize("state", sorted(set(S) - {S.OFFERED}))
def test_an_ended_offer_does_not_expire(state):
    with pytest.raises(Conflict):
        decisions.expire(known(offer=an_offer(state)), UNTIL)


# Surplus offers


def supersede(
    *offers: tuple,
    offer_round: OfferRound,
    helping: frozenset[str] = frozenset(),
    open: bool = False,
) -> Changes[OfferRound]:
    return decisions.supersede(
        offer_round, offers, helping=helping, open=open, now=NOW
    )


def test_surplus_offers_end_together_with_a_message_each():
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
    first, history_change, second = outcome.related
    assert first.entity == replace(one, state=S.SUPERSEDED, answered_at=NOW)
    assert second.entity == replace(other, state=S.SUPERSEDED, answered_at=NOW)
    assert (first.previous, second.previous) == (one, other)
    assert history_change.entity == replace(
        history, sent=(a_sent("off_1", state=S.SUPERSEDED),)
    )  # it does not count as an answer
    assert messages_of(outcome) == [
        Message(
            kind="offer.superseded",
            audience=parse_audience("per_1"),
            subject="off_1",
        ),
        Message(
            kind="offer.superseded",
            audience=parse_audience("per_3"),
            subject="off_3",
        ),
    ]
    assert changes(outcome) == []
    assert outcome.entity.not_again == {"per_0", "per_2"}


def test_a_claim_on_the_wall_counts_as_accepting_without_a_message():
    offer_round, offer, history = (
        a_round(an_asked()),
        an_offer(),
        a_history(a_sent()),
    )
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
    first, history_change = outcome.related
    assert first.entity == replace(offer, state=S.ACCEPTED, answered_at=NOW)
    assert history_change.entity == history.answered("off_a", S.ACCEPTED)
    assert messages_of(outcome) == []


@pytest.mark.parametrize("open", [True, False])
def test_a_round_without_surplus_notes_whether_it_is_open(open):
    offer_round = a_round(an_asked())
    assert supersede(offer_round=offer_round, open=open) == Changes(
        entity=replace(offer_round, open=open), previous=offer_round
    )


@pytest.mark.parametrize("state", sorted(set(S) - {S.OFFERED}))
@pytest.mark.parametrize("helping", [frozenset(), frozenset({"per_a"})])
def test_an_offer_that_was_answered_meanwhile_is_not_ended_again(
    state, helping
):
    with pytest.raises(Conflict) as refused:
        supersede(
            (an_offer(state), None),
            offer_round=a_round(an_asked()),
            helping=helping,
        )
    assert refused.value.code == "offer.wrong_state"


# Met residents


def test_met_residents_are_unique_with_the_latest_last():
    history = a_history(met=("per_1", "per_2", "per_3"))
    outcome = decisions.note_met(history, "per_2")
    assert (outcome.entity, outcome.previous) == (
        replace(history, met=("per_1", "per_3", "per_2")),
        history,
    )
    assert (outcome.related, messages_of(outcome), changes(outcome)) == (
        (),
        [],
        [],
    )
    assert decisions.note_met(a_history(), "per_1").entity.met == ("per_1",)
    assert decisions.note_met(new("per_a"), "per_1").previous is None


def test_the_number_of_met_residents_is_limited():
    history = a_history()
    for n in range(MET_KEPT + 3):
        history = decisions.note_met(history, f"per_{n}").entity
    assert history.met == tuple(f"per_{n}" for n in range(3, MET_KEPT + 3))
    again = decisions.note_met(history, "per_3").entity
    assert len(again.met) == MET_KEPT
    assert (again.met[0], again.met[-1]) == ("per_4", "per_3")


# Erasure


def test_an_offer_to_an_erased_volunteer_ends_without_a_trace():
    given = known(history=a_history(a_sent()))
    outcome = decisions.forget(given, NOW)
    assert outcome.entity == replace(
        given.offer, state=S.SUPERSEDED, answered_at=NOW
    )
    (offer_round,) = outcome.related  # the history is deleted elsewhere
    assert offer_round.entity.asked[1] == an_asked(state=S.SUPERSEDED)
    assert (messages_of(outcome), changes(outcome)) == ([], [])


def test_an_offer_past_its_deadline_at_the_erasure_ended_at_the_deadline():
    assert decisions.forget(known(), UNTIL + DAY).entity.answered_at == UNTIL


@pytest.mark.parametrize("state", sorted(set(S) - {S.OFFERED}))
def test_erasure_keeps_the_state_and_drops_the_reason(state):
    offer = an_offer(state, reason="不在家", answered_at=NOW)
    outcome = decisions.forget(known(offer=offer), NOW)
    assert outcome == Changes(
        entity=replace(offer, reason=None), previous=offer
    )


def test_no_volunteer_is_asked_again_after_many_others() -> None:
    def line(n: int, state: OfferState) -> AskedVolunteer:
        return AskedVolunteer(
            offer=f"off_{n}",
            volunteer=f"per_{n}",
            at=NOW,
            until=NOW,
            state=state,
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
    assert after.entity.not_again == {one.volunteer for one in declined} | {
        "per_new"
    }
    assert after.entity.live == after.entity.asked[-1:]
