"""The moves of an offer. Pure: each function returns one Changes for all that it touches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ..kernel.access import Relation
from ..kernel.audiences import OnePerson
from ..kernel.changes import Changes, Entity, Message
from ..kernel.clock import at_local, local_day
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
    waking_after,
)
from .policy import OfferUrgency

__all__ = [
    "ChosenVolunteer",
    "OfferContext",
    "accept",
    "answer_by",
    "ask",
    "check_waits",
    "decline",
    "expire",
    "forget",
    "note_met",
    "supersede",
    "take_back",
]

S = OfferState
_SYSTEM, _VOLUNTEER = frozenset({Relation.SYSTEM}), frozenset({Relation.OWNER})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenVolunteer:
    """A volunteer who is to be asked, and the reasons."""

    offer_id: str
    volunteer: str
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferContext:
    """An offer with the two records that change with it. The history of an erased volunteer is None."""

    offer: Offer
    offer_round: OfferRound
    history: VolunteerHistory | None


def answer_by(
    urgency: OfferUrgency, now: datetime, zone: str, too_late_at: datetime
) -> datetime:
    """Return until when an offer that is made now may be answered.

    Half of the time that is left is kept for the next volunteer. Once it is late, there is no
    hurry.
    """
    by = policy.ANSWER_BY[urgency]
    if by.hours:
        until = waking_after(now, by.hours, policy.SENT_FROM, policy.SENT_UNTIL, zone)
    else:
        until = at_local(local_day(now, zone) + timedelta(days=by.days), by.at, zone)
    return min(until, now + (too_late_at - now) / 2) if too_late_at > now else until


def ask(
    offer_round: OfferRound,
    template: Offer,
    asks: Sequence[ChosenVolunteer],
    histories: Mapping[str, VolunteerHistory],
    now: datetime,
    terms: str = "",
) -> Changes[OfferRound]:
    """Offer a wish to these people. `template` is the offer without id and volunteer.

    A history of version 0 is new. `terms` is the digest of `maker.terms_of`.
    """
    offers = [
        replace(template, id=a.offer_id, volunteer=a.volunteer, why=a.why) for a in asks
    ]
    until = template.expires_at
    lines = [
        AskedVolunteer(
            offer=o.id, volunteer=o.volunteer, at=now, until=until, terms=terms
        )
        for o in offers
    ]
    asked = (*offer_round.asked, *lines)
    related: list[Changes[Entity]] = []
    for offer in offers:
        made = Message(
            kind="offer.made",
            audience=OnePerson(offer.volunteer),
            subject=offer.id,
            not_after=until,
        )
        before = histories[offer.volunteer]
        fresh = tuple(sent for sent in before.sent if sent.at > now - policy.FOUR_WEEKS)
        after = replace(
            before, sent=(*fresh, SentOffer(offer=offer.id, at=now, until=until))
        )
        related += [
            Changes(entity=offer, previous=None, messages=(made,)),
            _changed(before, after),
        ]
    entity = _kept(replace(offer_round, open=True, asked=asked))
    return Changes(
        entity=entity,
        previous=offer_round if offer_round.version else None,
        related=tuple(related),
    )


def _kept(offer_round: OfferRound) -> OfferRound:
    """Keep what is live, and of what has ended the latest; of the rest only who is not to be asked again."""
    ended = [one for one in offer_round.asked if one.state is not S.OFFERED]
    past = ended[: -policy.OFFERS_KEPT]
    before = dict.fromkeys(
        [
            *offer_round.before,
            *(one.volunteer for one in past if one.state is not S.SUPERSEDED),
        ]
    )
    return replace(
        offer_round,
        asked=tuple(one for one in offer_round.asked if one not in past),
        before=tuple(before),
    )


def check_waits(
    offer: Offer, move: str, relations: frozenset[Relation], now: datetime
) -> OfferState:
    """Return the state after a move, or refuse it with Conflict: the offer was answered already, has run out, or is over."""
    state = offer.state if Relation.SYSTEM in relations else offer.state_at(now)
    if state is S.EXPIRED:
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
        Conflict: it was answered already, has run out, or nobody is needed any more.

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
    return _end(known, "decline", relations, now, reason=reason, related=related)


def expire(known: OfferContext, now: datetime) -> Changes[Offer]:
    """Expire an offer. If the timer fired too early, by a clock ahead of ours, it waits on."""
    if now < known.offer.expires_at:
        return Changes(
            entity=replace(known.offer, timer=None),
            previous=known.offer,
            bump_version=False,
        )
    ended = _end(
        replace(known, offer=replace(known.offer, timer=None)),
        "expire",
        _SYSTEM,
        known.offer.expires_at,
    )
    return replace(ended, previous=known.offer)


def _end(
    known: OfferContext,
    move: str,
    relations: frozenset[Relation],
    now: datetime,
    *,
    reason: str | None = None,
    related: tuple[Changes[Any], ...] = (),
) -> Changes[Offer]:
    offer = known.offer
    state = check_waits(offer, move, relations, now)
    ended = replace(offer, state=state, answered_at=now, reason=reason)
    asked = tuple(
        replace(one, state=state) if one.offer == offer.id else one
        for one in known.offer_round.asked
    )
    related = (
        *related,
        _changed(known.offer_round, replace(known.offer_round, asked=asked)),
    )
    if known.history:
        related = (
            *related,
            _changed(known.history, known.history.answered(offer.id, state)),
        )
    return Changes(entity=ended, previous=offer, related=related)


def _changed(before: Any, after: Any) -> Changes[Any]:
    return Changes(entity=after, previous=before if before.version else None)


def take_back(known: OfferContext, now: datetime) -> Changes[Offer]:
    """End the offer of a volunteer who may no longer be asked; it counts as no answer."""
    return _end(known, "supersede", _SYSTEM, now)


def supersede(
    offer_round: OfferRound,
    ended: Sequence[tuple[Offer, VolunteerHistory | None]],
    *,
    helping: frozenset[str],
    open: bool,
    now: datetime,
) -> Changes[OfferRound]:
    """End surplus offers and tell their volunteers; note whether the wish needs others (`open`).

    A volunteer who is `helping` has claimed the wish on the wall. That counts as accepting.
    """
    related: list[Changes[Entity]] = []
    asked = {one.offer: one for one in offer_round.asked}
    for offer, history in ended:
        move, who = (
            ("accept", _VOLUNTEER)
            if offer.volunteer in helping
            else ("supersede", _SYSTEM)
        )
        state = TABLE.go(offer.state, move, who).target
        messages: tuple[Message, ...] = ()
        if state is S.SUPERSEDED:
            messages = (
                Message(
                    kind="offer.superseded",
                    audience=OnePerson(offer.volunteer),
                    subject=offer.id,
                ),
            )
        ended_offer = replace(offer, state=state, answered_at=now)
        related.append(Changes(entity=ended_offer, previous=offer, messages=messages))
        asked[offer.id] = replace(asked[offer.id], state=state)
        if history:
            related.append(_changed(history, history.answered(offer.id, state)))
    return Changes(
        entity=replace(offer_round, open=open, asked=tuple(asked.values())),
        previous=offer_round,
        related=tuple(related),
    )


def note_met(history: VolunteerHistory, resident: str) -> Changes[VolunteerHistory]:
    """Note that a volunteer has met a resident."""
    met = (*(id for id in history.met if id != resident), resident)[-policy.MET_KEPT :]
    return _changed(history, replace(history, met=met))


def forget(known: OfferContext, now: datetime) -> Changes[Offer]:
    """Redact an offer to an erased volunteer, and end it."""
    if known.offer.state is S.OFFERED:
        return _end(
            replace(known, history=None),
            "expire",
            _SYSTEM,
            min(now, known.offer.expires_at),
        )
    return Changes(entity=replace(known.offer, reason=None), previous=known.offer)
