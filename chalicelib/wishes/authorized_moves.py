"""What all moves of wishes share: read, require access, decide, commit once, show."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from ..kernel.changes import Changes, TimelineEvent
from ..kernel.clock import Clock
from ..kernel.request import RequestContext
from ..people.access import Access, Granted
from ..people.model import Person
from ..store.transaction import Transaction
from . import permissions
from .model import Wish, WishMover, filers_of
from .queries import WishForViewer, WishQueries, people_named_in

__all__ = ["Decide", "KnownWish", "WishMoves"]


class KnownWish(NamedTuple):
    """A wish, the caller who moves it, and the people that a view of it may name."""

    wish: Wish
    granted: Granted
    mover: WishMover
    people: Mapping[str, Person]


Decide = Callable[[KnownWish], Changes[Wish]]


class WishMoves:
    """The base of services that move wishes. `queries` is for the routes, too."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        access: Access,
        queries: WishQueries,
    ) -> None:
        self._transaction, self._access = transaction, access
        self._clock = clock
        self.queries = queries

    def _move(
        self, context: RequestContext, wish_id: str, move: str, decide: Decide
    ) -> WishForViewer:
        def attempt() -> tuple[Changes[Wish], KnownWish]:
            known = self._read(context, wish_id, move)
            known.wish.check_version(context.seen_version)
            return self._redacted(decide(known), known), known

        wish, known = self._transaction.run_with(attempt, context)
        return self.queries.for_viewer(
            known.granted.actor, wish, known.people, context.locale
        )

    def _redacted(
        self, changes: Changes[Wish], known: KnownWish
    ) -> Changes[Wish]:
        """Add notes and the reason without personal data, for readers who are not staff."""
        wish, after = known.wish, changes.entity
        mask = self.queries.mask_of(wish, known.people[wish.person_id])
        events: list[TimelineEvent] = []
        for event in changes.events:
            shown = mask(event.note) if event.note else None
            events.append(replace(event, shown=shown))
        if after.reason and after.reason != wish.reason:
            after = replace(after, reason=mask(after.reason))
        return replace(changes, entity=after, events=tuple(events))

    def _read(
        self, context: RequestContext, wish_id: str, move: str
    ) -> KnownWish:
        """Read a wish and the people in it, and require access to the move.

        The people are read before the commit, so that no failing read can hide that it happened.
        """
        wish = self.queries.get(wish_id)
        granted = self._access.require(
            context,
            permissions.MOVES[move],
            self.queries.resource_for(wish),
            reading=[*people_named_in(wish), *sorted(filers_of(wish))],
        )
        mover = WishMover(
            id=granted.actor.id,
            relations=granted.relations,
            now=self._clock.now(),
            phone_since=granted.phone_since,
        )
        people = self.queries.with_contact(wish, granted.people)
        return KnownWish(wish, granted, mover, people)
