"""How challenges and sessions are stored; DynamoDB deletes both some while after they expired."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..kernel.changes import Count
from ..kernel.clock import to_text
from ..kernel.paging import Page, Position
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import Key, Table
from ..store.tables import COUNTER
from .model import (
    Challenge,
    CodeAsker,
    CodeTarget,
    LastSeen,
    ReadOutPointer,
    Session,
)

__all__ = [
    "ASKER",
    "CHALLENGE",
    "LAST_SEEN",
    "READ_OUT",
    "SESSION",
    "TARGET",
    "SessionRepository",
]

# PK the session, the challenge, the target of codes, the asker, or a person who was seen.
_SESSIONS = Table(
    "sessions",
    # Sessions that have not ended, by person. Keys only: a refresh writes no index.
    indexes=(index("by_person", hash_key="owner", range_key="opened_at"),),
)


def _session_keys(session: Session) -> dict[str, Any]:
    keys = {"pk": session.id, "sk": "session"}
    if session.ended:
        return keys
    opened_at = to_text(session.created_at)
    return keys | {"owner": session.person_id, "opened_at": opened_at}


CHALLENGE = _SESSIONS.row(
    Challenge, keys=lambda one: {"pk": one.id, "sk": "challenge"}
)
TARGET = _SESSIONS.row(
    CodeTarget, keys=lambda target: {"pk": target.id, "sk": "target"}
)
READ_OUT = _SESSIONS.row(
    ReadOutPointer, keys=lambda one: {"pk": one.target, "sk": "read_out"}
)
ASKER = _SESSIONS.row(
    CodeAsker, keys=lambda asker: {"pk": asker.id, "sk": "asker"}
)
SESSION = _SESSIONS.row(Session, keys=_session_keys)
LAST_SEEN = _SESSIONS.row(
    LastSeen, keys=lambda seen: {"pk": seen.person_id, "sk": "seen"}
)
_KEY = SESSION.view(Key)


@dataclass(frozen=True, slots=True)
class _Counted:
    pk: str
    sk: str
    value: int


_COUNTED = COUNTER.view(_Counted)


class SessionRepository(Repository):
    """Reads challenges, sessions, and the counters of codes."""

    rows = (CHALLENGE, TARGET, READ_OUT, ASKER, SESSION, LAST_SEEN)

    def find_challenge(self, id: str) -> Challenge | None:
        """Read a challenge."""
        return self._store.get(CHALLENGE, id, "challenge")

    def find_target(self, id: str) -> CodeTarget | None:
        """Read the phone or address to which codes go."""
        return self._store.get(TARGET, id, "target")

    def delete_target(self, target: CodeTarget) -> None:
        """Delete a phone or address to which codes went. Idempotent."""
        self._store.delete(target)

    def find_read_out(self, target: str) -> Challenge | None:
        """Read the latest challenge of a target that staff have read out."""
        pointer = self._store.get(READ_OUT, target, "read_out")
        return self.find_challenge(pointer.challenge) if pointer else None

    def find_asker(self, id: str) -> CodeAsker | None:
        """Read when an asker last had a code sent."""
        return self._store.get(ASKER, id, "asker")

    def find_session(self, id: str) -> Session | None:
        """Read a session."""
        return self._store.get(SESSION, id, "session")

    def find_last_seen(self, person_id: str) -> LastSeen | None:
        """Read when a person last signed in or refreshed."""
        return self._store.get(LAST_SEEN, person_id, "seen")

    def sessions_of(
        self, person_id: str, start: Position | None, limit: int
    ) -> Page[Session]:
        """Read the sessions of a person that have not ended, newest first.

        Eventually consistent. Some may have expired.
        """
        found = self._store.page(
            _KEY,
            person_id,
            index="by_person",
            start=start,
            limit=limit,
            newest_first=True,
        )
        sessions = self._store.get_many(
            SESSION, [(key.pk, "session") for key in found.items]
        )
        return Page(sessions, found.next)

    def read_counters(self, counts: Sequence[Count]) -> list[int]:
        """Read the counters that these writes would add to, in one request and in their order."""
        keys = [(count.subject, count.name) for count in counts]
        found = self._store.get_many(_COUNTED, keys)
        values = {(each.pk, each.sk): each.value for each in found}
        return [values.get(key, 0) for key in keys]
