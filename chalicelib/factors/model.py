"""The second factor of a person, and the request to reset one. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from ..kernel.changes import Entity
from .policy import FRESH_FOR, PENDING_LASTS

__all__ = ["Factor", "FactorReset", "Seed", "Showing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """The stored part of a secret, which is worthless without the key of the instant `at`.

    `mask` is set once another key has followed. See `seeds.secret_of`.
    """

    nonce: str
    at: datetime
    mask: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """The last time that the factor was shown in a session."""

    session: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor(Entity):
    """The second factor of a person; its id is that of the person.

    `pending` waits for its first code, from the session that asked for it. `last_step` is the
    newest step of a used code. `recovery` and `spent` hold the keyed hashes of recovery codes. A
    factor without `seed` is not confirmed yet. All that a request needs is in this one row.
    """

    entity_kind: ClassVar[str] = "factor"

    seed: Seed | None = None
    confirmed_at: datetime | None = None
    pending: Seed | None = None
    pending_session: str = ""
    last_step: int = 0
    recovery: tuple[str, ...] = ()  # unused
    spent: tuple[str, ...] = ()
    showings: tuple[Showing, ...] = ()

    def shown_at(self, session: str) -> datetime | None:
        """Return when the factor was last shown in a session, None if it was not."""
        for showing in self.showings:
            if showing.session == session:
                return showing.at
        return None

    def is_fresh(self, session: str, now: datetime) -> bool:
        """Say whether the factor was shown in a session so recently that it counts."""
        at = self.shown_at(session)
        return at is not None and now < at + FRESH_FOR

    def shown(self, session: str, now: datetime) -> "Factor":
        """Return the factor as shown in a session; what is not fresh any more is forgotten."""
        others = tuple(
            showing
            for showing in self.showings
            if showing.session != session and now < showing.at + FRESH_FOR
        )
        return replace(
            self, showings=(*others, Showing(session=session, at=now))
        )

    def pending_for(self, session: str, now: datetime) -> Seed | None:
        """Return the secret that a session may confirm now, None if there is none."""
        if self.pending is None or self.pending_session != session:
            return None
        if now >= self.pending.at + PENDING_LASTS:
            return None
        return self.pending


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorReset(Entity):
    """A request to remove a person's factor; its id is that of the person.

    `place` is where they work: its staff approve it.
    """

    entity_kind: ClassVar[str] = "factor_reset"

    requested_by: str
    place: str = ""
    ttl: datetime
