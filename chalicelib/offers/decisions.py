"""The moves of an offer. Pure: each function returns one Changes with everything that changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..kernel.access import Relation
from ..kernel.audiences import OnePerson
from ..kernel.changes import Changes, Entity, Message
from ..kernel.errors import Conflict
from . import policy
from .model import (
    TABLE,
    AskedVolunteer,
    Offer,
    OfferRound,
    OfferState,
    SentOffer,
    VolunteerHistory,
)

__all__ = [
    "ChosenVolunteer",
    "OfferContext",
    "accept",
    "ask",
    "check_waits",
    "decline",
    "expire",
    "forget",
    "note_met",
    "supersede",
    "take_back",
]

_SYSTEM, _VOLUNTEER = frozenset({Relation.SYSTEM}), frozenset({Relation.OWNER})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenVolunteer:
    """A volunteer to ask, and the reasons."""

    offer_id: str
    volunteer: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferContext:
    """An offer with the two records that change with it.

    The history of an erased volunteer is None.
    """

    offer: Offer
    offer_round: OfferRound
    history: VolunteerHistory | None


def ask(
    offer_round: OfferRound,
    template: Offer,
    chosen: Sequence[ChosenVolunteer],
    histories: Mapping[str, VolunteerHistory],
    now: datetime,
    terms: str = "",
) -> Changes[OfferRound]:
    """Offer a wish to volunteers. `template` is the offer without id and volunteer.

    A history of version 0 is new. `terms` is the digest of `maker.terms_of`.
    """
    asked = list(offer_round.asked)
    related: list[Changes[Any]] = []
    for one in chosen:
        offer = replace(
            template, id=one.offer_id, volunteer=one.volunteer, why=one.why
        )
        asked.append(_asked_line(offer, now, terms))
        history = histories[one.volunteer]
        related.append(_made(offer))
        related.append(_changed(history, _with_sent(history, offer, now)))
    opened = replace(offer_round, open=True, asked=tuple(asked))
    return replace(
        _changed(offer_round, _trimmed(opened)), related=tuple(related)
    )


def _made(offer: Offer) -> Changes[Offer]:
    """Return a new offer and the message to its volunteer."""
    message = Message(
        kind="offer.made",
        audience=OnePerson(offer.volunteer),
        subject=offer.id,
        not_after=offer.expires_at,
    )
    return Changes(entity=offer, previous=None, messages=(message,))


def _asked_line(offer: Offer, now: datetime, terms: str) -> AskedVolunteer:
    return AskedVolunteer(
        offer=offer.id,
        volunteer=offer.volunteer,
        at=now,
        until=offer.expires_at,
        terms=terms,
    )


def _with_sent(
    history: VolunteerHistory, offer: Offer, now: datetime
) -> VolunteerHistory:
    """Return a history with a new offer, and without those older than four weeks."""
    recent = [
        sent for sent in history.sent if sent.at > now - policy.FOUR_WEEKS
    ]
    sent = SentOffer(offer=offer.id, at=now, until=offer.expires_at)
    return replace(history, sent=(*recent, sent))


def _trimmed(offer_round: OfferRound) -> OfferRound:
    """Keep all live offers and the latest ended ones.

    Of the dropped ones only the volunteers are kept who are not to be asked again.
    """
    ended = [
        one for one in offer_round.asked if one.state is not OfferState.OFFERED
    ]
    dropped = ended[: -policy.OFFERS_KEPT]
    before = dict.fromkeys(offer_round.before)
    for one in dropped:
        if one.state is not OfferState.SUPERSEDED:
            before[one.volunteer] = None
    kept = [one for one in offer_round.asked if one not in dropped]
    return replace(offer_round, asked=tuple(kept), before=tuple(before))


def check_waits(
    offer: Offer, move: str, relations: frozenset[Relation], now: datetime
) -> OfferState:
    """Return the state after a move.

    Raises:
        Conflict: the offer was answered already, has expired, or is over.
    """
    # The system ends offers by their stored state: the expiry itself is one of its moves.
    state = offer.state if Relation.SYSTEM in relations else offer.state_at(now)
    if state is OfferState.EXPIRED:
        raise Conflict("offer.expired", state=state.value, moves=[])
    return TABLE.go(state, move, relations).target


def accept(
    known: OfferContext,
    relations: frozenset[Relation],
    now: datetime,
    claim: Changes[Any],
) -> Changes[Offer]:
    """Accept an offer: the changes of the claim, and with them the end of the offer.

    Raises:
        Conflict: the offer was answered already, has expired, or is over.
    """
    return _end(known, "accept", relations, now, related=(claim,))


def decline(
    known: OfferContext,
    relations: frozenset[Relation],
    now: datetime,
    reason: str | None,
    related: tuple[Changes[Any], ...],
) -> Changes[Offer]:
    """Decline an offer."""
    return _end(
        known, "decline", relations, now, reason=reason, related=related
    )


def expire(known: OfferContext, now: datetime) -> Changes[Offer]:
    """Expire an offer.

    The timer may fire too early, by a clock ahead of ours. Then the offer waits on.
    """
    offer = known.offer
    without_timer = replace(offer, timer=None)
    if now < offer.expires_at:
        return Changes(entity=without_timer, previous=offer, bump_version=False)
    waiting = replace(known, offer=without_timer)
    ended = _end(waiting, "expire", _SYSTEM, offer.expires_at)
    return replace(ended, previous=offer)


def take_back(known: OfferContext, now: datetime) -> Changes[Offer]:
    """End the offer of a volunteer who may no longer be asked; it does not count as an answer."""
    return _end(known, "supersede", _SYSTEM, now)


def forget(known: OfferContext, now: datetime) -> Changes[Offer]:
    """Redact an offer to an erased volunteer, and end it."""
    offer = known.offer
    if offer.state is OfferState.OFFERED:
        known = replace(known, history=None)
        return _end(known, "supersede", _SYSTEM, min(now, offer.expires_at))
    return Changes(entity=replace(offer, reason=None), previous=offer)


def _end(
    known: OfferContext,
    move: str,
    relations: frozenset[Relation],
    now: datetime,
    *,
    reason: str | None = None,
    related: tuple[Changes[Any], ...] = (),
) -> Changes[Offer]:
    """End an offer, and note the end in its round and in the volunteer's history."""
    offer, offer_round, history = known.offer, known.offer_round, known.history
    state = check_waits(offer, move, relations, now)
    ended = replace(offer, state=state, answered_at=now, reason=reason)
    noted = [_changed(offer_round, _with_state(offer_round, {offer.id: state}))]
    if history:
        noted.append(_changed(history, history.answered(offer.id, state)))
    return Changes(entity=ended, previous=offer, related=(*related, *noted))


def _with_state(
    offer_round: OfferRound, states: Mapping[str, OfferState]
) -> OfferRound:
    """Return a round with the new states of offers, by id."""
    asked = tuple(
        replace(one, state=states.get(one.offer, one.state))
        for one in offer_round.asked
    )
    return replace(offer_round, asked=asked)


def _changed(before: Any, after: Any) -> Changes[Any]:
    """Return the change of an entity; of version 0, its creation."""
    return Changes(entity=after, previous=before if before.version else None)


def supersede(
    offer_round: OfferRound,
    ended: Sequence[tuple[Offer, VolunteerHistory | None]],
    *,
    helping: frozenset[str],
    open: bool,
    now: datetime,
) -> Changes[OfferRound]:
    """End surplus offers with a message to their volunteers.

    `open`: the wish needs other volunteers. A volunteer in `helping` has claimed the wish on the
    wall. That counts as accepting.
    """
    related: list[Changes[Entity]] = []
    states: dict[str, OfferState] = {}
    for offer, history in ended:
        move, relations = "supersede", _SYSTEM
        if offer.volunteer in helping:
            move, relations = "accept", _VOLUNTEER
        state = TABLE.go(offer.state, move, relations).target
        states[offer.id] = state
        related.append(
            Changes(
                entity=replace(offer, state=state, answered_at=now),
                previous=offer,
                messages=_superseded_messages(offer, state),
            )
        )
        if history:
            related.append(_changed(history, history.answered(offer.id, state)))
    return Changes(
        entity=replace(_with_state(offer_round, states), open=open),
        previous=offer_round,
        related=tuple(related),
    )


def _superseded_messages(
    offer: Offer, state: OfferState
) -> tuple[Message, ...]:
    if state is not OfferState.SUPERSEDED:
        return ()
    audience = OnePerson(offer.volunteer)
    message = Message(
        kind="offer.superseded", audience=audience, subject=offer.id
    )
    return (message,)


def note_met(
    history: VolunteerHistory, resident: str
) -> Changes[VolunteerHistory]:
    """Note that a volunteer has met a resident."""
    others = [id for id in history.met if id != resident]
    met = (*others, resident)[-policy.MET_KEPT :]
    return _changed(history, replace(history, met=met))
