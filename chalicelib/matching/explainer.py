"""Explains a wish: its candidates, and the reason why it still waits."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ..kernel.access import STAFF, Actor, relations
from ..offers.maker import OfferMaker, need_of
from ..people.model import Person
from ..people.service import People
from ..wishes.model import Wish
from .edges import Volunteer, obstacles, terms_of
from .explanation import Explanation, candidate, waiting_reason
from .inputs import InputReader, MatchingInput
from .policy import MAX_CANDIDATES_SHOWN, Weights
from .repository import MatchingRepository

__all__ = ["WishExplainer"]


class WishExplainer:
    """Explains wishes for `Matching`."""

    def __init__(
        self,
        *,
        repository: MatchingRepository,
        inputs: InputReader,
        people: People,
        maker: OfferMaker,
    ) -> None:
        self._repository, self._inputs = repository, inputs
        self._people, self._maker = people, maker

    def explain(
        self, wish: Wish, actor: Actor, weights: Weights, *, night: bool
    ) -> Explanation:
        """Return the candidates for a wish and the reason why it waits, as the actor sees them."""
        inputs = self._inputs.read_for(wish, weights)
        offer_round, open_wish = (
            inputs.offer_rounds[wish.id],
            inputs.open_wishes[0],
        )
        fitting, against = self._fitting(inputs, weights)
        people = self._known_to(actor, [volunteer.id for volunteer in fitting])
        excluded = Counter[str]()
        for names in against.values():
            excluded.update(names)
        reason, facts = waiting_reason(
            wish, offer_round, against, inputs.now, night=night
        )
        latest = self._repository.latest_at(wish.community)
        return Explanation(
            wish=wish,
            need=need_of(wish, offer_round),
            asked=offer_round.asked,
            decline_reasons=self._maker.reasons_in(offer_round),
            candidates=[
                candidate(
                    open_wish, volunteer, people, weights, inputs.neighbours
                )
                for volunteer in fitting
            ],
            excluded=excluded,
            reason=reason,
            facts=facts,
            shortages=latest.shortages if latest else (),
        )

    def _fitting(
        self, inputs: MatchingInput, weights: Weights
    ) -> tuple[list[Volunteer], Mapping[str, list[str]]]:
        """Return the cheapest volunteers who fit, and the obstacles of all by id."""
        wish = inputs.open_wishes[0]
        against = {
            volunteer.id: obstacles(wish, volunteer, inputs.now)
            for volunteer in inputs.volunteers
        }

        def cost(volunteer: Volunteer) -> tuple[int, str]:
            terms = terms_of(wish, volunteer, weights, inputs.neighbours)
            load = weights.load_cost(volunteer.recent)
            return sum(terms.values()) + load, volunteer.id

        fitting = [one for one in inputs.volunteers if not against[one.id]]
        # Only the cheapest are looked up. Some of them may turn out to be full.
        cheapest = sorted(fitting, key=cost)[: MAX_CANDIDATES_SHOWN * 2]
        left = self._inputs.claims_left(cheapest)
        shown = []
        for volunteer in cheapest:
            if left[volunteer.id] < 1:
                against[volunteer.id] = ["full"]
            else:
                shown.append(volunteer)
        return shown[:MAX_CANDIDATES_SHOWN], against

    def _known_to(
        self, actor: Actor, person_ids: Sequence[str]
    ) -> dict[str, Person]:
        """Return the people whose staff the actor is."""
        people = self._people.find_many(person_ids)
        return {
            id: person
            for id, person in people.items()
            if relations(actor, person.as_resource()) & STAFF
        }
