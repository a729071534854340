"""Wherever a process dies, whatever comes twice, late, early or not at all: a clock that is over is one step, told once.

In memory, on one thread: the deaths are enumerated, and what outlives the process can be photographed there.
"""

import random
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import count, product
from typing import Any
from unittest import mock

import pytest

from chalicelib.adapters.queue import write_entry
from chalicelib.catalogue import TEMPLATES
from chalicelib.kernel.jobs import JobRecord
from chalicelib.kernel.template import Urgency
from chalicelib.message_log.model import DeliveryState, MessageAttempt
from chalicelib.runtime import use
from chalicelib.store.transaction import ATTEMPTS, Transaction
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.policy import Level, SlaKind
from chalicelib.tickets.states import Ending, TicketStatus

from ..jobs import a_job
from ..store.scan import remove, save
from ..world import Answer, Phone, World
from .cloud import Cloud, check_promises, deaths, note
from .facts import check, climbs, every, one_look, snapshot, tags_of, ticket_of, timers
from .ladder import EscalationPath, again, check_levels_told, report, staffed, ticket_body, timer_of
from .story import READS, failure
from .test_offer_crashes import Refusing
from .test_sending_chaos import SkewedClock

GRID, COMMUNITY, STREET = Level.GRID, Level.COMMUNITY, Level.STREET
REASON = {"reason": "不归我管"}
NOTE = {"note": "换了灯泡"}
MINUTE = timedelta(minutes=1)
SKEWS = 6  # ways in which clocks are wrong


@pytest.fixture
def cloud() -> Cloud:
    """A street whose due rows lie in one shard, so that there is nothing in a sweep but what matters."""
    made = Cloud(World(due_shards=1))
    made.provide("east", "west")
    return made


@dataclass
class Scene:
    """Something that is due, or that somebody is about to tap, and what must have come of it in the end."""

    ladder: EscalationPath
    tags: list[str]  # everything that has happened to the ticket
    told: dict[str, int]  # how many people have heard what, from its beginning
    level: Level = GRID
    state: TicketStatus = TicketStatus.OPEN
    ending: Ending | None = None
    ticket: str = ""  # empty where it is only being reported
    tap: Callable[[], Answer] | None = None
    exact: bool = True
    start: bytes = b""
    others: list[str] = field(default_factory=list)  # tickets beside it

    def check(self, cloud: Cloud) -> None:
        """Assert that everything that was promised has happened, and happened once."""
        with one_look():
            self._check(cloud)

    def _check(self, cloud: Cloud) -> None:
        check()
        lines = check_promises(cloud, lambda kind: int(TEMPLATES[kind].urgency is Urgency.URGENT))
        check_levels_told(self.ladder, exact=self.exact)
        (ticket,) = [ticket for ticket in every(Ticket) if ticket.id not in self.others]
        assert self.ticket in ("", ticket.id)
        assert tags_of(ticket.id) == self.tags
        assert (ticket.level, ticket.state, ticket.ending) == (self.level, self.state, self.ending)
        once = Tally((line.message, line.person) for line in lines)
        assert set(once.values()) <= {1}
        heard = Tally(line.kind for line in lines if line.state is not DeliveryState.SUPPRESSED)
        assert heard == self.told, "what was promised is told, or in doubt and listed, and nothing else"


def live(cloud: Cloud) -> None:
    """Let a quarter of an hour pass: sweeps and queues."""
    cloud.run(cloud.world.clock.now() + 15 * MINUTE)


def act(cloud: Cloud, scene: Scene) -> None:
    if scene.tap:
        assert scene.tap().status in (200, 201)
    live(cloud)


def begin(cloud: Cloud, scene: Scene) -> Scene:
    scene.start = cloud.photograph()
    return scene


def rest(cloud: Cloud) -> None:
    cloud.run(cloud.world.clock.now() + 5 * MINUTE)


def until_due(cloud: Cloud, ticket: str) -> None:
    cloud.world.clock.move_to(timer_of(ticket).at)


def reported(cloud: Cloud, **fields: Any) -> tuple[EscalationPath, str, Phone]:
    """Have something reported, and whoever has it told."""
    ladder, resident = staffed(cloud.world), cloud.world.resident()
    ticket = report(cloud.world, resident, **fields)
    rest(cloud)
    return ladder, ticket, resident


def does(cloud: Cloud, phone: Phone, ticket: str, name: str, body: Any = None) -> None:
    answer = again(cloud.world, phone).post(f"/v1/tickets/{ticket}/{name}", body)
    assert answer.status == 200, answer.text
    rest(cloud)


def tapped(cloud: Cloud, phone: Phone, ticket: str, name: str, body: Any = None) -> Callable[[], Answer]:
    return partial(again(cloud.world, phone).post, f"/v1/tickets/{ticket}/{name}", body, idempotency_key="tap")


# what may be due, or tapped


def nobody_has_accepted_in_time(cloud: Cloud) -> Scene:
    ladder, ticket, _ = reported(cloud)
    until_due(cloud, ticket)
    told = {"ticket.new": 1, "ticket.climbed_staff": 1}
    return begin(cloud, Scene(ladder, ["submitted", "climbed"], told, COMMUNITY, ticket=ticket))


def nobody_has_accepted_at_the_level_above(cloud: Cloud) -> Scene:
    scene = nobody_has_accepted_in_time(cloud)
    rest(cloud)
    until_due(cloud, scene.ticket)
    told = {"ticket.new": 1, "ticket.climbed_staff": 2}
    return begin(cloud, Scene(scene.ladder, [*scene.tags, "climbed"], told, STREET, ticket=scene.ticket))


def nobody_has_accepted_at_the_top(cloud: Cloud) -> Scene:
    scene = nobody_has_accepted_at_the_level_above(cloud)
    rest(cloud)
    until_due(cloud, scene.ticket)
    told = scene.told | {"ticket.overdue_staff": 1}
    return begin(cloud, Scene(scene.ladder, scene.tags, told, STREET, ticket=scene.ticket))


def it_is_not_done_in_time(cloud: Cloud) -> Scene:
    ladder, ticket, _ = reported(cloud)
    does(cloud, ladder.phone(GRID), ticket, "accept")
    does(cloud, ladder.phone(GRID), ticket, "comment", {"text": "在等零件"})
    until_due(cloud, ticket)
    told = {"ticket.new": 1, "ticket.accepted": 1, "ticket.commented": 1, "ticket.climbed_staff": 1}
    tags = ["submitted", "accepted", "commented", "climbed"]
    return begin(cloud, Scene(ladder, tags, told, COMMUNITY, TicketStatus.ACCEPTED, ticket=ticket))


def a_hold_is_over(cloud: Cloud) -> Scene:
    ladder, ticket, _ = reported(cloud)
    does(cloud, ladder.phone(GRID), ticket, "accept")
    until = cloud.world.clock.now() + timedelta(days=2)
    does(cloud, ladder.phone(GRID), ticket, "hold", {"reason": "等零件到货", "until": until.isoformat()})
    until_due(cloud, ticket)
    told = {"ticket.new": 1, "ticket.accepted": 1, "ticket.held": 1, "ticket.released": 1}
    tags = ["submitted", "accepted", "held", "resumed"]
    return begin(cloud, Scene(ladder, tags, told, GRID, TicketStatus.ACCEPTED, ticket=ticket, exact=False))


def resolved(cloud: Cloud) -> tuple[EscalationPath, str, list[Phone]]:
    ladder, ticket, first = reported(cloud)
    second = cloud.world.resident()
    does(cloud, second, ticket, "join", {})
    does(cloud, ladder.phone(GRID), ticket, "resolve", NOTE)
    return ladder, ticket, [first, second]


def not_everybody_has_answered(cloud: Cloud) -> Scene:
    ladder, ticket, (first, _) = resolved(cloud)
    does(cloud, first, ticket, "confirm", {})
    until_due(cloud, ticket)
    told = {"ticket.new": 1, "ticket.resolved": 2, "ticket.unanswered": 1}
    return begin(cloud, Scene(ladder, ["submitted", "resolved", "confirmed"], told, GRID, TicketStatus.RESOLVED, ticket=ticket))


def nobody_has_answered(cloud: Cloud) -> Scene:
    ladder, ticket, _ = resolved(cloud)
    until_due(cloud, ticket)
    rest(cloud)
    until_due(cloud, ticket)
    told = {"ticket.new": 1, "ticket.resolved": 2, "ticket.unanswered": 2}
    tags = ["submitted", "resolved", "ended"]
    return begin(cloud, Scene(ladder, tags, told, GRID, TicketStatus.CLOSED, Ending.SILENT, ticket=ticket))


def she_answers_no_by_sms(cloud: Cloud) -> Scene:
    ladder, ticket, (first, _) = resolved(cloud)
    params = {"kind": "ticket.resolved", "answer": "no"}
    who, now = first.me["id"], cloud.world.clock.now()
    cloud.world.services.outbox.put(
        a_job(id="due_no", at=now, shard="", kind="answer.ticket", subject=ticket, to=who, params=params)
    )
    told = {"ticket.new": 1, "ticket.resolved": 2, "ticket.reopened_staff": 1, "ticket.back": 1}
    tags = ["submitted", "resolved", "reopened"]
    return begin(cloud, Scene(ladder, tags, told, COMMUNITY, TicketStatus.ACCEPTED, ticket=ticket, exact=False))


def she_reports(cloud: Cloud) -> Scene:
    ladder, resident = staffed(cloud.world), cloud.world.resident()
    tap = partial(resident.post, "/v1/tickets", ticket_body(), idempotency_key="tap")
    return begin(cloud, Scene(ladder, ["submitted"], {"ticket.new": 1}, tap=tap))


def he_accepts(cloud: Cloud) -> Scene:
    ladder, ticket, _ = reported(cloud)
    tap, told = tapped(cloud, ladder.phone(GRID), ticket, "accept"), {"ticket.new": 1, "ticket.accepted": 1}
    return begin(cloud, Scene(ladder, ["submitted", "accepted"], told, GRID, TicketStatus.ACCEPTED, ticket=ticket, tap=tap))


def he_accepts_just_when_it_is_due(cloud: Cloud) -> Scene:
    """His tap is before the sweep, which then finds an alarm that nobody waits for."""
    scene = he_accepts(cloud)
    until_due(cloud, scene.ticket)
    scene.tap = tapped(cloud, scene.ladder.phone(GRID), scene.ticket, "accept")
    return begin(cloud, scene)


def he_resolves(cloud: Cloud) -> Scene:
    ladder, ticket, _ = reported(cloud)
    does(cloud, cloud.world.resident(), ticket, "join", {})
    tap, told = tapped(cloud, ladder.phone(GRID), ticket, "resolve", NOTE), {"ticket.new": 1, "ticket.resolved": 2}
    return begin(cloud, Scene(ladder, ["submitted", "resolved"], told, GRID, TicketStatus.RESOLVED, ticket=ticket, tap=tap))


def he_sends_it_back_a_second_time(cloud: Cloud) -> Scene:
    ladder, ticket, _ = reported(cloud)
    does(cloud, ladder.phone(GRID), ticket, "bounce", REASON)
    tap = tapped(cloud, ladder.phone(GRID), ticket, "bounce", REASON)
    told = {"ticket.new": 1, "ticket.assigned": 1, "ticket.must_assign_staff": 1}
    return begin(cloud, Scene(ladder, ["submitted", "bounced", "bounced"], told, COMMUNITY, ticket=ticket, tap=tap))


def she_joins(cloud: Cloud) -> Scene:
    ladder, ticket, _ = reported(cloud)
    tap = tapped(cloud, cloud.world.resident(), ticket, "join", {})
    return begin(cloud, Scene(ladder, ["submitted"], {"ticket.new": 1}, ticket=ticket, tap=tap))


def the_last_of_them_confirms(cloud: Cloud) -> Scene:
    ladder, ticket, (first, second) = resolved(cloud)
    does(cloud, first, ticket, "confirm", {})
    tap, told = tapped(cloud, second, ticket, "confirm", {"satisfied": 5}), {"ticket.new": 1, "ticket.resolved": 2}
    tags = ["submitted", "resolved", "confirmed", "confirmed"]
    return begin(cloud, Scene(ladder, tags, told, GRID, TicketStatus.CLOSED, Ending.CONFIRMED, ticket=ticket, tap=tap))


def it_is_merged(cloud: Cloud) -> Scene:
    ladder, ticket, _ = reported(cloud)
    other = report(cloud.world, cloud.world.resident(), text="楼道灯坏了，很黑")
    rest(cloud)
    tap = tapped(cloud, ladder.phone(COMMUNITY), ticket, "merge", {"into": other})
    told, tags = {"ticket.new": 2, "ticket.merged": 1, "ticket.over": 1}, ["submitted", "merged"]
    scene = Scene(ladder, tags, told, GRID, TicketStatus.CLOSED, Ending.MERGED, ticket=ticket, tap=tap, others=[other])
    return begin(cloud, scene)


Make = Callable[[Cloud], Scene]
JOBS: list[Make] = [
    nobody_has_accepted_in_time,
    nobody_has_accepted_at_the_level_above,
    nobody_has_accepted_at_the_top,
    it_is_not_done_in_time,
    a_hold_is_over,
    not_everybody_has_answered,
    nobody_has_answered,
    she_answers_no_by_sms,
]
TAPS: list[Make] = [
    she_reports,
    he_accepts,
    he_accepts_just_when_it_is_due,
    he_resolves,
    he_sends_it_back_a_second_time,
    she_joins,
    the_last_of_them_confirms,
    it_is_merged,
]


def of(scenes: list[Make]) -> Any:
    return pytest.mark.parametrize("make", scenes, ids=lambda make: make.__name__)


# killed


@of(JOBS)
def test_wherever_a_job_dies_it_is_brought_again_and_what_was_promised_happens_once(cloud: Cloud, make: Make) -> None:
    scene = make(cloud)
    taken = deaths(cloud, scene.start, lambda: live(cloud))
    scene.check(cloud)
    for death in dict.fromkeys(taken):
        cloud.go_back_to(death)
        live(cloud)
        scene.check(cloud)
    note(f"{make.__name__}: {len(taken)} deaths, {len(set(taken))} different")
    assert len(set(taken)) > 5


@of(TAPS)
def test_wherever_a_tap_dies_it_is_tapped_again_at_once_or_later_and_has_happened_once(cloud: Cloud, make: Make) -> None:
    scene = make(cloud)
    assert scene.tap
    taken = deaths(cloud, scene.start, scene.tap)
    live(cloud)
    scene.check(cloud)
    for death, later in product(dict.fromkeys(taken), (False, True)):
        if later and make is he_accepts_just_when_it_is_due:
            continue  # a quarter of an hour later it has climbed: that is another story
        cloud.go_back_to(death)
        if later:
            live(cloud)
        again = scene.tap()
        assert again.status in (200, 201), again.text
        live(cloud)
        scene.check(cloud)
    note(f"{make.__name__}: {len(taken)} deaths, {len(set(taken))} different, each tapped again at once and later")
    assert len(taken) >= 10


def test_without_the_one_transaction_the_same_deaths_leave_halves(cloud: Cloud) -> None:
    """The control: what is written item by item can be written by half."""
    scene, whole = nobody_has_accepted_in_time(cloud), Transaction._transact

    def by_half(self: Transaction, items: list[Any], receipt: Any) -> None:
        for item in items:
            whole(self, [item], receipt)

    halves = 0
    with mock.patch.object(Transaction, "_transact", by_half):
        for death in dict.fromkeys(deaths(cloud, scene.start, lambda: live(cloud))):
            cloud.go_back_to(death)
            live(cloud)
            try:
                scene.check(cloud)
            except AssertionError:
                halves += 1
    assert halves > 2


def test_what_is_urgent_climbs_at_night_and_wherever_the_worker_dies_each_level_hears_it_that_night(cloud: Cloud) -> None:
    world, ladder = cloud.world, staffed(cloud.world)
    world.clock.advance(timedelta(hours=14, minutes=30))  # ten past eleven at night
    ticket = report(world, world.resident(), category="gas", text="闻到煤气味")
    rest(cloud)
    until_due(cloud, ticket)
    begun, start = world.clock.now(), cloud.photograph()

    def night() -> None:
        cloud.run(begun + 25 * MINUTE)

    taken = deaths(cloud, start, night)
    for death in dict.fromkeys(taken):
        cloud.go_back_to(death)
        night()
        check()
        check_promises(cloud, lambda kind: 1)
        check_levels_told(ladder)
        steps = [level for _, level in climbs(ticket)]
        assert steps == [COMMUNITY, STREET]
        first = {call.kind: call.at for call in reversed(cloud.calls)}
        assert first["ticket.urgent_climbed_staff"] < begun + 10 * MINUTE
    note(f"{len(taken)} deaths, {len(set(taken))} different")


# twice, late, early, out of order


@of([*JOBS, *TAPS])
def test_what_comes_twice_or_late_or_early_in_any_order_has_the_effect_of_the_one_that_counts(cloud: Cloud, make: Make) -> None:
    scene, dice = make(cloud), random.Random(make.__name__)
    cloud.seen.clear()
    early = [write_entry(due) for due in every(JobRecord)]  # alarms that are not due yet among them
    for body in early:
        cloud.put(body)

    def shuffled(letters: list[Any]) -> list[Any]:
        return dice.sample(letters, len(letters))

    with mock.patch.object(cloud, "deliver", partial(cloud.deliver, order=shuffled, copies=2)):
        if make is he_accepts_just_when_it_is_due:
            assert scene.tap
            assert scene.tap().status == 200  # before the alarm that is in the queue already
        act(cloud, scene)
        scene.check(cloud)
        before = {ticket.id: replace_alarm(ticket) for ticket in every(Ticket)}
        stale = [*early, *cloud.seen]
        for body in dice.sample(stale, len(stale)):
            cloud.put(body)
        live(cloud)
    scene.check(cloud)
    assert {ticket.id: replace_alarm(ticket) for ticket in every(Ticket)} == before, "what is stale changed a ticket"
    note(f"{make.__name__}: {len(stale)} entries, each worked on four times or more")


def replace_alarm(ticket: Ticket) -> Ticket:
    """Return a ticket without its alarm: one that comes early is put off, and has another id then."""
    return replace(ticket, timer=None)


def test_a_row_that_is_handed_over_again_days_after_the_ticket_moved_on_changes_nothing_and_tells_nobody(cloud: Cloud) -> None:
    scene = nobody_has_accepted_at_the_level_above(cloud)
    cloud.seen.clear()
    live(cloud)
    scene.check(cloud)
    old = [due for due in every(JobRecord) if due.subject == scene.ticket]
    does(cloud, scene.ladder.phone(GRID), scene.ticket, "accept")
    does(cloud, scene.ladder.phone(GRID), scene.ticket, "comment", {"text": "在路上了"})
    cloud.run(cloud.world.clock.now() + timedelta(days=3))
    cloud.world.clock.advance(timedelta(days=3))
    seen, calls, before = [*cloud.seen], len(cloud.calls), snapshot()
    for body in [*map(write_entry, old), *seen] * 2:
        cloud.put(body)
    while cloud.deliver():
        pass
    assert not set(snapshot()) ^ set(before)
    for due in old:
        save(due)  # the same row, handed over twice, by sweeps that are days late
    cloud.run(cloud.world.clock.now() + timedelta(hours=1))
    assert not set(snapshot()) ^ set(before), set(snapshot()) ^ set(before)
    assert len(cloud.calls) == calls
    assert len(seen) >= 4


# the store says no


@of([*JOBS, *TAPS])
def test_a_transaction_that_is_refused_is_made_again_or_has_not_happened(cloud: Cloud, make: Make) -> None:
    """Each transaction in its turn: once, and nobody notices; five times, and a tap is told 503, a job brought again."""
    scene, busy, refused = make(cloud), Tally[int](), 0
    for times in (1, ATTEMPTS):
        for n in count(1):
            cloud.go_back_to(scene.start)
            refusing, before = Refusing(n, times), snapshot()
            cloud.disturb = refusing.disturb
            with cloud.watching():
                if scene.tap:
                    answer = scene.tap()
                    assert answer.status in (200, 201, 503), answer.text
                    if answer.status == 503:
                        busy[times] += 1
                        assert snapshot() == before, "503 says that nothing has happened"
                        assert scene.tap().status in (200, 201)
                live(cloud)
            cloud.disturb = lambda name, call: call()
            scene.check(cloud)
            refused += refusing.refused
            if not refusing.refused:
                break
        assert n > 1
    assert busy == ({ATTEMPTS: 1} if scene.tap else {})
    note(f"{make.__name__}: {refused} transactions refused")


@of([she_reports, he_accepts, he_resolves, she_joins, the_last_of_them_confirms])
def test_reads_that_fail_are_503_and_nothing_has_happened_or_nobody_notices(cloud: Cloud, make: Make) -> None:
    """Each read in its turn: once, or so often that the house gives up. What is done is not answered by a failing read."""
    scene, answers = make(cloud), Tally[int]()
    assert scene.tap
    for n, times in ((n, times) for n in count(1) for times in (1, ATTEMPTS)):
        cloud.go_back_to(scene.start)
        reads, before = count(1), snapshot()

        def disturb(name: str, call: Callable[[], Any], n: int = n, times: int = times, reads: Iterator[int] = reads) -> Any:
            if name in READS and n <= next(reads) < n + times:
                raise failure("ProvisionedThroughputExceededException", name)
            return call()

        cloud.disturb = disturb
        with cloud.watching():
            answer = scene.tap()
        cloud.disturb = lambda name, call: call()
        answers[answer.status] += 1
        if answer.status == 503:
            assert snapshot() == before, f"503 says that nothing has happened, at read {n}, {times} times"
            assert scene.tap().status in (200, 201)
        live(cloud)
        scene.check(cloud)
        if next(reads) <= n:
            break
    note(f"{make.__name__}: {n - 1} reads failed, once and {ATTEMPTS} times; answers {answers}")
    assert 503 in answers


# lost


@of([nobody_has_accepted_in_time, nobody_has_accepted_at_the_top, a_hold_is_over, nobody_has_answered])
def test_a_ticket_whose_due_row_is_lost_is_armed_again_at_night_and_goes_its_one_step(cloud: Cloud, make: Make) -> None:
    scene = make(cloud)
    remove(timer_of(scene.ticket))
    assert cloud.world.services.audit() == 0, "it may still be on its way through a queue"
    cloud.world.clock.advance(timedelta(hours=1, seconds=1))
    assert cloud.world.services.audit() == 1
    assert cloud.world.services.audit() == 0
    live(cloud)
    scene.check(cloud)
    assert cloud.world.services.audit() == 0


# clocks that are wrong


@pytest.fixture
def skewed(cloud: Cloud) -> SkewedClock:
    """Give the machines a clock that may be wrong by as much as is said."""
    world, clock = cloud.world, SkewedClock(cloud.world.clock)
    world.services = world.rewired(clock=clock)
    use(world.services.container)
    world.services.outbox._queue = cloud
    cloud.provide("east", "west")
    return clock


@pytest.mark.parametrize(
    "make", [nobody_has_accepted_in_time, nobody_has_accepted_at_the_top, a_hold_is_over, nobody_has_answered]
)
def test_sweepers_and_workers_whose_clocks_are_ten_minutes_apart_make_one_step_of_it(
    cloud: Cloud, skewed: SkewedClock, make: Make
) -> None:
    scene, early = make(cloud), 0
    due = timer_of(scene.ticket).at
    for seed in range(SKEWS):
        dice = random.Random(seed)
        cloud.go_back_to(scene.start)
        cloud.world.clock._now = due - 12 * MINUTE
        first = None
        while cloud.world.clock.now() < due + 14 * MINUTE:
            for work in (cloud.world.services.outbox.sweep, cloud.deliver, cloud.deliver):
                skewed.offset = dice.randint(-10, 10) * MINUTE
                work()
            if first is None and _has_gone(scene):
                first = cloud.world.clock.now() - due
                check()
            cloud.world.clock.advance(2 * MINUTE)
        skewed.offset = timedelta(0)
        rest(cloud)
        scene.check(cloud)
        assert first is not None
        assert abs(first) <= 12 * MINUTE
        early += first < timedelta(0)
    note(f"{make.__name__}: {early} of {SKEWS} were early")


def _has_gone(scene: Scene) -> bool:
    ticket = ticket_of(scene.ticket)
    if scene.tags != tags_of(ticket.id):
        return False
    accept = ticket.clock(SlaKind.ACCEPT)
    return "ticket.overdue_staff" not in scene.told or bool(accept and accept.fired == 3)


def test_an_answer_by_a_clock_that_is_behind_counts_for_the_solution_that_it_was_asked_about(
    cloud: Cloud, skewed: SkewedClock
) -> None:
    ladder, ticket, first = reported(cloud)
    second = cloud.world.resident()
    does(cloud, second, ticket, "join", {})
    skewed.offset = 10 * MINUTE
    does(cloud, ladder.phone(GRID), ticket, "resolve", NOTE)
    skewed.offset = -10 * MINUTE
    does(cloud, first, ticket, "confirm", {"satisfied": 5})
    skewed.offset = timedelta(0)
    does(cloud, second, ticket, "confirm", {})
    rest(cloud)
    assert (ticket_of(ticket).state, ticket_of(ticket).ending) == (TicketStatus.CLOSED, Ending.CONFIRMED)
    assert not timers(ticket)
    lines: list[MessageAttempt] = every(MessageAttempt)
    assert not [line for line in lines if line.kind == "ticket.unanswered"]
