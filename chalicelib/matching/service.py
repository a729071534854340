"""Use cases of matching: runs by schedule and by staff, weights, and explanations."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ..kernel.access import Action, Resource
from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.errors import Invalid, NotFound
from ..kernel.ids import Ids
from ..kernel.job import Command, ScheduledJob
from ..kernel.metrics import Metrics
from ..kernel.paging import Page
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..offers.maker import OfferMaker
from ..offers.match_scheduler import MatchScheduler
from ..offers.policy import MATCH, SENT_FROM, SENT_UNTIL
from ..offers.waking_hours import next_waking
from ..people.access import Access, Granted
from ..people.service import People
from ..places.service import Places
from ..store.outbox import Outbox, shard_of
from ..store.transaction import Transaction
from ..wishes import permissions as wishes_permissions
from ..wishes.helper_reader import HelperReader
from ..wishes.queries import WishQueries
from . import permissions
from .explainer import WishExplainer
from .explanation import Explanation
from .inputs import InputReader
from .model import PlannedOffer, Run, StreetWeights
from .policy import Weights, WeightsEdit
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
        helpers: HelperReader,
        scheduler: MatchScheduler,
        maker: OfferMaker,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._ids, self._outbox = clock, ids, outbox
        self._access, self._places, self._wishes = access, places, wishes
        self._scheduler = scheduler
        inputs = InputReader(
            clock=clock,
            people=people,
            places=places,
            wishes=wishes,
            helpers=helpers,
            maker=maker,
        )
        self._explainer = WishExplainer(
            repository=repository,
            inputs=inputs,
            people=people,
            maker=maker,
        )
        self._executor = RunExecutor(
            transaction=transaction,
            repository=repository,
            clock=clock,
            ids=ids,
            metrics=metrics,
            inputs=inputs,
            maker=maker,
        )

    # scheduled

    def match_all(self) -> int:
        """Enqueue one job for each community with open wishes where people are awake.

        Return the number of jobs.
        """
        now = self._clock.now()
        jobs: list[ScheduledJob] = []
        for street in self._places.streets():
            if self._next_waking(street, now) > now:
                continue
            entries = self._wishes.open_at(street)
            for community in sorted({entry.community for entry in entries}):
                jobs.append(self._match_job(community, now))
        return self._outbox.enqueue(jobs)

    def _match_job(self, community: str, at: datetime) -> ScheduledJob:
        id = self._ids.new("due")
        command = Command(id=id, name=MATCH, subject=community)
        return ScheduledJob(
            job=command, at=at, shard=shard_of(id, self._outbox.shards)
        )

    def match_community(self, community: str) -> None:
        """Run matching for a community; at night, schedule it for the morning."""
        now = self._clock.now()
        waking = self._next_waking(community, now)
        if waking > now:
            self._scheduler.match_at(community, waking)
            return
        self._executor.run(
            RequestContext(),
            community,
            actor_id=SCHEDULE,
            weights=self._weights(community).weights,
            dry_run=False,
        )

    def _next_waking(self, place: str, now: datetime) -> datetime:
        """Return now, or the next instant at which people at a place are awake."""
        zone = self._places.zone_of(street_of(place))
        return next_waking(now, SENT_FROM, SENT_UNTIL, zone)

    # by staff

    def start_run(
        self,
        context: RequestContext,
        place: str,
        edit: WeightsEdit,
        *,
        dry_run: bool,
    ) -> tuple[Run, Sequence[PlannedOffer]]:
        """Run matching at a place now.

        With `dry_run` no volunteer is asked, and other weights can be tried.
        """
        actor = self._require(context, permissions.RUN, place).actor
        if self._places.find(place) is None:
            raise Invalid("place.unknown", ["place"], place=place)
        if edit.changed_weights and not dry_run:
            raise Invalid("matching.weights_preview_only", ["weights"])
        weights = edit.applied_to(self._weights(place).weights)
        _check_weights(weights)
        return self._executor.run(
            context, place, actor_id=actor.id, weights=weights, dry_run=dry_run
        )

    def read_run(
        self, context: RequestContext, run_id: str
    ) -> tuple[Run, Sequence[PlannedOffer]]:
        """Return a run with its planned offers; none after `REPLAY_TTL`."""
        run = self._repository.find_run(run_id)
        if run is None:
            raise NotFound
        self._access.require(context, permissions.READ, run.as_resource())
        replay = self.replay_of(run)
        return run, replay.planned if replay else ()

    def list_runs(
        self, context: RequestContext, place: str, limit: int
    ) -> Page[Run]:
        """Return the runs of a place and below, newest first."""
        self._require(context, permissions.READ, place)
        return self._repository.runs_at(place, context.start, limit)

    def explain(self, context: RequestContext, wish_id: str) -> Explanation:
        """Return the candidates for a wish and the reason why it waits, for its staff."""
        wish = self._wishes.find(wish_id)
        if wish is None:
            raise NotFound
        granted = self._access.require(
            context, wishes_permissions.READ_MATCHING, wish.as_resource()
        )
        now = self._clock.now()
        return self._explainer.explain(
            wish,
            granted.actor,
            self._weights(wish.place).weights,
            night=self._next_waking(wish.place, now) > now,
        )

    def read_weights(
        self, context: RequestContext, place: str
    ) -> StreetWeights:
        """Return the weights of the street of a place."""
        self._require(context, permissions.READ, place)
        return self._weights(place)

    def set_weights(
        self, context: RequestContext, place: str, edit: WeightsEdit
    ) -> StreetWeights:
        """Change the weights of a street; an unset weight goes back to its default."""
        street = street_of(place)

        def decide() -> Changes[StreetWeights]:
            # The named place comes first, so the refusal is "forbidden" and not "place.unknown".
            self._require(context, permissions.WEIGH, place)
            self._require(context, permissions.WEIGH, street)
            if self._places.find(street) is None:
                raise Invalid("place.unknown", ["place"], place=street)
            before = self._weights(street)
            before.check_version(context.seen_version)
            _check_weights(edit.applied_to(Weights()))
            after = replace(before, changed=_changed_weights(edit))
            return Changes(
                entity=after, previous=before if before.version else None
            )

        return self._transaction.run(decide, context)

    def _weights(self, place: str) -> StreetWeights:
        now, street = self._clock.now(), street_of(place)
        return self._repository.weights_of(street) or StreetWeights(
            id=street, created_at=now, updated_at=now
        )

    def _require(
        self, context: RequestContext, action: Action, place: str
    ) -> Granted:
        resource = Resource(see=permissions.SEE, places=(place,))
        return self._access.require(context, action, resource)

    # by the operator's command

    def find_run(self, run_id: str) -> Run | None:
        """Return a run."""
        return self._repository.find_run(run_id)

    def replay_of(self, run: Run) -> Replay | None:
        """Return the replay of a run; None after `REPLAY_TTL`."""
        pieces = self._repository.pieces_of(run.id)
        if not pieces or len(pieces) != run.chunks:
            return None
        return unpack(pieces)


def _changed_weights(edit: WeightsEdit) -> dict[str, int]:
    """Return the weights that differ from their default, by name."""
    default = Weights()
    return {
        name: value
        for name, value in edit.changed_weights.items()
        if value != getattr(default, name)
    }


def _check_weights(weights: Weights) -> None:
    """Raise Invalid if a wish could stay unserved for its price alone."""
    if weights.can_price_out_a_wish:
        raise Invalid("matching.weights_leave_somebody", ["weights"])
