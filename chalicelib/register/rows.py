"""How the audit lies in the store."""

from ..kernel.clock import to_text
from ..store.rows import Table
from .model import Audit

__all__ = ["AuditTable"]


class AuditTable(Table):
    """PK the street, SK the instant; written only, never changed."""

    class Meta:
        """Name."""

        table_name = "audit"


AuditTable.holding(Audit, lambda audit: {"pk": audit.street, "sk": f"{to_text(audit.at)}#{audit.id}"})
