"""Telling an audience: begun by one message, read page by page, taken up again wherever it was left."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.errors import NotFound
from ..kernel.hooks import Hooks
from ..kernel.jobs import JobRecord
from ..kernel.paging import Page, Position, every
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..kernel.segments import parts_of
from ..kernel.template import Templates
from ..kernel.text_catalogue import LOCALES
from ..places.service import Places
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import decisions, policy
from .model import Estimate, Fanout
from .repository import FanoutRepository

__all__ = ["Fanouts"]


class Fanouts:
    """Reads audiences into shares that are told like any other message."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: FanoutRepository,
        clock: Clock,
        hooks: Hooks,
        places: Places,
        templates: Templates,
        per_second: float,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._entities = EntityStore(transaction, repository.find_fanout)
        self._clock, self._hooks, self._places = clock, hooks, places
        self._templates, self._per_second = templates, per_second

    def begin(self, due: JobRecord) -> None:
        """Begin to tell an audience (``all:<kind>:<name>``) a message; begun before, it is left to its alarm."""
        now, id = self._clock.now(), f"fan_{(due.message or due.id).partition('_')[2]}"
        fresh = Fanout(
            id=id,
            created_at=now,
            updated_at=now,
            message=(due.message or due.id),
            kind=due.kind,
            about=due.subject,
            params=due.params,
            audience=due.to.removeprefix("all:"),
            zone=self._zone_of(due.to.removeprefix("all:")),
            published_at=now,
            not_after=due.not_after,
            next_at=due.not_before or now,
            go_on_at=now + policy.STEP_LASTS,
        )

        def decide() -> Changes[Fanout]:
            known = self._repository.find_fanout(id)
            return Changes(entity=known, previous=known) if known else Changes(entity=fresh, previous=None)

        begun = self._transaction.run(decide, RequestContext())
        if begun.created_at == fresh.created_at and begun.expanded == 0 and begun.timer:
            self._go_on(begun)

    def wake(self, id: str, timer_id: str) -> None:
        """Take a fan-out up again, if it was woken by the alarm that it waits for."""

        def decide(fanout: Fanout) -> Changes[Fanout]:
            taken = decisions.take_up(fanout, self._clock.now())
            return Changes(entity=taken, previous=fanout, bump_version=False)

        try:
            fanout, is_mine = self._entities.on_timer(id, timer_id, decide)
        except NotFound:
            return
        if is_mine:
            self._go_on(fanout)

    def _go_on(self, fanout: Fanout) -> None:
        """Read as many pages as one job may; whoever takes it up next continues at the cursor."""
        for _ in range(policy.STEPS):
            if fanout.done:
                return
            page = self._read(fanout.audience, fanout.published_at, fanout.position, policy.PAGE)
            mine = fanout

            def decide(mine: Fanout = mine, page: Page[str] = page) -> Changes[Fanout]:
                now = self._repository.find_fanout(mine.id)
                if now is None or now.timer != mine.timer or now.position != mine.position:
                    raise _NotMine  # somebody else has taken it up
                return decisions.step(now, page, self._per_second, self._clock.now())

            try:
                fanout = self._transaction.run(decide, RequestContext())
            except _NotMine:
                return

    def _read(self, audience: str, as_of: datetime, start: Position | None, limit: int) -> Page[str]:
        kind, _, name = audience.partition(":")
        return self._hooks.members(kind, name, as_of, start, limit)

    def _zone_of(self, audience: str) -> str:
        """Return the time zone of a group, or that of the street of its name."""
        kind, _, name = audience.partition(":")
        return self._hooks.zone_of(kind, name) or self._places.zone_of(street_of(name))

    def estimate(self, audience: str, kind: str, facts: Mapping[str, object], price_li: int, signature: str) -> Estimate:
        """Return what telling an audience now would take: people, parts, money and time, at most."""
        now, zone = self._clock.now(), self._zone_of(audience)
        recipients = sum(1 for _ in every(lambda start: self._read(audience, now, start, 1000)))
        template = self._templates[kind]
        parts = max(parts_of(f"【{signature}】{template.fill(locale, facts)}") for locale in LOCALES)
        begins = at = decisions.paced(now, zone)
        left = recipients / self._per_second
        while left > 0:  # day by day, over the nights
            at = decisions.paced(at, zone)
            run = min(left, _SLICE.total_seconds())
            at, left = at + timedelta(seconds=run), left - run
        return Estimate(recipients=recipients, parts=parts, cost_li=recipients * parts * price_li, begins_at=begins, ends_at=at)

    def rearm_lost(self) -> int:
        """Arm anew those on their way that nothing would wake; return how many there were."""
        return self._entities.rearm(self._repository.open_fanouts())


class _NotMine(Exception):
    """Somebody else is at it, or it is over."""


_SLICE = timedelta(minutes=15)
