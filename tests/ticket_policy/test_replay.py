"""Playing tickets again: the same rules change nothing, and what is played is what the model itself
would have done.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.kernel.access import Relation
from chalicelib.ticket_policy.replay import (
    ESCALATING,
    ReplayedEscalation,
    ReplayPair,
    play,
    summarise,
    urgency_under,
)
from chalicelib.tickets import decisions, reopening, resolution
from chalicelib.tickets.calendar import chinese_holiday
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.policy import (
    DEFAULT_POLICY,
    LIMITS,
    EscalationStep,
    Level,
    LimitsOf,
    Policy,
    SlaKind,
    SlaLimits,
    TicketUrgency,
)
from chalicelib.tickets.routing import first_level
from chalicelib.tickets.sla_timers import EscalationContext, sla_of
from chalicelib.tickets.states import TicketMover, TicketStatus
from chalicelib.tickets.timers import on_timer

BEGAN = datetime(
    2026, 9, 28, 0, 40, tzinfo=UTC
)  # a Monday, three days before the long October holidays
PLACE = "chunhui.baihua.g01.b05"
DUTY = {
    Level.GRID: ("per_worker",),
    Level.COMMUNITY: ("per_staff",),
    Level.STREET: ("per_admin",),
}
STAFF = frozenset(
    {Relation.GRID_WORKER, Relation.COMMUNITY_STAFF, Relation.STREET_ADMIN}
)
holidays = lru_cache(maxsize=None)(chinese_holiday)
SECOND = timedelta(seconds=1)


def office_of(policy: Policy, ticket: Ticket, duty=DUTY) -> EscalationContext:
    return EscalationContext(sla=sla_of(policy, ticket, holidays), duty=duty)


def blank(
    policy: Policy = DEFAULT_POLICY,
    duty=DUTY,
    urgency: TicketUrgency = TicketUrgency.GENERAL,
    **fields,
) -> Ticket:
    values = {
        "id": "tkt_a",
        "version": 1,
        "created_at": BEGAN,
        "updated_at": BEGAN,
        "person_id": "per_r",
        "filed_by": "per_r",
    }
    values |= {
        "category": "light",
        "urgency": urgency,
        "text": "灯不亮",
        "place": PLACE,
        "community_name": "柏华",
    }
    ticket = Ticket(
        **values | {"zone": "Asia/Shanghai", "level": Level.GRID} | fields
    )
    level, holder = first_level(
        office_of(policy, ticket, duty), PLACE, "", None
    )
    return replace(ticket, level=level, assignee=holder)


@dataclass
class Model:
    """The real model on a clock that is moved to every instant at which something is due."""

    policy: Policy
    ticket: Ticket
    duty: dict
    climbs: list[ReplayedEscalation]
    over: dict[SlaKind, datetime]

    @classmethod
    def submit(
        cls, policy: Policy = DEFAULT_POLICY, duty=DUTY, **fields
    ) -> "Model":
        ticket = blank(policy, duty, **fields)
        outcome = decisions.submit(
            ticket, office_of(policy, ticket, duty), cls.mover(BEGAN), ()
        )
        return cls(policy, outcome.entity, duty, [], {})

    @staticmethod
    def mover(now: datetime) -> TicketMover:
        return TicketMover(id="per_worker", relations=STAFF, now=now)

    @property
    def office(self) -> EscalationContext:
        return office_of(self.policy, self.ticket, self.duty)

    def pass_to(self, end: datetime, *, also_at: bool = False) -> None:
        """Fire its timers up to an instant. The top level is reminded for ever, so that happens
        once.
        """
        for _ in range(300):
            due = min(self.ticket.deadlines().values(), default=None)
            if due is None or due > end or (due == end and not also_at):
                return
            before, outcome = (
                self.ticket,
                on_timer(self.ticket, self.office, due),
            )
            self.ticket = outcome.entity
            for clock in self.ticket.clocks:
                old = before.sla_timer(clock.name)
                if clock.name in ESCALATING and old and clock.fired > old.fired:
                    self.over.setdefault(clock.name, due)
            if self.ticket.level is not before.level:
                self.climbs.append(
                    ReplayedEscalation(at=due, level=self.ticket.level)
                )

    def do(self, move: str, at: datetime) -> None:
        """Make a move, if the ticket allows it then."""
        self.pass_to(at)
        by, ticket = self.mover(at), self.ticket
        if move not in ticket.moves(by.relations):
            return
        made = {
            "accept": lambda: decisions.accept(ticket, by),
            "comment": lambda: decisions.comment(
                ticket, by, "来看过了", public=True
            ),
            "hold": lambda: (
                decisions.hold(
                    ticket,
                    self.office,
                    by,
                    "等配件",
                    at + timedelta(days=3),
                    public_text="等配件",
                )
                if len(ticket.holds) < 3
                else None
            ),
            "resume": lambda: decisions.resume(ticket, self.office, by),
            "resolve": lambda: decisions.resolve(
                ticket, self.office, by, "修好了", ("upl_a",), public_text=""
            ),
            "close": lambda: resolution.close(
                ticket, by, "查无此事", alone=False, public_text=""
            ),
            "reopen": lambda: reopening.reopen(
                ticket, self.office, by, "又坏了", public_text="又坏了"
            ),
        }[move]()
        self.ticket = made.entity if made else ticket

    def replayed(self, until: datetime, policy: Policy | None = None):
        used = policy or self.policy
        office = office_of(used, self.ticket, self.duty)
        return play(
            self.ticket, office, *first_level(office, PLACE, "", None), until
        )


minutes = st.integers(1, 3000)
moves = st.sampled_from(
    ["accept", "comment", "hold", "resume", "resolve", "close"]
)


@st.composite
def policies(draw) -> Policy:
    made = SlaLimits(
        accept=draw(minutes),
        contact=draw(minutes),
        resolve=draw(minutes),
        call_back=draw(minutes),
        remind=draw(st.integers(300, 3000)),
        always=draw(st.booleans()),
    )
    steps = [
        EscalationStep(
            level=step.level, role=step.role, percent=draw(st.integers(1, 400))
        )
        for step in DEFAULT_POLICY.ladder
    ]
    kept = draw(st.sampled_from([(0, 1, 2), (0, 2), (1, 2), (2,)]))
    rows = tuple(
        LimitsOf(urgency=urgency, limits=made) for urgency in TicketUrgency
    )
    return replace(
        DEFAULT_POLICY, limits=rows, ladder=tuple(steps[n] for n in kept)
    )


duties = st.sets(st.sampled_from(list(Level))).map(
    lambda manned: {
        level: DUTY[level] if level in manned else () for level in Level
    }
)
stories = st.lists(
    st.tuples(moves, st.integers(1, 240_000)), max_size=8
)  # so many seconds after the move before


def told(policy: Policy, duty, story) -> Model:
    model, at = Model.submit(policy, duty), BEGAN
    for move, later in story:
        at += later * SECOND
        model.do(move, at)
    model.pass_to(at + timedelta(days=4), also_at=True)
    return model


@settings(deadline=None, max_examples=250)
@given(policies(), duties, stories)
def test_what_is_played_is_what_the_model_does(policy, duty, story):
    """The model's clock moves to every deadline; the replay knows only the resulting ticket."""
    model = told(policy, duty, story)
    until = (
        BEGAN + sum(later for _, later in story) * SECOND + timedelta(days=4)
    )
    played = model.replayed(until)
    assert list(played.climbs) == model.climbs
    assert played.over == model.over
    assert played.level is model.ticket.level
    assert {
        name: clock.promised_at
        for name in ESCALATING
        if (clock := model.ticket.sla_timer(name)) and not model.ticket.holds
    } == ({} if model.ticket.holds else played.due)


@settings(deadline=None, max_examples=100)
@given(policies(), duties, stories, st.integers(0, 400))
def test_the_same_rules_make_no_difference(policy, duty, story, hours):
    model, until = told(policy, duty, story), BEGAN + timedelta(hours=hours)
    pair = ReplayPair(
        ticket_id="tkt_a",
        then=model.replayed(until),
        now=model.replayed(until, replace(policy)),
    )
    found = summarise([pair], BEGAN, BEGAN, cut=False)
    assert not found.examples
    assert found.total.moved == 0
    assert all(
        then == now
        for counted in (found.total.over, found.total.reached)
        for then, now in counted.values()
    )


@settings(deadline=None, max_examples=100)
@given(policies(), policies(), duties, stories)
def test_shorter_limits_are_never_over_later(policy, other, duty, story):
    """With the same shares and shorter limits, all that was overdue stays so, no later, and as
    high.
    """
    pairs = zip(policy.limits, other.limits, strict=True)
    shorter = tuple(
        replace(
            a,
            limits=replace(
                a.limits,
                accept=min(a.limits.accept, b.limits.accept),
                contact=min(a.limits.contact, b.limits.contact),
                resolve=min(a.limits.resolve, b.limits.resolve),
            ),
        )
        for a, b in pairs
    )
    model = told(policy, duty, story)
    until = BEGAN + timedelta(days=30)
    then, now = (
        model.replayed(until),
        model.replayed(until, replace(policy, limits=shorter)),
    )
    assert all(now.over[name] <= at for name, at in then.over.items())


def test_a_shorter_path_and_other_limits_are_distinguished():
    model = Model.submit()
    model.do("accept", BEGAN + timedelta(hours=1))
    model.do("comment", BEGAN + timedelta(hours=2))
    model.pass_to(BEGAN + timedelta(days=14))
    then = model.replayed(BEGAN + timedelta(days=14))
    assert not then.over  # seven days of work, and the holidays are between
    hard = replace(
        DEFAULT_POLICY,
        limits=tuple(
            replace(row, limits=replace(row.limits, contact=60))
            for row in LIMITS
        ),
    )
    now = model.replayed(BEGAN + timedelta(days=14), hard)
    assert set(now.over) == {SlaKind.CONTACT}
    assert now.over[SlaKind.CONTACT] == BEGAN + timedelta(
        hours=1
    )  # 08:40 and an hour of work
    assert now.climbs == (
        ReplayedEscalation(
            at=BEGAN + timedelta(hours=1), level=Level.COMMUNITY
        ),
        ReplayedEscalation(at=BEGAN + timedelta(hours=1.5), level=Level.STREET),
    )
    found = summarise(
        [ReplayPair(ticket_id="tkt_a", then=then, now=now)],
        BEGAN,
        BEGAN,
        cut=False,
    )
    assert found.total.over[SlaKind.CONTACT] == [0, 1]
    assert found.total.reached == {
        Level.GRID: [1, 0],
        Level.COMMUNITY: [0, 0],
        Level.STREET: [0, 1],
    }
    assert found.by_urgency[TicketUrgency.GENERAL].tickets == 1
    assert [pair.ticket_id for pair in found.examples] == ["tkt_a"]


def test_what_was_solved_a_second_ago_or_at_the_very_instant_was_in_time():
    due = Model.submit().ticket.sla_timer(SlaKind.ACCEPT).due_at
    for later, over in ((0, set()), (1, {SlaKind.ACCEPT})):
        model = Model.submit()
        model.do("accept", due + timedelta(seconds=later))
        assert set(model.replayed(due + timedelta(hours=1)).over) == over


def test_a_reopened_ticket_is_played_from_its_last_round_one_level_up():
    model = Model.submit()
    model.do("accept", BEGAN + timedelta(hours=1))
    model.do("resolve", BEGAN + timedelta(hours=2))
    again = BEGAN + timedelta(hours=3)
    model.do("reopen", again)
    assert (model.ticket.state, model.ticket.level) == (
        TicketStatus.ACCEPTED,
        Level.COMMUNITY,
    )
    model.pass_to(BEGAN + timedelta(days=40), also_at=True)
    played = model.replayed(BEGAN + timedelta(days=40))
    assert list(played.climbs) == [
        ReplayedEscalation(at=again, level=Level.COMMUNITY),
        *model.climbs,
    ]
    assert played.over == model.over
    quick = replace(DEFAULT_POLICY, reopen_percent=1)
    assert (
        model.replayed(BEGAN + timedelta(days=40), quick).over[SlaKind.RESOLVE]
        < played.over[SlaKind.RESOLVE]
    )


@pytest.mark.parametrize(
    ("set_by_hand", "expected"),
    [(False, TicketUrgency.URGENT), (True, TicketUrgency.COMPLEX)],
)
def test_a_changed_urgency_moves_tickets_unless_a_person_set_theirs(
    set_by_hand, expected
):
    lights = tuple(
        replace(c, urgency=TicketUrgency.URGENT) if c.code == "light" else c
        for c in DEFAULT_POLICY.categories
    )
    ticket = blank(
        urgency=TicketUrgency.COMPLEX if set_by_hand else TicketUrgency.GENERAL
    )
    assert (
        urgency_under(
            replace(DEFAULT_POLICY, categories=lights), DEFAULT_POLICY, ticket
        )
        is expected
    )
    assert (
        urgency_under(
            replace(DEFAULT_POLICY, categories=lights[:1]),
            DEFAULT_POLICY,
            ticket,
        )
        is ticket.urgency
    )  # it has no class any more


def test_no_more_than_twenty_examples_the_telling_ones_first():
    model = Model.submit()
    same = model.replayed(BEGAN)
    moved, turned = (
        replace(same, holder="per_else"),
        replace(same, over={SlaKind.ACCEPT: BEGAN}),
    )
    pairs = [
        ReplayPair(
            ticket_id=f"tkt_{n}", then=same, now=moved if n < 30 else turned
        )
        for n in range(45)
    ]
    found = summarise(pairs, BEGAN, BEGAN, cut=True)
    assert [pair.ticket_id for pair in found.examples] == [
        f"tkt_{n}" for n in (*range(30, 45), *range(5))
    ]
    assert (found.total.tickets, found.total.moved, found.cut) == (45, 30, True)
