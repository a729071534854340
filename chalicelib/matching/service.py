"""Runs: what is open and who could help is read together, the plan is made, written down and carried out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from ..kernel.access import STAFF, Resource, authorize, relations
from ..kernel.changes import Changes, Put
from ..kernel.clock import Clock, at_local, cpu_milliseconds, local_day
from ..kernel.errors import Invalid, NotFound
from ..kernel.ids import Ids
from ..kernel.jobs import Command, ScheduledJob
from ..kernel.metrics import Metrics
from ..kernel.paging import Page
from ..kernel.place import street_of
from ..kernel.request import RequestContext
from ..offers.decisions import ChosenVolunteer
from ..offers.maker import OfferMaker, need_of
from ..offers.match_scheduler import MatchScheduler
from ..offers.policy import MATCH, SENT_FROM, SENT_UNTIL
from ..people.service import People
from ..places.service import Places
from ..store.outbox import Outbox, shard_of
from ..store.transaction import Transaction
from ..wishes import permissions as wishes_permissions
from ..wishes.queries import WishQueries
from . import permissions
from .edges import Neighbours, obstacles, terms_of, why_of
from .explanation import Explanation, candidate, reason_of
from .model import Instance, Planned, Run, StreetWeights
from .plan import Plan, gini, make_plan
from .policy import INSTANCE_KEPT, INSTANCE_MOST, LISTED, SHOWN, Weights
from .record import Replay, digest_of, pack, unpack
from .repository import MatchingRepository
from .situation import Situation, Situations

__all__ = ["Matching"]

_SCHEDULE = "schedule"


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
        people: People,
        places: Places,
        wishes: WishQueries,
        scheduler: MatchScheduler,
        maker: OfferMaker,
    ) -> None:
        self._repository = repository
        self._transaction, self._clock, self._ids, self._metrics, self._outbox = transaction, clock, ids, metrics, outbox
        self._people, self._places, self._wishes = people, places, wishes
        self._scheduler, self._maker = scheduler, maker
        self._situations = Situations(clock=clock, people=people, places=places, wishes=wishes, maker=maker)

    # by themselves

    def match_all(self) -> int:
        """Hand over one job for each community in which something is open and people are awake; return their number."""
        now, jobs = self._clock.now(), list[ScheduledJob]()
        for street in self._places.streets():
            if self._next_waking(street, now) > now:
                continue
            for community in sorted({entry.community for entry in self._wishes.open_at(street)}):
                id = self._ids.new("due")
                job = Command(id=id, name=MATCH, subject=community)
                jobs.append(ScheduledJob(job=job, at=now, shard=shard_of(id, self._outbox.shards)))
        return self._outbox.enqueue(jobs)

    def match_community(self, community: str) -> None:
        """Ask whom a community's wishes need; at night, in the morning."""
        now = self._clock.now()
        waking = self._next_waking(street_of(community), now)
        if waking > now:
            self._scheduler.match_at(community, waking)
            return
        self._run(RequestContext(), community, by=_SCHEDULE, weights=self._weights(community).weights, dry_run=False)

    def _next_waking(self, street: str, now: datetime) -> datetime:
        """Return now, or when people there are next awake."""
        zone = self._places.zone_of(street)
        day = local_day(now, zone)
        opens, closes = at_local(day, SENT_FROM, zone), at_local(day, SENT_UNTIL, zone)
        if now < opens:
            return opens
        return now if now < closes else at_local(day + timedelta(days=1), SENT_FROM, zone)

    # by staff

    def start_run(
        self, context: RequestContext, place: str, weights: Mapping[str, int] | None, *, dry_run: bool
    ) -> tuple[Run, Sequence[Planned]]:
        """Match a place now, or with `dry_run` show what that would do, perhaps with other weights."""
        actor, _ = self._people.current(context.actor)
        authorize(actor, permissions.RUN, Resource(see=permissions.SEE, places=(place,)))
        if self._places.find(place) is None:
            raise Invalid("place.unknown", ["place"], place=place)
        if weights and not dry_run:
            raise Invalid("matching.weights_preview_only", ["weights"])
        used = _checked({**self._weights(place).changed, **(weights or {})}, ["weights"])
        return self._run(context, place, by=actor.id, weights=used, dry_run=dry_run)

    def read_run(self, context: RequestContext, run_id: str) -> tuple[Run, Sequence[Planned]]:
        """Return a run with what it planned, as long as that is kept."""
        run = self._repository.find_run(run_id)
        if run is None:
            raise NotFound
        actor, _ = self._people.current(context.actor)
        authorize(actor, permissions.READ, run.as_resource())
        replay = self.replay_of(run)
        return run, replay.planned if replay else ()

    def list_runs(self, context: RequestContext, place: str, limit: int) -> Page[Run]:
        """Return the runs of a place and below, newest first."""
        actor, _ = self._people.current(context.actor)
        authorize(actor, permissions.READ, Resource(see=permissions.SEE, places=(place,)))
        return self._repository.runs_at(place, context.start, limit)

    def find_run(self, run_id: str) -> Run | None:
        """Return a run; for the operator's command."""
        return self._repository.find_run(run_id)

    def replay_of(self, run: Run) -> Replay | None:
        """Return what a run was computed from, as long as it is kept."""
        pieces = self._repository.pieces_of(run.id)
        return unpack(pieces) if pieces and len(pieces) == run.chunks else None

    def read_weights(self, context: RequestContext, place: str) -> StreetWeights:
        """Return the weights of the street of a place."""
        actor, _ = self._people.current(context.actor)
        authorize(actor, permissions.READ, Resource(see=permissions.SEE, places=(place,)))
        return self._weights(place)

    def set_weights(self, context: RequestContext, place: str, changed: Mapping[str, int]) -> StreetWeights:
        """Change the weights of a street; what is not named goes back to the house's own."""
        street = street_of(place)

        def decide() -> Changes[StreetWeights]:
            actor, _ = self._people.current(context.actor)
            for scope in (place, street):  # first the place she knows, so that she is told no and not that it is not there
                authorize(actor, permissions.WEIGH, Resource(see=permissions.SEE, places=(scope,)))
            if self._places.find(street) is None:
                raise Invalid("place.unknown", ["place"], place=street)
            before = self._weights(street)
            before.check_version(context.seen_version)
            _checked(changed, ["weights"])
            own = asdict(Weights())
            kept = {name: value for name, value in changed.items() if own[name] != value}
            return Changes(entity=replace(before, changed=kept), previous=before if before.version else None)

        return self._transaction.run(decide, context)

    def _weights(self, place: str) -> StreetWeights:
        now, street = self._clock.now(), street_of(place)
        return self._repository.weights_of(street) or StreetWeights(id=street, created_at=now, updated_at=now)

    # a run

    def _run(
        self, context: RequestContext, place: str, *, by: str, weights: Weights, dry_run: bool
    ) -> tuple[Run, Sequence[Planned]]:
        """Look, decide, write the record, and make the offers; each of them is checked again by its own commit.

        The record comes first, under the request's receipt: whoever asks again gets it, and nothing is asked twice. What a
        crash leaves undone is found by the next run, for nothing reserves anything.
        """
        began = cpu_milliseconds()
        situation = self._situations.look(place, weights)
        plan = make_plan(situation.wanted, situation.free, weights, situation.neighbours, situation.now, self._wishes.carried_by)
        planned = _planned(plan, weights, situation.neighbours)
        record = self._record(place, by, weights, plan, planned, dry_run=dry_run)
        record = replace(record, milliseconds=cpu_milliseconds() - began)
        if by == _SCHEDULE and not planned and self._was_so(record):
            return record, planned
        pieces = pack(plan, planned)
        pieces = pieces if sum(map(len, pieces)) <= INSTANCE_MOST else []
        ttl = situation.now + INSTANCE_KEPT
        beside = tuple(Put(row=Instance(run_id=record.id, number=n, data=data, ttl=ttl)) for n, data in enumerate(pieces))
        record = replace(record, chunks=len(pieces))
        run = self._transaction.run(lambda: Changes(entity=record, previous=None, writes=beside), context)
        return (run, planned) if dry_run else (self._carry_out(run, plan, planned, situation), planned)

    def _was_so(self, record: Run) -> bool:
        """Say whether the latest run of the place saw the very same, and nobody could be asked: once is enough to know."""
        if not record.wishes:
            return True
        last = self._repository.latest_at(record.place)
        return last is not None and last.digest == record.digest

    def _record(self, place: str, by: str, weights: Weights, plan: Plan, planned: Sequence[Planned], *, dry_run: bool) -> Run:
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
            shortages=tuple((s.grid, s.skill, s.price, s.wishes) for s in plan.shortages(weights)),
            planned=len(planned),
            offers=tuple((one.wish, one.volunteer, one.cost) for one in planned[:LISTED]),
        )

    def _carry_out(self, run: Run, plan: Plan, planned: Sequence[Planned], situation: Situation) -> Run:
        of_pair, standings, made = {(one.wish, one.volunteer): one for one in planned}, situation.standings, 0
        for one in planned:  # all who were ever asked have been read
            standings.setdefault(one.volunteer, self._maker.new_standing(street_of(run.place), one.volunteer))
        # What somebody carries has been taken from her room; another run at the same time must not fill it.
        room = {h.id: h.live + len(load) for h, load in zip(plan.helpers, plan.problem.loads, strict=True)}
        for wanted, helpers in plan.asked:
            wish = situation.wishes[wanted.id]
            asks = [_ask(self._maker.new_id(), of_pair[wanted.id, helper.id]) for helper in helpers]
            search = situation.searches.get(wish.id) or self._maker.new_search(wish)
            made += len(self._maker.offer(wish, search, asks, standings, room, run.id))
        self._metrics.count("OffersMade", made)
        self._metrics.count("PlacesUnserved", sum(plan.unserved.values()))
        self._metrics.observe("MatchingSeconds", run.milliseconds / 1000)
        if not made:
            return run
        return self._transaction.run(lambda: Changes(entity=replace(run, made=made), previous=run), RequestContext())

    # why

    def explain(self, context: RequestContext, wish_id: str) -> Explanation:
        """Return who comes into question for a wish and why it still waits; for its staff."""
        wish = self._wishes.find(wish_id)
        if wish is None:
            raise NotFound
        actor, _ = self._people.current(context.actor)
        authorize(actor, wishes_permissions.READ_MATCHING, wish.as_resource())
        weights = self._weights(wish.place).weights
        situation = self._situations.look(wish.place, weights, only=wish)
        wanted, search = situation.wanted[0], situation.searches[wish.id]
        against = {helper.id: obstacles(wanted, helper, situation.now) for helper in situation.helpers}
        fit = sorted(
            (helper for helper in situation.helpers if not against[helper.id]),
            key=lambda h: (sum(terms_of(wanted, h, weights, situation.neighbours).values()) + weights.of_load(h.recent), h.id),
        )[: SHOWN * 2]
        carried = self._wishes.carried_by([helper.id for helper in fit])
        for helper in fit:
            if carried.get(helper.id, 0) >= helper.capacity:
                against[helper.id] = ["full"]
        fit = [helper for helper in fit if not against[helper.id]]
        people = self._people.find_many([helper.id for helper in fit[:SHOWN]])
        names = {id: person for id, person in people.items() if relations(actor, person.as_resource()) & STAFF}
        candidates = [candidate(wanted, helper, names, weights, situation.neighbours) for helper in fit[:SHOWN]]
        night = self._next_waking(street_of(wish.place), situation.now) > situation.now
        reason, facts = reason_of(wish, search, against, situation.now, night=night)
        last = self._repository.latest_at(wish.community)
        return Explanation(
            wish=wish,
            need=need_of(wish, search),
            asked=search.asked,
            reasons=self._maker.reasons_in(search),
            candidates=candidates,
            excluded=Counter(name for names in against.values() for name in names),
            reason=reason,
            facts=facts,
            shortages=last.shortages if last else (),
        )


def _checked(changed: Mapping[str, int], loc: Sequence[str | int]) -> Weights:
    weights = Weights(**changed)
    if weights.leaves_somebody:
        raise Invalid("matching.weights_leave_somebody", loc)
    return weights


def _ask(offer_id: str, one: Planned) -> ChosenVolunteer:
    """What she reads before she takes the wish says nothing of who the resident is: that she knows her is for staff."""
    return ChosenVolunteer(offer_id=offer_id, volunteer=one.volunteer, why=tuple(why for why in one.why if why != "met"))


def _planned(plan: Plan, weights: Weights, neighbours: Neighbours) -> list[Planned]:
    planned = []
    for wish, helpers in plan.asked:
        for helper in helpers:
            terms = terms_of(wish, helper, weights, neighbours)
            why = why_of(wish, helper, neighbours)
            planned.append(Planned(wish=wish.id, volunteer=helper.id, cost=sum(terms.values()), terms=terms, why=why))
    return planned
