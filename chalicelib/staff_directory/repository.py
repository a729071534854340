"""How the audit log is stored."""

from ..kernel.changes import Put
from ..kernel.clock import to_text
from ..store.repository import Repository
from ..store.table import Table
from .model import Audit

__all__ = ["AUDIT", "AuditRepository"]

# PK the street, SK the instant; lines are written only, never changed.
_AUDIT = Table("audit")


def _keys(audit: Audit) -> dict[str, str]:
    return {"pk": audit.street, "sk": f"{to_text(audit.at)}#{audit.id}"}


AUDIT = _AUDIT.row(Audit, keys=_keys)


class AuditRepository(Repository):
    """Writes lines of the audit log."""

    rows = (AUDIT,)

    def written(self, audit: Audit) -> Put:
        """Return the line that goes into the commit of what it tells of."""
        return Put(row=audit)
