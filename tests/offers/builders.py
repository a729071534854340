"""Builders of offers, rounds and histories."""

from datetime import datetime, timedelta
from typing import Any

from chalicelib.offers.decisions import OfferContext
from chalicelib.offers.model import (
    AskedVolunteer,
    Offer,
    OfferRound,
    OfferState,
    SentOffer,
    VolunteerHistory,
)
from chalicelib.offers.policy import OfferUrgency

from ..world import GRID, START

UNTIL = START + timedelta(hours=10)


def an_offer(state: OfferState = OfferState.OFFERED, **fields: Any) -> Offer:
    values: dict[str, Any] = {
        "id": "off_a",
        "version": 1,
        "created_at": START,
        "updated_at": START,
        "wish_id": "wsh_a",
        "volunteer": "per_a",
        "place": GRID,
        "zone": "Asia/Shanghai",
        "kind": "goods",
        "urgency": OfferUrgency.SOON,
        "expires_at": UNTIL,
    }
    return Offer(**(values | {"state": state} | fields))


def an_asked(
    offer: str = "off_a", state: OfferState = OfferState.OFFERED, **fields: Any
) -> AskedVolunteer:
    values: dict[str, Any] = {
        "volunteer": f"per_{offer.removeprefix('off_')}",
        "at": START,
        "until": UNTIL,
    }
    return AskedVolunteer(
        **({"offer": offer, "state": state} | values | fields)
    )


def a_round(*asked: AskedVolunteer, **fields: Any) -> OfferRound:
    values: dict[str, Any] = {
        "id": "wsh_a",
        "version": 4,
        "created_at": START,
        "updated_at": START,
        "community": "s.c1",
    }
    return OfferRound(**(values | {"asked": asked} | fields))


def a_sent(
    offer: str = "off_a", at: datetime = START, **fields: Any
) -> SentOffer:
    return SentOffer(
        **(
            {"offer": offer, "at": at, "until": at + timedelta(hours=10)}
            | fields
        )
    )


def a_history(*sent: SentOffer, **fields: Any) -> VolunteerHistory:
    values: dict[str, Any] = {
        "id": "per_a",
        "version": 7,
        "created_at": START,
        "updated_at": START,
        "street": "s",
    }
    return VolunteerHistory(**(values | {"sent": sent} | fields))


def known(**fields: Any) -> OfferContext:
    """Return a waiting offer as the second of three of its round."""
    before, after = an_asked("off_0", OfferState.DECLINED), an_asked("off_z")
    values: dict[str, Any] = {
        "offer": an_offer(),
        "offer_round": a_round(before, an_asked(), after),
        "history": a_history(a_sent("off_y"), a_sent(), accepted=2, refused=1),
    }
    return OfferContext(**(values | fields))
