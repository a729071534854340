"""How pending erasures are stored."""

from ..store.repository import Repository
from ..store.table import Table
from .model import ErasureRequest
from .waiting_tasks import ERASE, erasure_tasks

__all__ = ["ERASURE_REQUEST", "PrivacyRepository"]

# PK the person, SK `erasure`.
ERASURE_REQUEST = (
    Table("privacy")
    .row(
        ErasureRequest,
        keys=lambda request: {"pk": request.id, "sk": "erasure"},
    )
    .with_tasks(ERASE, derive=erasure_tasks, sk="erasure")
)


class PrivacyRepository(Repository):
    """Reads pending erasures."""

    rows = (ERASURE_REQUEST,)

    def find_request(self, person_id: str) -> ErasureRequest | None:
        """Read the pending erasure of a person. It may have expired."""
        return self._store.get(ERASURE_REQUEST, person_id, "erasure")
