"""Rates by hand: what counts as answered, solved and liked, and how far a handful of tickets can be
trusted.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.statistics import rates
from chalicelib.statistics.hot_spots import hot_spots as spots_of
from chalicelib.statistics.rates import (
    Rate,
    ReportedTicket,
    StatisticsGrouping,
    wilson,
)
from chalicelib.tickets.facts import ticket_facts
from chalicelib.tickets.model import SlaTimer, Ticket, TimerSegment
from chalicelib.tickets.policy import Level, SlaKind, TicketUrgency
from chalicelib.tickets.states import Ending, TicketStatus

NOW = datetime(2026, 11, 30, tzinfo=UTC)
BEGAN = datetime(2026, 11, 2, 1, tzinfo=UTC)
BUILDING = "chunhui.baihua.g01.b05"
HOUR = timedelta(hours=1)


def told(tickets: Iterable[Ticket]) -> list[ReportedTicket]:
    """Return what the facts of tickets tell."""
    facts = [fact for ticket in tickets for fact in ticket_facts(ticket)]
    return [ReportedTicket.of(fact) for fact in facts]


def statistics_of(key: str, tickets: Iterable[Ticket], now: datetime):
    return rates.statistics_of(key, told(tickets), now)


def grouped(tickets: Iterable[Ticket], by: StatisticsGrouping, now: datetime):
    return rates.grouped(told(tickets), by, now)


def hot_spots(tickets: Iterable[Ticket], joined: dict, least: int):
    return spots_of(told(tickets), joined, least)


def contact(
    met: int | None = None, due: int = 4, stopped: int | None = None
) -> SlaTimer:
    """A clock of contact: met, due and stopped so many hours after the report."""
    end = (
        None
        if met is None and stopped is None
        else BEGAN + (met if met is not None else stopped) * HOUR
    )
    run, at = (
        TimerSegment(start=BEGAN, minutes=due * 60, end=end),
        BEGAN + due * HOUR,
    )
    met_at = None if met is None else BEGAN + met * HOUR
    return SlaTimer(
        name=SlaKind.CONTACT,
        limit=due * 60,
        due_at=at,
        promised_at=at,
        runs=(run,),
        met_at=met_at,
    )


def a_ticket(n: int = 0, **fields) -> Ticket:
    values = {
        "id": f"tkt_{n}",
        "version": 1,
        "created_at": BEGAN,
        "updated_at": BEGAN,
        "person_id": "per_r",
        "filed_by": "per_r",
    }
    values |= {
        "category": "light",
        "urgency": TicketUrgency.GENERAL,
        "text": "灯不亮",
        "place": BUILDING,
        "community_name": "柏华",
    }
    return Ticket(
        **values
        | {
            "zone": "Asia/Shanghai",
            "level": Level.GRID,
            "clocks": (contact(2),),
        }
        | fields
    )


def ended(ending: Ending, **fields) -> Ticket:
    return a_ticket(
        state=TicketStatus.CLOSED,
        ending=ending,
        closed_at=BEGAN + 48 * HOUR,
        **fields,
    )


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), 857-872, table I: method 3, the score
        # interval without correction.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0000),  # 0 of 29, turned round
    ],
)
def test_the_interval_is_that_of_the_textbook(hits, n, low, high):
    assert wilson(hits, n) == pytest.approx((low, high), abs=5e-5)


@given(
    st.integers(1, 5000).flatmap(
        lambda n: st.tuples(st.integers(0, n), st.just(n))
    )
)
def test_an_interval_holds_its_share_and_stays_between_nothing_and_all(counted):
    hits, n = counted
    low, high = wilson(hits, n)
    assert 0 <= low <= hits / n + 1e-12
    assert hits / n - 1e-12 <= high <= 1
    assert wilson(n - hits, n) == pytest.approx((1 - high, 1 - low))


def test_of_nothing_there_is_no_rate():
    assert Rate.of_counts(0, 0) == Rate(
        n=0, hits=0, value=None, low=None, high=None
    )


@pytest.mark.parametrize(
    ("ticket", "expected"),
    [
        (a_ticket(clocks=(contact(4),)), (1, 1)),  # at the very instant
        (a_ticket(clocks=(contact(5),)), (0, 1)),
        (a_ticket(clocks=(contact(),)), (0, 1)),  # nobody has, and it is late
        (a_ticket(clocks=(contact(due=24 * 60),)), (0, 0)),  # there is time yet
        (
            ended(Ending.MERGED, clocks=(contact(stopped=1, due=50),)),
            (0, 0),
        ),  # ended before anybody was late
        (ended(Ending.UNSOLVED, clocks=(contact(stopped=48),)), (0, 1)),
        (a_ticket(clocks=()), (0, 0)),
    ],
)
def test_a_response_is_in_time_late_or_not_decided(ticket, expected):
    rate = statistics_of("", [ticket], NOW).response
    assert (rate.hits, rate.n) == expected


@pytest.mark.parametrize(
    ("ticket", "expected", "unanswered"),
    [
        (ended(Ending.CONFIRMED, answered=1), (1, 1), 0),
        (
            ended(Ending.SILENT, answered=1),
            (1, 1),
            0,
        ),  # one of several neighbours has said so
        (ended(Ending.SILENT), (0, 0), 1),
        (
            ended(Ending.CONFIRMED, answered=1, reopened=1),
            (0, 1),
            0,
        ),  # not at the first go
        (ended(Ending.SILENT, reopened=1), (0, 1), 0),
        (a_ticket(state=TicketStatus.ACCEPTED, reopened=1), (0, 1), 0),
        (ended(Ending.UNSOLVED), (0, 1), 0),
        (
            a_ticket(state=TicketStatus.RESOLVED, answered=1),
            (0, 0),
            0,
        ),  # others are still asked
        (a_ticket(), (0, 0), 0),
        (ended(Ending.MERGED), (0, 0), 0),
        (ended(Ending.WITHDRAWN, reopened=1), (0, 0), 0),
        (ended(Ending.WISH), (0, 0), 0),
    ],
)
def test_a_solution_is_what_those_say_who_reported_it(
    ticket, expected, unanswered
):
    found = statistics_of("", [ticket], NOW)
    assert (found.solution.hits, found.solution.n) == expected
    assert found.unanswered == unanswered


def test_counts_by_hand():
    tickets = [
        *(ended(Ending.CONFIRMED, answered=1, ratings=(5,)) for _ in range(6)),
        ended(Ending.CONFIRMED, answered=2, ratings=(4, 2), bounces=1),
        ended(Ending.UNSOLVED, clocks=(contact(9),)),
        ended(Ending.SILENT),
        ended(Ending.MERGED),
        ended(Ending.WITHDRAWN),
        ended(Ending.WISH),
        a_ticket(state=TicketStatus.RESOLVED),
        a_ticket(state=TicketStatus.OPEN, clocks=(contact(due=9999),)),
    ]
    found = statistics_of("all", tickets, NOW)
    assert (found.key, found.reported, found.open, found.waiting) == (
        "all",
        14,
        1,
        1,
    )
    assert (found.merged, found.withdrawn, found.turned, found.unanswered) == (
        1,
        1,
        1,
        1,
    )
    assert (found.response.hits, found.response.n) == (12, 13)
    assert (found.solution.hits, found.solution.n) == (7, 8)
    assert (found.satisfaction.hits, found.satisfaction.n) == (7, 8)
    assert (found.bounces.hits, found.bounces.n) == (1, 14)
    assert (found.solution.value, found.solution.low, found.solution.high) == (
        7 / 8,
        *wilson(7, 8),
    )


def test_a_planted_reopen_lowers_the_solution_rate():
    solved = [ended(Ending.CONFIRMED, answered=1) for _ in range(10)]
    before = statistics_of("", solved, NOW).solution
    after = statistics_of(
        "", [*solved[:-1], replace(solved[-1], reopened=1)], NOW
    ).solution
    assert (before.value, after.value) == (1.0, 0.9)
    assert after.n == before.n


def test_groups_are_by_place_category_and_local_month():
    tickets = [
        a_ticket(1, place=BUILDING),
        a_ticket(2, place="chunhui.baihua.g02"),
        a_ticket(
            3, place="chunhui.baihua"
        ),  # a wider place than a grid is its own
        a_ticket(4, place="chunhui.jinfeng.g01.b01.u1", category="lift"),
        a_ticket(
            5, created_at=datetime(2026, 10, 31, 17, tzinfo=UTC)
        ),  # the first of November in Shanghai
        a_ticket(6, created_at=datetime(2026, 10, 31, 15, tzinfo=UTC)),
    ]

    def counts(by: StatisticsGrouping) -> dict[str, int]:
        return {
            group.key: group.reported for group in grouped(tickets, by, NOW)
        }

    assert counts(StatisticsGrouping.GRID) == {
        "chunhui.baihua": 1,
        "chunhui.baihua.g01": 3,
        "chunhui.baihua.g02": 1,
        "chunhui.jinfeng.g01": 1,
    }
    assert counts(StatisticsGrouping.COMMUNITY) == {
        "chunhui.baihua": 5,
        "chunhui.jinfeng": 1,
    }
    assert counts(StatisticsGrouping.CATEGORY) == {"light": 5, "lift": 1}
    assert counts(StatisticsGrouping.MONTH) == {"2026-10": 1, "2026-11": 5}


def test_the_same_again_and_again_in_a_building_is_one_spot():
    later = replace(
        a_ticket(3), created_at=BEGAN + HOUR, place=f"{BUILDING}.u2"
    )
    tickets = [
        a_ticket(1),
        ended(Ending.MERGED, n=2),
        later,
        ended(Ending.WITHDRAWN, n=4),
        a_ticket(5, category="lift"),
        a_ticket(6, place="chunhui.baihua.g01"),  # no building
        a_ticket(7, place="chunhui.baihua.g01.b06"),
    ]
    (spot,) = hot_spots(tickets, {}, 3)
    assert (spot.place, spot.category, spot.reports) == (BUILDING, "light", 3)
    assert (spot.tickets, spot.first_at, spot.last_at) == (
        ("tkt_3", "tkt_1", "tkt_2"),
        BEGAN,
        BEGAN + HOUR,
    )
    assert not hot_spots(tickets, {}, 4)
    spots = hot_spots(
        tickets, {"tkt_5": 4, "tkt_4": 9}, 3
    )  # a person who joined has reported too
    assert [(s.category, s.reports) for s in spots] == [
        ("lift", 5),
        ("light", 3),
    ]
