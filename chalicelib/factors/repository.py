"""How factors are stored."""

from collections.abc import Sequence

from ..kernel.entities import by_id
from ..store.repository import Repository
from ..store.table import Table
from .model import Factor, FactorReset
from .waiting_tasks import RESET, reset_tasks

__all__ = ["FACTOR", "FACTOR_RESET", "FactorRepository"]

# PK the person; SK `factor`, `reset`.
_FACTORS = Table("factors")
FACTOR = _FACTORS.row(
    Factor, keys=lambda factor: {"pk": factor.id, "sk": "factor"}
)
FACTOR_RESET = _FACTORS.row(
    FactorReset, keys=lambda reset: {"pk": reset.id, "sk": "reset"}
).with_tasks(RESET, derive=reset_tasks, sk="reset")


class FactorRepository(Repository):
    """Reads factors, and the requests to reset them."""

    rows = (FACTOR, FACTOR_RESET)

    def find_factor(self, person_id: str) -> Factor | None:
        """Read the factor of a person. It may not be confirmed yet."""
        return self._store.get(FACTOR, person_id, "factor")

    def find_reset(self, person_id: str) -> FactorReset | None:
        """Read the request to reset a person's factor. It may have expired."""
        return self._store.get(FACTOR_RESET, person_id, "reset")

    def find_resets(self, ids: Sequence[str]) -> dict[str, FactorReset]:
        """Read several requests in one request, by person."""
        keys = [(id, "reset") for id in dict.fromkeys(ids)]
        return by_id(self._store.get_many(FACTOR_RESET, keys))
