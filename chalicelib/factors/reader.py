"""Reads of factors for other features. No library of codes is needed for them."""

from typing import Any

from ..kernel.access import Actor
from ..kernel.changes import Delete
from ..kernel.clock import Clock
from ..people.factor_gate import FactorState
from ..people.model import Person
from .model import Factor
from .repository import FactorRepository

__all__ = ["FactorReader"]


class FactorReader:
    """Reads the state of factors."""

    def __init__(self, *, repository: FactorRepository, clock: Clock) -> None:
        self._repository, self._clock = repository, clock

    def state_of(self, actor: Actor) -> FactorState:
        """Return whether an actor has a factor, and showed it in their session. One read."""
        factor = self._repository.find_factor(actor.id)
        if factor is None or factor.seed is None:
            return FactorState(exists=False, fresh=False)
        fresh = factor.is_fresh(actor.session, self._clock.now())
        return FactorState(exists=True, fresh=fresh)

    def export(self, person_id: str) -> dict[str, Any]:
        """Return whether a person has a factor, without anything secret."""
        factor = self._repository.find_factor(person_id)
        if factor is None or factor.seed is None:
            return {"second_factor": None}
        held = {
            "confirmed_at": factor.confirmed_at,
            "recovery_codes_left": len(factor.recovery),
        }
        return {"second_factor": held}

    def traces_of(self, person: Person) -> list[Delete]:
        """Return the deletes of a person's factor, and of a request to reset it."""
        now = self._clock.now()
        factor = Factor(id=person.id, created_at=now, updated_at=now)
        reset = self._repository.find_reset(person.id)
        ended = [Delete(row=reset)] if reset else []
        return [Delete(row=factor), *ended]
