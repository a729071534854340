"""The composition root: builds each service once, when it is first used."""

from collections.abc import Callable, Mapping
from functools import cached_property
from threading import RLock
from typing import Any, TypeVar

from .catalogue import TEMPLATES, is_subscribed, lane_of, question_words
from .composition import Composition
from .core import Core
from .dispatch import Dispatcher
from .feature import ServiceProvider
from .features import FEATURES, declaration, declarations
from .kernel.clock import Clock, SystemClock, pause
from .kernel.ids import Ids, RandomIds, derived_id
from .kernel.job import Command, ScheduledJob
from .kernel.log import Log
from .kernel.metrics import MemoryMetrics, Metrics
from .kernel.template import Lane
from .queue_reading import QueueReader
from .settings import Settings
from .store.dynamo import connect
from .store.outbox import Outbox, Queue
from .store.store import Store
from .store.transaction import Transaction

__all__ = ["Container", "build"]

T = TypeVar("T")
RETAIN = "retain"  # the command of nightly work that removes data


class Container:
    """The services of an installation. Tests and the local server replace some by `instead`."""

    def __init__(
        self, instead: Mapping[ServiceProvider[Any], Any] | None = None
    ) -> None:
        self.core: Core  # set by `build`
        self._built: dict[ServiceProvider[Any], Any] = dict(instead or {})
        self._building: list[str] = []
        self._lock = RLock()  # a local server is threaded

    def get(self, provider: ServiceProvider[T], /) -> T:
        """Return the service of a provider, built once."""
        if provider not in self._built:
            with self._lock:
                if provider not in self._built:
                    self._built[provider] = self._build(provider)
        built: T = self._built[provider]
        return built

    def _build(self, provider: ServiceProvider[T]) -> T:
        if provider.name in self._building:
            path = " -> ".join([*self._building, provider.name])
            raise RuntimeError(f"a circle: {path}")
        make = provider.make or _filling(provider)
        self._building.append(provider.name)
        try:
            return make(self.core, self.get)
        finally:
            self._building.pop()

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """The dispatcher of jobs. Only processes that run jobs load every declaration."""
        return Dispatcher(declarations(), self.get, self.core.outbox.spread)

    def run_job(self, scheduled: ScheduledJob) -> None:
        """Run a job. A failure is logged, and the queue delivers the job again."""
        try:
            self.dispatcher.run(scheduled)
        except Exception as error:
            # The text of an error may name a person.
            self.core.log.error(  # noqa: TRY400
                "job",
                kind=scheduled.kind,
                due=scheduled.id,
                error=type(error).__name__,
            )
            self.core.outbox.note_failure(scheduled.id, error)
            raise

    def park(self, scheduled: ScheduledJob) -> None:
        """Keep a job that failed for good, for staff to see."""
        self.core.log.error("parked", kind=scheduled.kind, due=scheduled.id)
        place = self.dispatcher.place_named_by(scheduled)
        if place is None:
            place = self.core.hooks.place_of(scheduled.subject)
        parked = self.dispatcher.parked_as(scheduled)
        self.core.outbox.park(parked, place, failed_as=scheduled.id)

    def _begin_retention(self) -> None:
        """Schedule the work that removes what is kept too long, a job for each kind and day."""
        now = self.core.clock.now()
        for name in self.core.hooks.retentions():
            id = derived_id("due", f"{RETAIN} {name} {now:%Y-%m-%d}")
            command = Command(id=id, name=RETAIN, subject=name)
            self.core.outbox.put(ScheduledJob(job=command, at=now))

    def audit(self) -> int:
        """Begin retention and arm lost timers; return the number of these, which should be 0."""
        self._begin_retention()
        lost = self.core.hooks.rearm()
        self.core.metrics.count("LostTimers", lost)
        return lost


def build(
    settings: Settings,
    *,
    log: Log,
    clock: Clock | None = None,
    ids: Ids | None = None,
    metrics: Metrics | None = None,
    instead: Mapping[ServiceProvider[Any], Any] | None = None,
    dynamo: Any = None,
    wait: Callable[[int], None] = pause,
    queue_of: Callable[[Container], Queue] | None = None,
) -> Container:
    """Build the container. Tests and servers pass their own clock, ids, queue and adapters."""
    container = Container(instead)
    clock = clock or SystemClock()
    ids = ids or RandomIds()
    metrics = metrics or _metrics(settings)
    store = Store(connect(settings.region, dynamo), settings.table_prefix)
    if queue_of:
        queue = queue_of(container)
    else:
        queue = _queue(settings, container, clock)
    outbox = Outbox(queue, clock, settings.due_shards, metrics, store)
    container.core = Core(
        settings=settings,
        clock=clock,
        ids=ids,
        metrics=metrics,
        store=store,
        transaction=_transaction(store, clock, ids, outbox, wait),
        outbox=outbox,
        hooks=Composition(container.get),
        tasks=QueueReader(store=store, get=container.get, now=clock.now),
        templates=TEMPLATES,
        question_words=question_words,
        log=log,
    )
    return container


def _transaction(
    store: Store,
    clock: Clock,
    ids: Ids,
    outbox: Outbox,
    wait: Callable[[int], None],
) -> Transaction:
    return Transaction(
        store=store,
        clock=clock,
        ids=ids,
        outbox=outbox,
        is_subscribed=is_subscribed,
        wait=wait,
    )


def _metrics(settings: Settings) -> Metrics:
    if not settings.emf:
        return MemoryMetrics()
    from .adapters.metrics import EmfMetrics

    return EmfMetrics(
        "chunhui", {"stage": f"{settings.stage}{settings.installation}"}
    )


def _queue(settings: Settings, container: Container, clock: Clock) -> Queue:
    from .adapters.queue import InlineQueue, SqsQueues

    if not settings.urgent_queue_url:
        return InlineQueue(container.run_job, container.park, clock)
    urls = {
        Lane.URGENT: settings.urgent_queue_url,
        Lane.BULK: settings.bulk_queue_url,
    }
    return SqsQueues(urls, lane_of, settings.region)


def _filling(port: ServiceProvider[T]) -> Callable[[Core, Any], T]:
    """Return the function by which a feature fills a port; RuntimeError if none does."""
    # One after the other, so that a process loads no more declarations than it needs.
    for name in FEATURES:
        fills = declaration(name).fills
        if port in fills:
            return fills[port]
    raise RuntimeError(f"no feature fills {port.name}")
