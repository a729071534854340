"""The one session that outlives a change of the phone. Pure."""

from dataclasses import dataclass

from ..kernel.access import Actor

__all__ = ["KeptSession"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSession:
    """A session whose access tokens still name the version `before` of its person.

    They count while the person has the version `after`. So what ends all sessions
    later ends this one, too.
    """

    id: str
    before: int
    after: int

    def covers(self, actor: Actor, token_version: int) -> bool:
        """Say whether the token of an actor is one of this session."""
        if not self.id or actor.session != self.id:
            return False
        return (actor.token_version, token_version) == (
            self.before,
            self.after,
        )
