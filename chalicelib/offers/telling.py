"""What is told about an offer: whether it is still true at the moment of sending, and the facts that it takes. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from .model import Offer, OfferState

__all__ = ["facts_of", "is_true"]


def is_true(offer: Offer, kind: str, now: datetime) -> bool:
    """Say whether a message about an offer is true now."""
    if kind == "offer.made":
        return offer.state_at(now) is OfferState.OFFERED
    if kind == "offer.superseded":
        return offer.state is OfferState.SUPERSEDED
    return offer.state is not OfferState.ACCEPTED  # offer.too_late, offer.not_taken


def facts_of(offer: Offer, title: str) -> dict[str, str]:
    """Return the facts that messages about an offer take."""
    until = offer.expires_at.astimezone(ZoneInfo(offer.zone))
    return {"title": title, "until": f"{until:%m-%d %H:%M}"}
