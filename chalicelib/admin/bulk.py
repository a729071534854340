"""One move of staff on many tasks: each by itself, never all or nothing."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..kernel.access import Resource
from ..kernel.changes import Changes
from ..kernel.errors import Refusal, Replayed, Unauthenticated
from ..kernel.request import IdempotencyKey, RequestContext
from ..people.access import Access
from ..people.model import Person
from ..store.transaction import Transaction
from . import permissions

if TYPE_CHECKING:
    from ..message_log.queries import MessageQueries
    from ..tickets.service import Tickets
    from ..wishes.service import Wishes

__all__ = ["BulkItem", "BulkMoves", "BulkResult", "everywhere"]

Move = Callable[[RequestContext, str], object]
# The caller has to sign in again, to show a factor or to agree: no item can succeed before.
_ABOUT_THE_CALLER = ("auth.", "consent.")


@dataclass(frozen=True, slots=True)
class BulkItem:
    """The id of a task, and its version as staff saw it; None for any version."""

    id: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class BulkResult:
    """The outcome of an item: without a code the move was made."""

    id: str
    code: str | None = None

    @property
    def ok(self) -> bool:
        """Say whether the move was made."""
        return self.code is None


class BulkMoves:
    """Makes a move on many tasks, each in a transaction of its own.

    The services of other features are found when they are needed: they load much code.
    """

    def __init__(
        self,
        *,
        access: Access,
        transaction: Transaction,
        find_wishes: "Callable[[], Wishes]",
        find_tickets: "Callable[[], Tickets]",
        find_messages: "Callable[[], MessageQueries]",
    ) -> None:
        self._access, self._transaction = access, transaction
        self._find_wishes, self._find_tickets = find_wishes, find_tickets
        self._find_messages = find_messages

    def approve(
        self, context: RequestContext, items: Sequence[BulkItem]
    ) -> list[BulkResult]:
        """Put wishes on the wall."""
        return self.run(context, items, self._find_wishes().approve_wish)

    def reject(
        self, context: RequestContext, items: Sequence[BulkItem], reason: str
    ) -> list[BulkResult]:
        """Reject wishes with one reason."""
        wishes = self._find_wishes()

        def move(own: RequestContext, id: str) -> object:
            return wishes.reject_wish(own, id, reason)

        return self.run(context, items, move)

    def accept(
        self, context: RequestContext, items: Sequence[BulkItem]
    ) -> list[BulkResult]:
        """Accept tickets; the caller becomes their assignee."""
        return self.run(context, items, self._find_tickets().accept)

    def assign(
        self, context: RequestContext, items: Sequence[BulkItem], recipient: str
    ) -> list[BulkResult]:
        """Assign tickets to a role or a person."""
        tickets = self._find_tickets()

        def move(own: RequestContext, id: str) -> object:
            return tickets.assign(own, id, recipient)

        return self.run(context, items, move)

    def merge(
        self, context: RequestContext, items: Sequence[BulkItem], into: str
    ) -> list[BulkResult]:
        """Merge tickets into one."""
        tickets = self._find_tickets()

        def move(own: RequestContext, id: str) -> object:
            return tickets.endings.merge(own, id, into)

        return self.run(context, items, move)

    def note_visits(
        self, context: RequestContext, items: Sequence[BulkItem]
    ) -> list[BulkResult]:
        """Note that the people of messages were visited."""
        return self.run(context, items, self._find_messages().note_visit)

    def run(
        self, context: RequestContext, items: Sequence[BulkItem], move: Move
    ) -> list[BulkResult]:
        """Make a move on each item in order; return what became of each.

        A refusal ends its item only. A request that is repeated with its Idempotency-Key goes on
        where the first one ended: each item has a key of its own.

        Raises:
            Unauthenticated, Forbidden, NotFound: the caller may make no such move at all.
            Invalid: the Idempotency-Key came with another body before.

        """
        granted = self._access.require(context, permissions.READ, everywhere)
        if context.idempotency_key:
            self._note_key(context, granted.person)
        return [_made(context, item, move) for item in items]

    def _note_key(self, context: RequestContext, caller: Person) -> None:
        """Write the receipt of the whole request, by which another body is refused."""
        try:
            self._transaction.run(
                lambda: Changes(entity=caller, previous=caller), context
            )
        except Replayed:
            return


def everywhere(person: Person) -> Resource:
    """Return the tasks of all places where a person has a role."""
    places = tuple(grant.place for grant in person.grants)
    return Resource(see=permissions.SEE, places=places)


def _made(context: RequestContext, item: BulkItem, move: Move) -> BulkResult:
    try:
        move(_context_of(context, item), item.id)
    except Replayed:
        return BulkResult(item.id)
    except Unauthenticated:
        raise
    except Refusal as refusal:
        if refusal.code.startswith(_ABOUT_THE_CALLER):
            raise
        return BulkResult(item.id, refusal.code)
    return BulkResult(item.id)


def _context_of(context: RequestContext, item: BulkItem) -> RequestContext:
    """Return the context of an item, with its own version and Idempotency-Key."""
    own_key = None
    if key := context.idempotency_key:
        text = f"{key.id}\x1f{item.id}"
        id = hashlib.sha256(text.encode()).hexdigest()
        own_key = IdempotencyKey(id=id, digest=key.digest)
    return replace(context, idempotency_key=own_key, seen_version=item.version)
