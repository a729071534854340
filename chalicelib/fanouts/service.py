"""Messages to large groups: started by one job, read page by page, resumed where they were left."""

from collections.abc import Mapping
from datetime import datetime

from ..kernel.audiences import GroupMembers
from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.errors import NotFound
from ..kernel.hooks import Hooks
from ..kernel.job import Send
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
    """Reads groups into shares that are sent like any other message."""

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

    def start(self, send: Send) -> None:
        """Start to send a message to a group. One that was started before is left to its timer."""
        fresh = self._fresh(send)

        def decide() -> Changes[Fanout]:
            known = self._repository.find_fanout(fresh.id)
            return Changes(entity=known or fresh, previous=known)

        started = self._transaction.run(decide, RequestContext())
        if (
            started.created_at == fresh.created_at
            and started.expanded == 0
            and started.timer
        ):
            self._expand(started)

    def _fresh(self, send: Send) -> Fanout:
        if not isinstance(send.audience, GroupMembers):
            raise TypeError(f"not a group: {send.audience}")
        now = self._clock.now()
        return Fanout(
            id=f"fan_{send.message_id.partition('_')[2]}",
            created_at=now,
            updated_at=now,
            message=send.message_id,
            kind=send.message_kind,
            about=send.subject,
            params=send.params,
            audience=f"{send.audience.kind}:{send.audience.name}",
            zone=self._zone_of(send.audience),
            published_at=now,
            not_after=send.not_after,
            next_at=send.not_before or now,
            go_on_at=now + policy.STEP_LASTS,
        )

    def on_timer(self, id: str, timer_id: str) -> None:
        """Resume a fan-out if it still waits for this timer."""

        def decide(fanout: Fanout) -> Changes[Fanout]:
            taken = decisions.take_up(fanout, self._clock.now())
            return Changes(entity=taken, previous=fanout, bump_version=False)

        try:
            fanout, is_mine = self._entities.on_timer(id, timer_id, decide)
        except NotFound:
            return
        if is_mine:
            self._expand(fanout)

    def _expand(self, fanout: Fanout) -> None:
        """Read as many pages as one job may. The job that resumes it continues at the cursor."""
        for _ in range(policy.STEPS):
            if fanout.done:
                return
            page = self._read(
                fanout.group, fanout.published_at, fanout.position, policy.PAGE
            )
            try:
                fanout = self._step(fanout, page)
            except _TakenOver:
                return

    def _step(self, fanout: Fanout, page: Page[str]) -> Fanout:
        """Commit one page, unless another job has taken the fan-out over."""

        def decide() -> Changes[Fanout]:
            now = self._repository.find_fanout(fanout.id)
            if (
                now is None
                or now.timer != fanout.timer
                or now.position != fanout.position
            ):
                raise _TakenOver
            return decisions.step(now, page, self._per_second, self._clock.now())

        return self._transaction.run(decide, RequestContext())

    def _read(
        self,
        group: GroupMembers,
        as_of: datetime,
        start: Position | None,
        limit: int,
    ) -> Page[str]:
        return self._hooks.members(group.kind, group.name, as_of, start, limit)

    def _zone_of(self, group: GroupMembers) -> str:
        """Return the time zone of a group, or that of the street of its name."""
        zone = self._hooks.zone_of(group.kind, group.name)
        return zone or self._places.zone_of(street_of(group.name))

    def estimate(
        self,
        group: GroupMembers,
        kind: str,
        facts: Mapping[str, object],
        price_li: int,
        signature: str,
    ) -> Estimate:
        """Return what telling a group now would take: people, parts, money and time, at most."""
        now, zone, template = (
            self._clock.now(),
            self._zone_of(group),
            self._templates[kind],
        )
        recipients = sum(
            1 for _ in every(lambda start: self._read(group, now, start, 1000))
        )
        parts = max(
            parts_of(f"【{signature}】{template.fill(locale, facts)}")
            for locale in LOCALES
        )
        begins = decisions.paced(now, zone)
        return Estimate(
            recipients=recipients,
            parts=parts,
            cost_li=recipients * parts * price_li,
            begins_at=begins,
            ends_at=decisions.end_of(begins, recipients / self._per_second, zone),
        )

    def rearm_lost(self) -> int:
        """Arm fan-outs on their way whose timer was lost; return how many there were."""
        return self._entities.rearm(self._repository.open_fanouts())


class _TakenOver(Exception):
    """Another job has the fan-out, or it is over."""
