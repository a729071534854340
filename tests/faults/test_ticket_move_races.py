"""People against the timer and each other: one has it, and nothing is lost.

Each guard has a control: without it, the same race goes wrong.
"""

from collections import Counter as Tally
from typing import Any

import pytest

from chalicelib.tickets.model import Ticket
from chalicelib.tickets.policy import Level
from chalicelib.tickets.states import Ending, TicketStatus

from ..world import Answer
from . import seams
from .cloud import note
from .facts import check, climbs, every, tags_of, ticket_of, timeline, timers
from .hands import a_little_later, at_once, rivals, told
from .ladder import (
    EscalationPath,
    again,
    heard,
    move,
    report,
    ticket_body,
    until_due,
)
from .story import just_before_commit
from .ticket_hands import (
    REASON,
    ROUNDS,
    assert_nobody_is_lost,
    end,
    on_its_way_to_silence,
    overdue,
    rest,
)

# other moves against the timer


# What somebody does at the moment at which nobody has accepted in time, and whether the clock
# still has a reason to fire after it.
MOVES: dict[str, tuple[Any, bool]] = {
    "assign": ({"to": "grid_worker"}, False),
    "bounce": (REASON, True),
    "escalate": (REASON, True),
    "resolve": ({"note": "换了灯泡"}, False),
    "close": (REASON, False),
    "comment": ({"text": "在路上了"}, True),
}


@pytest.mark.parametrize("name", MOVES)
def test_a_move_is_before_or_after_the_timer_which_fires_at_most_once(
    ladder: EscalationPath, name: str
) -> None:
    world, (body, still_over) = ladder.world, MOVES[name]
    event = {
        "close": "closed",
        "bounce": "bounced",
        "assign": "assigned",
        "resolve": "resolved",
    }.get(name, f"{name}d")
    event = {"escalate": "escalated", "comment": "commented"}.get(name, event)
    came: Tally[tuple[str, ...]] = Tally()
    for n in range(ROUNDS):
        ticket = overdue(world)
        tap = move(ladder.phone(Level.GRID), ticket, name, body)
        given, _ = rivals(n, tap, world.services.outbox.sweep)
        assert given.status == 200, given.text
        world.services.outbox.sweep()
        rest(ladder, exact=False)
        tags = tuple(tags_of(ticket)[1:])
        first, second = ("climbed", event), (event, "climbed")
        assert (
            tags in (first, second) if still_over else tags in (first, (event,))
        ), tags
        assert heard(ticket, "climbed_staff") == tags.count(
            "climbed"
        ) + tags.count("escalated")
        came[tags] += 1
        if ticket_of(ticket).state is not TicketStatus.CLOSED:
            end(world, ticket)
    note(f"{name}: {came}")


def test_two_bounces_and_the_alarm_leave_it_with_the_level_above_and_never_below(
    ladder: EscalationPath,
) -> None:
    world = ladder.world
    for _ in range(ROUNDS):
        ticket = overdue(world)
        phones = [ladder.phone(Level.GRID), ladder.phone(Level.COMMUNITY)]
        given = at_once(
            *[move(phone, ticket, "bounce", REASON) for phone in phones],
            a_little_later(world.services.outbox.sweep),
        )
        assert [answer.status for answer in given[:2]] == [200, 200]
        world.services.outbox.sweep()
        rest(ladder, exact=False)
        now = ticket_of(ticket)
        assert (now.bounces, now.must_be_assigned, len(climbs(ticket))) == (
            2,
            True,
            1,
        )
        assert now.level is Level.STREET, (
            "one step for the clock, one because its own level would not have it"
        )
        assert now.assignee == ladder.chief.id
        end(world, ticket)


def test_a_reopening_at_the_moment_of_silence_is_never_lost(
    ladder: EscalationPath,
) -> None:
    world = ladder.world
    came: Tally[str] = Tally()
    for n in range(ROUNDS):
        ticket, (phone,) = on_its_way_to_silence(ladder)
        tap = move(again(world, phone), ticket, "reopen", REASON)
        given, _ = rivals(n, tap, world.services.outbox.sweep)
        assert given.status == 200, given.text
        rest(ladder, exact=False)
        now = ticket_of(ticket)
        assert (now.state, now.level, now.reopened) == (
            TicketStatus.ACCEPTED,
            Level.COMMUNITY,
            1,
        )
        came[
            "silence first" if "ended" in tags_of(ticket) else "reopened first"
        ] += 1
        end(world, ticket)
    note(f"came: {came}")


def test_a_merge_against_the_timer_leaves_one_ticket_that_escalates(
    ladder: EscalationPath,
) -> None:
    world = ladder.world
    for n in range(ROUNDS):
        target = report(world, world.resident(), text="楼道灯坏了，很黑")
        ticket = report(world, world.resident())
        until_due(world, ticket)
        tap = move(
            ladder.phone(Level.COMMUNITY), ticket, "merge", {"into": target}
        )
        given, _ = rivals(n, tap, world.services.outbox.sweep)
        assert given.status == 200, given.text
        world.services.outbox.sweep()
        rest(ladder)
        assert (ticket_of(ticket).ending, ticket_of(ticket).timer) == (
            Ending.MERGED,
            None,
        )
        # The other climbs by its own clock, from the level that it has taken over.
        levels = [level for _, level in climbs(target)]
        assert levels in ([Level.COMMUNITY], [Level.STREET])
        assert tags_of(ticket) in (
            ["submitted", "merged"],
            ["submitted", "climbed", "merged"],
        )
        end(world, target)


def test_what_is_not_on_hold_cannot_be_resumed_and_says_so(
    ladder: EscalationPath,
) -> None:
    ticket = report(ladder.world, ladder.world.resident())
    given = move(ladder.phone(Level.GRID), ticket, "resume")()
    assert (given.status, given.code) == (409, "ticket.wrong_state")


# two who want it


def test_of_two_who_accept_at_once_one_has_it_and_one_is_refused(
    ladder: EscalationPath,
) -> None:
    world, resident = ladder.world, ladder.world.resident()
    winners: Tally[str] = Tally()
    for _ in range(ROUNDS):
        resident = again(world, resident)
        ticket = report(world, resident)
        people = [ladder.worker, ladder.clerk]
        given = at_once(
            *[move(again(world, person), ticket, "accept") for person in people]
        )
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


def test_without_the_version_condition_both_acceptances_succeed(
    ladder: EscalationPath,
) -> None:
    """The control of the one above."""
    ticket = report(ladder.world, ladder.world.resident())
    worker, clerk = ladder.phone(Level.GRID), ladder.phone(Level.COMMUNITY)
    with (
        seams.without_versions(),
        just_before_commit(move(worker, ticket, "accept")) as happened,
    ):
        given = move(clerk, ticket, "accept")()
    assert [given.status, happened[0].status] == [200, 200]
    with pytest.raises(AssertionError):
        check()


def test_one_tap_sent_ten_times_reports_one_problem(
    ladder: EscalationPath,
) -> None:
    resident = ladder.world.resident()
    for n in range(3):
        body = ticket_body(text=f"第{n}盏灯坏了")
        given = at_once(
            *[
                lambda body=body, n=n: resident.post(
                    "/v1/tickets", body, idempotency_key=f"k{n}"
                )
            ]
            * 10
        )
        assert {answer.status for answer in given} <= {201, 503}
        assert (
            len({answer.json["id"] for answer in given if answer.status == 201})
            == 1
        )
        assert [ticket.text for ticket in every(Ticket)].count(
            f"第{n}盏灯坏了"
        ) == 1
    rest(ladder)


# everything at once


def test_everything_at_once_keeps_tickets_in_step_and_informs_nobody_twice(
    ladder: EscalationPath,
) -> None:
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
            a_little_later(
                move(clerk, ticket, "assign", {"to": "grid_worker"})
            ),
            a_little_later(move(chief, ticket, "escalate", REASON)),
            move(again(world, phones[2]), ticket, "join"),
            a_little_later(move(again(world, phones[3]), ticket, "join")),
            a_little_later(move(clerk, ticket, "merge", {"into": other}), 0.2),
            a_little_later(move(worker, other, "bounce", REASON)),
            a_little_later(
                move(again(world, phones[0]), ticket, "close", REASON), 0.1
            ),
            lambda: Answer(200, {}, str(world.services.outbox.sweep())),
            a_little_later(
                lambda: Answer(200, {}, str(world.services.outbox.sweep()))
            ),
        )
        answers.update(told(given))
        assert {answer.status for answer in given} <= {200, 403, 409}, told(
            given
        )
        world.services.outbox.sweep()
        rest(ladder, exact=False)
        assert_nobody_is_lost(given[3:5], phones[2:4], ticket)
        for id in (ticket, other):
            assert not [
                e
                for e in timeline(id)
                if e.tag == "ticket.climbed" and len(climbs(id)) > 1
            ]
            if ticket_of(id).state is not TicketStatus.CLOSED:
                end(world, id)
        rest(ladder, exact=False)
    note(f"answers {answers}")
