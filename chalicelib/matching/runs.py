"""Carries out one run: read the input, make the plan, write the record, make the offers."""

from collections.abc import Sequence
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
from ..wishes.queries import WishQueries
from .edges import Neighbours, terms_of, why_of
from .inputs import InputReader, MatchingInput
from .model import Instance, Planned, Run
from .plan import Plan, gini, make_plan
from .policy import INSTANCE_KEPT, INSTANCE_MOST, LISTED, Weights
from .record import digest_of, pack
from .repository import MatchingRepository

__all__ = ["SCHEDULE", "RunExecutor"]

SCHEDULE = "schedule"  # the starter of a run that no person has started


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
        wishes: WishQueries,
        maker: OfferMaker,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._ids, self._metrics = clock, ids, metrics
        self._inputs, self._wishes, self._maker = inputs, wishes, maker

    def run(
        self,
        context: RequestContext,
        place: str,
        *,
        by: str,
        weights: Weights,
        dry_run: bool,
    ) -> tuple[Run, Sequence[Planned]]:
        """Run matching at a place; return the record and the plan.

        The record comes first, under the request's Idempotency-Key: a repetition returns it, and
        makes no offer twice. Each offer is checked again by its own commit. The next run makes the
        offers that a crash has left out, because a plan reserves nothing.
        """
        began = cpu_milliseconds()
        found = self._inputs.read(place, weights)
        plan = make_plan(
            found.wanted, found.free, weights, found.neighbours, self._wishes.carried_by
        )
        planned = _planned(plan, weights, found.neighbours)
        record = self._record(place, by, weights, plan, planned, dry_run=dry_run)
        record = replace(record, milliseconds=cpu_milliseconds() - began)
        if by == SCHEDULE and not planned and self._was_so(record):
            return record, planned
        pieces = pack(plan, planned)
        pieces = pieces if sum(map(len, pieces)) <= INSTANCE_MOST else []
        ttl = found.now + INSTANCE_KEPT
        beside = tuple(
            Put(row=Instance(run_id=record.id, number=n, data=data, ttl=ttl))
            for n, data in enumerate(pieces)
        )
        record = replace(record, chunks=len(pieces))
        run = self._transaction.run(
            lambda: Changes(entity=record, previous=None, writes=beside), context
        )
        return (
            (run, planned)
            if dry_run
            else (self._carry_out(run, plan, planned, found), planned)
        )

    def _was_so(self, record: Run) -> bool:
        """Say whether the latest run of the place had the same input. It need not be recorded twice."""
        if not record.wishes:
            return True
        last = self._repository.latest_at(record.place)
        return last is not None and last.digest == record.digest

    def _record(
        self,
        place: str,
        by: str,
        weights: Weights,
        plan: Plan,
        planned: Sequence[Planned],
        *,
        dry_run: bool,
    ) -> Run:
        now = self._clock.now()
        problem, solution = plan.problem, plan.solution
        return Run(
            id=self._ids.new("run"),
            created_at=now,
            updated_at=now,
            ttl=now + INSTANCE_KEPT,
            place=place,
            by=by,
            dry_run=dry_run,
            weights=asdict(weights),
            digest=digest_of(plan),
            wishes=len(plan.wishes),
            places_needed=sum(problem.needs),
            volunteers=len(plan.helpers),
            edges=sum(len(pairs) for pairs in problem.edges),
            visits=plan.visits,
            rounds=plan.rounds,
            cost=solution.cost,
            bound=solution.bound,
            exact=solution.complete,
            priced=plan.priced,
            gini_before=gini(helper.recent for helper in plan.helpers),
            gini=gini(plan.loads),
            most_offers=max(plan.loads, default=0),
            unserved=plan.unserved,
            shortages=tuple(
                (s.grid, s.skill, s.price, s.wishes) for s in plan.shortages(weights)
            ),
            planned=len(planned),
            offers=tuple(
                (one.wish, one.volunteer, one.cost) for one in planned[:LISTED]
            ),
        )

    def _carry_out(
        self, run: Run, plan: Plan, planned: Sequence[Planned], found: MatchingInput
    ) -> Run:
        of_pair = {(one.wish, one.volunteer): one for one in planned}
        histories, made = found.histories, 0
        for one in planned:  # all who were ever asked have been read
            histories.setdefault(
                one.volunteer,
                self._maker.new_history(street_of(run.place), one.volunteer),
            )
        # A volunteer's claims reduce their room; another run at the same time must not fill it.
        room = {
            h.id: h.live + len(load)
            for h, load in zip(plan.helpers, plan.problem.loads, strict=True)
        }
        for wanted, helpers in plan.asked:
            wish = found.wishes[wanted.id]
            asks = [
                _ask(self._maker.new_id(), of_pair[wanted.id, helper.id])
                for helper in helpers
            ]
            offer_round = found.offer_rounds.get(wish.id) or self._maker.new_round(wish)
            made += len(
                self._maker.offer(wish, offer_round, asks, histories, room, run.id)
            )
        self._metrics.count("OffersMade", made)
        self._metrics.count("PlacesUnserved", sum(plan.unserved.values()))
        self._metrics.observe("MatchingSeconds", run.milliseconds / 1000)
        if not made:
            return run
        return self._transaction.run(
            lambda: Changes(entity=replace(run, made=made), previous=run),
            RequestContext(),
        )


def _ask(offer_id: str, one: Planned) -> ChosenVolunteer:
    """Return the offer to a volunteer. That they have met the resident is for staff only."""
    return ChosenVolunteer(
        offer_id=offer_id,
        volunteer=one.volunteer,
        why=tuple(why for why in one.why if why != "met"),
    )


def _planned(plan: Plan, weights: Weights, neighbours: Neighbours) -> list[Planned]:
    planned = []
    for wish, helpers in plan.asked:
        for helper in helpers:
            terms = terms_of(wish, helper, weights, neighbours)
            why = why_of(wish, helper, neighbours)
            planned.append(
                Planned(
                    wish=wish.id,
                    volunteer=helper.id,
                    cost=sum(terms.values()),
                    terms=terms,
                    why=why,
                )
            )
    return planned
