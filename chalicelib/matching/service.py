"""Use cases of matching: runs by schedule and by staff, weights, and explanations."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from ..kernel.access import Action, Resource
from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.entities import by_id
from ..kernel.errors import Invalid, NotFound
from ..kernel.ids import Ids, derived_id
from ..kernel.job import Command, ScheduledJob
from ..kernel.paging import Page, Position
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..offers.match_scheduler import MatchScheduler
from ..offers.policy import MATCH, SENT_FROM, SENT_UNTIL
from ..offers.waking_hours import next_waking
from ..people.access import Access, Granted
from ..places.service import Places
from ..store.outbox import Outbox, shard_of
from ..store.transaction import Transaction
from ..wishes import permissions as wishes_permissions
from ..wishes.queries import WishQueries
from . import permissions
from .explainer import WishExplainer
from .explanation import Explanation
from .model import PlannedOffer, Run, RunState, StreetWeights
from .policy import MATCH_RUN, REPLAY_TTL, Weights, WeightsEdit
from .record import Replay, unpack
from .repository import MatchingRepository
from .runs import SCHEDULE, RunExecutor
from .whole import WholeRun, as_whole, parts_of

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
        outbox: Outbox,
        access: Access,
        places: Places,
        wishes: WishQueries,
        scheduler: MatchScheduler,
        explainer: WishExplainer,
        executor: RunExecutor,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._ids, self._outbox = clock, ids, outbox
        self._access, self._places, self._wishes = access, places, wishes
        self._scheduler = scheduler
        self._explainer, self._executor = explainer, executor

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

    def match_community(self, command: Command) -> Position | None:
        """Do a step of a run of a community; at night, schedule it for the morning.

        Return the position of the next step, None at the end.
        """
        community, now = command.subject, self._clock.now()
        waking = self._next_waking(community, now)
        if command.cursor is None and waking > now:
            self._scheduler.match_at(community, waking)
            return None
        position = command.cursor or {}
        # The id follows from that of the job: repeated, it is the same run.
        id = position.get("run") or derived_id("run", command.id)
        run = self._repository.find_run(id)
        if run is None:
            weights = self._weights(community).weights
            run = self._new_run(id, community, SCHEDULE, weights)
        return self._step(run, position)

    def carry_out(self, command: Command) -> Position | None:
        """Do a step of a run of staff, or of one community of it."""
        position = command.cursor or {}
        run = self._repository.find_run(position["run"])
        if run is None:  # a community's part, which begins
            whole = self._repository.find_run(position["of"])
            if whole is None:
                return None  # its time to live is over
            run = replace(
                whole,
                id=position["run"],
                version=0,
                place=command.subject,
                communities=(),
            )
        try:
            return self._step(run, position)
        except Exception:
            self._executor.note_failure(run)
            raise

    def _step(self, run: Run, position: Position) -> Position | None:
        """Do a step. One that was done before only schedules the next."""
        if (
            run.offered <= position.get("n", 0)
            and run.state is not RunState.DONE
        ):
            run = self._executor.step(run)
        if run.state is not RunState.WORKING:
            return None
        return position | {"run": run.id, "n": run.offered}

    def _new_run(
        self,
        id: str,
        place: str,
        by: str,
        weights: Weights,
        *,
        dry_run: bool = False,
    ) -> Run:
        now = self._clock.now()
        return Run(
            id=id,
            created_at=now,
            updated_at=now,
            ttl=now + REPLAY_TTL,
            place=place,
            by=by,
            weights=asdict(weights),
            dry_run=dry_run,
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
    ) -> WholeRun:
        """Queue a run of a place, of a street one job for each community with open wishes.

        With `dry_run` no volunteer is asked, and other weights can be tried.
        """
        actor = self._require(context, permissions.RUN, place).actor
        if self._places.find(place) is None:
            raise Invalid("place.unknown", ["place"], place=place)
        if edit.changed_weights and not dry_run:
            raise Invalid("matching.weights_preview_only", ["weights"])
        weights = edit.applied_to(self._weights(place).weights)
        _check_weights(weights)
        run = self._new_run(
            self._ids.new("run"), place, actor.id, weights, dry_run=dry_run
        )
        if place == street_of(place):
            entries = self._wishes.open_at(place)
            communities = sorted({entry.community for entry in entries})
            is_empty = not communities
            run = replace(
                run,
                communities=tuple(communities),
                state=RunState.DONE if is_empty else RunState.QUEUED,
            )
        jobs = _jobs_of(run)
        stored = self._transaction.run(
            lambda: Changes(entity=run, previous=None, jobs=jobs), context
        )
        return self._whole([stored])[0]

    def read_run(
        self, context: RequestContext, run_id: str
    ) -> tuple[WholeRun, Sequence[PlannedOffer]]:
        """Return a run with its planned offers; none after `REPLAY_TTL`."""
        run = self._repository.find_run(run_id)
        if run is None:
            raise NotFound
        self._access.require(context, permissions.READ, run.as_resource())
        (whole,) = self._whole([run])
        planned: list[PlannedOffer] = []
        for part in whole.parts or [run]:
            if replay := self.replay_of(part):
                planned += replay.planned
        return whole, planned

    def list_runs(
        self, context: RequestContext, place: str, limit: int
    ) -> Page[WholeRun]:
        """Return the runs of a place and below, newest first."""
        self._require(context, permissions.READ, place)
        page = self._repository.runs_at(place, context.start, limit)
        return Page(self._whole(page.items), page.next)

    def _whole(self, runs: Sequence[Run]) -> list[WholeRun]:
        """Return runs with those of their communities."""
        ids = [
            run.part_id(community)
            for run in runs
            for community in run.communities
        ]
        found = by_id(self._repository.find_runs(ids))
        whole = []
        for run in runs:
            parts = parts_of(run, found)
            whole.append(WholeRun(as_whole(run, parts), parts))
        return whole

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


def _jobs_of(run: Run) -> tuple[Command, ...]:
    """Return the jobs of a new run: one, or one for each of its communities."""
    if run.state is RunState.DONE:
        return ()
    jobs = []
    for place in run.communities or (run.place,):
        id = run.part_id(place) if run.communities else run.id
        position = {"run": id, "of": run.id}
        jobs.append(
            Command(id="", name=MATCH_RUN, subject=place, cursor=position)
        )
    return tuple(jobs)


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
