"""Near misses: what a volunteer may claim who came too late for a wish."""

from collections.abc import Sequence

from ..kernel.access import Actor
from ..kernel.clock import Clock
from ..kernel.entities import by_id
from ..kernel.errors import NotFound
from ..kernel.place import street_of
from ..kernel.text import overlap
from ..people.service import People
from . import policy
from .model import Wish, WishState
from .queries import PublicWishLine, public_line
from .repository import WishRepository
from .wall import WallEntry

__all__ = ["NearMisses"]


class NearMisses:
    """Finds open wishes that are like another."""

    def __init__(
        self, *, repository: WishRepository, clock: Clock, people: People
    ) -> None:
        self._repository, self._clock = repository, clock
        self._people = people

    def find(self, actor: Actor, wish_id: str) -> Sequence[PublicWishLine]:
        """Return up to three wishes for a volunteer who came too late for one.

        They are alike, and of equally alike ones the longest unserved come first. Wishes that the
        volunteer could not claim either are left out.
        """
        missed = self._repository.find_wish(wish_id)
        if missed is None:
            raise NotFound
        now = self._clock.now()
        volunteer = self._people.find(actor.id)
        protected = volunteer is not None and volunteer.may_visit_vulnerable(
            missed.place, now
        )
        fit = self._open_near(missed, protected=protected)

        def unlikeness(entry: WallEntry) -> tuple[bool, bool, float]:
            other_kind = entry.kind is not missed.kind
            elsewhere = entry.community != missed.community
            return other_kind, elsewhere, -overlap(entry.title, missed.title)

        fit.sort(key=unlikeness)  # stable: of equals the oldest stays first
        nearest = fit[: policy.NEAR_MISSES * 2]
        wishes = by_id(
            self._repository.find_wishes([entry.id for entry in nearest])
        )
        lines = []
        for entry in nearest:
            wish = wishes.get(entry.id)
            if (
                wish is None
                or wish.id == wish_id
                or actor.id in _involved(wish)
            ):
                continue
            lines.append(public_line(actor, entry, now))
        return lines[: policy.NEAR_MISSES]

    def _open_near(self, wish: Wish, *, protected: bool) -> list[WallEntry]:
        """Return open wishes of the community, and of the street where those are too few."""

        def open_at(place: str) -> Sequence[WallEntry]:
            states = [WishState.OPEN]
            return self._repository.wall(
                place, states, (), None, 50, protected=protected
            ).items

        near = open_at(wish.community)
        if len(near) >= policy.NEAR_MISSES + 1:
            return list(near)
        return list(by_id((*near, *open_at(street_of(wish.place)))).values())


def _involved(wish: Wish) -> set[str]:
    """Return the ids of those who cannot claim a wish: residents, proxies, earlier helpers."""
    return {
        wish.person_id,
        wish.proxy_id or "",
        *(claim.helper for claim in wish.claims),
    }
