"""A small cloud on one thread: a queue that brings messages again, providers, and steps.

It replaces SQS with its Lambda event source, so that every order, repetition and crash can
be scripted. What reaches the store goes through the real code: messages are written and read as
the queue's, and consumed by `consume`. Each effect that leaves the process is a step.
"""

import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.adapters.choice import Providers, WeightedProvider
from chalicelib.adapters.ports import Sms
from chalicelib.adapters.queue import TRIES, consume, write_entry
from chalicelib.kernel.job import ScheduledJob

from ..world import START, World
from . import seams
from .outside import ProviderCall, ScriptedProvider

VISIBILITY = timedelta(
    seconds=180
)  # how long a received message is hidden (infra/queues.yaml)
BATCH = 10  # entries in one request of SQS


class Killed(BaseException):
    """The process dies here: no handler runs, nothing is tidied up."""


@dataclass(frozen=True)
class QueuedMessage:
    """A message in a queue. Bringing it again is all that a queue can do."""

    id: str
    body: str
    visible_at: datetime
    brought: int = 0


def _nothing() -> None:
    """Do nothing: a place where a step may be watched."""


def as_it_is(name: str, call: Callable[[], Any]) -> Any:
    return call()


@dataclass
class Cloud:
    """Queue and providers of a world. Every effect outside of the process is a `step`."""

    world: World
    letters: list[QueuedMessage] = field(default_factory=list)
    calls: list[ProviderCall] = field(default_factory=list)
    requests: int = 0  # of SQS: sending, receiving and deleting
    numbers: int = 0
    takes: Callable[[ScheduledJob], bool] = lambda due: (
        True
    )  # which entries of a batch SQS takes
    answers: Callable[[Sms], str] = lambda sms: "take"
    disturb: Callable[[str, Callable[[], Any]], Any] = (
        as_it_is  # makes or fails each AWS call
    )
    steps: list[str] = field(default_factory=list)  # every effect so far
    before_step: Callable[[], None] = _nothing
    after_step: Callable[[], None] = _nothing
    watched: bool = False
    seen: list[str] = field(
        default_factory=list
    )  # everything that was ever in the queue
    at_call: Callable[[Sms], None] = lambda sms: (
        None
    )  # looks at the world at a provider's call
    batch: int = BATCH  # messages that a worker is brought at once
    sweeps_every: timedelta = timedelta(0)  # 0: whenever something is due

    def __post_init__(self) -> None:
        self._inline = seams.queue_of(self.world)
        seams.use_queue(self.world, self)

    def work_inline(self) -> None:
        """Leave the world its own queue, which works at once."""
        seams.use_queue(self.world, self._inline)

    def provide(self, *names: str) -> None:
        """Put scripted providers of equal weight in the place of the installation's."""
        scripted = [ScriptedProvider(name, self) for name in names]
        providers = [
            WeightedProvider(name=p.name, sender=p, weight=1, price_li=55)
            for p in scripted
        ]
        seams.use_sms_providers(self.world, Providers(providers))

    # steps

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

    def _aws(
        self, call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        if not self.watched:
            return call()
        return self.step(name, lambda: self.disturb(name, call))

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count steps from here on, and end the process at the given one."""
        self.watched = True
        try:
            with seams.storage_calls(self._aws):
                yield
        finally:
            self.watched = False

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """Let something else happen, or look at the store as a test does: these are no steps."""
        watched, self.watched = self.watched, False
        try:
            yield
        finally:
            self.watched = watched

    @contextmanager
    def hooks(
        self,
        before: Callable[[], None] = _nothing,
        after: Callable[[], None] = _nothing,
    ) -> Iterator[None]:
        """Watch, and run something before and after every step."""
        self.steps.clear()
        self.before_step, self.after_step = before, after
        try:
            with self.watching():
                yield
        finally:
            self.before_step = self.after_step = _nothing

    @contextmanager
    def disturbed(
        self, disturb: Callable[[str, Callable[[], Any]], Any]
    ) -> Iterator[None]:
        """Put an interceptor between the process and its AWS calls."""
        self.disturb = disturb
        try:
            with self.watching():
                yield
        finally:
            self.disturb = as_it_is

    # the queue

    def enqueue(self, entries: Sequence[ScheduledJob]) -> set[str]:
        """See `store.outbox.Queue`: one request for each lane, of which some entries may fail."""
        assert len(entries) <= BATCH, "SQS takes ten entries in one request"
        taken: set[str] = set()
        for lane in sorted({seams.lane(due) for due in entries}):
            mine = [due for due in entries if seams.lane(due) is lane]
            taken |= self.step(
                "SendMessageBatch", lambda mine=mine: self._take(mine)
            )
        return taken

    def _take(self, entries: Sequence[ScheduledJob]) -> set[str]:
        self.requests += 1
        taken = [due for due in entries if self.takes(due)]
        for due in taken:
            self.put(write_entry(due))
        return {due.id for due in taken}

    def put(self, body: str, visible_at: datetime | None = None) -> None:
        self.numbers += 1
        self.seen.append(body)
        visible_at = visible_at or self.world.clock.now()
        self.letters.append(QueuedMessage(f"m{self.numbers}", body, visible_at))

    def visible(self) -> list[QueuedMessage]:
        now = self.world.clock.now()
        return [letter for letter in self.letters if letter.visible_at <= now]

    def deliver(
        self,
        order: Callable[
            [list[QueuedMessage]], list[QueuedMessage]
        ] = lambda letters: letters,
        copies: int = 1,
    ) -> int:
        """Bring a batch to a worker, perhaps several times; return how many were brought."""
        hidden_until = self.world.clock.now() + VISIBILITY
        dead = [letter for letter in self.visible() if letter.brought >= TRIES]
        self._forget(
            {letter.id for letter in dead} - self._consumed(dead, seams.park)
        )
        batch = order(self.visible())[: self.batch]
        self.requests += 2 * bool(batch)
        for letter in batch:
            brought = replace(
                letter, visible_at=hidden_until, brought=letter.brought + 1
            )
            self.letters[self.letters.index(letter)] = brought
        for _ in range(copies):
            failed = self.work_on(batch)
        if batch:
            done = {letter.id for letter in batch} - failed
            self.step("DeleteMessageBatch", lambda: self._forget(done))
        return len(batch) + len(dead)

    def deliver_all(self) -> None:
        while self.deliver():
            pass

    def work_on(self, batch: Sequence[QueuedMessage]) -> set[str]:
        """Run a worker on a batch; return which messages it gives back."""
        return self._consumed(batch, seams.work)

    def _consumed(
        self,
        batch: Sequence[QueuedMessage],
        work: Callable[[World, ScheduledJob], None],
    ) -> set[str]:
        """Run a worker as its event source does; return which messages it gives back."""
        if not batch:
            return set()
        event = sqs_event([(letter.id, letter.body) for letter in batch])
        with self.world.services.outbox.batch():
            answer = consume(event, lambda due: work(self.world, due))
        return {item["itemIdentifier"] for item in answer["batchItemFailures"]}

    def _forget(self, ids: set[str]) -> None:
        self.letters = [
            letter for letter in self.letters if letter.id not in ids
        ]

    # time

    def run(self, until: datetime) -> None:
        """Sweep and deliver everything that is due up to an instant; then leave it at rest."""
        while True:
            if self._is_due():
                self.world.services.outbox.sweep()
            self.deliver_all()
            stop = self._next()
            if stop is None or stop > until:
                return
            stop = max(stop, self.world.clock.now() + timedelta(seconds=1))
            if self.sweeps_every:
                stop += (START - stop) % self.sweeps_every
            self.world.clock.move_to(stop)

    def run_for(self, **time: float) -> None:
        self.run(self.world.clock.now() + timedelta(**time))

    def _next_due(self) -> datetime | None:
        with self.unwatched():
            return self.world.services.outbox.next_at()

    def _is_due(self) -> bool:
        due = self._next_due()
        return due is not None and due <= self.world.clock.now()

    def _next(self) -> datetime | None:
        stops = [letter.visible_at for letter in self.letters]
        due = self._next_due()
        if due:
            stops.append(due)
        return min(stops, default=None)

    # checkpoints

    def checkpoint(self) -> bytes:
        """Return everything that outlives a process."""
        outside = (
            self.letters,
            self.calls,
            self.numbers,
            self.world.clock.now(),
        )
        return pickle.dumps((seams.dump_store(self.world), *outside))

    def restore(self, checkpoint: bytes) -> None:
        store, self.letters, self.calls, self.numbers, now = pickle.loads(
            checkpoint
        )
        seams.load_store(self.world, store)
        self.world.clock._now = now


def sqs_event(bodies: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return what Lambda is handed for messages, given as id and body."""
    common = {
        "receiptHandle": "r",
        "attributes": {},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:chunhui-urgent",
        "awsRegion": "us-east-1",
    }
    return {
        "Records": [
            {"messageId": id, "body": body, **common} for id, body in bodies
        ]
    }


class Stub:
    """A queue that takes everything and works on nothing, as while a request is answered."""

    def __init__(self) -> None:
        self.taken: list[ScheduledJob] = []

    def enqueue(self, entries: Sequence[ScheduledJob]) -> set[str]:
        self.taken += entries
        return {entry.id for entry in entries}


def note(text: str) -> None:
    """Say what was counted; seen with `pytest -rP`."""
    print(text)
