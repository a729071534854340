"""The composition root: settings and adapters become services, each built once, when it is first asked for."""

from collections.abc import Callable, Mapping
from functools import cached_property
from threading import RLock
from typing import Any, TypeVar

from .catalogue import TEMPLATES, is_subscribed, lane_of, question_words
from .composition import Composition
from .core import Core
from .dispatch import Dispatcher
from .feature import Provider
from .features import FEATURES, declaration, declarations
from .kernel.clock import Clock, SystemClock, pause
from .kernel.codes import Keyring
from .kernel.ids import Ids, RandomIds
from .kernel.job import ScheduledJob
from .kernel.log import Log
from .kernel.metrics import MemoryMetrics, Metrics
from .kernel.paging import Cursors
from .kernel.template import Lane
from .settings import Settings
from .store.dynamo import connect
from .store.outbox import Outbox, Queue
from .store.store import Store
from .store.transaction import Transaction
from .web.tokens import Tokens

__all__ = ["Container", "build"]

T = TypeVar("T")


class Container:
    """The services of an installation. `instead` holds what tests and the local server bring of their own."""

    def __init__(self, instead: Mapping[Provider[Any], Any] | None = None) -> None:
        self.core: Core  # set by `build`
        self._built: dict[Provider[Any], Any] = dict(instead or {})
        self._building: list[str] = []
        self._lock = (
            RLock()
        )  # a local server is threaded, and every service is built once

    def get(self, provider: Provider[T], /) -> T:
        """Return what a provider builds."""
        if provider not in self._built:
            with self._lock:
                if provider not in self._built:
                    self._built[provider] = self._build(provider)
        built: T = self._built[provider]
        return built

    def _build(self, provider: Provider[T]) -> T:
        if provider.name in self._building:
            raise RuntimeError(
                f"a circle: {' -> '.join([*self._building, provider.name])}"
            )
        make = provider.make or _filling(provider)
        self._building.append(provider.name)
        try:
            return make(self.core, self.get)
        finally:
            self._building.pop()

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """What runs jobs. Loading every declaration is left to processes that do."""
        return Dispatcher(declarations(), self.get, self.core.outbox.spread)

    def run_job(self, scheduled: ScheduledJob) -> None:
        """Run a job; one that fails is logged, and the queue brings it again."""
        try:
            self.dispatcher.run(scheduled)
        except Exception as error:
            # The text of an error may name a person.
            self.core.log.error(  # noqa: TRY400
                "job", kind=scheduled.kind, due=scheduled.id, error=type(error).__name__
            )
            raise

    def park(self, scheduled: ScheduledJob) -> None:
        """Keep a job that failed for good where staff see it."""
        self.core.log.error("parked", kind=scheduled.kind, due=scheduled.id)
        place = self.dispatcher.place_named_by(scheduled)
        if place is None:
            place = self.core.hooks.place_of(scheduled.subject)
        self.core.outbox.park(self.dispatcher.parked_as(scheduled), place)

    def audit(self) -> int:
        """Arm lost timers; return how many there were, which should be none."""
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
    instead: Mapping[Provider[Any], Any] | None = None,
    dynamo: Any = None,
    wait: Callable[[int], None] = pause,
) -> Container:
    """Build the container of an installation; tests and the local server bring their own clock, ids and adapters."""
    container = Container(instead)
    clock, ids, metrics = (
        clock or SystemClock(),
        ids or RandomIds(),
        metrics or _metrics(settings),
    )
    keys = Keyring(settings.secret)
    store = Store(connect(settings.region, dynamo), settings.table_prefix)
    outbox = Outbox(
        _queue(settings, container, clock), clock, settings.due_shards, metrics, store
    )
    container.core = Core(
        settings=settings,
        clock=clock,
        ids=ids,
        keys=keys,
        metrics=metrics,
        store=store,
        transaction=Transaction(
            store=store,
            clock=clock,
            ids=ids,
            outbox=outbox,
            is_subscribed=is_subscribed,
            wait=wait,
        ),
        outbox=outbox,
        tokens=Tokens(settings.token_keys, clock),
        cursors=Cursors(keys.key("cursor")),
        hooks=Composition(container.get),
        templates=TEMPLATES,
        question_words=question_words,
        log=log,
    )
    return container


def _metrics(settings: Settings) -> Metrics:
    if not settings.emf:
        return MemoryMetrics()
    from .adapters.metrics import EmfMetrics

    return EmfMetrics("chunhui", {"stage": settings.stage})


def _queue(settings: Settings, container: Container, clock: Clock) -> Queue:
    from .adapters.queue import InlineQueue, SqsQueues

    if not settings.urgent_queue_url:
        return InlineQueue(container.run_job, container.park, clock)
    urls = {Lane.URGENT: settings.urgent_queue_url, Lane.BULK: settings.bulk_queue_url}
    return SqsQueues(urls, lane_of, settings.region)


def _filling(port: Provider[T]) -> Callable[[Core, Any], T]:
    """Return how the feature above builds a port; RuntimeError if none fills it."""
    for name in (
        FEATURES
    ):  # one after the other: a function loads no more declarations than it needs
        fills = declaration(name).fills
        if port in fills:
            return fills[port]
    raise RuntimeError(f"nothing says how {port.name} is built")
