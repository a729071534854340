"""Answers and rules that come at once: each answer counts, each ticket is held to its own rules.

Each guard has a control: without it, the same race goes wrong.
"""

from collections import Counter as Tally
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

import pytest

from chalicelib.kernel.changes import Changes, Put, TimelineEvent
from chalicelib.kernel.request import RequestContext
from chalicelib.ticket_policy.model import PolicyRecord, StreetPolicy
from chalicelib.tickets import rounds
from chalicelib.tickets.model import TicketReport
from chalicelib.tickets.policy import DEFAULT_POLICY, Level
from chalicelib.tickets.states import Ending, TicketStatus

from ..store.scan import SK, scan
from ..world import STREET, Answer, World
from . import seams
from .cloud import note
from .facts import climbs, every, tags_of, ticket_of, timers
from .hands import a_little_later, at_once, rivals
from .ladder import (
    ACCEPT,
    RESOLVE,
    EscalationPath,
    again,
    done,
    move,
    report,
    until_due,
)
from .story import just_before_commit
from .ticket_hands import ROUNDS, end, on_its_way_to_silence, rest

# the answers of those who reported it


@pytest.mark.parametrize("many", [2, 5])
def test_of_answers_at_once_the_last_closes_it(
    ladder: EscalationPath, many: int
) -> None:
    world = ladder.world
    phones = [world.resident() for _ in range(many)]
    for _ in range(ROUNDS):
        ticket = report(world, again(world, phones[0]))
        for phone in phones[1:]:
            done(again(world, phone), ticket, "join")
        done(ladder.phone(Level.GRID), ticket, "resolve", {"note": "换了灯泡"})
        given = at_once(
            *[
                move(again(world, phone), ticket, "confirm", {"satisfied": 5})
                for phone in phones
            ]
        )
        assert {answer.status for answer in given} == {200}
        rest(ladder)
        now = ticket_of(ticket)
        assert (now.state, now.ending, now.answered, now.ratings) == (
            TicketStatus.CLOSED,
            Ending.CONFIRMED,
            many,
            (5,) * many,
        )
        assert not timers(ticket)


def test_without_the_version_condition_an_answered_ticket_stays_resolved(
    ladder: EscalationPath,
) -> None:
    """The control of the one above: each of the two waits for the other."""
    world, phones = (
        ladder.world,
        [ladder.world.resident(), ladder.world.resident()],
    )
    ticket = report(world, phones[0])
    done(phones[1], ticket, "join")
    done(ladder.phone(Level.GRID), ticket, "resolve", {"note": "换了灯泡"})
    first, second = (move(phone, ticket, "confirm") for phone in phones)
    with seams.without_versions(), just_before_commit(first) as happened:
        given = second()
    assert [given.status, happened[0].status] == [200, 200]
    assert ticket_of(ticket).state is TicketStatus.RESOLVED
    assert all(
        rounds.has_answered(ticket_of(ticket), one)
        for one in every(TicketReport)
    )


def test_an_answer_at_the_moment_of_silence_counts_before_it_or_after_it(
    ladder: EscalationPath,
) -> None:
    world = ladder.world
    came: Tally[str] = Tally()
    for n in range(ROUNDS):
        ticket, (phone,) = on_its_way_to_silence(ladder)
        tap = move(again(world, phone), ticket, "confirm", {"satisfied": 4})
        given, _ = rivals(n, tap, world.services.outbox.sweep)
        assert given.status == 200
        rest(ladder)
        now, tags = ticket_of(ticket), tags_of(ticket)
        assert (now.state, now.answered, now.ratings) == (
            TicketStatus.CLOSED,
            1,
            (4,),
        )
        assert now.ending is (
            Ending.SILENT if "ended" in tags else Ending.CONFIRMED
        )
        assert (
            tags[-2:] == ["ended", "confirmed"]
            if "ended" in tags
            else tags[-1] == "confirmed"
        )
        assert not timers(ticket)
        came[now.ending] += 1
    note(f"came: {came}")


def test_a_confirmation_between_silence_and_its_commit_is_what_it_ends_by(
    ladder: EscalationPath,
) -> None:
    world = ladder.world
    ticket, (phone,) = on_its_way_to_silence(ladder)
    with just_before_commit(move(again(world, phone), ticket, "confirm")):
        world.services.outbox.sweep()
    rest(ladder)
    assert (ticket_of(ticket).ending, tags_of(ticket)[-1]) == (
        Ending.CONFIRMED,
        "confirmed",
    )


# a street's rules


@contextmanager
def other_limits(world: World) -> Iterator[Callable[[], int]]:
    """Yield a function that changes every limit of a street's policy and returns its version."""

    def set_rules() -> int:
        known = next(iter(every_policy()), None)
        number = known.version + 1 if known else 1
        limits = tuple(
            replace(row, limits=replace(row.limits, accept=100 + number))
            for row in DEFAULT_POLICY.limits
        )
        now, policy = world.clock.now(), replace(DEFAULT_POLICY, limits=limits)
        fresh = known or StreetPolicy(
            id=STREET, created_at=now, updated_at=now, policy=policy
        )
        record = PolicyRecord(
            street=STREET, number=number, policy=policy, at=now, by="per_x"
        )
        event = TimelineEvent(tag="policy.set", actor="per_x", party="staff")
        outcome = Changes(
            entity=replace(fresh, policy=policy),
            previous=known,
            writes=(Put(row=record, new=True),),
            events=(event,),
        )
        return world.services.transaction.run(
            lambda: outcome, RequestContext()
        ).version

    def every_policy() -> list[StreetPolicy]:
        return scan(StreetPolicy, SK == "policy")

    yield set_rules


def test_a_policy_changed_during_a_report_holds_for_later_reports(
    ladder: EscalationPath,
) -> None:
    world, phones = ladder.world, [ladder.world.resident() for _ in range(6)]
    versions: Tally[int] = Tally()
    with other_limits(world) as set_rules:
        for n in range(ROUNDS):
            fresh = [again(world, phone) for phone in phones]
            reports = [
                a_little_later(
                    lambda phone=phone: Answer(0, {}, report(world, phone)),
                    0.05,
                )
                for phone in fresh
            ]
            change = a_little_later(lambda: Answer(set_rules(), {}, ""), 0.05)
            *made, changed = at_once(*reports, change)
            assert changed.status == n + 1
            check_limits(made, {n, n + 1})
            versions.update(
                ticket_of(one.text).policy_version - n for one in made
            )
            for one in made:
                end(world, one.text)
            rest(ladder)
    note(f"reported before the change {versions[0]}, after it {versions[1]}")


def check_limits(made: list[Answer], versions: set[int]) -> None:
    """Each was given the time that the version it names allows."""
    for one in made:
        ticket = ticket_of(one.text)
        clock = ticket.sla_timer(ACCEPT)
        assert ticket.policy_version in versions
        assert clock
        assert clock.limit == (
            100 + ticket.policy_version if ticket.policy_version else 120
        )
        resolve = ticket.sla_timer(RESOLVE)
        assert resolve
        assert resolve.limit == 7 * 480


def test_a_policy_set_between_reading_and_commit_does_not_apply(
    ladder: EscalationPath,
) -> None:
    world, resident = ladder.world, ladder.world.resident()
    with other_limits(world) as set_rules:
        with just_before_commit(set_rules) as happened:
            ticket = report(world, resident)
        assert happened == [1]
        check_limits([Answer(0, {}, ticket)], {0})
        until_due(world, ticket)
        assert set_rules() == 2
        world.services.outbox.sweep()  # the earlier promise holds
        rest(ladder)
        assert climbs(ticket) == [("accept", Level.COMMUNITY)]
        later = report(world, again(world, resident))
        check_limits([Answer(0, {}, later)], {2})


def test_without_the_number_beside_the_rules_a_ticket_names_what_it_is_not_held_to(
    ladder: EscalationPath,
) -> None:
    """The control: number and rules are read together, or the change falls between."""
    world, resident = ladder.world, ladder.world.resident()
    with other_limits(world) as set_rules:
        with mock.patch.object(
            world.services.ticket_intake,
            "_current_policy",
            side_effect=lambda street: (set_rules(), DEFAULT_POLICY),
        ):
            ticket = report(world, resident)
        clock = ticket_of(ticket).sla_timer(ACCEPT)
    assert clock
    assert clock.limit == 101, (
        "its limits are those of the version that it names, whatever was read of the rules before"
    )
