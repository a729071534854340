"""How replies are stored."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..kernel.clock import to_text
from ..kernel.paging import Page, Position
from ..kernel.place import covers, street_of
from ..kernel.question import ACTED
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import Key, Table, behind
from .model import StoredReply

__all__ = ["REPLY", "ReplyRepository", "WaitingReply"]

_READ_MAX = 2000  # replies looked through for one page of the staff queue
_NOWHERE = "-"  # the place key of replies of no known place
# PK the reply, SK `reply`.
_REPLIES = Table(
    "replies",
    indexes=(
        # The replies that wait for the staff of a street, soonest due first. Sparse.
        # The place decides who counts them; their texts are read for one page only.
        index(
            "by_waiting",
            hash_key="waits_in",
            range_key="waits_order",
            include=("place",),
        ),
        # The replies of a person, oldest first. Sparse.
        index("by_person", hash_key="sender", range_key="sent_order"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingReply:
    """A reply that waits for staff, as its index holds it."""

    pk: str
    place: str = ""
    waits_order: str


def _keys(reply: StoredReply) -> dict[str, str]:
    keys = {"pk": reply.id, "sk": "reply"}
    if reply.person_id:
        sent = f"{to_text(reply.created_at)}#{reply.id}"
        keys |= {"sender": reply.person_id, "sent_order": sent}
    if reply.is_waiting and reply.due_at:
        order = f"{to_text(reply.due_at)}#{reply.id}"
        keys |= {"waits_in": _street_key(reply.place), "waits_order": order}
    return keys


def _street_key(place: str) -> str:
    return street_of(place) if place else _NOWHERE


REPLY = _REPLIES.row(StoredReply, keys=_keys)
_KEY = REPLY.view(Key)
_WAITING = REPLY.view(WaitingReply)


class ReplyRepository(Repository):
    """Reads replies."""

    rows = (REPLY,)

    def find_reply(self, id: str) -> StoredReply | None:
        """Read a reply."""
        return self._store.get(REPLY, id, "reply")

    def find_replies(self, ids: Sequence[str]) -> list[StoredReply]:
        """Read several replies in one request."""
        return self._store.get_many(REPLY, [(id, "reply") for id in ids])

    def replies_of(
        self, person_id: str, start: Position | None, limit: int
    ) -> Page[StoredReply]:
        """Read the replies of a person, oldest first."""
        page = self._store.page(
            _KEY, person_id, index="by_person", start=start, limit=limit
        )
        return Page(self._read(page.items), page.next)

    def waiting_at(
        self, place: str, after: str, limit: int
    ) -> Page[tuple[str, WaitingReply]]:
        """Read the replies that wait at a place and below, each with its order.

        An empty place reads the replies of no known place.
        """

        def is_here(reply: WaitingReply) -> bool:
            return not place or covers(place, reply.place)

        page = self._store.page(
            _WAITING,
            _street_key(place),
            index="by_waiting",
            keys=behind(REPLY.attribute("waits_order"), after),
            limit=limit,
            wanted=is_here,
            read_at_most=_READ_MAX,
        )
        pairs = [(reply.waits_order, reply) for reply in page.items]
        position: Position | None = None
        if page.next:
            position = {"after": page.next["waits_order"]}
        return Page(pairs, position)

    def _read(self, keys: Sequence[Key]) -> list[StoredReply]:
        return self._store.get_many(REPLY, [(key.pk, "reply") for key in keys])

    def delete(self, replies: Sequence[StoredReply]) -> None:
        """Delete replies."""
        self._store.write_batch(delete=replies)

    def has_acted(self, answer_id: str) -> bool:
        """Say whether the move of an answer is committed."""
        return self._counters.read(answer_id, ACTED) > 0
