"""How erasures are stored."""

from ..store.repository import Repository
from ..store.table import Table
from .model import ErasureProgress, ErasureRequest
from .waiting_tasks import ERASE, erasure_tasks

__all__ = ["ERASURE_PROGRESS", "ERASURE_REQUEST", "PrivacyRepository"]

# PK the person, SK `erasure`, `progress`.
_PRIVACY = Table("privacy")
ERASURE_REQUEST = _PRIVACY.row(
    ErasureRequest,
    keys=lambda request: {"pk": request.id, "sk": "erasure"},
).with_tasks(ERASE, derive=erasure_tasks, sk="erasure")
ERASURE_PROGRESS = _PRIVACY.row(
    ErasureProgress,
    keys=lambda progress: {"pk": progress.id, "sk": "progress"},
)


class PrivacyRepository(Repository):
    """Reads erasures: those that are asked for, and how far others are."""

    rows = (ERASURE_REQUEST, ERASURE_PROGRESS)

    def find_request(self, person_id: str) -> ErasureRequest | None:
        """Read the pending erasure of a person. It may have expired."""
        return self._store.get(ERASURE_REQUEST, person_id, "erasure")

    def find_progress(self, person_id: str) -> ErasureProgress | None:
        """Read what is still to be erased of a person. The row may have expired."""
        return self._store.get(ERASURE_PROGRESS, person_id, "progress")
