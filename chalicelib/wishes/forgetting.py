"""Forgetting: what names an erased person in wishes, and names in wishes that ended long ago."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from ..kernel.access import SYSTEM
from ..kernel.changes import Changes, Put
from ..kernel.clock import Clock
from ..kernel.paging import Position
from ..kernel.request import RequestContext
from ..places.service import Places
from ..store.batches import in_batches
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from ..uploads.background import UploadJobs
from . import erasure, policy
from .model import Wish
from .repository import WishEvent, WishRepository, wall_parts
from .states import ENDED

__all__ = ["WishForgetting"]

_AS_SYSTEM = RequestContext(actor=SYSTEM)
_EVENTS_PER_COMMIT = 20


class WishForgetting:
    """Removes names from wishes, in steps."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: WishRepository,
        clock: Clock,
        places: Places,
        uploads: UploadJobs,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._places = clock, places
        self._uploads = uploads
        self._entities = EntityStore(
            transaction, repository.find_wish, place=lambda wish: wish.place
        )

    def forget_person(
        self, person_id: str, position: Position | None = None
    ) -> Position | None:
        """Redact the wishes of an erased person and the notes of their claims, in steps.

        Return the position of the next step, None at the end.
        """
        start, limit = position or {}, policy.FORGOTTEN_PER_STEP
        if "claims" not in start:
            wishes = self._repository.wishes_of(
                person_id, start.get("wishes"), limit
            )
            for wish in wishes.items:
                self._uploads.delete_bound(wish.id, wish.proofs)
                self._update(wish.id, erasure.forget_owner)
                self._forget_notes(wish)
            if wishes.next:
                return {"wishes": wishes.next}
        claims = self._repository.claims_of(
            person_id, start.get("claims"), limit
        )
        for _, wish in claims.items:
            self._forget_claim(wish, person_id)
        return {"claims": claims.next} if claims.next else None

    def _forget_claim(self, wish: Wish, person_id: str) -> None:
        def forget_helper(wish: Wish, now: datetime) -> Changes[Wish]:
            return erasure.forget_helper(wish, person_id)

        self._update(wish.id, forget_helper)
        self._forget_notes(wish, of=person_id)

    def anonymise(
        self, now: datetime, position: Position | None
    ) -> Position | None:
        """Remove names from wishes that ended long ago, a step at a time; return the next."""
        parts: list[str] = []
        for street in sorted(self._places.streets()):
            parts += wall_parts(street, ENDED, protected=True)
        start = position or {"part": 0, "key": None}
        if start["part"] >= len(parts):
            return None
        last = now - policy.NAMED_FOR
        page = self._repository.opened_between(
            parts[start["part"]],
            last - policy.NAMED_LOOK_BACK,
            last,
            start["key"],
            policy.FORGOTTEN_PER_STEP,
        )
        for wish in page.items:
            if wish.person_id != erasure.NOBODY:
                if erasure.may_be_anonymous(wish, now):
                    self._uploads.delete_bound(wish.id, wish.proofs)
                self._forget_timeline(wish, now)
                self._update(wish.id, erasure.anonymise)
        if page.next:
            return {"part": start["part"], "key": page.next}
        following = start["part"] + 1
        return (
            {"part": following, "key": None} if following < len(parts) else None
        )

    def _forget_timeline(self, wish: Wish, now: datetime) -> None:
        """Remove notes and the resident from the timeline of a wish that ended long ago."""
        if not erasure.may_be_anonymous(wish, now):
            return
        own = {wish.person_id, wish.filed_by, wish.proxy_id}
        events = list(self._repository.every_event_of(wish.id))
        for batch in in_batches(events, _EVENTS_PER_COMMIT):
            nameless = [
                _nameless(event, own)
                for event in batch
                if event.note or event.shown or event.by in own
            ]
            self._put(wish, nameless)

    def _put(self, wish: Wish, events: Sequence[WishEvent]) -> None:
        writes = tuple(Put(row=event) for event in events)
        changes = Changes(entity=wish, previous=wish, writes=writes)
        self._transaction.run(lambda: changes, _AS_SYSTEM)

    def _update(
        self, wish_id: str, decide: Callable[[Wish, datetime], Changes[Wish]]
    ) -> None:
        self._entities.update(
            wish_id, lambda wish: decide(wish, self._clock.now())
        )

    def _forget_notes(self, wish: Wish, *, of: str | None = None) -> None:
        """Remove the notes of everybody or of one person, because free text may name people."""
        noted = []
        for event in self._repository.every_event_of(wish.id):
            if not event.note or of not in (None, event.by):
                continue
            noted.append(event)
        for n in range(0, len(noted), _EVENTS_PER_COMMIT):
            self._blank(wish, noted[n : n + _EVENTS_PER_COMMIT])

    def _blank(self, wish: Wish, events: Sequence[WishEvent]) -> None:
        blank = [replace(event, note=None, shown=None) for event in events]
        self._put(wish, blank)


def _nameless(event: WishEvent, people: AbstractSet[str | None]) -> WishEvent:
    """Return a line of a timeline without its notes, and without these people."""
    by = erasure.NOBODY if event.by in people else event.by
    return replace(event, note=None, shown=None, by=by)
