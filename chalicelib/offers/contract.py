"""The texts of offers in the contract."""

from ..kernel.access import Relation
from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

CONTRACT = FeatureTexts(
    tag="Offers of wishes to volunteers who fit.",
    operations={
        "read_offer": About(can.SEE, "It changes nothing."),
        "accept_offer": About(
            can.ACCEPT,
            "The volunteer becomes a helper of the wish. An answer that is too late is refused.",
        ),
        "decline_offer": About(
            can.DECLINE, "The wish is offered to somebody else."
        ),
        "list_my_offers": (
            "For anybody who is signed in: their own offers. It changes nothing."
        ),
    },
    fields={
        "about": "What it is about.",
        "answered_at": "When the volunteer answered (UTC).",
        "never_again": "Whether no wish of this kind is offered again.",
        "OfferView.about": "The wish; null once it is not public.",
        "OfferView.urgency": "How soon the wish is needed.",
    },
    examples={"why": ["住在同一个网格"]},
    relations={Relation.OWNER: "its volunteer"},
)
