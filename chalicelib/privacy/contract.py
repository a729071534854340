"""The texts of privacy in the contract."""

from ..people import permissions as people_can
from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

CONTRACT = FeatureTexts(
    tag="The data of people who cannot ask for it themselves.",
    operations={
        "list_person_consents": About(people_can.READ, "It changes nothing."),
        "read_person_data": About(
            can.EXPORT, "The security trail gets a line."
        ),
        "erase_person": About(
            can.ERASE,
            "A second member of staff approves it. Then personal data are erased.",
        ),
        "confirm_consent": About(
            can.CONFIRM_CONSENT,
            "Without a yes the consent lapses, and what rests on it.",
        ),
        "unseal": About(can.UNSEAL, "The security trail gets a line."),
    },
    fields={
        "PersonConsentView.id": "The id of the line, for its call-back.",
        "second": "The id of a second member of staff, who is asked to approve.",
        "homes": "The homes that the person was shown as a helper.",
        "erased_at": "When the person was erased (UTC).",
        "wish_id": "The id of the wish.",
        "SealedView.blocked": "Whether the account was blocked.",
    },
    examples={"wish_id": "wsh_a2a2a2a2a2a2a2a2a2a2a2a2"},
)
