"""The texts of the security trail in the contract."""

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

CONTRACT = FeatureTexts(
    tag="The security trail: who did what with people's data.",
    operations={
        "read_trail": About(can.READ, "The reading itself gets a line."),
    },
    fields={
        "subject": "The person that it is about.",
        "SecurityEventView.reason": "The reason that was given.",
        "PersonInTrail.name": "The name; null if the reader may not know it.",
    },
    examples={"result": "ok", "SecurityEventView.wish": None},
)
