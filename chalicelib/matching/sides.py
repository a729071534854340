"""Wishes and volunteers as matching sees them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ..kernel.place import street_of
from ..kernel.quiet import QUIET_FROM, QUIET_TO
from ..kernel.text import as_read
from ..offers.maker import need_of
from ..offers.model import OfferRound, VolunteerHistory, grid_of, urgency_of
from ..offers.policy import PRIOR_PERMILLE
from ..people.model import Person
from ..people.volunteering import Volunteering
from ..wishes.model import Wish, is_alone, known_labels
from .edges import OpenWish, Volunteer
from .policy import Weights

__all__ = ["as_open_wish", "as_volunteer", "places_of"]


def as_open_wish(
    wish: Wish,
    offer_round: OfferRound | None,
    resident: Person | None,
    weights: Weights,
    now: datetime,
) -> OpenWish:
    """Return a wish as matching sees it."""
    urgency = urgency_of(wish.last_day, now, wish.zone)
    waited = now - (wish.opened_at or wish.submitted_at)
    windows = [(slot.start, slot.end) for slot in wish.window if slot.end > now]
    # Volunteers who have claimed the wish, also those who have given it back.
    not_again = frozenset(claim.helper for claim in wish.claims)
    if offer_round:
        not_again |= offer_round.not_again
    return OpenWish(
        id=wish.id,
        need=max(0, need_of(wish, offer_round)),
        price=weights.wish_price(urgency, waited),
        urgency=urgency,
        kind=wish.kind.value,
        place=wish.place,
        zone=wish.zone,
        skills=tuple(map(as_read, known_labels(wish.skills))),
        dialects=tuple(map(as_read, known_labels(wish.dialects))),
        windows=tuple(windows),
        vetted=wish.vetting_required,
        alone=is_alone(wish),
        resident=wish.person_id,
        kin=_kin_of(wish, resident),
        household=resident.household if resident else None,
        not_again=not_again,
    )


def _kin_of(wish: Wish, resident: Person | None) -> frozenset[str]:
    kin = {wish.person_id, wish.filed_by}
    if wish.proxy_id:
        kin.add(wish.proxy_id)
    if resident and resident.contact_via:
        kin.add(resident.contact_via)
    return frozenset(kin - {""})


def as_volunteer(
    areas: Sequence[Volunteering],
    history: VolunteerHistory | None,
    weights: Weights,
    now: datetime,
) -> Volunteer:
    """Return a volunteer, with all areas they serve, as matching sees them."""
    volunteer = _without_history(areas, now)
    live, recent, acceptance = 0, 0, PRIOR_PERMILLE
    if history:
        live, recent, acceptance = (
            history.live(now),
            history.recent(now),
            history.acceptance,
        )
    capacity = volunteer.capacity
    return replace(
        volunteer,
        room=max(0, min(weights.live_most, capacity) - live),
        live=live,
        capacity=capacity - live,
        recent=recent,
        acceptance=weights.expected_acceptance(acceptance, recent),
        met=frozenset(history.met if history else ()),
        known=areas[0].was_seen_in_person and bool(history and history.met),
        silent=history is not None and history.silent(now),
    )


def _without_history(areas: Sequence[Volunteering], now: datetime) -> Volunteer:
    first = areas[0]
    profile, places = first.profile, places_of(areas)
    base, quiet = places[0], (QUIET_FROM, QUIET_TO)
    if first.home and street_of(first.home) == street_of(base):
        base = first.home
    if first.quiet_hours:
        quiet = (first.quiet_hours.start, first.quiet_hours.end)
    hours = [
        (slot.weekday, slot.start, slot.end) for slot in profile.availability
    ]
    return Volunteer(
        id=first.person_id,
        places=places,
        base=base,
        kinds=frozenset(profile.kinds),
        never=frozenset(profile.never),
        skills=frozenset(map(as_read, profile.skills)),
        dialects=frozenset(map(as_read, profile.dialects)),
        availability=tuple(hours),
        vetted=first.is_safeguarding(now),
        may_claim=first.may_claim(now),
        subjects=first.limit_subjects,
        homes_allowed=first.homes_7_days,
        lifted_at=first.claims_lifted_at,
        household=first.household,
        contact_via=first.contact_via,
        paused_until=profile.paused_until,
        quiet=quiet,
        capacity=profile.capacity,
    )


def places_of(areas: Sequence[Volunteering]) -> tuple[str, ...]:
    """Return the grids or larger places that a volunteer serves.

    A volunteer for a building is asked for its whole grid: otherwise a wish would reveal where
    its resident lives.
    """
    places: dict[str, None] = {}
    for area in areas:
        for place in area.places:
            places[grid_of(place)] = None
    return tuple(places)
