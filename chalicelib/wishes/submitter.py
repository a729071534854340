"""The submission of a wish, for oneself or on behalf of somebody else."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from ..kernel.access import STAFF, Relation, Resource, authorize, relations
from ..kernel.changes import Changes, Write
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.errors import Forbidden, Invalid
from ..kernel.ids import Ids
from ..kernel.paging import Page
from ..kernel.place import PlaceKind, community_of, covers, kind_of
from ..kernel.request import RequestContext
from ..people.access import Access, Granted
from ..people.model import Person
from ..people.moves import CARE
from ..people.names import may_be_named
from ..people.service import ConsentGiven, People
from ..places.service import Places
from ..store.transaction import Transaction
from . import permissions, submission
from .codes import wish_home_keys
from .filing import FiledWishes, put_with
from .model import Safeguarding, VisitWindow, Wish, WishKind, WishMover
from .policy import FILED_FOR_OTHERS
from .queries import WishForViewer, WishQueries
from .repository import WishRepository
from .review import ReviewDays
from .states import ENDED

__all__ = ["WishSubmitter", "WishTerms", "check_alias"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WishTerms:
    """The terms of a wish as they are submitted."""

    kind: WishKind
    title: str
    story: str = ""
    budget_fen: int | None = None
    place: str | None = None
    helpers_needed: int = 1
    needed_by: date
    window: tuple[VisitWindow, ...] = ()
    dialects: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    safeguarding: tuple[Safeguarding, ...] = ()
    alias: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Submitted:
    """The caller who submits a wish, and the resident whose wish it is."""

    granted: Granted
    resident: Person

    @property
    def people(self) -> dict[str, Person]:
        """Return both by id."""
        return {
            self.resident.id: self.resident,
            self.granted.actor.id: self.granted.person,
        }


class WishSubmitter:
    """Submits wishes, and lists those that somebody filed for others."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: WishRepository,
        clock: Clock,
        ids: Ids,
        access: Access,
        people: People,
        places: Places,
        queries: WishQueries,
        review: ReviewDays,
        keys: Keyring,
    ) -> None:
        self._review, self._keys = review, keys
        self._transaction, self._repository = transaction, repository
        self._clock, self._ids, self._access = clock, ids, access
        self._people, self._places, self._queries = people, places, queries

    def filed_for_others(
        self, context: RequestContext, limit: int
    ) -> Page[Wish]:
        """Return the wishes that the caller filed for others, newest first."""
        actor = self._access.require_self(context).actor
        return self._repository.wishes_of(
            actor.id, context.start, limit, index="by_filer"
        )

    def submit_wish(
        self,
        context: RequestContext,
        terms: WishTerms,
        on_behalf_of: str | None,
        consent: ConsentGiven | None,
    ) -> WishForViewer:
        """Submit a wish for oneself, or for somebody else with their consent."""

        def attempt() -> tuple[Changes[Wish], _Submitted]:
            return self._submit(context, terms, on_behalf_of, consent)

        wish, submitted = self._transaction.run_with(attempt, context)
        return self._queries.for_viewer(
            submitted.granted.actor, wish, submitted.people, context.locale
        )

    def changes_to_submit(
        self,
        context: RequestContext,
        terms: WishTerms,
        on_behalf_of: str | None,
        consent: ConsentGiven | None,
    ) -> Changes[Wish]:
        """Return the changes that submit a wish, for the commit of another feature."""
        changes, _ = self._submit(context, terms, on_behalf_of, consent)
        return changes

    def _submit(
        self,
        context: RequestContext,
        terms: WishTerms,
        on_behalf_of: str | None,
        consent: ConsentGiven | None,
    ) -> tuple[Changes[Wish], _Submitted]:
        granted = self._access.require_self(context, permissions.SUBMIT)
        resident = self._people.subject_of(
            granted.actor, granted.person, on_behalf_of
        )
        granted = granted.representing(resident)
        actor = granted.actor
        place = _place_of(terms, resident)
        _check_may_submit(granted, resident, place)
        if resident.id != actor.id and consent is None:
            raise Invalid("consent.required", ["consent"])
        gives_care = consent is not None and consent.care
        submission.check_care(
            terms.safeguarding, agreed=gives_care or CARE in resident.consents
        )
        wish = self._new_wish(granted, resident, terms, place)
        ledger = self._limits(granted, resident, wish)
        if consent:
            ledger += self._people.note_consent(
                resident, "acting", consent, actor.id
            )
        found = relations(actor, wish.as_resource())
        mover = WishMover(id=actor.id, relations=found, now=wish.created_at)
        changes = self._review.set_in(submission.submit(wish, mover, ledger))
        if consent and consent.care and CARE not in resident.consents:
            agreed = self._people.agree_to_care(resident, consent, actor.id)
            changes = replace(changes, related=(agreed,))
        return changes, _Submitted(granted=granted, resident=resident)

    def _limits(
        self, granted: Granted, resident: Person, wish: Wish
    ) -> tuple[Write, ...]:
        """Return the writes that limit the wishes of a resident, or those that staff file.

        Raises:
            TooMany: the resident has enough open wishes, or filed enough this week.

        """
        now, filer = wish.created_at, granted.person
        works_here = relations(granted.actor, wish.as_resource()) & STAFF
        if works_here and filer.id != resident.id:
            return FILED_FOR_OTHERS.counts(filer.limit_subjects, now, wish.zone)
        subjects = resident.limit_subjects
        known = self._repository.find_filed(subjects)
        writes: list[Write] = []
        for subject in subjects:
            empty = FiledWishes(
                id=subject, created_at=now, updated_at=now, ttl=now
            )
            filed = known.get(subject, empty)
            wishes = self._repository.find_wishes(filed.ids)
            open_ids = {one.id for one in wishes if one.state not in ENDED}
            writes.append(put_with(filed, open_ids, wish.id, now))
        return tuple(writes)

    def _new_wish(
        self, granted: Granted, resident: Person, terms: WishTerms, place: str
    ) -> Wish:
        check_alias(terms.alias, granted.person)
        now, actor_id = self._clock.now(), granted.actor.id
        street, community = place.split(".", 1)[0], community_of(place)
        known = self._places.find_many([place, community, street])
        if place not in known:
            raise Invalid("place.unknown", ["place"], place=place)
        zone = known[street].zone
        submission.check_terms(
            terms.kind,
            terms.budget_fen,
            terms.needed_by,
            terms.window,
            now,
            zone,
        )
        fields = {
            name: getattr(terms, name)
            for name in WishTerms.__dataclass_fields__
        }
        wish = Wish(
            id=self._ids.new("wsh"),
            created_at=now,
            updated_at=now,
            submitted_at=now,
            person_id=resident.id,
            filed_by=actor_id,
            proxy_id=actor_id if resident.contact == actor_id else None,
            suspended=resident.blocked,
            community_name=known[community].name,
            zone=zone,
            home=self._home_of(resident, place),
            **(fields | {"place": place}),
        )
        mask = self._people.mask_for([resident], place)
        wish = submission.with_public_text(wish, wish.written, mask)
        return self._with_duplicates(wish, resident, now)

    def _home_of(self, resident: Person, place: str) -> str:
        """Return the hash of a resident's home, if the place of a wish is there."""
        if not resident.home or not covers(place, resident.home):
            return ""
        return wish_home_keys(self._keys, resident.home, resident.address)[0]

    def _with_duplicates(
        self, wish: Wish, resident: Person, now: datetime
    ) -> Wish:
        """Note likely duplicates: the resident's own, and for staff those of the household."""
        others = self._household_wishes(resident)
        own = [one for one in others if one.person_id == resident.id]
        return replace(
            wish,
            possible_duplicates=submission.likely_duplicates(wish, own, now),
            kin_duplicates=submission.likely_duplicates(wish, others, now),
        )

    def _household_wishes(self, resident: Person) -> list[Wish]:
        wishes: list[Wish] = []
        for member in self._people.kin(resident):
            wishes += self._repository.wishes_of(member, None, 20).items
        return wishes


def check_alias(alias: str | None, writer: Person) -> None:
    """Refuse an alias that imitates an office with Invalid. The wall shows it as a name."""
    if alias and not may_be_named(alias, writer.grants):
        raise Invalid("person.name_office", ["alias"])


def _place_of(terms: WishTerms, resident: Person) -> str:
    place = terms.place or resident.home
    if place is None:
        raise Invalid("wish.place_required", ["place"])
    if kind_of(place) is PlaceKind.STREET:
        raise Invalid("wish.place_too_wide", ["place"])
    return place


def _check_may_submit(granted: Granted, resident: Person, place: str) -> None:
    """Refuse a wish at a place where the actor may not submit one for the resident."""
    actor, owners = granted.actor, {resident.id}
    if resident.id in actor.represents:
        owners.add(actor.id)
    resource = Resource(
        see=permissions.SEE,
        places=(place,),
        relations={Relation.OWNER: frozenset(owners)},
    )
    may_act = relations(actor, resource) & (STAFF | {Relation.OWNER})
    if resident.id != actor.id and not may_act:
        raise Forbidden("person.cannot_act_for")
    authorize(actor, permissions.SUBMIT, resource)
