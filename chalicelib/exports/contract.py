"""The texts of exports in the contract."""

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

_AT_ONCE = About(can.CREATE, "The security trail gets a line.")
CONTRACT = FeatureTexts(
    tag="Lists of a place as files.",
    operations={
        "read_wishes_csv": _AT_ONCE,
        "read_wishes_xlsx": _AT_ONCE,
        "read_tickets_csv": _AT_ONCE,
        "read_tickets_xlsx": _AT_ONCE,
        "read_messages_csv": _AT_ONCE,
        "read_messages_xlsx": _AT_ONCE,
        "create_export": About(
            can.CREATE,
            "The security trail gets a line. A message comes when it is ready.",
        ),
        "list_exports": About(can.LIST, "Only one's own. It changes nothing."),
        "read_export": About(can.READ, "It changes nothing."),
        "fetch_export": About(can.READ, "The security trail gets a line."),
        "delete_export": About(can.DELETE, "Its files are deleted."),
    },
    fields={
        "ready_at": "When the file was ready (UTC).",
        "ExportView.from": "The first local day of the rows.",
        "ExportView.to": "The last local day of the rows.",
        "ExportIn.from": "The first local day of the rows.",
        "ExportIn.to": "The last local day of the rows.",
        "ExportIn.reason": "The reason for phones in full.",
        "ExportQuery.from": "The first local day.",
        "ExportQuery.to": "The last local day.",
    },
    examples={"ExportView.failure": None, "rows": 120},
)
