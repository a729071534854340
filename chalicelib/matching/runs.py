"""Carries out one run: read the input, make the plan, write the record, make the offers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..kernel.changes import Changes, Put
from ..kernel.clock import Clock, cpu_milliseconds
from ..kernel.metrics import Metrics
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..offers.decisions import ChosenVolunteer
from ..offers.maker import OfferMaker
from ..store.transaction import Transaction
from ..wishes.model import Wish
from .edges import Neighbours, OpenWish, Volunteer, terms_of, why_of
from .inputs import InputReader, MatchingInput
from .model import PlannedOffer, ReplayPiece, Run, RunState, ShortageLine
from .plan import Plan, Shortage, gini, make_plan
from .policy import (
    MAX_OFFERS_LISTED,
    MAX_REPLAY_BYTES,
    REPLAY_TTL,
    WISHES_PER_STEP,
    Weights,
)
from .record import digest_of, live_limits, pack, unpack
from .repository import MatchingRepository

__all__ = ["SCHEDULE", "RunExecutor"]

SCHEDULE = "schedule"  # the actor id of a run that no person has started


class RunExecutor:
    """Carries out runs for `Matching`, in steps. Every step may be repeated."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: MatchingRepository,
        clock: Clock,
        metrics: Metrics,
        inputs: InputReader,
        maker: OfferMaker,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._metrics = clock, metrics
        self._inputs, self._maker = inputs, maker

    def step(self, run: Run) -> Run:
        """Do the next step of a run; return the run as it is then. A doubled step changes nothing.

        The first step stores the plan, and each makes the offers of some wishes. Each offer is
        checked again by its own commit. Without a stored plan (`MAX_REPLAY_BYTES`) there is one
        step. What it leaves out after a crash is made by the next run, because a plan reserves
        nothing.
        """
        try:
            if run.digest:
                return self._resume(run)
            return self._begin(run)
        except _StepDone as other:
            return other.run

    def _begin(self, run: Run) -> Run:
        """Make the plan of a run and store it, then make the first offers."""
        began = cpu_milliseconds()
        weights = Weights(**run.weights)
        inputs = self._inputs.read(run.place, weights)
        plan = make_plan(
            inputs.open_wishes,
            inputs.volunteers_now,
            weights,
            inputs.neighbours,
            self._inputs.claims_left,
        )
        planned = _planned_offers(plan, weights, inputs.neighbours)
        record = _with_result(run, plan, weights, planned)
        record = replace(record, milliseconds=cpu_milliseconds() - began)
        if run.by == SCHEDULE and not planned and self._is_unchanged(record):
            return replace(record, state=RunState.DONE)
        is_done = run.dry_run or not planned
        state = RunState.DONE if is_done else RunState.WORKING
        stored = self._store_plan(replace(record, state=state), plan, planned)
        if is_done:
            return stored
        self._count(stored)
        most = WISHES_PER_STEP if stored.chunks else len(planned)
        return self._make_offers(
            stored, _Work(planned, live_limits(plan)), inputs, most
        )

    def _resume(self, run: Run) -> Run:
        """Make further offers of a stored plan."""
        pieces = self._repository.pieces_of(run.id)
        if len(pieces) != run.chunks or not pieces:
            return self._note(
                run, lambda now: replace(now, state=RunState.FAILED)
            )
        replay = unpack(pieces)
        inputs = self._inputs.read(run.place, Weights(**run.weights))
        work = _Work(replay.planned, replay.limits)
        return self._make_offers(run, work, inputs, WISHES_PER_STEP)

    def note_failure(self, run: Run) -> None:
        """Note that a step has failed; the queue repeats it."""

        def decide() -> Changes[Run]:
            stored = self._repository.find_run(run.id)
            failed = replace(stored or run, state=RunState.FAILED)
            if stored and stored.state is RunState.DONE:
                failed = stored
            return Changes(entity=failed, previous=stored)

        self._transaction.run(decide, RequestContext())

    def _is_unchanged(self, record: Run) -> bool:
        """Say whether the latest run of the place had the same input: one record is enough."""
        if not record.wishes:
            return True
        latest = self._repository.latest_at(record.place)
        return latest is not None and latest.digest == record.digest

    def _store_plan(
        self, record: Run, plan: Plan, planned: Sequence[PlannedOffer]
    ) -> Run:
        """Store a run together with its replay pieces, unless they are too large."""
        pieces = pack(plan, planned)
        if sum(map(len, pieces)) > MAX_REPLAY_BYTES:
            pieces = []
        rows = []
        for number, data in enumerate(pieces):
            piece = ReplayPiece(
                run_id=record.id,
                number=number,
                data=data,
                ttl=record.created_at + REPLAY_TTL,
            )
            rows.append(Put(row=piece))

        def decide() -> Changes[Run]:
            stored = self._repository.find_run(record.id)
            if stored and stored.digest:
                raise _StepDone(stored)
            now = replace(
                record,
                version=stored.version if stored else 0,
                chunks=len(pieces),
            )
            return Changes(entity=now, previous=stored, writes=tuple(rows))

        return self._transaction.run(decide, RequestContext())

    def _make_offers(
        self, run: Run, work: "_Work", inputs: MatchingInput, most: int
    ) -> Run:
        """Make the offers of the next wishes, each in its own transaction; note how far it came.

        What is made is counted afterwards, whichever job has made it.
        """
        histories, street = inputs.histories, street_of(run.place)
        for (
            offer
        ) in work.planned:  # the reader has read all histories that exist
            if offer.volunteer not in histories:
                new = self._maker.new_history(street, offer.volunteer)
                histories[offer.volunteer] = new
        by_wish = work.by_wish
        wishes = list(by_wish)[run.offered : run.offered + most]
        offers = [offer for id in wishes for offer in by_wish[id]]
        for id in wishes:
            if wish := inputs.wishes.get(id):  # None: taken meanwhile
                self._offer(run, wish, by_wish[id], work, inputs)
        made = self._maker.count_made([run.offer_id(offer) for offer in offers])
        self._metrics.count("OffersMade", made)

        def noted(now: Run) -> Run:
            if now.offered != run.offered:
                raise _StepDone(now)
            offered = run.offered + len(wishes)
            is_done = offered == len(by_wish)
            state = RunState.DONE if is_done else RunState.WORKING
            return replace(
                now, made=now.made + made, offered=offered, state=state
            )

        return self._note(run, noted)

    def _offer(
        self,
        run: Run,
        wish: Wish,
        offers: Sequence[PlannedOffer],
        work: "_Work",
        inputs: MatchingInput,
    ) -> None:
        offer_round = inputs.offer_rounds.get(wish.id)
        self._maker.offer(
            wish,
            offer_round or self._maker.new_round(wish),
            [_chosen(run, offer) for offer in offers],
            inputs.histories,
            work.limits,
            run.id,
        )

    def _note(self, run: Run, change: Callable[[Run], Run]) -> Run:
        """Commit a change of a run as it is now."""

        def decide() -> Changes[Run]:
            stored = self._repository.find_run(run.id) or run
            return Changes(entity=change(stored), previous=stored)

        return self._transaction.run(decide, RequestContext())

    def _count(self, run: Run) -> None:
        self._metrics.count("PlacesUnserved", sum(run.unserved.values()))
        self._metrics.observe("MatchingSeconds", run.milliseconds / 1000)


@dataclass(frozen=True, slots=True)
class _Work:
    """The planned offers of a run, and how many live offers each volunteer may have."""

    planned: Sequence[PlannedOffer]
    limits: Mapping[str, int]

    @property
    def by_wish(self) -> dict[str, list[PlannedOffer]]:
        """Return the planned offers by wish, in the order of the plan."""
        found: dict[str, list[PlannedOffer]] = {}
        for offer in self.planned:
            found.setdefault(offer.wish, []).append(offer)
        return found


class _StepDone(Exception):
    """Another job has done the step; `run` is as it is now."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.id)
        self.run = run


def _chosen(run: Run, offer: PlannedOffer) -> ChosenVolunteer:
    """Return the volunteer to ask. That they have met the resident is for staff only."""
    why = tuple(reason for reason in offer.why if reason != "met")
    return ChosenVolunteer(
        offer_id=run.offer_id(offer), volunteer=offer.volunteer, why=why
    )


def _with_result(
    run: Run, plan: Plan, weights: Weights, planned: Sequence[PlannedOffer]
) -> Run:
    """Return the record of a run with its result."""
    solution = plan.solution
    shortages = [
        _shortage_line(shortage) for shortage in plan.shortages(weights)
    ]
    listed = [_offer_line(offer) for offer in planned[:MAX_OFFERS_LISTED]]
    return replace(
        run,
        digest=digest_of(plan),
        wishes=len(plan.wishes),
        places_needed=sum(plan.problem.needs),
        volunteers=len(plan.volunteers),
        edges=sum(map(len, plan.problem.edges)),
        visits=plan.visits,
        rounds=plan.rounds,
        cost=solution.cost,
        bound=solution.bound,
        exact=solution.complete,
        priced=plan.priced,
        gini_before=gini(volunteer.recent for volunteer in plan.volunteers),
        gini=gini(plan.loads),
        most_offers=max(plan.loads, default=0),
        unserved=plan.unserved,
        shortages=tuple(shortages),
        planned=len(planned),
        offers=tuple(listed),
    )


def _shortage_line(shortage: Shortage) -> ShortageLine:
    return shortage.grid, shortage.skill, shortage.price, shortage.wishes


def _offer_line(offer: PlannedOffer) -> tuple[str, str, int]:
    return offer.wish, offer.volunteer, offer.cost


def _planned_offers(
    plan: Plan, weights: Weights, neighbours: Neighbours
) -> list[PlannedOffer]:
    planned = []
    for wish, volunteers in plan.asked:
        for volunteer in volunteers:
            planned.append(_planned_offer(wish, volunteer, weights, neighbours))
    return planned


def _planned_offer(
    wish: OpenWish,
    volunteer: Volunteer,
    weights: Weights,
    neighbours: Neighbours,
) -> PlannedOffer:
    terms = terms_of(wish, volunteer, weights, neighbours)
    return PlannedOffer(
        wish=wish.id,
        volunteer=volunteer.id,
        cost=sum(terms.values()),
        terms=terms,
        why=why_of(wish, volunteer, neighbours),
    )
