"""What people do with wishes. Every use case reads, asks the access table, lets the model decide, and commits once."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from ..kernel.access import STAFF, SYSTEM, Actor, Relation, Resource, authorize, relations
from ..kernel.changes import Changes, Put
from ..kernel.clock import Clock, local_day
from ..kernel.codes import Keyring, derive_digits, same
from ..kernel.errors import Conflict, Forbidden, Invalid, NotFound
from ..kernel.ids import Ids
from ..kernel.message_context import MessageContext, MessageSubject
from ..kernel.paging import Page, every
from ..kernel.place import PlaceKind, community_of, kind_of, street_of
from ..kernel.request import RequestContext
from ..kernel.text import overlap
from ..people import permissions as people_permissions
from ..people.model import Person, Vetting
from ..people.service import ConsentGiven, People
from ..places.service import Places
from ..store.entity_store import EntityStore
from ..store.transaction import Transaction
from . import decisions, model, permissions, policy, telling
from .model import WALL_STATES, Kind, Mover, Safeguarding, State, WallEntry, Window, Wish, WishEdit
from .repository import WishEvent, WishRepository
from .timers import on_timer

__all__ = ["OnTheWall", "Seen", "WishTerms", "Wishes"]

Decide = Callable[[Wish, Mover, dict[str, Person]], Changes[Wish]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WishTerms:
    """What a wish says."""

    kind: Kind
    title: str
    story: str = ""
    budget_fen: int | None = None
    place: str | None = None
    helpers_needed: int = 1
    needed_by: date
    window: tuple[Window, ...] = ()
    dialects: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    safeguarding: tuple[Safeguarding, ...] = ()
    alias: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A wish as somebody sees it: what she is towards it, and the people whom her view may name."""

    wish: Wish
    actor_id: str
    relations: frozenset[Relation]
    people: Mapping[str, Person] = field(default_factory=dict)
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTheWall:
    """A line of the wall as somebody who is not staff sees it."""

    entry: WallEntry
    moves: Sequence[str]
    now: datetime


class Wishes:
    """Use cases about wishes."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: WishRepository,
        clock: Clock,
        ids: Ids,
        keys: Keyring,
        people: People,
        places: Places,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._clock, self._ids, self._keys = clock, ids, keys
        self._entities = EntityStore(transaction, repository.find_wish, place=lambda wish: wish.place)
        self._people, self._places = people, places

    # reading

    def read_wish(self, context: RequestContext, wish_id: str) -> Seen:
        """Return a wish as the caller may see it. A plain public look is one request."""
        wish = _found(self._repository.find_wish(wish_id))
        actor = context.actor
        found = authorize(actor, permissions.SEE, wish.as_resource())
        if not found & (STAFF | {Relation.OWNER, Relation.HELPER}):
            return self._seen(actor, wish, {})
        actor, people = self._named_in(context, wish)
        authorize(actor, permissions.SEE, wish.as_resource())
        return self._seen(actor, wish, people)

    def read_timeline(self, context: RequestContext, wish_id: str, limit: int) -> tuple[Page[WishEvent], bool]:
        """Return a wish's events, oldest first, and whether the caller may see who did what."""
        wish = _found(self._repository.find_wish(wish_id))
        authorize(context.actor, permissions.SEE, wish.as_resource())
        actor, _ = self._people.current(context.actor)
        found = authorize(actor, permissions.READ_TIMELINE, wish.as_resource())
        return self._repository.timeline_of(wish.id, context.start, limit), bool(found & STAFF)

    def list_wishes(
        self, context: RequestContext, place: str, state: State | None, kind: Kind | None, limit: int
    ) -> Page[Seen] | Page[OnTheWall]:
        """Return the wall of a place for everybody, or all its wishes for its staff."""
        resource = Resource(see=permissions.SEE, places=(place,), public=True)
        if relations(context.actor, resource) & STAFF:
            actor, _ = self._people.current(context.actor)
            authorize(actor, permissions.LIST_ALL, resource)
            page = self._repository.wishes_in(place, [state] if state else list(State), kind, context.start, limit)
            people = self._people.find_many({id for wish in page.items for id in _named_in(wish)})
            return Page([self._seen(actor, wish, people) for wish in page.items], page.next)
        authorize(context.actor, permissions.LIST, resource)
        if kind_of(place) not in (PlaceKind.STREET, PlaceKind.COMMUNITY):
            raise Invalid("wish.place_of_wall", ["place"])
        if state and state not in WALL_STATES:
            authorize(context.actor, permissions.LIST_ALL, resource)
        wall = self._repository.wall(place, [state] if state else WALL_STATES, kind, context.start, limit)
        return Page([self._on_the_wall(context.actor, entry) for entry in wall.items], wall.next)

    def my_wishes(self, context: RequestContext, limit: int) -> Page[Seen]:
        """Return one's own wishes, newest first."""
        actor, _ = self._people.current(context.actor)
        authorize(
            actor, people_permissions.ME, Resource(see=people_permissions.SEE, relations={Relation.OWNER: frozenset({actor.id})})
        )
        page = self._repository.wishes_of(actor.id, context.start, limit)
        people = self._people.find_many({id for wish in page.items for id in _named_in(wish)})
        return Page([self._seen(actor, wish, people) for wish in page.items], page.next)

    def my_claims(self, context: RequestContext, limit: int) -> Page[tuple[model.Claim, Seen]]:
        """Return one's own claims, newest first, each with its wish as one may see it now."""
        actor, _ = self._people.current(context.actor)
        authorize(
            actor, people_permissions.ME, Resource(see=people_permissions.SEE, relations={Relation.OWNER: frozenset({actor.id})})
        )
        page = self._repository.claims_of(actor.id, context.start, limit)
        people = self._people.find_many({id for _, wish in page.items for id in _named_in(wish)})
        found = [
            (claim, self._seen(actor, wish, people))
            for claim_id, wish in page.items
            for claim in wish.claims
            if claim.id == claim_id
        ]
        return Page(found, page.next)

    def waiting(self, place: str, after: str, limit: int) -> Page[tuple[str, Wish]]:
        """Return the wishes that wait for the staff of a place, each with its order; the desk has asked for permission."""
        page = self._repository.waiting_at(place, after, limit)
        wishes = {wish.id: wish for wish in self._repository.find_wishes([waiting.id for waiting in page.items])}
        found = [(waiting.waits_order, wishes[waiting.id]) for waiting in page.items if waiting.id in wishes]
        return Page(found, {"after": page.next["waits_order"]} if page.next else None)

    def count_waiting(self, place: str) -> Mapping[str, int]:
        """Return how many wishes wait for the staff of a place, by what they wait for."""
        return Counter(waiting.waits_for for waiting in self._repository.waiting_at(place, "", 2000).items)

    def place_of(self, wish_id: str) -> str:
        """Return the place of a wish, empty when there is no such wish."""
        return self._entities.place_of(wish_id)

    # for other features

    def find(self, wish_id: str) -> Wish | None:
        """Read one wish without asking on whose behalf; for jobs and compositions."""
        return self._repository.find_wish(wish_id)

    def find_many(self, wish_ids: Sequence[str]) -> dict[str, Wish]:
        """Read several wishes, a hundred in a request, by id."""
        return {wish.id: wish for wish in self._repository.find_wishes(list(dict.fromkeys(wish_ids)))}

    def open_at(self, place: str) -> list[WallEntry]:
        """Return everything that is open on the wall of a street or community, oldest first."""
        return list(every(lambda start: self._repository.wall(place, [State.OPEN], None, start, 500)))

    def carried_by(self, helpers: Sequence[str]) -> Mapping[str, int]:
        """Return how many wishes each of these helpers carries; who is not named carries none."""
        return self._repository.carried_by(helpers)

    def rearm_lost(self) -> int:
        """Arm anew the wishes that wait for something long due and have no alarm; return how many there were."""
        wishes = (wish for street in self._places.streets() for wish in self._repository.with_alarms(street))
        return self._entities.rearm(wishes)

    def _on_the_wall(self, actor: Actor, entry: WallEntry) -> OnTheWall:
        resource = Resource(see=permissions.SEE, places=(entry.community,), public=True)
        moves = model.TABLE.moves(entry.state, relations(actor, resource) - STAFF)
        return OnTheWall(entry=entry, moves=moves, now=self._clock.now())

    # moves

    def submit_wish(
        self, context: RequestContext, terms: WishTerms, on_behalf_of: str | None, consent: ConsentGiven | None
    ) -> Seen:
        """File a wish for oneself, or for somebody else with her consent."""
        everybody: dict[str, Person] = {}
        wish = self._transaction.run(lambda: self._submitting(context, terms, on_behalf_of, consent, everybody), context)
        return self._seen(context.actor, wish, everybody)

    def submitting(
        self, context: RequestContext, terms: WishTerms, on_behalf_of: str | None, consent: ConsentGiven | None
    ) -> Changes[Wish]:
        """Return the decision that files a wish, read and authorized now; it goes into another feature's commit."""
        return self._submitting(context, terms, on_behalf_of, consent, {})

    def _submitting(
        self,
        context: RequestContext,
        terms: WishTerms,
        on_behalf_of: str | None,
        consent: ConsentGiven | None,
        everybody: dict[str, Person],
    ) -> Changes[Wish]:
        actor, me = self._people.current(context.actor)
        subject = self._people.subject_of(actor, me, on_behalf_of)
        place = self._place_of(terms, subject)
        owners = frozenset({subject.id, actor.id} if subject.contact_via == actor.id else {subject.id})
        resource = Resource(see=permissions.SEE, places=(place,), relations={Relation.OWNER: owners})
        _authorize_submit(actor, resource, on_behalf=subject.id != actor.id)
        if subject.id != actor.id and consent is None:
            raise Invalid("consent.required", ["consent"])
        everybody.update({subject.id: subject, actor.id: me})
        wish = self._new_wish(actor, subject, terms, place)
        ledger = (self._people.note_consent(subject, "acting", consent, actor.id),) if consent else ()
        mover = Mover(id=actor.id, relations=relations(actor, wish.as_resource()), now=wish.created_at)
        return decisions.submit(wish, mover, ledger)

    def _place_of(self, terms: WishTerms, subject: Person) -> str:
        place = terms.place or subject.home
        if place is None:
            raise Invalid("wish.place_required", ["place"])
        if kind_of(place) is PlaceKind.STREET:
            raise Invalid("wish.place_too_wide", ["place"])
        return place

    def _new_wish(self, actor: Actor, subject: Person, terms: WishTerms, place: str) -> Wish:
        now = self._clock.now()
        known = self._places.find_many([place, community_of(place), place.split(".", 1)[0]])
        if place not in known:
            raise Invalid("place.unknown", ["place"], place=place)
        zone = known[place.split(".", 1)[0]].zone
        decisions.check_terms(terms.kind, terms.budget_fen, terms.needed_by, terms.window, now, zone)
        fields = {name: getattr(terms, name) for name in WishTerms.__dataclass_fields__} | {"place": place}
        wish = Wish(
            id=self._ids.new("wsh"),
            created_at=now,
            updated_at=now,
            submitted_at=now,
            person_id=subject.id,
            filed_by=actor.id,
            proxy_id=actor.id if subject.contact_via == actor.id else None,
            community_name=known[community_of(place)].name,
            zone=zone,
            **fields,
        )
        wish = decisions.on_the_wall(wish, wish.written, name=subject.name, secrets=subject.secrets)
        others = [w for kin in self._people.kin(subject) for w in self._repository.wishes_of(kin, None, 20).items]
        return replace(wish, possible_duplicates=decisions.likely_duplicates(wish, others, now))

    def approve_wish(self, context: RequestContext, wish_id: str) -> Seen:
        """Put a wish on the wall."""

        def decide(wish: Wish, by: Mover, people: dict[str, Person]) -> Changes[Wish]:
            owner = people[wish.person_id]  # her name or address may have become known since she wrote
            shown = decisions.on_the_wall(wish, wish.written, name=owner.name, secrets=owner.secrets)
            return replace(decisions.approve(shown, by), previous=wish)

        return self._move(context, wish_id, "approve", decide)

    def reject_wish(self, context: RequestContext, wish_id: str, reason: str) -> Seen:
        """Say no to a wish, and why."""
        return self._move(context, wish_id, "reject", lambda wish, by, _: decisions.reject(wish, by, reason))

    def edit_wish(self, context: RequestContext, wish_id: str, edit: WishEdit) -> Seen:
        """Change what a wish says."""

        def decide(wish: Wish, by: Mover, people: dict[str, Person]) -> Changes[Wish]:
            changed, written = edit.applied_to(wish), edit.written(wish.written)
            day = edit.needed_by or max(changed.needed_by, local_day(by.now, wish.zone))
            decisions.check_terms(changed.kind, changed.budget_fen, day, changed.window, by.now, wish.zone)
            owner = people[wish.person_id]
            shown = decisions.on_the_wall(changed, written, name=owner.name, secrets=owner.secrets)
            return decisions.edit(wish, by, shown)

        return self._move(context, wish_id, "edit", decide)

    def keep_wish(self, context: RequestContext, wish_id: str) -> Seen:
        """Say that a wish nobody has taken is still needed."""
        return self._move(context, wish_id, "keep", lambda wish, by, _: decisions.keep(wish, by))

    def unpublish_wish(self, context: RequestContext, wish_id: str, reason: str) -> Seen:
        """Take a wish from the wall for another look."""
        return self._move(context, wish_id, "unpublish", lambda wish, by, _: decisions.unpublish(wish, by, reason))

    def claim_wish(self, context: RequestContext, wish_id: str) -> Seen:
        """Take a wish. Whoever comes too late is shown similar ones."""
        claim_id = self._ids.new("clm")
        try:
            return self._move(context, wish_id, "claim", lambda wish, by, people: _claim(wish, by, people[by.id], claim_id))
        except Conflict as late:
            if late.code != "wish.already_claimed":
                raise
            raise Conflict(late.code, **late.facts, similar=self.near_misses(context.actor, wish_id)) from None

    def claiming(self, context: RequestContext, wish_id: str, claim_id: str) -> Changes[Wish]:
        """Return the decision that the caller takes a wish, read and authorized now; it goes into another feature's commit."""
        wish, by, people = self._read_for(context, wish_id, "claim")
        return _claim(wish, by, people[by.id], claim_id)

    def near_misses(self, actor: Actor, wish_id: str) -> Sequence[OnTheWall]:
        """Return up to three wishes for somebody who came too late for one: like it, and of those the longest unserved.

        What she could not take either (her own, one that needs a vetted helper) is left out.
        """
        missed, me = _found(self._repository.find_wish(wish_id)), self._people.find(actor.id)
        vetted = me is not None and me.vetting is Vetting.SAFEGUARDING
        near = self._repository.wall(missed.community, [State.OPEN], None, None, 50).items
        more = (
            self._repository.wall(street_of(missed.place), [State.OPEN], None, None, 50).items
            if len(near) < policy.NEAR_MISSES + 1
            else ()
        )
        fit = [entry for entry in {e.id: e for e in (*near, *more)}.values() if vetted or not entry.vetting_required]
        fit.sort(
            key=lambda e: (e.kind is not missed.kind, e.community != missed.community, -overlap(e.title, missed.title))
        )  # stable: of what is equally like it, the oldest stays first
        wishes = {wish.id: wish for wish in self._repository.find_wishes([entry.id for entry in fit[: policy.NEAR_MISSES * 2]])}
        hers = {id for id, w in wishes.items() if actor.id in (w.person_id, w.proxy_id, *(claim.helper for claim in w.claims))}
        shown = [entry for entry in fit if entry.id in wishes and entry.id not in hers | {wish_id}]
        return [self._on_the_wall(actor, entry) for entry in shown[: policy.NEAR_MISSES]]

    def release_claim(self, context: RequestContext, wish_id: str, claim_id: str | None, reason: str) -> Seen:
        """Give a claim back."""
        return self._move(context, wish_id, "release", lambda wish, by, _: decisions.release(wish, by, claim_id, reason))

    def deliver_wish(
        self, context: RequestContext, wish_id: str, claim_id: str | None, note: str | None, code: str | None
    ) -> Seen:
        """Note a delivery; with the resident's code it is confirmed at once."""

        def decide(wish: Wish, by: Mover, _: dict[str, Person]) -> Changes[Wish]:
            right = None
            if code is not None and wish.active:
                right = same(self.code_of(decisions.pick_claim(wish, by, claim_id).id), code)
            return decisions.deliver(wish, by, claim_id, note, right)

        return self._move(context, wish_id, "deliver", decide)

    def check_visit(self, context: RequestContext, wish_id: str, move: str, claim_id: str | None) -> Seen:
        """Note the beginning (`check-in`) or end (`check-out`) of a visit."""
        return self._move(context, wish_id, move, lambda wish, by, _: decisions.check(wish, by, move, claim_id))

    def confirm_wish(self, context: RequestContext, wish_id: str, rating: int | None, thanks: str | None) -> Seen:
        """Say that it came, and thank."""
        return self._move(context, wish_id, "confirm", lambda wish, by, _: decisions.confirm(wish, by, rating, thanks))

    def dispute_wish(self, context: RequestContext, wish_id: str, reason: str) -> Seen:
        """Say that it did not come."""
        return self._move(context, wish_id, "dispute", lambda wish, by, _: decisions.dispute(wish, by, reason))

    def withdraw_wish(self, context: RequestContext, wish_id: str, reason: str | None) -> Seen:
        """Take a wish back."""
        return self._move(context, wish_id, "withdraw", lambda wish, by, _: decisions.withdraw(wish, by, reason))

    def reopen_wish(self, context: RequestContext, wish_id: str, reason: str | None) -> Seen:
        """Start a wish again."""
        return self._move(context, wish_id, "reopen", lambda wish, by, _: decisions.reopen(wish, by, reason))

    def _move(self, context: RequestContext, wish_id: str, move: str, decide: Decide) -> Seen:
        read: dict[str, Any] = {}

        def attempt() -> Changes[Wish]:
            wish, by, read["people"] = self._read_for(context, wish_id, move)
            wish.check_version(context.seen_version)
            return decide(wish, by, read["people"])

        wish = self._transaction.run(attempt, context)
        return self._seen(read["people"][context.actor.id].as_actor(), wish, read["people"])

    def _read_for(self, context: RequestContext, wish_id: str, move: str) -> tuple[Wish, Mover, dict[str, Person]]:
        """Read a wish and everybody about it, and ask whether the move is the caller's to make."""
        wish = _found(self._repository.find_wish(wish_id))
        actor, people = self._named_in(context, wish)
        found = authorize(actor, permissions.MOVES[move], wish.as_resource())
        return wish, Mover(id=actor.id, relations=found, now=self._clock.now()), people

    def _named_in(self, context: RequestContext, wish: Wish) -> tuple[Actor, dict[str, Person]]:
        """Read the caller again, and with her whom a view of the wish may name; before the commit, so that none can fail it."""
        actor, people = self._people.current_among(context.actor, _named_in(wish))
        resident = people.get(wish.person_id)
        if resident and not resident.phone and resident.contact_via:
            people |= self._people.find_many([resident.contact_via])  # whom the helper may ring instead
        return actor, people

    def _seen(self, actor: Actor, wish: Wish, people: Mapping[str, Person]) -> Seen:
        found = relations(actor, wish.as_resource())
        return Seen(wish=wish, actor_id=actor.id, relations=found, people=people, now=self._clock.now())

    # later

    def code_of(self, claim_id: str) -> str:
        """Return the delivery code of a claim."""
        return derive_digits(self._keys.key("delivery-code"), claim_id, digits=policy.CODE_DIGITS)

    def wake_wish(self, wish_id: str, timer_id: str) -> None:
        """Do what is due for a wish, if it was woken by the alarm that it waits for."""
        self._entities.on_timer(wish_id, timer_id, lambda wish: on_timer(wish, self._clock.now()))

    def answer_question(self, wish_id: str, person_id: str, kind: str, *, yes: bool, phone_of: str = "") -> None:
        """Do what its resident has answered to a question about a wish; nothing where it has moved on meanwhile."""

        def decide(wish: Wish) -> Changes[Wish]:
            person = self._people.find(person_id)
            gone = person is None or person.erased_at or person.blocked
            found = frozenset() if gone else relations(Actor(id=person_id), wish.as_resource())
            return decisions.answer(
                wish, Mover(id=person_id, relations=found, now=self._clock.now()), kind, yes=yes, phone_of=phone_of
            )

        self._entities.update(wish_id, decide)

    def forget_person(self, person_id: str) -> None:
        """Let go of somebody who was erased: as the resident of wishes and as a helper."""
        for wish in list(every(lambda start: self._repository.wishes_of(person_id, start, 100))):
            self._forget(wish.id, decisions.forget_owner)
            self._forget_notes(wish)
        for _, wish in list(every(lambda start: self._repository.claims_of(person_id, start, 100))):
            self._forget(wish.id, lambda wish, now: decisions.forget_helper(wish, person_id, now))

    def _forget(self, wish_id: str, decide: Callable[[Wish, datetime], Changes[Wish]]) -> None:
        self._entities.update(wish_id, lambda wish: decide(wish, self._clock.now()))

    def _forget_notes(self, wish: Wish) -> None:
        """Reasons in the timeline are free text and may name somebody."""
        noted = [event for event in every(lambda start: self._repository.timeline_of(wish.id, start, 100)) if event.note]
        for n in range(0, len(noted), 20):
            blank = tuple(Put(row=replace(event, note=None)) for event in noted[n : n + 20])

            def decide(blank: tuple[Put, ...] = blank) -> Changes[Wish]:
                return Changes(entity=wish, previous=wish, writes=blank)

            self._transaction.run(decide, RequestContext(actor=SYSTEM))

    def export_data(self, person_id: str) -> Mapping[str, Any]:
        """Return what wishes hold about a person (see `people.service.DataExporter`)."""
        claims = every(lambda start: self._repository.claims_of(person_id, start, 100))
        return {
            "wishes": list(every(lambda start: self._repository.wishes_of(person_id, start, 100))),
            "claims": [{"wish_id": w.id, "claim": c} for id, w in claims for c in w.claims if c.id == id],
        }

    def message_contexts(self, subjects: Sequence[MessageSubject]) -> list[MessageContext | None]:
        """Return what fills messages about wishes, read now and together; None for what is no longer true."""
        ids = list(dict.fromkeys(subject.about for subject in subjects))
        wishes = {wish.id: wish for wish in self._repository.find_wishes(ids)}
        return [self._message_context(wishes.get(subject.about), subject) for subject in subjects]

    def _message_context(self, wish: Wish | None, subject: MessageSubject) -> MessageContext | None:
        claim = subject.params.get("claim")
        if wish is None or not telling.is_true(wish, subject.kind, claim, self._clock.now()):
            return None
        facts = telling.facts_of(wish, claim)
        if claim and subject.kind == "wish.claimed":
            facts["code"] = self.code_of(claim)
        return MessageContext(facts=facts, barred_people=telling.barred_people(wish, subject.kind))


def _found(wish: Wish | None) -> Wish:
    if wish is None:
        raise NotFound
    return wish


def _claim(wish: Wish, by: Mover, me: Person, claim_id: str) -> Changes[Wish]:
    until = me.volunteer.paused_until if me.volunteer else None
    vetted = me.vetting is Vetting.SAFEGUARDING
    paused = until is not None and until > by.now
    return decisions.claim(wish, by, claim_id=claim_id, capacity=me.capacity, vetted=vetted, paused=paused)


def _named_in(wish: Wish) -> list[str]:
    return [wish.person_id, *(claim.helper for claim in wish.claims)]


def _authorize_submit(actor: Actor, resource: Resource, *, on_behalf: bool) -> None:
    found = relations(actor, resource)
    if on_behalf and not found & (STAFF | {Relation.OWNER}):
        raise Forbidden("person.cannot_act_for")
    authorize(actor, permissions.SUBMIT, resource)
