"""Neighbours who join while a ticket ends: nobody with a 200 is lost.

Each guard has a control: without it, the same race goes wrong.
"""

from collections import Counter as Tally

import pytest

from chalicelib.tickets.policy import Level

from ..world import Phone
from . import seams
from .cloud import note
from .facts import joined_counts, reporters, ticket_of
from .hands import a_little_later, at_once, rivals, told
from .ladder import (
    EscalationPath,
    again,
    done,
    heard,
    move,
    report,
)
from .story import just_before_commit
from .ticket_hands import REASON, ROUNDS, assert_nobody_is_lost, end, rest

NEIGHBOURS = 20


@pytest.fixture
def neighbours(ladder: EscalationPath) -> list[Phone]:
    return [ladder.world.resident() for _ in range(NEIGHBOURS)]


@pytest.mark.parametrize("name", ["resolve", "close"])
def test_everybody_who_joined_while_a_ticket_ends_gets_its_messages(
    ladder: EscalationPath, neighbours: list[Phone], name: str
) -> None:
    world, body = (
        ladder.world,
        {"resolve": {"note": "换了灯泡"}, "close": REASON}[name],
    )
    outcome: Tally[tuple[int, str]] = Tally()
    for _ in range(3):
        ticket = report(world, again(world, neighbours[0]))
        phones = neighbours[1:]
        worker = ladder.phone(Level.GRID)
        ends = a_little_later(move(worker, ticket, name, body), 0.3)
        *given, ended = at_once(
            *[
                a_little_later(move(phone, ticket, "join"), 0.3)
                for phone in phones
            ],
            ends,
        )
        assert ended.status == 200, ended.text
        rest(ladder)
        assert_nobody_is_lost(given, phones, ticket)
        assert all(
            answer.status == 200 or answer.code == "ticket.wrong_state"
            for answer in given
        )
        assert name == "close" or {answer.status for answer in given} == {
            200
        }, "what is resolved can still be joined"
        before = [answer for answer in given if answer.status == 200]
        assert name == "resolve" or heard(ticket, "closed") == 1 + len(
            before
        ), "everybody hears that it is over"
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
        target = report(
            world, again(world, neighbours[0]), text="楼道灯坏了，很黑"
        )
        ticket = report(world, again(world, neighbours[1]))
        phones = neighbours[2:]
        merge = a_little_later(
            move(
                ladder.phone(Level.COMMUNITY), ticket, "merge", {"into": target}
            ),
            0.3,
        )
        *given, merged = at_once(
            *[
                a_little_later(move(phone, ticket, "join"), 0.3)
                for phone in phones
            ],
            merge,
        )
        assert merged.status == 200, merged.text
        rest(ladder)
        assert {answer.status for answer in given} == {200}
        assert_nobody_is_lost(given, phones, ticket)
        where["before"] += joined_counts().get(ticket, 0)
        where["after"] += joined_counts().get(target, 0)
        done(ladder.phone(Level.GRID), target, "resolve", {"note": "换了灯泡"})
        rest(ladder)
        assert heard(target, "resolved") == NEIGHBOURS, (
            "each of them is asked, once"
        )
        end(world, target)
    note(f"joined {+where} the merge")


def test_without_the_check_of_the_ticket_a_closed_one_is_joined(
    ladder: EscalationPath,
) -> None:
    """The control of the two above."""
    world, ticket = ladder.world, report(ladder.world, ladder.world.resident())

    neighbour = world.resident()
    closing = move(ladder.phone(Level.GRID), ticket, "close", REASON)
    with seams.without_checks(), just_before_commit(closing) as happened:
        given = move(neighbour, ticket, "join")()
    assert [given.status, happened[0].status] == [200, 200]
    rest(ladder)
    assert heard(ticket, "closed", neighbour.me["id"]) == 0


def test_joining_during_the_close_is_refused_as_over(
    ladder: EscalationPath,
) -> None:
    world, ticket = ladder.world, report(ladder.world, ladder.world.resident())
    neighbour = world.resident()
    with just_before_commit(
        move(ladder.phone(Level.GRID), ticket, "close", REASON)
    ):
        given = move(neighbour, ticket, "join")()
    assert (given.status, given.code) == (409, "ticket.wrong_state")
    assert neighbour.me["id"] not in reporters(ticket_of(ticket))
    rest(ladder)


def test_who_joins_what_was_merged_twice_is_asked_with_the_last(
    ladder: EscalationPath,
) -> None:
    world, clerk = ladder.world, ladder.phone(Level.COMMUNITY)
    first, second, third = (
        report(world, world.resident(), text=f"楼道灯坏了，第{n}次")
        for n in range(3)
    )
    done(clerk, first, "merge", {"into": second})
    done(clerk, second, "merge", {"into": third})
    neighbour = world.resident()
    given = move(neighbour, first, "join")()
    assert (given.status, given.json.get("id")) == (200, third), given.text
    assert neighbour.me["id"] in reporters(ticket_of(third))
    rest(ladder)


def test_what_was_merged_twice_and_goes_on_by_itself_is_seen_to_with_nobody(
    ladder: EscalationPath,
) -> None:
    world, clerk = ladder.world, ladder.phone(Level.COMMUNITY)
    first, second, third = (
        report(world, world.resident(), text=f"楼道灯坏了，第{n}次")
        for n in range(3)
    )
    done(clerk, first, "merge", {"into": second})
    done(clerk, second, "merge", {"into": third})
    done(clerk, first, "split")
    assert ticket_of(third).merged == (second,)
    rest(ladder, exact=False)
    done(clerk, second, "split")
    assert (ticket_of(third).merged, ticket_of(second).merged) == ((), ())
    rest(ladder, exact=False)


def test_a_neighbour_who_joins_while_the_first_takes_it_back_is_not_left_alone(
    ladder: EscalationPath,
) -> None:
    """A sole reporter may withdraw. Between the read and the commit another person joins."""
    world = ladder.world
    first, neighbour = world.resident(), world.resident()
    ticket = report(world, first)
    with just_before_commit(move(neighbour, ticket, "join")) as happened:
        given = move(first, ticket, "close", REASON)()
    assert happened[0].status == 200
    assert (given.status, given.code) == (403, "ticket.others_joined")
    assert ticket_of(ticket).is_open
    rest(ladder)


def test_a_withdrawal_never_ends_a_ticket_that_was_joined_at_once(
    ladder: EscalationPath,
) -> None:
    world = ladder.world
    first, second = world.resident(), world.resident()
    came: Tally[str] = Tally()
    for n in range(2 * ROUNDS):
        ticket = report(world, again(world, first))
        join = move(again(world, second), ticket, "join")
        close = move(again(world, first), ticket, "close", REASON)
        given, closed = rivals(n, join, close, most=0.03)
        rest(ladder)
        assert sorted([given.status, closed.status]) in ([200, 403], [200, 409])
        came["joined" if given.status == 200 else "taken back"] += 1
        if given.status == 200:
            assert ticket_of(ticket).is_open
            end(world, ticket)
    note(f"came: {came}")


def test_a_neighbour_who_joins_while_it_becomes_a_wish_keeps_it_a_ticket(
    ladder: EscalationPath,
) -> None:
    world, neighbour = ladder.world, ladder.world.resident()
    ticket = report(world, world.resident())
    body = world.wish_body() | {
        "consent": {"how": "spoken", "witness": "许见证"}
    }
    with just_before_commit(move(neighbour, ticket, "join")) as happened:
        given = ladder.phone(Level.COMMUNITY).post(
            f"/v1/tickets/{ticket}/turn", body
        )
    assert happened[0].status == 200
    assert (given.status, given.code) == (409, "ticket.others_joined")
    assert ticket_of(ticket).is_open
    assert (
        ladder.phone(Level.COMMUNITY)
        .post(f"/v1/tickets/{report(world, world.resident())}/turn", body)
        .status
        == 201
    )
    rest(ladder)
