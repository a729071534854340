"""Runs: what is open and who could help is read together, the plan is made, written down and carried out."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from ..kernel.access import STAFF, Resource, authorize, parties
from ..kernel.call import Call
from ..kernel.clock import Clock, at_local, cpu_milliseconds, local_day
from ..kernel.errors import Invalid, NotFound
from ..kernel.ids import Ids
from ..kernel.meter import Meter
from ..kernel.outcome import Due, Outcome, Put
from ..kernel.paging import Page
from ..kernel.place import community_of, covers, street_of
from ..kernel.quiet import QUIET_FROM, QUIET_TO
from ..offers.decisions import Ask
from ..offers.model import Asked, Search, Standing, grid_of, urgency_of
from ..offers.policy import PRIOR_PERMILLE, SENT_FROM, SENT_UNTIL
from ..offers.service import MATCH, Offers, need_of
from ..people.model import Person, Vetting, Volunteering
from ..people.service import People
from ..places.model import DEFAULT_ZONE
from ..places.service import Places
from ..store.commit import Committer
from ..store.due import Outbox, shard_of
from ..wishes.model import State, Wish
from ..wishes.service import Wishes
from . import rows
from .edges import OBSTACLES, Helper, Neighbours, Wanted, may_be_asked, obstacles, terms_of, why_of
from .model import Instance, Planned, Run, StreetWeights
from .plan import Plan, gini, make_plan
from .policy import INSTANCE_KEPT, INSTANCE_MOST, LISTED, SHOWN, Weights
from .record import Replay, digest_of, pack, unpack

__all__ = ["Candidate", "Explanation", "Matching"]

_SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What a run looks at: what is open and unmet, who could be asked, and what was read to know it."""

    place: str
    now: datetime
    wanted: Sequence[Wanted]
    helpers: Sequence[Helper]
    neighbours: Neighbours
    wishes: Mapping[str, Wish]
    searches: Mapping[str, Search]
    standings: dict[str, Standing]

    @property
    def free(self) -> Sequence[Helper]:
        """Return everybody, without room for an offer where she may not be asked at all at this hour."""
        zone = self.wanted[0].zone if self.wanted else DEFAULT_ZONE
        return [helper if may_be_asked(helper, self.now, zone) else replace(helper, room=0) for helper in self.helpers]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody as a candidate for one wish: what asking her costs, or what stands against it."""

    volunteer: str
    name: str
    terms: Mapping[str, int]
    load: int
    recent: int
    acceptance: int
    obstacles: Sequence[str]
    why: Sequence[str]

    @property
    def cost(self) -> int:
        """Return the points that asking her costs, her load included."""
        return sum(self.terms.values()) + self.load


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Who comes into question for a wish, who was asked, and why it still waits; `facts` fill the reason's text."""

    wish: Wish
    need: int
    asked: Sequence[Asked]
    candidates: Sequence[Candidate]
    excluded: Mapping[str, int]
    reason: str
    facts: Mapping[str, object]
    shortages: Sequence[tuple[str, str, int, int]]


class Matching:
    """Use cases of matching."""

    def __init__(
        self,
        *,
        commit: Committer,
        clock: Clock,
        ids: Ids,
        meter: Meter,
        outbox: Outbox,
        people: People,
        places: Places,
        wishes: Wishes,
        offers: Offers,
    ) -> None:
        self._commit, self._clock, self._ids, self._meter, self._outbox = commit, clock, ids, meter, outbox
        self._people, self._places, self._wishes, self._offers = people, places, wishes, offers

    # by themselves

    def match_all(self) -> int:
        """Hand over one job for each community in which something is open and people are awake; return their number."""
        now, jobs = self._clock.now(), list[Due]()
        for street in self._places.streets():
            if self._next_waking(street, now) > now:
                continue
            for community in sorted({entry.community for entry in self._wishes.open_at(street)}):
                id = self._ids.new("due")
                jobs.append(Due(id=id, at=now, shard=shard_of(id, self._outbox.shards), kind=MATCH, subject=community))
        return self._outbox.hand_over(jobs)

    def match_community(self, community: str) -> None:
        """Ask whom a community's wishes need; at night, in the morning."""
        now = self._clock.now()
        waking = self._next_waking(street_of(community), now)
        if waking > now:
            self._offers.match_at(community, waking)
            return
        self._run(Call(), community, by=_SCHEDULE, weights=self._weights(community).weights, dry_run=False)

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
        self, call: Call, place: str, weights: Mapping[str, int] | None, *, dry_run: bool
    ) -> tuple[Run, Sequence[Planned]]:
        """Match a place now, or with `dry_run` show what that would do, perhaps with other weights."""
        actor, _ = self._people.current(call.actor)
        authorize(actor, "matching.run", Resource(kind="matching", places=(place,)))
        if self._places.find(place) is None:
            raise Invalid("place.unknown", ["place"], place=place)
        if weights and not dry_run:
            raise Invalid("matching.weights_preview_only", ["weights"])
        used = _checked({**self._weights(place).changed, **(weights or {})}, ["weights"])
        return self._run(call, place, by=actor.id, weights=used, dry_run=dry_run)

    def read_run(self, call: Call, run_id: str) -> tuple[Run, Sequence[Planned]]:
        """Return a run with what it planned, as long as that is kept."""
        run = rows.find_run(run_id)
        if run is None:
            raise NotFound
        actor, _ = self._people.current(call.actor)
        authorize(actor, "matching.read", run.as_resource())
        replay = self.replay_of(run)
        return run, replay.planned if replay else ()

    def list_runs(self, call: Call, place: str, limit: int) -> Page[Run]:
        """Return the runs of a place and below, newest first."""
        actor, _ = self._people.current(call.actor)
        authorize(actor, "matching.read", Resource(kind="matching", places=(place,)))
        return rows.runs_at(place, call.start, limit)

    def find_run(self, run_id: str) -> Run | None:
        """Return a run; for the operator's command."""
        return rows.find_run(run_id)

    def replay_of(self, run: Run) -> Replay | None:
        """Return what a run was computed from, as long as it is kept."""
        pieces = rows.pieces_of(run.id)
        return unpack(pieces) if pieces and len(pieces) == run.chunks else None

    def read_weights(self, call: Call, place: str) -> StreetWeights:
        """Return the weights of the street of a place."""
        actor, _ = self._people.current(call.actor)
        authorize(actor, "matching.read", Resource(kind="matching", places=(place,)))
        return self._weights(place)

    def set_weights(self, call: Call, place: str, changed: Mapping[str, int]) -> StreetWeights:
        """Change the weights of a street; what is not named goes back to the house's own."""
        street = street_of(place)

        def decide() -> Outcome[StreetWeights]:
            actor, _ = self._people.current(call.actor)
            for scope in (
                place,
                street,
            ):  # who knows of the place may know that it is not hers to weigh; it is for all of the street
                authorize(actor, "matching.weigh", Resource(kind="matching", places=(scope,)))
            if self._places.find(street) is None:
                raise Invalid("place.unknown", ["place"], place=street)
            before = self._weights(street)
            before.check_version(call.seen_version)
            _checked(changed, ["weights"])
            own = asdict(Weights())
            kept = {name: value for name, value in changed.items() if own[name] != value}
            return Outcome(entity=replace(before, changed=kept), previous=before if before.version else None)

        return self._commit.settle(decide, call)

    def _weights(self, place: str) -> StreetWeights:
        now, street = self._clock.now(), street_of(place)
        return rows.weights_of(street) or StreetWeights(id=street, created_at=now, updated_at=now)

    # a run

    def _run(self, call: Call, place: str, *, by: str, weights: Weights, dry_run: bool) -> tuple[Run, Sequence[Planned]]:
        """Look, decide, write the record, and make the offers; each of them is checked again by its own commit.

        The record comes first, under the request's receipt: whoever asks again gets it, and nothing is asked twice. What a
        crash leaves undone is found by the next run, for nothing reserves anything.
        """
        began = cpu_milliseconds()
        situation = self._look(place, weights)
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
        run = self._commit.settle(lambda: Outcome(entity=record, previous=None, beside=beside), call)
        return (run, planned) if dry_run else (self._carry_out(run, plan, planned, situation), planned)

    def _was_so(self, record: Run) -> bool:
        """Say whether the latest run of the place saw the very same, and nobody could be asked: once is enough to know."""
        if not record.wishes:
            return True
        last = rows.last_run_at(record.place)
        return last is not None and last.digest == record.digest

    def _record(self, place: str, by: str, weights: Weights, plan: Plan, planned: Sequence[Planned], *, dry_run: bool) -> Run:
        now = self._clock.now()
        problem, solution = plan.problem, plan.solution
        return Run(
            id=self._ids.new("run"),
            created_at=now,
            updated_at=now,
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
            standings.setdefault(one.volunteer, self._offers.new_standing(street_of(run.place), one.volunteer))
        # What somebody carries has been taken from her room; another run at the same time must not fill it.
        room = {h.id: h.live + len(load) for h, load in zip(plan.helpers, plan.problem.loads, strict=True)}
        for wanted, helpers in plan.asked:
            wish = situation.wishes[wanted.id]
            asks = [
                Ask(offer_id=self._offers.new_id(), volunteer=h.id, why=one.why, terms=one.terms)
                for h in helpers
                if (one := of_pair[wanted.id, h.id])
            ]
            search = situation.searches.get(wish.id) or self._offers.new_search(wish)
            made += len(self._offers.offer(wish, search, asks, standings, room, run.id))
        self._meter.count("OffersMade", made)
        self._meter.count("PlacesUnserved", sum(plan.unserved.values()))
        self._meter.observe("MatchingCost", run.milliseconds / 1000)
        if not made:
            return run
        return self._commit.settle(lambda: Outcome(entity=replace(run, made=made), previous=run), Call())

    def _look(self, place: str, weights: Weights, only: Wish | None = None) -> Situation:
        """Read what a run needs to know: a handful of requests for a community, however many pairs there are."""
        now, street = self._clock.now(), street_of(place)
        searches: dict[str, Search] = {}
        if only:
            wishes = {only.id: only}
            searches[only.id] = self._offers.search_of(only)
        else:
            entries = self._wishes.open_at(place if place == street else community_of(place))
            for community in sorted({entry.community for entry in entries}):
                searches |= self._offers.searches_of(community)
            unmet = [e.id for e in entries if e.places_left > (len(searches[e.id].live) if e.id in searches else 0)]
            found = self._wishes.find_many(unmet)
            open = {id: wish for id, wish in found.items() if wish.state is State.OPEN and wish.expires_at > now}
            wishes = {id: w for id, w in open.items() if covers(place, w.place) and not w.has_missed_its_windows(now)}
        if not wishes:
            return Situation(place=place, now=now, wanted=(), helpers=(), neighbours=_apart, wishes={}, searches={}, standings={})
        residents = self._people.find_many({wish.person_id for wish in wishes.values()})
        standings = self._offers.standings_of(street)
        helpers = [_helper(several, standings, weights, now) for several in self._volunteers(place)]
        return Situation(
            place=place,
            now=now,
            wanted=[
                _wanted(wish, searches.get(wish.id), residents.get(wish.person_id), weights, now) for wish in wishes.values()
            ],
            helpers=helpers,
            neighbours=self._neighbours([*(w.place for w in wishes.values()), *(helper.base for helper in helpers)]),
            wishes=wishes,
            searches=searches,
            standings=standings,
        )

    def _volunteers(self, place: str) -> Iterable[list[Volunteering]]:
        """Return the volunteers who may be asked at a place, each with all the areas that she serves."""
        found: defaultdict[str, list[Volunteering]] = defaultdict(list)
        for one in self._people.volunteers_of(place):
            found[one.person_id].append(one)
        return found.values()

    def _neighbours(self, places: Iterable[str]) -> Neighbours:
        """Return which grids and communities of these places lie side by side; it is enough that one of the two says so."""
        codes = {code for place in places for code in (grid_of(place), community_of(place))}
        beside = {(place.id, other) for place in self._places.find_many(sorted(codes)).values() for other in place.neighbours}
        return lambda one, other: (one, other) in beside or (other, one) in beside

    # why

    def explain(self, call: Call, wish_id: str) -> Explanation:
        """Return who comes into question for a wish and why it still waits; for its staff."""
        wish = self._wishes.find(wish_id)
        if wish is None:
            raise NotFound
        actor, _ = self._people.current(call.actor)
        authorize(actor, "wish.read_matching", wish.as_resource())
        weights = self._weights(wish.place).weights
        situation = self._look(wish.place, weights, only=wish)
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
        names = {id: person for id, person in people.items() if parties(actor, person.as_resource()) & STAFF}
        candidates = [_candidate(wanted, helper, names, weights, situation.neighbours) for helper in fit[:SHOWN]]
        reason, facts = self._reason(wish, search, against, situation.now)
        last = rows.last_run_at(wish.community)
        return Explanation(
            wish=wish,
            need=need_of(wish, search),
            asked=search.asked,
            candidates=candidates,
            excluded=Counter(name for names in against.values() for name in names),
            reason=reason,
            facts=facts,
            shortages=last.shortages if last else (),
        )

    def _reason(
        self, wish: Wish, search: Search, against: Mapping[str, Sequence[str]], now: datetime
    ) -> tuple[str, Mapping[str, object]]:
        """Return the one thing that a wish waits for."""
        if wish.state is not State.OPEN or wish.has_missed_its_windows(now):
            return "missed" if wish.state is State.OPEN else "not_open", {"state": wish.state.value}
        if need_of(wish, search) < 1:
            return "asked", {"count": len(search.live)}
        fit = sum(not set(names) - {"quiet"} for names in against.values())
        if fit and self._next_waking(street_of(wish.place), now) > now:
            return "night", {}
        if fit := sum(not names for names in against.values()):
            return "soon", {"count": fit}
        if not against:
            return "nobody", {}
        # What alone keeps most people away binds; where several things keep everybody away, the most common of them; of two
        # that keep equally many away the later in the table, which passes sooner.
        alone = Counter(names[0] for names in against.values() if len(names) == 1)
        every = Counter(name for names in against.values() for name in names)
        count = alone or every
        binding = max(reversed([*OBSTACLES]), key=lambda name: count[name])
        return {"asked": "asked_before"}.get(binding, binding), {"skills": "、".join(wish.skills)}


def _checked(changed: Mapping[str, int], loc: Sequence[str | int]) -> Weights:
    weights = Weights(**changed)
    if weights.leaves_somebody:
        raise Invalid("matching.weights_leave_somebody", loc)
    return weights


def _apart(one: str, other: str) -> bool:
    return False


def _planned(plan: Plan, weights: Weights, neighbours: Neighbours) -> list[Planned]:
    planned = []
    for wish, helpers in plan.asked:
        for helper in helpers:
            terms = terms_of(wish, helper, weights, neighbours)
            why = why_of(wish, helper, neighbours)
            planned.append(Planned(wish=wish.id, volunteer=helper.id, cost=sum(terms.values()), terms=terms, why=why))
    return planned


def _wanted(wish: Wish, search: Search | None, resident: Person | None, weights: Weights, now: datetime) -> Wanted:
    urgency = urgency_of(wish.last_day, now, wish.zone)
    kin = {wish.person_id, wish.filed_by, wish.proxy_id or "", (resident.contact_via if resident else None) or ""}
    helped = {claim.helper for claim in wish.claims}  # who has it, and who has given it back
    return Wanted(
        id=wish.id,
        need=max(0, need_of(wish, search)),
        price=weights.of_wish(urgency, now - (wish.opened_at or wish.submitted_at)),
        urgency=urgency,
        kind=wish.kind.value,
        place=wish.place,
        zone=wish.zone,
        skills=wish.skills,
        dialects=wish.dialects,
        windows=tuple((slot.start, slot.end) for slot in wish.window if slot.end > now),
        vetted=wish.vetting_required,
        resident=wish.person_id,
        kin=frozenset(kin - {""}),
        household=resident.household if resident else None,
        not_again=frozenset(helped) | (search.not_again if search else frozenset()),
    )


def _helper(several: Sequence[Volunteering], standings: Mapping[str, Standing], weights: Weights, now: datetime) -> Helper:
    one, standing = several[0], standings.get(several[0].person_id)
    profile = one.profile
    places = tuple(place for area in several for place in area.places)
    street = street_of(places[0])
    live, recent = (standing.live(now), standing.recent(now)) if standing else (0, 0)
    return Helper(
        id=one.person_id,
        places=places,
        base=one.home if one.home and street_of(one.home) == street else places[0],
        kinds=frozenset(profile.kinds),
        never=frozenset(profile.never),
        skills=frozenset(profile.skills),
        dialects=frozenset(profile.dialects),
        availability=tuple((a.weekday, a.start, a.end) for a in profile.availability),
        vetted=one.vetting is Vetting.SAFEGUARDING,
        household=one.household,
        contact_via=one.contact_via,
        paused_until=profile.paused_until,
        quiet=(one.quiet_hours.start, one.quiet_hours.end) if one.quiet_hours else (QUIET_FROM, QUIET_TO),
        room=max(0, min(weights.live_most, profile.capacity) - live),
        live=live,
        capacity=profile.capacity - live,
        recent=recent,
        acceptance=weights.willing(standing.acceptance if standing else PRIOR_PERMILLE, recent),
        met=frozenset(standing.met) if standing else frozenset(),
    )


def _candidate(
    wanted: Wanted, helper: Helper, names: Mapping[str, Person], weights: Weights, neighbours: Callable[[str, str], bool]
) -> Candidate:
    person = names.get(helper.id)
    return Candidate(
        volunteer=helper.id,
        name=person.name if person else "",
        terms=terms_of(wanted, helper, weights, neighbours),
        load=weights.of_load(helper.recent),
        recent=helper.recent,
        acceptance=helper.acceptance,
        obstacles=(),
        why=why_of(wanted, helper, neighbours),
    )
