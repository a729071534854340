"""Making offers, and what has to be known for it. Whom to ask is decided in `matching`."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..kernel.access import SYSTEM
from ..kernel.changes import Changes, Check
from ..kernel.clock import Clock
from ..kernel.errors import Busy, NotFound
from ..kernel.ids import Ids
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..store.transaction import Transaction
from ..wishes.model import State, Wish
from ..wishes.service import Wishes
from . import decisions
from .decisions import ChosenVolunteer
from .model import Offer, OfferRound, OfferState, VolunteerHistory, grid_of, urgency_of
from .repository import OfferRepository

__all__ = ["Asking", "need_of", "terms_of"]

_DECIDE_WHO = ("kind", "skills", "window", "safeguarding")  # what a wish says of who may be asked for it


class Asking:
    """Makes offers, each in one transaction with everything that changes with it."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: OfferRepository,
        clock: Clock,
        ids: Ids,
        wishes: Wishes,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._ids, self._wishes = clock, ids, wishes

    def searches_of(self, community: str) -> dict[str, OfferRound]:
        """Return the searches of a community that may still go on, by wish."""
        return {search.id: search for search in self._repository.open_searches(community)}

    def search_of(self, wish: Wish) -> OfferRound:
        """Return whom a wish was offered to so far; version 0 where nobody was asked."""
        return self._repository.find_search(wish.id) or self.new_search(wish)

    def reasons_in(self, search: OfferRound) -> Mapping[str, str]:
        """Return why those declined who have said so, by offer; their words stand in the offer alone, and go with her."""
        declined = [one.offer for one in search.asked if one.state is OfferState.DECLINED]
        return {offer.id: offer.reason for offer in self._repository.find_offers(declined) if offer.reason}

    def new_search(self, wish: Wish) -> OfferRound:
        """Return the search of a wish that nobody was asked for."""
        now = self._clock.now()
        return OfferRound(id=wish.id, created_at=now, updated_at=now, community=wish.community)

    def standings_of(self, street: str) -> dict[str, VolunteerHistory]:
        """Return what is known of the volunteers of a street who were ever asked, by volunteer."""
        return {standing.id: standing for standing in self._repository.standings_of(street)}

    def standing(self, street: str, volunteer: str) -> VolunteerHistory:
        """Return what is known of a volunteer; version 0 for somebody new."""
        return self._repository.find_standing(street, volunteer) or self.new_standing(street, volunteer)

    def new_standing(self, street: str, volunteer: str) -> VolunteerHistory:
        """Return what is known of somebody who was never asked."""
        now = self._clock.now()
        return VolunteerHistory(id=volunteer, created_at=now, updated_at=now, street=street)

    def offer(
        self,
        wish: Wish,
        search: OfferRound,
        asks: Sequence[ChosenVolunteer],
        standings: dict[str, VolunteerHistory],
        room: Mapping[str, int],
        run_id: str,
    ) -> list[ChosenVolunteer]:
        """Offer a wish to these people in one transaction; return those who were asked.

        What a run has read is good for the first attempt: the commit is conditioned on all of it, the wish included. Where
        it has moved on, everything is read again, and nobody is asked whom the wish does not need any more, or who has
        more offers than `room`. `standings` are those that the run knows; what is used of them is taken out.
        """
        street, asked, planned = street_of(wish.place), list[ChosenVolunteer](), wish
        seen: list[tuple[Wish, OfferRound]] = [(wish, search)]

        def decide() -> Changes[OfferRound]:
            wish, search = seen.pop() if seen else self._fresh(planned)
            helped = {claim.helper for claim in wish.claims}
            known = {
                id: standings.pop(id) if id in standings else self.standing(street, id) for id in (a.volunteer for a in asks)
            }
            now = self._clock.now()
            new = [a for a in asks if a.volunteer not in search.not_again | helped]
            fit = [a for a in new if known[a.volunteer].live(now) < room[a.volunteer]]
            asked[:] = fit[: max(0, need_of(wish, search))]
            if not asked:
                raise NotFound
            urgency = urgency_of(wish.last_day, now, wish.zone)
            template = Offer(
                id="",
                created_at=now,
                updated_at=now,
                wish_id=wish.id,
                volunteer="",
                place=grid_of(wish.place),
                zone=wish.zone,
                kind=wish.kind,
                urgency=urgency,
                expires_at=min(decisions.answer_by(urgency, now, wish.zone, wish.too_late_at), wish.expires_at),
                run_id=run_id,
            )
            return replace(decisions.ask(search, template, asked, known, now, terms_of(wish)), writes=(Check(entity=wish),))

        try:
            self._transaction.run(decide, RequestContext(actor=SYSTEM))
        except (NotFound, Busy):  # contention about one wish holds up no other; the next run asks
            return []
        return asked

    def _fresh(self, planned: Wish) -> tuple[Wish, OfferRound]:
        """Read a wish again; one that takes other people by now is left to the next run."""
        wish = self._wishes.find(planned.id)
        if wish is None or terms_of(wish) != terms_of(planned):
            raise NotFound
        return wish, self.search_of(wish)

    def new_id(self) -> str:
        """Return the id of an offer that is to be made."""
        return self._ids.new("off")


def need_of(wish: Wish, search: OfferRound | None) -> int:
    """Return how many more people a wish has to be offered to: its places less the offers that wait for an answer."""
    wanted = wish.places_left if wish.state is State.OPEN else 0
    return wanted - (len(search.live) if search else 0)


def terms_of(wish: Wish) -> str:
    """Return a digest of what a wish says of who may be asked for it."""
    return hashlib.sha256(repr([getattr(wish, name) for name in _DECIDE_WHO]).encode()).hexdigest()[:16]
