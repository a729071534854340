"""Makes offers to the volunteers that `matching` chooses."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ..kernel.access import SYSTEM
from ..kernel.changes import Changes, Check
from ..kernel.clock import Clock
from ..kernel.entities import by_id
from ..kernel.errors import Busy, NotFound
from ..kernel.ids import Ids
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..store.transaction import Transaction
from ..wishes.helper_reader import HelperReader
from ..wishes.model import Wish, is_offered
from ..wishes.queries import WishQueries
from . import decisions
from .decisions import ChosenVolunteer
from .model import (
    Offer,
    OfferRound,
    OfferState,
    VolunteerHistory,
    grid_of,
    urgency_of,
)
from .repository import OfferRepository
from .waking_hours import answer_by

__all__ = ["OfferMaker", "need_of", "terms_of"]

# The terms of a wish that decide, with its grid, which volunteers may be asked.
_TERMS = ("kind", "skills", "window", "safeguarding")


class OfferMaker:
    """Makes offers, each in one transaction with everything that changes with it."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: OfferRepository,
        clock: Clock,
        ids: Ids,
        wishes: WishQueries,
        helpers: HelperReader,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._ids, self._wishes = clock, ids, wishes
        self._helpers = helpers

    def rounds_of(self, community: str) -> dict[str, OfferRound]:
        """Return the open offer rounds of a community, by wish."""
        return by_id(self._repository.open_rounds(community))

    def round_of(self, wish: Wish) -> OfferRound:
        """Return the offer round of a wish; a new one if no volunteer was asked."""
        return self._repository.find_round(wish.id) or self.new_round(wish)

    def reasons_in(self, offer_round: OfferRound) -> Mapping[str, str]:
        """Return the reasons of declined offers, by offer. Only the offers hold them."""
        declined = [
            one.offer
            for one in offer_round.asked
            if one.state is OfferState.DECLINED
        ]
        reasons = {}
        for offer in self._repository.find_offers(declined):
            if offer.reason:
                reasons[offer.id] = offer.reason
        return reasons

    def new_round(self, wish: Wish) -> OfferRound:
        """Return a new offer round for a wish."""
        now = self._clock.now()
        return OfferRound(
            id=wish.id, created_at=now, updated_at=now, community=wish.community
        )

    def histories_of(self, street: str) -> dict[str, VolunteerHistory]:
        """Return the histories of all volunteers of a street who were asked, by volunteer."""
        return by_id(self._repository.histories_of(street))

    def history(self, street: str, volunteer: str) -> VolunteerHistory:
        """Return the history of a volunteer; a new one if they were never asked."""
        history = self._repository.find_history(street, volunteer)
        return history or self.new_history(street, volunteer)

    def new_history(self, street: str, volunteer: str) -> VolunteerHistory:
        """Return the history of a volunteer who was never asked."""
        now = self._clock.now()
        return VolunteerHistory(
            id=volunteer, created_at=now, updated_at=now, street=street
        )

    def offer(
        self,
        wish: Wish,
        offer_round: OfferRound,
        chosen: Sequence[ChosenVolunteer],
        histories: dict[str, VolunteerHistory],
        room: Mapping[str, int],
        run_id: str,
    ) -> list[ChosenVolunteer]:
        """Offer a wish to volunteers in one transaction; return those who were asked.

        The first attempt uses the records that a run has read. The commit requires all of them
        unchanged, the wish included. A further attempt reads them again. Volunteers that the wish
        no longer needs are left out, those with `room` live offers or more, and those whose claim
        would be refused. Used records are removed from `histories`.
        """
        from_the_run = iter([(wish, offer_round)])

        def attempt() -> tuple[Changes[OfferRound], list[ChosenVolunteer]]:
            current, offer_round = next(from_the_run, None) or self._reread(
                wish
            )
            known = self._take_histories(chosen, histories, wish)
            now = self._clock.now()
            able = self._able_to_claim(current, chosen)
            asked = _still_to_ask(current, offer_round, able, known, room, now)
            if not asked:
                return Changes(entity=offer_round, previous=offer_round), []
            template = _template(current, run_id, now)
            return _ask(current, offer_round, template, asked, known), asked

        try:
            return self._transaction.run_with(
                attempt, RequestContext(actor=SYSTEM)
            )[1]
        except (NotFound, Busy):
            # Contention about one wish must not delay the others. The next run asks again.
            return []

    def _take_histories(
        self,
        chosen: Sequence[ChosenVolunteer],
        histories: dict[str, VolunteerHistory],
        wish: Wish,
    ) -> dict[str, VolunteerHistory]:
        """Remove the histories of chosen volunteers from `histories`; read those not in it."""
        street = street_of(wish.place)
        taken: dict[str, VolunteerHistory] = {}
        for one in chosen:
            read = histories.pop(one.volunteer, None)
            taken[one.volunteer] = read or self.history(street, one.volunteer)
        return taken

    def _able_to_claim(
        self, wish: Wish, chosen: Sequence[ChosenVolunteer]
    ) -> list[ChosenVolunteer]:
        able = self._helpers.able_to_claim(
            wish, [one.volunteer for one in chosen]
        )
        return [one for one in chosen if one.volunteer in able]

    def _reread(self, planned: Wish) -> tuple[Wish, OfferRound]:
        """Read a wish and its round again; raise NotFound if its terms have changed."""
        wish = self._wishes.find(planned.id)
        if wish is None or terms_of(wish) != terms_of(planned):
            raise NotFound
        return wish, self.round_of(wish)

    def count_made(self, offer_ids: Sequence[str]) -> int:
        """Return how many of these offers exist."""
        return len(self._repository.find_offers(offer_ids))

    def new_id(self) -> str:
        """Return the id of an offer that is to be made."""
        return self._ids.new("off")


def _still_to_ask(
    wish: Wish,
    offer_round: OfferRound,
    chosen: Sequence[ChosenVolunteer],
    known: Mapping[str, VolunteerHistory],
    room: Mapping[str, int],
    now: datetime,
) -> list[ChosenVolunteer]:
    """Return the chosen volunteers who still fit and have room, as many as the wish needs."""
    excluded = offer_round.not_again | {claim.helper for claim in wish.claims}
    fitting = []
    for one in chosen:
        has_room = known[one.volunteer].live(now) < room[one.volunteer]
        if has_room and one.volunteer not in excluded:
            fitting.append(one)
    return fitting[: max(0, need_of(wish, offer_round))]


def _ask(
    wish: Wish,
    offer_round: OfferRound,
    template: Offer,
    asked: Sequence[ChosenVolunteer],
    known: Mapping[str, VolunteerHistory],
) -> Changes[OfferRound]:
    """Make the offers, provided that the wish is unchanged at the commit."""
    changes = decisions.ask(
        offer_round,
        template,
        asked,
        known,
        template.created_at,
        terms_of(wish),
    )
    return replace(changes, writes=(Check(entity=wish),))


def _template(wish: Wish, run_id: str, now: datetime) -> Offer:
    """Return the offer of a wish, still without an id and a volunteer."""
    urgency = urgency_of(wish.last_day, now, wish.zone)
    deadline = answer_by(urgency, now, wish.zone, wish.too_late_at)
    return Offer(
        id="",
        created_at=now,
        updated_at=now,
        wish_id=wish.id,
        volunteer="",
        place=grid_of(wish.place),
        zone=wish.zone,
        kind=wish.kind,
        urgency=urgency,
        expires_at=min(deadline, wish.expires_at),
        run_id=run_id,
    )


def need_of(wish: Wish, offer_round: OfferRound | None) -> int:
    """Return how many more offers a wish needs: its open places less its waiting offers."""
    wanted = wish.places_left if is_offered(wish) else 0
    if offer_round is None:
        return wanted
    return wanted - len(offer_round.live)


def terms_of(wish: Wish) -> str:
    """Return a digest of the terms that decide which volunteers may be asked."""
    terms = repr([grid_of(wish.place), *(getattr(wish, n) for n in _TERMS)])
    return hashlib.sha256(terms.encode()).hexdigest()[:16]
