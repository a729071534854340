"""How pending erasures are stored."""

from ..kernel.clock import to_text
from ..kernel.paging import Page
from ..kernel.place import covers, street_of
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import Key, Table, behind
from .model import ErasureRequest

__all__ = ["ERASURE_REQUEST", "PrivacyRepository"]

_READ_MAX = 2000  # requests looked through for one page of the staff queue
# PK the person, SK `erasure`.
_PRIVACY = Table(
    "privacy",
    indexes=(
        # The pending erasures of a street, soonest due first.
        index("by_waiting", hash_key="waits_in", range_key="waits_order"),
    ),
)


def _keys(request: ErasureRequest) -> dict[str, str]:
    return {
        "pk": request.id,
        "sk": "erasure",
        "waits_in": street_of(request.place),
        "waits_order": f"{to_text(request.ttl)}#{request.id}",
    }


ERASURE_REQUEST = _PRIVACY.row(ErasureRequest, keys=_keys)
_KEY = ERASURE_REQUEST.view(Key)


class PrivacyRepository(Repository):
    """Reads pending erasures."""

    rows = (ERASURE_REQUEST,)

    def find_request(self, person_id: str) -> ErasureRequest | None:
        """Read the pending erasure of a person. It may have expired."""
        return self._store.get(ERASURE_REQUEST, person_id, "erasure")

    def requests_at(
        self, place: str, after: str, limit: int
    ) -> Page[tuple[str, ErasureRequest]]:
        """Read the pending erasures of a place and below, each with its order, from behind one."""
        keys = behind(ERASURE_REQUEST.attribute("waits_order"), after)
        page = self._store.page(
            _KEY,
            street_of(place),
            index="by_waiting",
            keys=keys,
            limit=limit,
            read_at_most=_READ_MAX,
        )
        found = self._store.get_many(
            ERASURE_REQUEST, [(key.pk, "erasure") for key in page.items]
        )
        pairs = [
            (_keys(request)["waits_order"], request)
            for request in found
            if covers(place, request.place)
        ]
        position = page.next and {"after": page.next["waits_order"]}
        return Page(pairs, position)
