"""How the audit lies in the store."""

from ..kernel.changes import Put
from ..kernel.clock import to_text
from ..store.rows import Table
from .model import Audit

__all__ = ["written"]


class AuditTable(Table):
    """PK the street, SK the instant; written only, never changed."""

    class Meta:
        """Name."""

        table_name = "audit"


AuditTable.holding(Audit, lambda audit: {"pk": audit.street, "sk": f"{to_text(audit.at)}#{audit.id}"})


def written(audit: Audit) -> Put:
    """Return the line that goes into the commit of what it tells of."""
    return Put(row=audit)
