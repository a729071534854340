"""How challenges and sessions lie in the store; both vanish by time to live some while after they expired."""

from ..store.rows import Table, load
from .model import Challenge, Session

__all__ = ["find_challenge", "find_session"]


class SessionTable(Table):
    """PK the session, or a keyed hash of the phone for a challenge."""

    class Meta:
        """Name."""

        table_name = "sessions"


SessionTable.holding(Challenge, lambda challenge: {"pk": challenge.id, "sk": "challenge"})
SessionTable.holding(Session, lambda session: {"pk": session.id, "sk": "session"})


def find_challenge(id: str) -> Challenge | None:
    """Read the current challenge of a phone or address."""
    return load(Challenge, id, "challenge")


def find_session(id: str) -> Session | None:
    """Read a session."""
    return load(Session, id, "session")
