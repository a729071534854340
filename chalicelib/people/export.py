"""All data about a person, by section. The caller has authorized."""

from typing import Any

from ..kernel.clock import Clock
from ..kernel.hooks import Hooks
from .consents import Consents
from .model import Person

__all__ = ["PersonalData"]


class PersonalData:
    """Collects the data of a person from every feature."""

    def __init__(
        self, *, clock: Clock, consents: Consents, hooks: Hooks
    ) -> None:
        self._clock, self._consents, self._hooks = clock, consents, hooks

    def of(self, person: Person) -> dict[str, Any]:
        """Return everything held about a person, by section."""
        held = {
            "exported_at": self._clock.now(),
            "person": person,
            "consents": self._consents.read_all(person.id),
        }
        return held | self._hooks.export(person.id)
