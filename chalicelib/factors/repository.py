"""How factors are stored."""

from collections.abc import Sequence
from datetime import datetime

from ..kernel.clock import to_text
from ..kernel.entities import by_id
from ..kernel.paging import Page
from ..kernel.place import covers, street_of
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import Key, Table, behind
from .model import Factor, FactorReset

__all__ = ["FACTOR", "FACTOR_RESET", "FactorRepository"]

# PK the person; SK `factor`, `reset`.
_FACTORS = Table(
    "factors",
    # The resets of a street that wait for a second person, oldest first. Sparse.
    indexes=(index("by_street", hash_key="street", range_key="asked_order"),),
)
_READ_MAX = 300  # resets of a street; each is gone after a day
FACTOR = _FACTORS.row(
    Factor, keys=lambda factor: {"pk": factor.id, "sk": "factor"}
)


def _reset_keys(reset: FactorReset) -> dict[str, str]:
    keys = {"pk": reset.id, "sk": "reset"}
    if reset.place:
        keys["street"] = street_of(reset.place)
        keys["asked_order"] = _order(reset)
    return keys


def _order(reset: FactorReset) -> str:
    return f"{to_text(reset.created_at)}#{reset.id}"


FACTOR_RESET = _FACTORS.row(FactorReset, keys=_reset_keys)
_KEY = FACTOR_RESET.view(Key)


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

    def resets_at(
        self, place: str, now: datetime, after: str, limit: int
    ) -> Page[tuple[str, FactorReset]]:
        """Read the resets that wait at a place and below, each with its order, from behind one."""
        page = self._store.page(
            _KEY,
            street_of(place),
            index="by_street",
            keys=behind(FACTOR_RESET.attribute("asked_order"), after),
            limit=limit,
            read_at_most=_READ_MAX,
        )
        pairs = [
            (_order(one), one)
            for one in self._read(page.items)
            if covers(place, one.place) and one.ttl > now
        ]
        position = page.next and {"after": page.next["asked_order"]}
        return Page(pairs, position)

    def _read(self, keys: Sequence[Key]) -> list[FactorReset]:
        return self._store.get_many(
            FACTOR_RESET, [(key.pk, "reset") for key in keys]
        )
