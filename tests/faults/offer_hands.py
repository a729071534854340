"""What the races for offers share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

from chalicelib.kernel.errors import Busy
from chalicelib.message_log.model import DeliveryState, MessageAttempt
from chalicelib.offers.model import Offer, OfferState, VolunteerHistory

from ..matching.street import community_job
from ..world import BAIHUA, Answer, Phone, World
from . import seams
from .facts import check, check_offers_at_rest, every, wish_of
from .hands import insist

OFFERED, ACCEPTED, DECLINED = (
    OfferState.OFFERED,
    OfferState.ACCEPTED,
    OfferState.DECLINED,
)
EXPIRED, SUPERSEDED = OfferState.EXPIRED, OfferState.SUPERSEDED
TAKEN = {
    "wish.already_claimed",
    "offer.wrong_state",
}  # another volunteer was quicker; this offer still waits for its end, or has ended
OVER = {"offer.over", "offer.wrong_state"}  # the wish is over; the same
TOLD = (
    DeliveryState.SENT,
    DeliveryState.HELD,
)  # by itself, or in the digest of a person with enough messages this week
ROUNDS = 6
MOMENT = timedelta(milliseconds=1)
REASON = {"reason": "临时有事"}


def run(world: World) -> int:
    """Match the community as the queue has it done: a run that comes to nothing is brought again;
    return how often.
    """
    for tries in range(1, 20):
        try:
            world.services.run_job(
                community_job(
                    BAIHUA, f"due_{world.services.core.ids.new('due')}"
                )
            )
        except Busy:
            continue
        return tries
    raise AssertionError("busy for ever")


def answering(
    phone: Phone, offer_id: str, move: str, **headers: str
) -> Callable[[], Answer]:
    body = {} if move == "decline" else None
    return lambda: insist(
        lambda: phone.post(f"/v1/offers/{offer_id}/{move}", body, **headers)
    )


def accept(phone: Phone, offer_id: str, **headers: str) -> Callable[[], Answer]:
    return answering(phone, offer_id, "accept", **headers)


def move(
    phone: Phone, wish_id: str, name: str, body: Any = None
) -> Callable[[], Answer]:
    return lambda: insist(
        lambda: phone.post(f"/v1/wishes/{wish_id}/{name}", body)
    )


def claim(phone: Phone, wish_id: str) -> Callable[[], Answer]:
    return move(phone, wish_id, "claim")


def offer(offer_id: str) -> Offer:
    return next(one for one in every(Offer) if one.id == offer_id)


def history(phone: Phone) -> VolunteerHistory:
    return next(
        one for one in every(VolunteerHistory) if one.id == phone.me["id"]
    )


def heard(about: str, kind: str) -> int:
    """Return the number of messages about an offer."""
    return sum(
        line.state in TOLD
        for line in every(MessageAttempt)
        if (line.about, line.kind) == (about, kind)
    )


def helpers(wish_id: str) -> list[str]:
    return [claim.helper for claim in wish_of(wish_id).held]


def rest(world: World) -> None:
    """Let everything run that is due; nobody is looked for anew meanwhile."""
    world.pass_time(seconds=60)
    check()
    check_offers_at_rest()


def end(world: World, wish_id: str) -> None:
    """Free everybody for the next round."""
    assert (
        move(world.phone_of(world.admin), wish_id, "withdraw", {})().status
        == 200
    )


def assert_lost(given: Answer, codes: set[str], offer_id: str) -> None:
    """A late volunteer is shown similar wishes, and gets a message that the offer has ended."""
    assert (given.status, given.headers["content-type"]) == (
        409,
        "application/problem+json",
    )
    assert given.code in codes, given.text
    assert (
        given.code != "offer.wrong_state" or given.json["state"] == "superseded"
    ), given.text
    assert given.json["similar"], "she is shown nothing similar"
    assert offer(offer_id).state is SUPERSEDED
    assert heard(offer_id, "offer.superseded") == 1


@contextmanager
def late_hand_over(world: World) -> Iterator[None]:
    """Let the queue take nothing: what is due at once is left to the sweep."""
    with mock.patch.object(
        seams.queue_of(world), "enqueue", return_value=set()
    ):
        yield
