"""Many hands at one ticket: alarms against people, people against each other. A level climbs once, an answer counts, nobody is lost.

Races run in threads on the embedded store, several rounds each; what threads meet too rarely is told in its one bad order.
Each guard has a control: without it, the same race goes wrong.
"""

from collections import Counter as Tally
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest

from chalicelib.kernel.changes import Changes, Event, Put
from chalicelib.kernel.request import RequestContext
from chalicelib.store.transaction_items import ItemBuilder
from chalicelib.ticket_policy.model import PolicyRecord, StreetPolicy
from chalicelib.tickets import resolution
from chalicelib.tickets.background import TicketJobs
from chalicelib.tickets.model import Ticket, TicketReport
from chalicelib.tickets.policy import HOUSE, Level
from chalicelib.tickets.states import Ending, TicketStatus
from chalicelib.tickets.timers import on_timer

from ..store.scan import PK, SK, scan
from ..world import STREET, Answer, Phone, World
from .cloud import note
from .facts import check, climbs, counters, every, reporters, snapshot, tags_of, ticket_of, timeline, timers
from .hands import a_little_later, at_once, told
from .ladder import (
    ACCEPT,
    RESOLVE,
    EscalationPath,
    again,
    check_levels_told,
    done,
    heard,
    move,
    report,
    staffed,
    ticket_body,
    timer_of,
    until_due,
)
from .story import just_before_commit

ROUNDS = 6
REASON = {"reason": "不归我管"}
NO_CONDITION = {"target": "chalicelib.store.transaction_items.ItemBuilder._unchanged", "return_value": PK.exists()}


@pytest.fixture
def ladder(embedded_world: World) -> EscalationPath:
    return staffed(embedded_world)


@pytest.fixture
def world(ladder: EscalationPath) -> World:
    return ladder.world


def rest(ladder: EscalationPath, *, exact: bool = True) -> None:
    """Let everything run that is due, and look at all there is."""
    ladder.world.pass_time(seconds=60)
    check()
    check_levels_told(ladder, exact=exact)


def end(world: World, ticket_id: str) -> None:
    """Leave nothing that could be due in the next round."""
    done(world.phone_of(world.admin), ticket_id, "close", {"reason": "测试结束"})


def overdue(world: World, **fields: Any) -> str:
    """Report something and let time pass until nobody has accepted it in time."""
    ticket = report(world, world.resident(), **fields)
    until_due(world, ticket)
    return ticket


# an acceptance against the alarm


def test_an_acceptance_at_the_moment_at_which_its_clock_is_over_comes_before_the_climb_or_after_it(
    ladder: EscalationPath,
) -> None:
    world = ladder.world
    came: Tally[str] = Tally()
    for n in range(2 * ROUNDS):
        ticket = overdue(world)
        jobs: list[Callable[[], Any]] = [move(ladder.phone(Level.GRID), ticket, "accept"), world.services.outbox.sweep]
        jobs[n % 2] = a_little_later(jobs[n % 2], 0.04)
        given, _ = at_once(*jobs)
        assert given.status == 200
        rest(ladder)
        assert tags_of(ticket) in (["submitted", "accepted"], ["submitted", "climbed", "accepted"])
        assert climbs(ticket) in ([], [("accept", Level.COMMUNITY)])
        now = ticket_of(ticket)
        assert (now.state, now.assignee) == (TicketStatus.ACCEPTED, ladder.worker.id)
        assert now.level is (Level.COMMUNITY if climbs(ticket) else Level.GRID)
        assert heard(ticket, "climbed_staff") == len(climbs(ticket))
        came["climb first" if climbs(ticket) else "acceptance first"] += 1
        end(world, ticket)
    note(f"came: {came}")


def test_an_acceptance_between_the_alarm_and_its_commit_leaves_nothing_to_climb_for(ladder: EscalationPath) -> None:
    world, ticket = ladder.world, overdue(ladder.world)
    with just_before_commit(move(ladder.phone(Level.GRID), ticket, "accept")) as happened:
        world.services.outbox.sweep()
    assert happened[0].status == 200
    rest(ladder)
    assert (tags_of(ticket), ticket_of(ticket).level) == (["submitted", "accepted"], Level.GRID)
    assert not heard(ticket, "climbed_staff")


def test_without_the_version_condition_a_ticket_climbs_after_it_was_accepted_because_nobody_has(ladder: EscalationPath) -> None:
    """The control: the alarm has read it before, and overwrites the acceptance."""
    world, ticket = ladder.world, overdue(ladder.world)
    with mock.patch(**NO_CONDITION), just_before_commit(move(ladder.phone(Level.GRID), ticket, "accept")) as happened:
        world.services.outbox.sweep()
    assert happened[0].status == 200
    assert ticket_of(ticket).level is Level.COMMUNITY
    assert ticket_of(ticket).state is TicketStatus.OPEN, "what she was answered is not true"


def test_a_climb_between_her_look_and_her_acceptance_stands_and_she_has_it_all_the_same(ladder: EscalationPath) -> None:
    world, ticket = ladder.world, overdue(ladder.world)
    with just_before_commit(world.services.outbox.sweep):
        given = move(ladder.phone(Level.GRID), ticket, "accept")()
    assert (given.status, given.json["level"], given.json["state"]) == (200, "community", "accepted")
    rest(ladder)
    assert tags_of(ticket) == ["submitted", "climbed", "accepted"]


def test_who_has_seen_it_at_her_level_is_told_that_it_has_climbed_where_she_insists_on_what_she_saw(
    ladder: EscalationPath,
) -> None:
    world, ticket = ladder.world, overdue(ladder.world)
    with just_before_commit(world.services.outbox.sweep):
        given = move(ladder.phone(Level.GRID), ticket, "accept", if_match='"1"')()
    assert (given.status, given.code) == (412, "request.stale")
    rest(ladder)
    assert (tags_of(ticket), ticket_of(ticket).state) == (["submitted", "climbed"], TicketStatus.OPEN)


# many alarms


@pytest.mark.parametrize("sweeps", [2, 4])
def test_of_sweeps_at_once_each_firing_is_one_level_and_each_level_is_told_once(ladder: EscalationPath, sweeps: int) -> None:
    world = ladder.world
    made = [report(world, world.resident(), text=f"第{n}盏灯坏了") for n in range(6)]
    for level in (Level.COMMUNITY, Level.STREET, Level.STREET, Level.STREET):
        for ticket in made:
            until_due(world, ticket)
        assert max(timer_of(ticket).at for ticket in made) <= world.clock.now()
        at_once(*[world.services.outbox.sweep] * sweeps)
        check()
        assert {ticket_of(ticket).level for ticket in made} == {level}
    rest(ladder)
    for ticket in made:
        assert [level for _, level in climbs(ticket)] == [Level.COMMUNITY, Level.STREET]
        assert heard(ticket, "climbed_staff", ladder.clerk.id) == heard(ticket, "climbed_staff", ladder.chief.id) == 1
        assert heard(ticket, "overdue_staff", ladder.chief.id) == 2


def test_without_the_version_condition_two_sweeps_tell_a_level_twice_and_leave_alarms_of_nobody(ladder: EscalationPath) -> None:
    """The control of the two above."""
    world = ladder.world
    made = [report(world, world.resident(), text=f"第{n}盏灯坏了") for n in range(6)]
    for ticket in made:
        until_due(world, ticket)
    with mock.patch(**NO_CONDITION):
        at_once(*[world.services.outbox.sweep] * 4)
    assert any(heard(ticket, "climbed_staff") > 1 for ticket in made)
    with pytest.raises(AssertionError):
        check()
    with pytest.raises(AssertionError):
        check_levels_told(ladder)


def test_the_same_alarm_eight_times_at_once_is_one_step(ladder: EscalationPath) -> None:
    world = ladder.world
    for n in range(ROUNDS):
        ticket = overdue(world, text=f"第{n}盏灯坏了")
        timer = timer_of(ticket)
        at_once(*[lambda timer=timer: world.services.dispatcher.run(timer)] * 8)
        rest(ladder)
        assert [level for _, level in climbs(ticket)] == [Level.COMMUNITY]
        assert heard(ticket, "climbed_staff") == 1
        end(world, ticket)


def test_an_alarm_that_is_not_the_one_it_waits_for_writes_nothing(ladder: EscalationPath) -> None:
    world, ticket = ladder.world, report(ladder.world, ladder.world.resident())
    stale = [until_due(world, ticket)]
    world.services.outbox.sweep()
    stale.append(until_due(world, ticket))
    world.services.outbox.sweep()
    until_due(world, ticket)
    before = snapshot()
    for timer in stale:
        world.services.dispatcher.run(timer)
    assert snapshot() == before
    with mock.patch.object(TicketJobs, "on_timer", _wake_whoever_comes):
        world.services.dispatcher.run(stale[0])
    assert snapshot() != before, "the control: without the comparison one that is stale does what another is for"


def _wake_whoever_comes(upkeep: TicketJobs, ticket_id: str, timer_id: str) -> None:
    def decide(ticket: Ticket):
        return on_timer(ticket, upkeep._duty.escalation_for(ticket), upkeep._clock.now())

    upkeep._entities.update(ticket_id, decide)


# other moves against the alarm


# What somebody does at the moment at which nobody has accepted in time, and whether the clock still has a reason to fire after it.
MOVES: dict[str, tuple[Any, bool]] = {
    "assign": ({"to": "grid_worker"}, False),
    "bounce": (REASON, True),
    "escalate": (REASON, True),
    "resolve": ({"note": "换了灯泡"}, False),
    "close": (REASON, False),
    "comment": ({"text": "在路上了"}, True),
}


@pytest.mark.parametrize("name", MOVES)
def test_a_move_against_the_alarm_is_before_it_or_after_it_and_the_clock_fires_once_or_has_no_reason(
    ladder: EscalationPath, name: str
) -> None:
    world, (body, still_over) = ladder.world, MOVES[name]
    event = {"close": "closed", "bounce": "bounced", "assign": "assigned", "resolve": "resolved"}.get(name, f"{name}d")
    event = {"escalate": "escalated", "comment": "commented"}.get(name, event)
    came: Tally[tuple[str, ...]] = Tally()
    for n in range(ROUNDS):
        ticket = overdue(world)
        jobs: list[Callable[[], Any]] = [move(ladder.phone(Level.GRID), ticket, name, body), world.services.outbox.sweep]
        jobs[n % 2] = a_little_later(jobs[n % 2], 0.04)
        given, _ = at_once(*jobs)
        assert given.status == 200, given.text
        world.services.outbox.sweep()
        rest(ladder, exact=False)
        tags = tuple(tags_of(ticket)[1:])
        first, second = ("climbed", event), (event, "climbed")
        assert tags in (first, second) if still_over else tags in (first, (event,)), tags
        assert heard(ticket, "climbed_staff") == tags.count("climbed") + tags.count("escalated")
        came[tags] += 1
        if ticket_of(ticket).state is not TicketStatus.CLOSED:
            end(world, ticket)
    note(f"{name}: {came}")


def test_two_bounces_and_the_alarm_leave_it_with_the_level_above_and_never_below(ladder: EscalationPath) -> None:
    world = ladder.world
    for _ in range(ROUNDS):
        ticket = overdue(world)
        phones = [ladder.phone(Level.GRID), ladder.phone(Level.COMMUNITY)]
        given = at_once(*[move(phone, ticket, "bounce", REASON) for phone in phones], a_little_later(world.services.outbox.sweep))
        assert [answer.status for answer in given[:2]] == [200, 200]
        world.services.outbox.sweep()
        rest(ladder, exact=False)
        now = ticket_of(ticket)
        assert (now.bounces, now.must_be_assigned, len(climbs(ticket))) == (2, True, 1)
        assert now.level is Level.STREET, "one step for the clock, one because its own level would not have it"
        assert now.assignee == ladder.chief.id
        end(world, ticket)


def on_its_way_to_silence(ladder: EscalationPath, others: int = 0) -> tuple[str, list[Phone]]:
    """Have something resolved and let time pass until nobody has said for long whether it is."""
    world = ladder.world
    phones = [world.resident() for _ in range(1 + others)]
    ticket = report(world, phones[0])
    for phone in phones[1:]:
        done(phone, ticket, "join")
    done(ladder.phone(Level.GRID), ticket, "resolve", {"note": "换了灯泡"})
    for _ in range(2):  # they are asked once more, halfway
        until_due(world, ticket)
        if "ask_again" in ticket_of(ticket).deadlines():
            world.services.outbox.sweep()
    return ticket, phones


def test_a_reopening_at_the_moment_of_silence_is_never_lost(ladder: EscalationPath) -> None:
    world = ladder.world
    came: Tally[str] = Tally()
    for n in range(ROUNDS):
        ticket, (phone,) = on_its_way_to_silence(ladder)
        jobs: list[Callable[[], Any]] = [move(again(world, phone), ticket, "reopen", REASON), world.services.outbox.sweep]
        jobs[n % 2] = a_little_later(jobs[n % 2], 0.04)
        given, _ = at_once(*jobs)
        assert given.status == 200, given.text
        rest(ladder, exact=False)
        now = ticket_of(ticket)
        assert (now.state, now.level, now.reopened) == (TicketStatus.ACCEPTED, Level.COMMUNITY, 1)
        came["silence first" if "ended" in tags_of(ticket) else "reopened first"] += 1
        end(world, ticket)
    note(f"came: {came}")


def test_a_merge_against_the_alarm_leaves_one_ticket_that_climbs_and_one_that_is_over(ladder: EscalationPath) -> None:
    world = ladder.world
    for n in range(ROUNDS):
        target = report(world, world.resident(), text="楼道灯坏了，很黑")
        ticket = report(world, world.resident())
        until_due(world, ticket)
        jobs: list[Callable[[], Any]] = [
            move(ladder.phone(Level.COMMUNITY), ticket, "merge", {"into": target}),
            world.services.outbox.sweep,
        ]
        jobs[n % 2] = a_little_later(jobs[n % 2], 0.04)
        given, _ = at_once(*jobs)
        assert given.status == 200, given.text
        world.services.outbox.sweep()
        rest(ladder)
        assert (ticket_of(ticket).ending, ticket_of(ticket).timer) == (Ending.MERGED, None)
        assert [level for _, level in climbs(target)] == [Level.COMMUNITY], "the other climbs by its own clock"
        assert tags_of(ticket) in (["submitted", "merged"], ["submitted", "climbed", "merged"])
        end(world, target)


def test_what_is_not_on_hold_cannot_be_resumed_and_says_so(ladder: EscalationPath) -> None:
    ticket = report(ladder.world, ladder.world.resident())
    given = move(ladder.phone(Level.GRID), ticket, "resume")()
    assert (given.status, given.code) == (409, "ticket.wrong_state")


# two who want it


def test_of_two_who_accept_at_once_one_has_it_and_the_other_is_told_who_has_not(ladder: EscalationPath) -> None:
    world, resident = ladder.world, ladder.world.resident()
    winners: Tally[str] = Tally()
    for _ in range(ROUNDS):
        resident = again(world, resident)
        ticket = report(world, resident)
        people = [ladder.worker, ladder.clerk]
        given = at_once(*[move(again(world, person), ticket, "accept") for person in people])
        assert told(given) == {(200, ""): 1, (409, "ticket.wrong_state"): 1}
        rest(ladder)
        winner = people[[answer.status for answer in given].index(200)]
        now = ticket_of(ticket)
        assert (now.assignee, now.accepted_by) == (winner.id, winner.id)
        assert tags_of(ticket) == ["submitted", "accepted"]
        assert len(timers(ticket)) == 1
        winners[winner.name] += 1
        end(world, ticket)
    note(f"won by {winners}")


def test_without_the_version_condition_both_are_told_that_it_is_theirs(ladder: EscalationPath) -> None:
    """The control of the one above."""
    ticket = report(ladder.world, ladder.world.resident())
    worker, clerk = ladder.phone(Level.GRID), ladder.phone(Level.COMMUNITY)
    with mock.patch(**NO_CONDITION), just_before_commit(move(worker, ticket, "accept")) as happened:
        given = move(clerk, ticket, "accept")()
    assert [given.status, happened[0].status] == [200, 200]
    with pytest.raises(AssertionError):
        check()


def test_one_tap_sent_ten_times_reports_one_problem(ladder: EscalationPath) -> None:
    resident = ladder.world.resident()
    for n in range(3):
        body = ticket_body(text=f"第{n}盏灯坏了")
        given = at_once(*[lambda body=body, n=n: resident.post("/v1/tickets", body, idempotency_key=f"k{n}")] * 10)
        assert {answer.status for answer in given} <= {201, 503}
        assert len({answer.json["id"] for answer in given if answer.status == 201}) == 1
        assert [ticket.text for ticket in every(Ticket)].count(f"第{n}盏灯坏了") == 1
    rest(ladder)


# twenty neighbours


NEIGHBOURS = 20


@pytest.fixture
def neighbours(world: World) -> list[Phone]:
    return [world.resident() for _ in range(NEIGHBOURS)]


def assert_nobody_is_lost(given: list[Answer], phones: list[Phone], ticket_id: str) -> None:
    """Whoever was answered 200 is among the reporters of the ticket, or of what it is seen to with, and is counted once."""
    ticket = ticket_of(ticket_id)
    ends_in = ticket_of(ticket.merged_into) if ticket.merged_into else ticket
    joined = {phone.me["id"] for phone, answer in zip(phones, given, strict=True) if answer.status == 200}
    assert joined <= reporters(ends_in)
    rows = Tally(r.person_id for r in every(TicketReport) if r.ticket_id in (ticket.id, ends_in.id, *ends_in.merged))
    assert {rows[person] for person in joined} <= {1}, "counted twice"
    assert sum(counters("joined").get(id, 0) for id in {ticket.id, ends_in.id}) == len(joined)


@pytest.mark.parametrize("name", ["resolve", "close"])
def test_of_twenty_who_join_while_it_ends_everybody_who_was_told_yes_is_among_those_who_hear_of_it(
    ladder: EscalationPath, neighbours: list[Phone], name: str
) -> None:
    world, body = ladder.world, {"resolve": {"note": "换了灯泡"}, "close": REASON}[name]
    outcome: Tally[tuple[int, str]] = Tally()
    for _ in range(3):
        ticket = report(world, again(world, neighbours[0]))
        phones = neighbours[1:]
        worker = ladder.phone(Level.GRID)
        ends = a_little_later(move(worker, ticket, name, body), 0.3)
        *given, ended = at_once(*[a_little_later(move(phone, ticket, "join"), 0.3) for phone in phones], ends)
        assert ended.status == 200, ended.text
        rest(ladder)
        assert_nobody_is_lost(given, phones, ticket)
        assert all(answer.status == 200 or answer.code == "ticket.wrong_state" for answer in given)
        assert name == "close" or {answer.status for answer in given} == {200}, "what is resolved can still be joined"
        before = [answer for answer in given if answer.status == 200]
        assert name == "resolve" or heard(ticket, "closed") == 1 + len(before), "everybody hears that it is over"
        outcome.update(told(given))
        if name == "resolve":
            end(world, ticket)
    note(f"{name}: {outcome}")


def test_of_twenty_who_join_while_it_is_merged_everybody_is_asked_with_the_others(
    ladder: EscalationPath, neighbours: list[Phone]
) -> None:
    world = ladder.world
    where: Tally[str] = Tally()
    for _ in range(3):
        target = report(world, again(world, neighbours[0]), text="楼道灯坏了，很黑")
        ticket = report(world, again(world, neighbours[1]))
        phones = neighbours[2:]
        merge = a_little_later(move(ladder.phone(Level.COMMUNITY), ticket, "merge", {"into": target}), 0.3)
        *given, merged = at_once(*[a_little_later(move(phone, ticket, "join"), 0.3) for phone in phones], merge)
        assert merged.status == 200, merged.text
        rest(ladder)
        assert {answer.status for answer in given} == {200}
        assert_nobody_is_lost(given, phones, ticket)
        where["before"] += counters("joined").get(ticket, 0)
        where["after"] += counters("joined").get(target, 0)
        done(ladder.phone(Level.GRID), target, "resolve", {"note": "换了灯泡"})
        rest(ladder)
        assert heard(target, "resolved") == NEIGHBOURS, "each of them is asked, once"
        end(world, target)
    note(f"joined {+where} the merge")


def test_without_the_check_of_the_ticket_somebody_joins_what_is_over_and_hears_nothing(ladder: EscalationPath) -> None:
    """The control of the two above."""
    world, ticket = ladder.world, report(ladder.world, ladder.world.resident())

    def tame(builder: ItemBuilder, entity: Any) -> Any:
        with mock.patch(**NO_CONDITION):
            return checked(builder, entity)

    checked, neighbour = ItemBuilder._check, world.resident()
    closing = move(ladder.phone(Level.GRID), ticket, "close", REASON)
    with mock.patch.object(ItemBuilder, "_check", tame), just_before_commit(closing) as happened:
        given = move(neighbour, ticket, "join")()
    assert [given.status, happened[0].status] == [200, 200]
    rest(ladder)
    assert heard(ticket, "closed", neighbour.me["id"]) == 0


def test_who_joins_while_it_is_closed_under_her_is_told_that_it_is_over(ladder: EscalationPath) -> None:
    world, ticket = ladder.world, report(ladder.world, ladder.world.resident())
    neighbour = world.resident()
    with just_before_commit(move(ladder.phone(Level.GRID), ticket, "close", REASON)):
        given = move(neighbour, ticket, "join")()
    assert (given.status, given.code) == (409, "ticket.wrong_state")
    assert neighbour.me["id"] not in reporters(ticket_of(ticket))
    rest(ladder)


def test_who_joins_what_was_merged_twice_is_asked_with_the_last(ladder: EscalationPath) -> None:
    world, clerk = ladder.world, ladder.phone(Level.COMMUNITY)
    first, second, third = (report(world, world.resident(), text=f"楼道灯坏了，第{n}次") for n in range(3))
    done(clerk, first, "merge", {"into": second})
    done(clerk, second, "merge", {"into": third})
    neighbour = world.resident()
    given = move(neighbour, first, "join")()
    assert (given.status, given.json.get("id")) == (200, third), given.text
    assert neighbour.me["id"] in reporters(ticket_of(third))
    rest(ladder)


def test_what_was_merged_twice_and_goes_on_by_itself_is_seen_to_with_nobody(ladder: EscalationPath) -> None:
    world, clerk = ladder.world, ladder.phone(Level.COMMUNITY)
    first, second, third = (report(world, world.resident(), text=f"楼道灯坏了，第{n}次") for n in range(3))
    done(clerk, first, "merge", {"into": second})
    done(clerk, second, "merge", {"into": third})
    done(clerk, first, "split")
    assert ticket_of(third).merged == (second,)
    rest(ladder, exact=False)
    done(clerk, second, "split")
    assert (ticket_of(third).merged, ticket_of(second).merged) == ((), ())
    rest(ladder, exact=False)


def test_a_neighbour_who_joins_while_the_first_takes_it_back_is_not_left_alone(ladder: EscalationPath) -> None:
    """Whoever reported it alone may take it back. Between her look and her commit she is not alone any more."""
    world = ladder.world
    first, neighbour = world.resident(), world.resident()
    ticket = report(world, first)
    with just_before_commit(move(neighbour, ticket, "join")) as happened:
        given = move(first, ticket, "close", REASON)()
    assert happened[0].status == 200
    assert (given.status, given.code) == (403, "ticket.others_joined")
    assert ticket_of(ticket).is_open
    rest(ladder)


def test_joins_and_taking_it_back_at_once_never_end_what_somebody_was_told_she_has_joined(ladder: EscalationPath) -> None:
    world = ladder.world
    first, second = world.resident(), world.resident()
    came: Tally[str] = Tally()
    for n in range(2 * ROUNDS):
        ticket = report(world, again(world, first))
        jobs = [move(again(world, second), ticket, "join"), move(again(world, first), ticket, "close", REASON)]
        jobs[n % 2] = a_little_later(jobs[n % 2], 0.03)
        given, closed = at_once(*jobs)
        rest(ladder)
        assert sorted([given.status, closed.status]) in ([200, 403], [200, 409])
        came["joined" if given.status == 200 else "taken back"] += 1
        if given.status == 200:
            assert ticket_of(ticket).is_open
            end(world, ticket)
    note(f"came: {came}")


def test_a_neighbour_who_joins_while_it_becomes_a_wish_keeps_it_a_ticket(ladder: EscalationPath) -> None:
    world, neighbour = ladder.world, ladder.world.resident()
    ticket = report(world, world.resident())
    body = world.wish_body() | {"consent": {"how": "spoken"}}
    with just_before_commit(move(neighbour, ticket, "join")) as happened:
        given = ladder.phone(Level.COMMUNITY).post(f"/v1/tickets/{ticket}/turn", body)
    assert happened[0].status == 200
    assert (given.status, given.code) == (409, "ticket.others_joined")
    assert ticket_of(ticket).is_open
    assert ladder.phone(Level.COMMUNITY).post(f"/v1/tickets/{report(world, world.resident())}/turn", body).status == 201
    rest(ladder)


# the answers of those who reported it


@pytest.mark.parametrize("many", [2, 5])
def test_of_answers_at_once_the_last_closes_it(ladder: EscalationPath, many: int) -> None:
    world = ladder.world
    phones = [world.resident() for _ in range(many)]
    for _ in range(ROUNDS):
        ticket = report(world, again(world, phones[0]))
        for phone in phones[1:]:
            done(again(world, phone), ticket, "join")
        done(ladder.phone(Level.GRID), ticket, "resolve", {"note": "换了灯泡"})
        given = at_once(*[move(again(world, phone), ticket, "confirm", {"satisfied": 5}) for phone in phones])
        assert {answer.status for answer in given} == {200}
        rest(ladder)
        now = ticket_of(ticket)
        assert (now.state, now.ending, now.answered, now.ratings) == (TicketStatus.CLOSED, Ending.CONFIRMED, many, (5,) * many)
        assert not timers(ticket)


def test_without_the_version_condition_it_stays_resolved_although_everybody_has_answered(ladder: EscalationPath) -> None:
    """The control of the one above: each of the two waits for the other."""
    world, phones = ladder.world, [ladder.world.resident(), ladder.world.resident()]
    ticket = report(world, phones[0])
    done(phones[1], ticket, "join")
    done(ladder.phone(Level.GRID), ticket, "resolve", {"note": "换了灯泡"})
    first, second = (move(phone, ticket, "confirm") for phone in phones)
    with mock.patch(**NO_CONDITION), just_before_commit(first) as happened:
        given = second()
    assert [given.status, happened[0].status] == [200, 200]
    assert ticket_of(ticket).state is TicketStatus.RESOLVED
    assert all(resolution.has_answered(ticket_of(ticket), one) for one in every(TicketReport))


def test_an_answer_at_the_moment_of_silence_counts_before_it_or_after_it(ladder: EscalationPath) -> None:
    world = ladder.world
    came: Tally[str] = Tally()
    for n in range(ROUNDS):
        ticket, (phone,) = on_its_way_to_silence(ladder)
        jobs: list[Callable[[], Any]] = [
            move(again(world, phone), ticket, "confirm", {"satisfied": 4}),
            world.services.outbox.sweep,
        ]
        jobs[n % 2] = a_little_later(jobs[n % 2], 0.04)
        given, _ = at_once(*jobs)
        assert given.status == 200
        rest(ladder)
        now, tags = ticket_of(ticket), tags_of(ticket)
        assert (now.state, now.answered, now.ratings) == (TicketStatus.CLOSED, 1, (4,))
        assert now.ending is (Ending.SILENT if "ended" in tags else Ending.CONFIRMED)
        assert tags[-2:] == ["ended", "confirmed"] if "ended" in tags else tags[-1] == "confirmed"
        assert not timers(ticket)
        came[now.ending] += 1
    note(f"came: {came}")


def test_a_confirmation_between_silence_and_its_commit_is_what_it_ends_by(ladder: EscalationPath) -> None:
    world = ladder.world
    ticket, (phone,) = on_its_way_to_silence(ladder)
    with just_before_commit(move(again(world, phone), ticket, "confirm")):
        world.services.outbox.sweep()
    rest(ladder)
    assert (ticket_of(ticket).ending, tags_of(ticket)[-1]) == (Ending.CONFIRMED, "confirmed")


# a street's rules


@contextmanager
def other_limits(world: World) -> Iterator[Callable[[], int]]:
    """Give what sets a street's next rules: every limit of another length. It returns the version."""

    def set_rules() -> int:
        known = next(iter(every_policy()), None)
        number = known.version + 1 if known else 1
        limits = tuple(replace(row, limits=replace(row.limits, accept=100 + number)) for row in HOUSE.limits)
        now, policy = world.clock.now(), replace(HOUSE, limits=limits)
        fresh = known or StreetPolicy(id=STREET, created_at=now, updated_at=now, policy=policy)
        record = PolicyRecord(street=STREET, number=number, policy=policy, at=now, by="per_x")
        event = Event(tag="policy.set", by="per_x", party="staff")
        outcome = Changes(
            entity=replace(fresh, policy=policy), previous=known, writes=(Put(row=record, new=True),), events=(event,)
        )
        return world.services.ticket_policies._transaction.run(lambda: outcome, RequestContext()).version

    def every_policy() -> list[StreetPolicy]:
        return scan(StreetPolicy, SK == "policy")

    yield set_rules


def test_rules_that_change_while_somebody_reports_hold_for_what_is_reported_later_and_each_names_its_own(
    ladder: EscalationPath,
) -> None:
    world, phones = ladder.world, [ladder.world.resident() for _ in range(6)]
    versions: Tally[int] = Tally()
    with other_limits(world) as set_rules:
        for n in range(ROUNDS):
            fresh = [again(world, phone) for phone in phones]
            reports = [a_little_later(lambda phone=phone: Answer(0, {}, report(world, phone)), 0.05) for phone in fresh]
            change = a_little_later(lambda: Answer(set_rules(), {}, ""), 0.05)
            *made, changed = at_once(*reports, change)
            assert changed.status == n + 1
            check_limits(made, {n, n + 1})
            versions.update(ticket_of(one.text).policy_version - n for one in made)
            for one in made:
                end(world, one.text)
            rest(ladder)
    note(f"reported before the change {versions[0]}, after it {versions[1]}")


def check_limits(made: list[Answer], versions: set[int]) -> None:
    """Each was given the time that the version it names allows."""
    for one in made:
        ticket = ticket_of(one.text)
        clock = ticket.clock(ACCEPT)
        assert ticket.policy_version in versions
        assert clock
        assert clock.limit == (100 + ticket.policy_version if ticket.policy_version else 120)
        resolve = ticket.clock(RESOLVE)
        assert resolve
        assert resolve.limit == 7 * 480


def test_rules_that_change_between_her_look_and_her_commit_do_not_hold_for_her(ladder: EscalationPath) -> None:
    world, resident = ladder.world, ladder.world.resident()
    with other_limits(world) as set_rules:
        with just_before_commit(set_rules) as happened:
            ticket = report(world, resident)
        assert happened == [1]
        check_limits([Answer(0, {}, ticket)], {0})
        until_due(world, ticket)
        assert set_rules() == 2
        world.services.outbox.sweep()  # she is held to what she was told
        rest(ladder)
        assert climbs(ticket) == [("accept", Level.COMMUNITY)]
        later = report(world, again(world, resident))
        check_limits([Answer(0, {}, later)], {2})


def test_without_the_number_beside_the_rules_a_ticket_names_what_it_is_not_held_to(ladder: EscalationPath) -> None:
    """The control: number and rules are read together, or the change falls between."""
    world, resident = ladder.world, ladder.world.resident()
    with other_limits(world) as set_rules:
        with mock.patch.object(world.services.ticket_intake, "_current_policy", side_effect=lambda street: (set_rules(), HOUSE)):
            ticket = report(world, resident)
        clock = ticket_of(ticket).clock(ACCEPT)
    assert clock
    assert clock.limit == 101, "its limits are those of the version that it names, whatever was read of the rules before"


# everything at once


def test_everything_at_once_leaves_every_ticket_in_step_and_nobody_told_twice(ladder: EscalationPath) -> None:
    world = ladder.world
    phones = [world.resident() for _ in range(4)]
    answers: Tally[tuple[int, str]] = Tally()
    for _ in range(ROUNDS):
        ticket = report(world, again(world, phones[0]))
        other = report(world, again(world, phones[1]), text="楼道灯又坏了")
        until_due(world, ticket)
        worker, clerk, chief = (ladder.phone(level) for level in Level)
        given = at_once(
            move(worker, ticket, "accept"),
            a_little_later(move(clerk, ticket, "assign", {"to": "grid_worker"})),
            a_little_later(move(chief, ticket, "escalate", REASON)),
            move(again(world, phones[2]), ticket, "join"),
            a_little_later(move(again(world, phones[3]), ticket, "join")),
            a_little_later(move(clerk, ticket, "merge", {"into": other}), 0.2),
            a_little_later(move(worker, other, "bounce", REASON)),
            a_little_later(move(again(world, phones[0]), ticket, "close", REASON), 0.1),
            lambda: Answer(200, {}, str(world.services.outbox.sweep())),
            a_little_later(lambda: Answer(200, {}, str(world.services.outbox.sweep()))),
        )
        answers.update(told(given))
        assert {answer.status for answer in given} <= {200, 403, 409}, told(given)
        world.services.outbox.sweep()
        rest(ladder, exact=False)
        assert_nobody_is_lost(given[3:5], phones[2:4], ticket)
        for id in (ticket, other):
            assert not [e for e in timeline(id) if e.tag == "ticket.climbed" and len(climbs(id)) > 1]
            if ticket_of(id).state is not TicketStatus.CLOSED:
                end(world, id)
        rest(ladder, exact=False)
    note(f"answers {answers}")
