"""The rule that staff show a fresh second factor before certain actions."""

from collections.abc import Callable
from dataclasses import dataclass

from ..kernel.access import Action, Actor, Role
from ..kernel.errors import Forbidden

__all__ = ["FactorGate", "FactorState", "ReadFactor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorState:
    """The second factor of an actor: whether they have one, and showed it in this session."""

    exists: bool
    fresh: bool

    def check(self) -> None:
        """Refuse an actor without a fresh factor with Forbidden."""
        if not self.fresh:
            raise Forbidden("auth.factor_required", has_factor=self.exists)


ReadFactor = Callable[[Actor], FactorState]


class FactorGate:
    """Refuses actions that need a fresh factor. Reads the factor for those alone."""

    def __init__(
        self, find: Callable[[], ReadFactor], *, is_required: bool
    ) -> None:
        self._find, self._is_required = find, is_required

    def check(self, actor: Actor, action: Action) -> None:
        """Refuse an actor who needs a fresh factor for an action, and has none.

        Raises:
            Forbidden: `has_factor` says whether to show a factor or to set one up.

        """
        if action.factor and self._is_required and _is_at_a_desk(actor):
            self._find()(actor).check()


def _is_at_a_desk(actor: Actor) -> bool:
    """Say whether an actor is staff of a community or street, anywhere."""
    ranks = [grant.role.rank for grant in actor.grants]
    return max(ranks, default=0) >= Role.COMMUNITY_STAFF.rank
