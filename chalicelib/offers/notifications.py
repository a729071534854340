"""Messages about an offer: whether they are relevant, and the context of their templates. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ..kernel.user_text import UserText
from .model import Offer, OfferState

__all__ = ["is_relevant", "template_context"]


def is_relevant(offer: Offer, kind: str, now: datetime) -> bool:
    """Say whether a message about an offer is relevant now."""
    if kind == "offer.made":
        return offer.state_at(now) is OfferState.OFFERED
    if kind == "offer.superseded":
        return offer.state is OfferState.SUPERSEDED
    return (
        offer.state is not OfferState.ACCEPTED
    )  # offer.too_late, offer.not_taken


def template_context(
    offer: Offer, title: UserText
) -> dict[str, str | UserText]:
    """Return the context of the message templates about an offer."""
    until = offer.expires_at.astimezone(ZoneInfo(offer.zone))
    return {"title": title, "until": f"{until:%m-%d %H:%M}"}
