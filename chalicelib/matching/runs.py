"""Carries out one run: read the input, make the plan, write the record, make the offers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from ..kernel.changes import Changes, Put
from ..kernel.clock import Clock, cpu_milliseconds
from ..kernel.ids import Ids
from ..kernel.metrics import Metrics
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..offers.decisions import ChosenVolunteer
from ..offers.maker import OfferMaker
from ..store.transaction import Transaction
from .edges import Neighbours, OpenWish, Volunteer, terms_of, why_of
from .inputs import InputReader, MatchingInput
from .model import PlannedOffer, ReplayPiece, Run, ShortageLine
from .plan import Plan, Shortage, gini, make_plan
from .policy import MAX_OFFERS_LISTED, MAX_REPLAY_BYTES, REPLAY_TTL, Weights
from .record import digest_of, pack
from .repository import MatchingRepository

__all__ = ["SCHEDULE", "RunExecutor"]

SCHEDULE = "schedule"  # the actor id of a run that no person has started


class RunExecutor:
    """Carries out runs for `Matching`."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: MatchingRepository,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        inputs: InputReader,
        maker: OfferMaker,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._ids, self._metrics = clock, ids, metrics
        self._inputs, self._maker = inputs, maker

    def run(
        self,
        context: RequestContext,
        place: str,
        *,
        actor_id: str,
        weights: Weights,
        dry_run: bool,
    ) -> tuple[Run, Sequence[PlannedOffer]]:
        """Run matching at a place; return the record and the plan.

        The record comes first, under the request's Idempotency-Key: a repetition returns it, and
        makes no offer twice. Each offer is checked again by its own commit. The next run makes the
        offers that a crash has left out, because a plan reserves nothing.
        """
        began = cpu_milliseconds()
        inputs = self._inputs.read(place, weights)
        plan = make_plan(
            inputs.open_wishes,
            inputs.volunteers_now,
            weights,
            inputs.neighbours,
            self._inputs.claims_left,
        )
        planned = _planned_offers(plan, weights, inputs.neighbours)
        record = self._record(place, actor_id, weights, plan, dry_run=dry_run)
        record = _with_result(record, plan, weights, planned)
        record = replace(record, milliseconds=cpu_milliseconds() - began)
        if actor_id == SCHEDULE and not planned and self._is_unchanged(record):
            return record, planned
        run = self._store_record(context, record, plan, planned)
        if not dry_run:
            run = self._make_offers(run, plan, planned, inputs)
        return run, planned

    def _is_unchanged(self, record: Run) -> bool:
        """Say whether the latest run of the place had the same input: one record is enough."""
        if not record.wishes:
            return True
        latest = self._repository.latest_at(record.place)
        return latest is not None and latest.digest == record.digest

    def _record(
        self,
        place: str,
        actor_id: str,
        weights: Weights,
        plan: Plan,
        *,
        dry_run: bool,
    ) -> Run:
        """Return the record of a run, still without its result."""
        now = self._clock.now()
        return Run(
            id=self._ids.new("run"),
            created_at=now,
            updated_at=now,
            ttl=now + REPLAY_TTL,
            place=place,
            by=actor_id,
            dry_run=dry_run,
            weights=asdict(weights),
            digest=digest_of(plan),
            wishes=len(plan.wishes),
            places_needed=sum(plan.problem.needs),
            volunteers=len(plan.volunteers),
            edges=sum(map(len, plan.problem.edges)),
            visits=plan.visits,
            rounds=plan.rounds,
        )

    def _store_record(
        self,
        context: RequestContext,
        record: Run,
        plan: Plan,
        planned: Sequence[PlannedOffer],
    ) -> Run:
        """Store the record of a run together with its replay pieces, unless they are too large."""
        pieces = pack(plan, planned)
        if sum(map(len, pieces)) > MAX_REPLAY_BYTES:
            pieces = []
        run = replace(record, chunks=len(pieces))
        expires_at = run.created_at + REPLAY_TTL
        rows = []
        for number, data in enumerate(pieces):
            piece = ReplayPiece(
                run_id=run.id, number=number, data=data, ttl=expires_at
            )
            rows.append(Put(row=piece))
        changes = Changes(entity=run, previous=None, writes=tuple(rows))
        return self._transaction.run(lambda: changes, context)

    def _make_offers(
        self,
        run: Run,
        plan: Plan,
        planned: Sequence[PlannedOffer],
        inputs: MatchingInput,
    ) -> Run:
        """Make the planned offers, each wish in its own transaction; note how many were made."""
        offers, room = _by_pair(planned), _live_limits(plan)
        histories, street = inputs.histories, street_of(run.place)
        for offer in planned:  # the reader has read all histories that exist
            if offer.volunteer not in histories:
                new = self._maker.new_history(street, offer.volunteer)
                histories[offer.volunteer] = new
        made = 0
        for open_wish, volunteers in plan.asked:
            wish = inputs.wishes[open_wish.id]
            chosen = [
                self._chosen(offers[wish.id, volunteer.id])
                for volunteer in volunteers
            ]
            offer_round = inputs.offer_rounds.get(wish.id)
            offer_round = offer_round or self._maker.new_round(wish)
            asked = self._maker.offer(
                wish, offer_round, chosen, histories, room, run.id
            )
            made += len(asked)
        self._count(run, plan, made)
        if not made:
            return run
        changes = Changes(entity=replace(run, made=made), previous=run)
        return self._transaction.run(lambda: changes, RequestContext())

    def _chosen(self, offer: PlannedOffer) -> ChosenVolunteer:
        """Return the volunteer to ask. That they have met the resident is for staff only."""
        why = tuple(reason for reason in offer.why if reason != "met")
        return ChosenVolunteer(
            offer_id=self._maker.new_id(), volunteer=offer.volunteer, why=why
        )

    def _count(self, run: Run, plan: Plan, made: int) -> None:
        self._metrics.count("OffersMade", made)
        self._metrics.count("PlacesUnserved", sum(plan.unserved.values()))
        self._metrics.observe("MatchingSeconds", run.milliseconds / 1000)


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


def _by_pair(
    planned: Sequence[PlannedOffer],
) -> Mapping[tuple[str, str], PlannedOffer]:
    return {(offer.wish, offer.volunteer): offer for offer in planned}


def _live_limits(plan: Plan) -> Mapping[str, int]:
    """Return how many live offers each volunteer may have, by id.

    A volunteer's claims have reduced their room. A run at the same time must not fill it.
    """
    limits = {}
    for volunteer, load in zip(
        plan.volunteers, plan.problem.loads, strict=True
    ):
        limits[volunteer.id] = volunteer.live + len(load)
    return limits


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
