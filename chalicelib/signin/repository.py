"""How challenges and sessions are stored; DynamoDB deletes both some while after they expired."""

from ..store.repository import Repository
from ..store.table import Table
from .model import Challenge, Session

__all__ = ["CHALLENGE", "SESSION", "SessionRepository"]

# PK the session, or a keyed hash of the phone for a challenge.
_SESSIONS = Table("sessions")
CHALLENGE = _SESSIONS.row(
    Challenge, keys=lambda one: {"pk": one.id, "sk": "challenge"}
)
SESSION = _SESSIONS.row(
    Session, keys=lambda session: {"pk": session.id, "sk": "session"}
)


class SessionRepository(Repository):
    """Reads challenges and sessions."""

    rows = (CHALLENGE, SESSION)

    def find_challenge(self, id: str) -> Challenge | None:
        """Read the current challenge of a phone or address."""
        return self._store.get(CHALLENGE, id, "challenge")

    def find_session(self, id: str) -> Session | None:
        """Read a session."""
        return self._store.get(SESSION, id, "session")
