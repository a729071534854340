"""Use cases of matching: runs by schedule and by staff, weights, and explanations."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ..kernel.access import STAFF, Action, Actor, Resource, relations
from ..kernel.changes import Changes
from ..kernel.clock import Clock, at_local, local_day
from ..kernel.errors import Invalid, NotFound
from ..kernel.ids import Ids
from ..kernel.job import Command, ScheduledJob
from ..kernel.metrics import Metrics
from ..kernel.paging import Page
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..offers.maker import OfferMaker, need_of
from ..offers.match_scheduler import MatchScheduler
from ..offers.policy import MATCH, SENT_FROM, SENT_UNTIL
from ..people.access import Access, Granted
from ..people.model import Person
from ..people.service import People
from ..places.service import Places
from ..store.outbox import Outbox, shard_of
from ..store.transaction import Transaction
from ..wishes import permissions as wishes_permissions
from ..wishes.queries import WishQueries
from . import permissions
from .edges import Helper, OpenWish, obstacles, terms_of
from .explanation import Explanation, candidate, reason_of
from .inputs import InputReader, MatchingInput
from .model import Planned, Run, StreetWeights
from .policy import SHOWN, Weights, WeightsEdit
from .record import Replay, unpack
from .repository import MatchingRepository
from .runs import SCHEDULE, RunExecutor

__all__ = ["Matching"]


class Matching:
    """Use cases of matching."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: MatchingRepository,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        outbox: Outbox,
        access: Access,
        people: People,
        places: Places,
        wishes: WishQueries,
        scheduler: MatchScheduler,
        maker: OfferMaker,
    ) -> None:
        self._transaction, self._repository, self._access = (
            transaction,
            repository,
            access,
        )
        self._clock, self._ids, self._outbox = clock, ids, outbox
        self._people, self._places, self._wishes = people, places, wishes
        self._scheduler, self._maker = scheduler, maker
        self._inputs = InputReader(
            clock=clock, people=people, places=places, wishes=wishes, maker=maker
        )
        self._executor = RunExecutor(
            transaction=transaction,
            repository=repository,
            clock=clock,
            ids=ids,
            metrics=metrics,
            inputs=self._inputs,
            wishes=wishes,
            maker=maker,
        )

    # by themselves

    def match_all(self) -> int:
        """Enqueue one job for each community with open wishes where people are awake; return their number."""
        now, jobs = self._clock.now(), list[ScheduledJob]()
        for street in self._places.streets():
            if self._next_waking(street, now) > now:
                continue
            for community in sorted(
                {entry.community for entry in self._wishes.open_at(street)}
            ):
                id = self._ids.new("due")
                job = Command(id=id, name=MATCH, subject=community)
                jobs.append(
                    ScheduledJob(
                        job=job, at=now, shard=shard_of(id, self._outbox.shards)
                    )
                )
        return self._outbox.enqueue(jobs)

    def match_community(self, community: str) -> None:
        """Run matching for a community; at night, schedule it for the morning."""
        now = self._clock.now()
        waking = self._next_waking(street_of(community), now)
        if waking > now:
            self._scheduler.match_at(community, waking)
            return
        self._executor.run(
            RequestContext(),
            community,
            by=SCHEDULE,
            weights=self._weights(community).weights,
            dry_run=False,
        )

    def _next_waking(self, street: str, now: datetime) -> datetime:
        """Return now, or when people there are next awake."""
        zone = self._places.zone_of(street)
        day = local_day(now, zone)
        opens, closes = at_local(day, SENT_FROM, zone), at_local(day, SENT_UNTIL, zone)
        if now < opens:
            return opens
        return (
            now if now < closes else at_local(day + timedelta(days=1), SENT_FROM, zone)
        )

    # by staff

    def start_run(
        self, context: RequestContext, place: str, edit: WeightsEdit, *, dry_run: bool
    ) -> tuple[Run, Sequence[Planned]]:
        """Match a place now; with `dry_run` show the result only, perhaps with other weights."""
        actor = self._require(context, permissions.RUN, place).actor
        if self._places.find(place) is None:
            raise Invalid("place.unknown", ["place"], place=place)
        if edit.named and not dry_run:
            raise Invalid("matching.weights_preview_only", ["weights"])
        weights = _checked(edit.applied_to(self._weights(place).weights))
        return self._executor.run(
            context, place, by=actor.id, weights=weights, dry_run=dry_run
        )

    def read_run(
        self, context: RequestContext, run_id: str
    ) -> tuple[Run, Sequence[Planned]]:
        """Return a run with its plan, as long as the plan is kept."""
        run = self._repository.find_run(run_id)
        if run is None:
            raise NotFound
        self._access.require(context, permissions.READ, run.as_resource())
        replay = self.replay_of(run)
        return run, replay.planned if replay else ()

    def list_runs(self, context: RequestContext, place: str, limit: int) -> Page[Run]:
        """Return the runs of a place and below, newest first."""
        self._require(context, permissions.READ, place)
        return self._repository.runs_at(place, context.start, limit)

    def _require(self, context: RequestContext, action: Action, place: str) -> Granted:
        resource = Resource(see=permissions.SEE, places=(place,))
        return self._access.require(context, action, resource)

    def find_run(self, run_id: str) -> Run | None:
        """Return a run; for the operator's command."""
        return self._repository.find_run(run_id)

    def replay_of(self, run: Run) -> Replay | None:
        """Return the input of a run, as long as it is kept."""
        pieces = self._repository.pieces_of(run.id)
        return unpack(pieces) if pieces and len(pieces) == run.chunks else None

    def read_weights(self, context: RequestContext, place: str) -> StreetWeights:
        """Return the weights of the street of a place."""
        self._require(context, permissions.READ, place)
        return self._weights(place)

    def set_weights(
        self, context: RequestContext, place: str, edit: WeightsEdit
    ) -> StreetWeights:
        """Change the weights of a street; an unset weight goes back to its default."""
        street = street_of(place)

        def decide() -> Changes[StreetWeights]:
            # The named place comes first: the refusal is "forbidden", and not that the street is unknown.
            self._require(context, permissions.WEIGH, place)
            self._require(context, permissions.WEIGH, street)
            if self._places.find(street) is None:
                raise Invalid("place.unknown", ["place"], place=street)
            before = self._weights(street)
            before.check_version(context.seen_version)
            own = Weights()
            _checked(edit.applied_to(own))
            kept = {
                name: value
                for name, value in edit.named.items()
                if getattr(own, name) != value
            }
            changed = replace(before, changed=kept)
            return Changes(entity=changed, previous=before if before.version else None)

        return self._transaction.run(decide, context)

    def _weights(self, place: str) -> StreetWeights:
        now, street = self._clock.now(), street_of(place)
        return self._repository.weights_of(street) or StreetWeights(
            id=street, created_at=now, updated_at=now
        )

    # why

    def explain(self, context: RequestContext, wish_id: str) -> Explanation:
        """Return the candidates for a wish and the reason why it still waits, for its staff."""
        wish = self._wishes.find(wish_id)
        if wish is None:
            raise NotFound
        resource = wish.as_resource()
        actor = self._access.require(
            context, wishes_permissions.READ_MATCHING, resource
        ).actor
        weights = self._weights(wish.place).weights
        inputs = self._inputs.read(wish.place, weights, only=wish)
        wanted, offer_round = inputs.wanted[0], inputs.offer_rounds[wish.id]
        fit, against = self._fitting(inputs, wanted, weights)
        names = self._known_to(actor, [helper.id for helper in fit])
        candidates = [
            candidate(wanted, helper, names, weights, inputs.neighbours)
            for helper in fit
        ]
        night = self._next_waking(street_of(wish.place), inputs.now) > inputs.now
        reason, facts = reason_of(wish, offer_round, against, inputs.now, night=night)
        last = self._repository.latest_at(wish.community)
        return Explanation(
            wish=wish,
            need=need_of(wish, offer_round),
            asked=offer_round.asked,
            reasons=self._maker.reasons_in(offer_round),
            candidates=candidates,
            excluded=Counter(name for names in against.values() for name in names),
            reason=reason,
            facts=facts,
            shortages=last.shortages if last else (),
        )

    def _fitting(
        self, inputs: MatchingInput, wanted: OpenWish, weights: Weights
    ) -> tuple[list[Helper], dict[str, list[str]]]:
        """Return the cheapest volunteers who fit, and the obstacles of all by id."""
        helpers, now = inputs.helpers, inputs.now
        against = {helper.id: obstacles(wanted, helper, now) for helper in helpers}

        def cost(helper: Helper) -> tuple[int, str]:
            terms = terms_of(wanted, helper, weights, inputs.neighbours)
            return sum(terms.values()) + weights.of_load(helper.recent), helper.id

        fit = sorted((helper for helper in helpers if not against[helper.id]), key=cost)
        fit = fit[: SHOWN * 2]
        carried = self._wishes.carried_by([helper.id for helper in fit])
        for helper in fit:
            if carried.get(helper.id, 0) >= helper.capacity:
                against[helper.id] = ["full"]
        return [helper for helper in fit if not against[helper.id]][:SHOWN], against

    def _known_to(self, actor: Actor, person_ids: Sequence[str]) -> dict[str, Person]:
        """Return those people whose staff the actor is."""
        people = self._people.find_many(person_ids)
        return {
            id: person
            for id, person in people.items()
            if relations(actor, person.as_resource()) & STAFF
        }


def _checked(weights: Weights) -> Weights:
    """Return the weights; Invalid if they would leave a wish unserved for its price alone."""
    if weights.leaves_somebody:
        raise Invalid("matching.weights_leave_somebody", ["weights"])
    return weights
