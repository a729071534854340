"""How replies are stored."""

from collections.abc import Sequence

from ..kernel.clock import to_text
from ..kernel.paging import Page, Position
from ..kernel.question import ACTED
from ..store.indexes import index
from ..store.projections import delete_all
from ..store.repository import Repository
from ..store.table import Key, Table
from .model import StoredReply
from .waiting_tasks import REPLY_TASK, reply_tasks

__all__ = ["REPLY", "ReplyRepository"]

# PK the reply, SK `reply`.
_REPLIES = Table(
    "replies",
    indexes=(
        # The replies of a person, oldest first. Sparse.
        index("by_person", hash_key="sender", range_key="sent_order"),
    ),
)


def _keys(reply: StoredReply) -> dict[str, str]:
    keys = {"pk": reply.id, "sk": "reply"}
    if reply.person_id:
        sent = f"{to_text(reply.created_at)}#{reply.id}"
        keys |= {"sender": reply.person_id, "sent_order": sent}
    return keys


REPLY = _REPLIES.row(StoredReply, keys=_keys).with_tasks(
    REPLY_TASK, derive=reply_tasks, sk="reply"
)
_KEY = REPLY.view(Key)


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

    def _read(self, keys: Sequence[Key]) -> list[StoredReply]:
        return self._store.get_many(REPLY, [(key.pk, "reply") for key in keys])

    def delete(self, replies: Sequence[StoredReply]) -> None:
        """Delete replies, and what waits for staff because of them."""
        delete_all(self._store, replies)

    def has_acted(self, answer_id: str) -> bool:
        """Say whether the move of an answer is committed."""
        return self._counters.read(answer_id, ACTED) > 0
