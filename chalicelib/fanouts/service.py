"""Messages to large groups: started by one job, read page by page, resumed at the cursor."""

from collections.abc import Mapping
from datetime import datetime

from ..kernel.audiences import GroupMembers
from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.digits import REQUESTS
from ..kernel.errors import NotFound
from ..kernel.hooks import Hooks
from ..kernel.job import Send
from ..kernel.paging import Page, Position, every
from ..kernel.place import street_of
from ..kernel.quiet import outside_quiet_hours
from ..kernel.request import RequestContext
from ..kernel.segments import parts_of
from ..kernel.template import Template, Templates
from ..kernel.text_catalogue import LOCALES
from ..places.service import Places
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import decisions, policy
from .model import Fanout, FanoutEstimate
from .repository import FanoutRepository

__all__ = ["Fanouts"]

_COUNTED_AT_ONCE = 1000  # members of a group in one read of an estimate


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
        self._transaction = transaction
        self._repository = repository
        self._entities = EntityStore(transaction, repository.find_fanout)
        self._clock = clock
        self._hooks = hooks
        self._places = places
        self._templates = templates
        self._per_second = per_second

    def start(self, send: Send) -> None:
        """Start the fan-out of a message. One that was started before is left to its timer."""
        new = self._new_fanout(send)

        def decide() -> Changes[Fanout]:
            known = self._repository.find_fanout(new.id)
            return Changes(entity=known or new, previous=known)

        started = self._transaction.run(decide, RequestContext())
        is_new = started.created_at == new.created_at and started.expanded == 0
        if is_new and started.timer:
            self._expand(started)

    def _new_fanout(self, send: Send) -> Fanout:
        if not isinstance(send.audience, GroupMembers):
            raise TypeError(f"not a group: {send.audience}")
        now = self._clock.now()
        return Fanout(
            # derived from the message, so that a repeated job finds the same fan-out
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
            go_on_at=now + policy.STEP_LEASE,
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
        """Freeze as many pages as one job may. The next job continues at the cursor."""
        for _ in range(policy.MAX_PAGES):
            if fanout.done:
                return
            page = self._read(
                fanout.group,
                fanout.published_at,
                fanout.position,
                policy.PAGE_SIZE,
            )
            try:
                fanout = self._freeze_page(fanout, page)
            except _TakenOver:
                return

    def _freeze_page(self, fanout: Fanout, page: Page[str]) -> Fanout:
        """Commit one page, unless another job has taken the fan-out over."""

        def decide() -> Changes[Fanout]:
            stored = self._repository.find_fanout(fanout.id)
            if stored is None or stored.timer != fanout.timer:
                raise _TakenOver
            if stored.position != fanout.position:
                raise _TakenOver
            return decisions.freeze_page(
                stored, page, self._per_second, self._clock.now()
            )

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
    ) -> FanoutEstimate:
        """Return the most that a message to a group would take now: people, parts, money, time."""
        now = self._clock.now()
        zone = self._zone_of(group)
        recipients = self._count(group, now)
        parts = _most_parts(self._templates[kind], facts, signature)
        begins_at = outside_quiet_hours(now, zone)
        seconds = recipients / self._per_second
        return FanoutEstimate(
            recipients=recipients,
            parts=parts,
            cost_li=recipients * parts * price_li,
            begins_at=begins_at,
            ends_at=decisions.estimated_end(begins_at, seconds, zone),
        )

    def _count(self, group: GroupMembers, now: datetime) -> int:
        def read(start: Position | None) -> Page[str]:
            return self._read(group, now, start, _COUNTED_AT_ONCE)

        return sum(1 for _ in every(read))

    def rearm_lost(self) -> int:
        """Arm the lost timers of fan-outs that are not done; return how many there were."""
        return self._entities.rearm(self._repository.open_fanouts())


def _most_parts(
    template: Template, facts: Mapping[str, object], signature: str
) -> int:
    """Return the parts of the longest text of a message, of all locales."""
    longest = REQUESTS.pairs[-1]
    texts = [
        template.fill(locale, facts, numbers=longest) for locale in LOCALES
    ]
    return max(parts_of(f"【{signature}】{text}") for text in texts)


class _TakenOver(Exception):
    """Another job has the fan-out, or it is over."""
