"""A small cloud on one thread: queues that bring messages again, providers that play tricks, and a plug that can be pulled.

It stands in for SQS with its Lambda event source, so that every order, doubling and death can be told to happen. What
reaches the store goes through the real code: messages are written and read as the queue's, and consumed by `consume`.
"""

import pickle
from collections import Counter as Tally
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.adapters.choice import Provider, Providers
from chalicelib.adapters.ports import Refused, Sms, Unclear
from chalicelib.adapters.queue import TRIES, consume, write_entry
from chalicelib.catalogue import lane_of
from chalicelib.kernel.jobs import JobRecord
from chalicelib.message_log.model import DeliveryState, MessageAttempt, SuppressionReason

from ..storage import intercepted
from ..store.scan import remove
from ..world import START, STREET, World
from .facts import every

VISIBILITY = timedelta(seconds=180)  # how long a message that was brought is hidden (infra/queues.yaml)
BATCH = 10  # entries in one request of SQS
# Why somebody may rightly hear nothing of a message; of everything else somebody has to go and tell her.
RIGHTLY = {
    SuppressionReason.ERASED,
    SuppressionReason.NO_CONSENT,
    SuppressionReason.OVER,
    SuppressionReason.TOO_LATE,
    SuppressionReason.ELSEWHERE,
}
SENT, SUPPRESSED = DeliveryState.SENT, DeliveryState.SUPPRESSED


class Killed(BaseException):
    """The process dies here: no handler runs, nothing is tidied up."""


@dataclass(frozen=True)
class Letter:
    """A message in a queue. Bringing it again is all that a queue can do."""

    id: str
    body: str
    visible_at: datetime
    brought: int = 0


@dataclass(frozen=True)
class RequestContext:
    """One call of a provider, as the provider saw it."""

    provider: str
    delivery: str
    phone: str
    kind: str
    at: datetime
    answer: str

    @property
    def refused(self) -> bool:
        return self.answer.startswith("refuse")


@dataclass
class Cloud:
    """Queue and providers of a world. Every effect outside of the process goes through `_step`, which is where it may die."""

    world: World
    letters: list[Letter] = field(default_factory=list)
    calls: list[RequestContext] = field(default_factory=list)
    requests: int = 0  # of SQS: sending, receiving and deleting
    numbers: int = 0
    takes: Callable[[JobRecord], bool] = lambda due: True  # which entries of a batch SQS takes
    answers: Callable[[Sms], str] = lambda sms: "take"
    disturb: Callable[[str, Callable[[], Any]], Any] = lambda name, context: context()  # makes each AWS call, or fails to
    steps: list[str] = field(default_factory=list)  # every effect so far
    before_step: Callable[[], None] = lambda: None
    after_step: Callable[[], None] = lambda: None
    watched: bool = False
    seen: list[str] = field(default_factory=list)  # everything that was ever in the queue
    at_call: Callable[[Sms], None] = lambda sms: None  # looks at the world at the moment of a provider's call
    batch: int = BATCH  # messages that a worker is brought at once
    sweeps_every: timedelta = timedelta(0)  # 0: whenever something is due

    def __post_init__(self) -> None:
        self.world.services.outbox._queue = self

    def provide(self, *names: str) -> None:
        """Put scripted providers, of the same weight, in the place of the house's."""
        providers = [Provider(name=name, sender=Carrier(name, self), weight=1, price_li=55) for name in names]
        self.world.services.transport._sms = Providers(providers)

    # effects

    def step(self, name: str, do: Callable[[], Any]) -> Any:
        """Do something that leaves the process."""
        if not self.watched:
            return do()
        self.steps.append(name)
        self.before_step()
        try:
            return do()
        finally:
            self.after_step()  # after one that was answered by a refusal too

    def _aws(self, context: Callable[[], Any], name: str, kwargs: dict[str, Any]) -> Any:
        return self.step(name, lambda: self.disturb(name, context) if self.watched else context())

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count what leaves the process from here on, and let it die where it is told to."""
        self.watched = True
        try:
            with intercepted(self._aws):
                yield
        finally:
            self.watched = False

    # the queue

    def enqueue(self, entries: Sequence[JobRecord]) -> set[str]:
        """See `store.outbox.Queue`: one request for each lane, of which some entries may fail."""
        assert len(entries) <= BATCH, "SQS takes ten entries in one request"
        taken: set[str] = set()
        for lane in sorted({lane_of(due) for due in entries}):
            mine = [due for due in entries if lane_of(due) is lane]
            taken |= self.step("SendMessageBatch", lambda mine=mine: self._take(mine))
        return taken

    def _take(self, entries: Sequence[JobRecord]) -> set[str]:
        self.requests += 1
        taken = [due for due in entries if self.takes(due)]
        for due in taken:
            self.put(write_entry(due))
        return {due.id for due in taken}

    def put(self, body: str, visible_at: datetime | None = None) -> None:
        self.numbers += 1
        self.seen.append(body)
        self.letters.append(Letter(f"m{self.numbers}", body, visible_at or self.world.clock.now()))

    def visible(self) -> list[Letter]:
        return [letter for letter in self.letters if letter.visible_at <= self.world.clock.now()]

    def deliver(self, order: Callable[[list[Letter]], list[Letter]] = lambda letters: letters, copies: int = 1) -> int:
        """Bring a batch of visible messages, perhaps several times each, to a worker; return how many were brought."""
        now = self.world.clock.now()
        dead = [letter for letter in self.visible() if letter.brought >= TRIES]
        self._forget({letter.id for letter in dead} - self._consumed(dead, self.world.services.park))
        batch = order(self.visible())[: self.batch]
        self.requests += 2 * bool(batch)
        for letter in batch:
            self.letters[self.letters.index(letter)] = replace(letter, visible_at=now + VISIBILITY, brought=letter.brought + 1)
        for _ in range(copies):
            failed = self._work_on(batch)
        if batch:
            self.step("DeleteMessageBatch", lambda: self._forget({letter.id for letter in batch} - failed))
        return len(batch) + len(dead)

    def _work_on(self, batch: Sequence[Letter]) -> set[str]:
        return self._consumed(batch, self.world.services.run_job)

    def _consumed(self, batch: Sequence[Letter], work: Callable[[JobRecord], None]) -> set[str]:
        """Run a worker on a batch as its event source does; return which messages it gives back."""
        if not batch:
            return set()
        event = sqs_event([(letter.id, letter.body) for letter in batch])
        with self.world.services.outbox.batch():
            answer = consume(event, work)
        return {item["itemIdentifier"] for item in answer["batchItemFailures"]}

    def _forget(self, ids: set[str]) -> None:
        self.letters = [letter for letter in self.letters if letter.id not in ids]

    # time

    def run(self, until: datetime) -> None:
        """Sweep and deliver whatever comes up to an instant, stopping wherever something does; then leave it at rest."""
        while True:
            if self._is_due():
                self.world.services.outbox.sweep()
            while self.deliver():
                pass
            stop = self._next()
            if stop is None or stop > until:
                return
            stop = max(stop, self.world.clock.now() + timedelta(seconds=1))
            self.world.clock.move_to(stop + (START - stop) % self.sweeps_every if self.sweeps_every else stop)

    def _is_due(self) -> bool:
        due = self._looking(self.world.services.outbox.next_at)
        return due is not None and due <= self.world.clock.now()

    def _next(self) -> datetime | None:
        due = self._looking(self.world.services.outbox.next_at)
        return min([*([due] if due else []), *(letter.visible_at for letter in self.letters)], default=None)

    def _looking(self, look: Callable[[], Any]) -> Any:
        """Look at the store as a test does: this is nobody's call."""
        watched, self.watched = self.watched, False
        try:
            return look()
        finally:
            self.watched = watched

    # snapshots

    def photograph(self) -> bytes:
        """Return everything that outlives a process. Places do not change meanwhile."""
        names = (
            "due",
            "messages",
            "wishes",
            "counters",
            "fanouts",
            "people",
            "sessions",
            "offers",
            "runs",
            "receipts",
            "tickets",
        )
        rows = rows_of(self.world, names)
        return pickle.dumps((rows, self.letters, self.calls, self.numbers, self.world.clock.now()))

    def go_back_to(self, photograph: bytes) -> None:
        rows, self.letters, self.calls, self.numbers, now = pickle.loads(photograph)
        put_back(self.world, rows)
        self.world.clock._now = now


def rows_of(world: World, names: Sequence[str]) -> dict[str, Any]:
    """Return what the in-memory store holds in these tables."""
    return {name: world.tables[world.settings.table_prefix + name].items for name in names}


def put_back(world: World, rows: Mapping[str, Any]) -> None:
    """Let the in-memory store hold these rows again, and no others in their tables."""
    for name, items in rows.items():
        held = world.tables[world.settings.table_prefix + name].items
        held.clear()
        held.update(items)


def sqs_event(bodies: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return what Lambda is handed for messages, given as id and body."""
    common = {"receiptHandle": "r", "attributes": {}, "messageAttributes": {}, "md5OfBody": "", "eventSource": "aws:sqs"}
    source = {"eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:chunhui-urgent", "awsRegion": "us-east-1"}
    return {"Records": [{"messageId": id, "body": body, **common, **source} for id, body in bodies]}


@dataclass(frozen=True)
class Carrier:
    """A provider that does what the cloud's script says: takes, takes and never answers, refuses, refuses for good."""

    name: str
    cloud: Cloud

    def send(self, sms: Sms) -> str:
        """See `ports.SmsSender`."""
        return str(self.cloud.step("Send", lambda: self._send(sms)))

    def _send(self, sms: Sms) -> str:
        self.cloud.at_call(sms)
        answer = self.cloud.answers(sms)
        now = self.cloud.world.clock.now()
        self.cloud.calls.append(RequestContext(self.name, sms.id, sms.phone, sms.kind, now, answer))
        if answer == "refuse":
            raise Refused("throttled")
        if answer == "refuse for good":
            raise Refused("invalid number", final=True)
        if answer == "take and time out":
            raise Unclear("timeout")
        return f"ref{len(self.cloud.calls)}"


class Plug:
    """Dies before, or after, the nth effect."""

    def __init__(self, cloud: Cloud, n: int, when: str) -> None:
        self.cloud, self.n, self.when = cloud, n, when
        cloud.steps.clear()

    def before(self) -> None:
        if self.when == "before" and len(self.cloud.steps) == self.n:
            raise Killed

    def after(self) -> None:
        if self.when == "after" and len(self.cloud.steps) == self.n:
            raise Killed


def survives(cloud: Cloud, n: int, when: str, do: Callable[[], Any]) -> bool:
    """Do something and die at its nth effect; return whether it had fewer effects than that."""
    plug = Plug(cloud, n, when)
    cloud.before_step, cloud.after_step = plug.before, plug.after
    try:
        with suppress(Killed), cloud.watching():
            do()
            return True
        return False
    finally:
        del cloud.before_step, cloud.after_step
        cloud.before_step = cloud.after_step = lambda: None


def deaths(cloud: Cloud, start: bytes, do: Callable[[], Any]) -> list[bytes]:
    """Do something from a photograph on and take one before and after every effect: how the world looks if the power fails there.

    Many are the same (nothing outlives a read that is cut off), and what follows from the same needs to be tried once.
    """
    taken: list[bytes] = []
    cloud.go_back_to(start)
    cloud.steps.clear()
    cloud.before_step = cloud.after_step = lambda: taken.append(cloud.photograph())
    with cloud.watching():
        do()
    cloud.before_step = cloud.after_step = lambda: None
    return taken


# what must be true once everything is at rest


def forget_what_was_told() -> None:
    for line in every(MessageAttempt):
        remove(line)


def waiting(cloud: Cloud) -> list[JobRecord]:
    """Return what is due and was not done; alarms of the future may wait."""
    return [due for due in every(JobRecord) if not (due.kind.startswith("timer.") and due.at > cloud.world.clock.now())]


def on_the_list(world: World) -> set[str]:
    """Return the deliveries on the list of those to visit."""
    found: set[str] = set()
    after = ""
    while True:
        page = world.services.message_queries.to_visit(STREET, after, 1000)
        found |= {waiting.id for waiting in page.items}
        if page.next is None:
            return found
        after = page.items[-1].order


def check_promises(cloud: Cloud, resends: Callable[[str], int] = lambda kind: 0) -> list[MessageAttempt]:
    """Assert the promises about what was told, now that everything is at rest; return the ledger.

    Nobody is told twice: a provider is called once for a delivery, and once more after each certain refusal; `resends`
    is how often one of unknown fate may be tried again. Nobody is missed: whoever was not told stands on the list.
    """
    lines = {line.id: line for line in every(MessageAttempt)}
    called = Tally(context.delivery for context in cloud.calls)
    refused = Tally(context.delivery for context in cloud.calls if context.refused)
    assert not cloud.letters, "the queue is not at rest"
    assert not waiting(cloud), f"due rows are left over: {waiting(cloud)}"
    assert all(line.is_final for line in lines.values()), f"not final: {[x for x in lines.values() if not x.is_final]}"
    assert called.keys() <= lines.keys(), "a provider was called for what the ledger does not know"
    for id, count in called.items():
        assert count <= 1 + refused[id] + resends(lines[id].kind), f"{count} calls for {lines[id]}"
    told = Tally((context.phone, context.kind, lines[context.delivery].message) for context in cloud.calls if not context.refused)
    assert all(count <= 1 + resends(kind) for (_, kind, _), count in told.items()), f"somebody was told twice: {told}"
    taken, listed = called - refused, on_the_list(cloud.world)
    for line in lines.values():
        was_told = line.state is SENT and (taken[line.id] or taken[line.ref])  # by itself, or by a digest
        rightly_not = line.state is SUPPRESSED and line.reason in RIGHTLY
        nobody = bool(line.covers) or not line.person.startswith("per_")
        assert was_told or rightly_not or nobody or line.id in listed, f"nobody knows that she was missed: {line}"
    return list(lines.values())


def check_at_rest(cloud: Cloud, expected: dict[str, int], *, resends: int = 0) -> Tally[DeliveryState]:
    """Assert the promises, and how many lines of each kind there are; return their states."""
    lines = check_promises(cloud, lambda kind: resends)
    assert Tally(line.kind for line in lines) == Tally(expected)
    return Tally(line.state for line in lines)


def note(text: str) -> None:
    """Say what was counted; seen with `pytest -rP`."""
    print(text)  # noqa: T201


class Stub:
    """A queue that takes everything and works on nothing, as the cloud's does while a request is answered."""

    def __init__(self) -> None:
        self.taken: list[JobRecord] = []

    def enqueue(self, entries: Sequence[JobRecord]) -> set[str]:
        self.taken += entries
        return {entry.id for entry in entries}
