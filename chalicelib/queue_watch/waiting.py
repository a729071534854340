"""Counts what waits for people on duty at the moment of sending."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from ..kernel.access import Actor, Grant, Role
from ..kernel.hooks import Hooks
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.place import street_of
from ..kernel.staff_queue import QueueQuery, TaskQueue
from ..kernel.text_catalogue import DEFAULT_LOCALE
from ..places.service import Places
from .levels import staff_of

__all__ = ["WaitingCounts", "query_for"]


class WaitingCounts:
    """Counts the tasks that a message is about, as they are now."""

    def __init__(
        self, *, places: Places, hooks: Hooks, tasks: TaskQueue
    ) -> None:
        self._places, self._hooks, self._tasks = places, hooks, tasks

    def contexts(
        self, subjects: Sequence[MessageSubject]
    ) -> list[MessageContext | None]:
        """Return the contexts of messages; None where nothing waits, or the person left.

        Each place is read once.
        """
        count = lru_cache(maxsize=None)(self.count_at)
        on_duty = lru_cache(maxsize=None)(self._on_duty)
        kinds = self._hooks.queue_kinds()
        contexts: list[MessageContext | None] = []
        for subject in subjects:
            params = subject.params
            waiting = Counter[str]()
            for place in _split(params.get("places", "")):
                if params["holder"] in on_duty(place):
                    waiting += Counter(count(place))
            wanted = _split(params.get("kinds", "")) or [*kinds]
            found = {kind: waiting[kind] for kind in wanted if waiting[kind]}
            facts = None
            if found:
                # One kind, the most pressing; the rest is in the app.
                what = kinds[next(iter(found))].label
                facts = {"count": sum(found.values()), "what": what}
            contexts.append(MessageContext(facts=facts) if facts else None)
        return contexts

    def count_at(self, place: str) -> Mapping[str, int]:
        """Return the number of tasks at a place and below, by kind."""
        counts = self._tasks.counts(query_for(place))
        return {kind: count.value for kind, count in counts.items()}

    def _on_duty(self, place: str) -> frozenset[str]:
        here = self._places.duty_along(place)[place]
        return frozenset(one.id for one in staff_of(here))


def query_for(place: str) -> QueueQuery:
    """Return the query for what waits at a place, read as its street's administrators do."""
    street = street_of(place)
    actor = Actor(id="system", grants=(Grant(Role.STREET_ADMIN, street),))
    return QueueQuery(
        actor=actor,
        place=place,
        locale=DEFAULT_LOCALE,
        is_street_admin=place == street,
    )


def _split(text: str) -> list[str]:
    return text.split(",") if text else []
