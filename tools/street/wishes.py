"""The wishes of a year: those that have ended, those on the wall, and those that wait for staff."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import cycle
from operator import attrgetter

from chalicelib.kernel.access import relations
from chalicelib.kernel.changes import Changes, Put
from chalicelib.kernel.clock import local_day
from chalicelib.kernel.errors import Refusal
from chalicelib.kernel.place import community_of
from chalicelib.people.model import Person
from chalicelib.people.moves import CARE
from chalicelib.wishes import claiming, delivery, resolution, submission
from chalicelib.wishes import feature as wishes_feature
from chalicelib.wishes.codes import wish_home_keys
from chalicelib.wishes.filing import FiledWishes, put_with
from chalicelib.wishes.helpers import HelperRecord, HelperRecords
from chalicelib.wishes.model import Safeguarding, Wish, WishKind, WishMover
from chalicelib.wishes.timers import on_timer
from devserver.demo_data import WISHES

from .inhabitants import Inhabitants
from .town import Town
from .workshop import ZONE, Workshop

__all__ = ["make_wishes"]

_KINDS = {wish.title: wish.kind for wish in WISHES}
_TRIES = 20  # of drawing somebody who may


@dataclass(frozen=True, slots=True)
class _Plan:
    """A wish to be made: when it is filed, and its fate."""

    at: datetime
    fate: str


def make_wishes(
    shop: Workshop, town: Town, people: Inhabitants
) -> Iterator[Wish]:
    """Make all wishes in the order of filing; yield each as it is at the end."""
    maker = _WishMaker(shop, town, people)
    for plan in sorted(_plans(shop), key=attrgetter("at")):
        yield maker.make(plan)


def _plans(shop: Workshop) -> Iterator[_Plan]:
    scale = shop.scale
    fates = ("fulfilled", "withdrawn", "expired", "rejected")
    for fate in shop.dice.choices(fates, (90, 4, 4, 2), k=scale.past_wishes):
        yield _Plan(shop.instant(364, 40), fate)
    for _ in range(scale.open_wishes):
        yield _Plan(shop.instant(25, 3), "open")
    for _ in range(scale.unapproved_wishes):
        yield _Plan(shop.instant(20), "unapproved")


class _WishMaker:
    """Takes wishes through their lives by the decisions of the use cases."""

    def __init__(self, shop: Workshop, town: Town, people: Inhabitants) -> None:
        self._shop, self._town, self._people = shop, town, people
        self._readers = shop.services.get(wishes_feature.helpers)
        self._review = shop.services.get(wishes_feature.review_days)
        self._helpers = cycle(people.helpers)
        self._ended_at: dict[str, datetime] = {}

    def make(self, plan: _Plan) -> Wish:
        """Make one wish with its rows."""
        lives: dict[str, Callable[[Wish], Wish]] = {
            "fulfilled": self._fulfil,
            "withdrawn": self._withdraw,
            "expired": self._approve,
            "rejected": self._reject,
            "open": self._approve,
        }
        days = 3 if plan.fate == "expired" else 45
        wish = self._submit(plan.at, days)
        if plan.fate in lives:
            wish = lives[plan.fate](wish)
        wish = self._shop.wait(wish, self._shop.now, on_timer)
        if wish.timer is None:
            self._ended_at[wish.id] = wish.updated_at
        return wish

    def _mover(self, wish: Wish, person: Person, at: datetime) -> WishMover:
        found = relations(person.as_actor(), wish.as_resource())
        return WishMover(id=person.id, relations=found, now=at)

    def _admin_at(self, wish: Wish, at: datetime) -> WishMover:
        return self._mover(wish, self._people.admin, at)

    # filing

    def _submit(self, at: datetime, days: int) -> Wish:
        resident, filed = self._resident_who_may(at)
        wish = self._draft(resident, at, days)
        filer = resident if resident.phone else self._people.filer
        wish = replace(wish, filed_by=filer.id)
        ledger = self._filed(resident, wish.id, at) if filed else ()
        mover = self._mover(wish, filer, at)
        changes = submission.submit(wish, mover, ledger)
        return self._shop.commit(self._review.set_in(changes), at)

    def _resident_who_may(self, at: datetime) -> tuple[Person, bool]:
        """Return a resident, and whether they file for themselves."""
        for _ in range(_TRIES):
            resident = self._shop.dice.choice(self._people.residents)
            resident = self._shop.people[resident.id]
            if not resident.phone:
                return resident, False
            if self._may_file(resident, at):
                return resident, True
        raise RuntimeError("too few residents for so many wishes")

    def _may_file(self, resident: Person, at: datetime) -> bool:
        try:
            self._filed(resident, "", at)
        except Refusal:
            return False
        return True

    def _filed(
        self, resident: Person, wish_id: str, at: datetime
    ) -> tuple[Put, ...]:
        puts = []
        for subject in resident.limit_subjects:
            empty = FiledWishes(
                id=subject, created_at=at, updated_at=at, ttl=at
            )
            known = self._shop.ledger.find(empty) or empty
            open_ids = {
                id
                for id in known.ids
                if self._ended_at.get(id, self._shop.now) > at
            }
            puts.append(put_with(known, open_ids, wish_id, at))
        return tuple(puts)

    def _draft(self, resident: Person, at: datetime, days: int) -> Wish:
        dice = self._shop.dice
        title = dice.choice(tuple(_KINDS))
        kind = _KINDS[title]
        place = resident.home or ""
        budget = None
        if kind is WishKind.GOODS:
            budget = dice.randint(20, 300) * 100
        needed_by = local_day(at, ZONE) + timedelta(days=days)
        wish = Wish(
            id=self._shop.ids.new("wsh"),
            created_at=at,
            updated_at=at,
            submitted_at=at,
            person_id=resident.id,
            filed_by=resident.id,
            kind=kind,
            title=title,
            story=_story(title),
            budget_fen=budget,
            place=place,
            community_name=self._town.places[community_of(place)].name,
            zone=ZONE,
            needed_by=needed_by,
            home=self._home_of(resident),
            safeguarding=self._marks(resident, days),
        )
        return submission.with_public_text(wish, wish.written, str)

    def _home_of(self, resident: Person) -> str:
        """Return the hash by which the wish knows the home of its resident."""
        if not resident.home:
            return ""
        keys = self._shop.services.core.keys
        return wish_home_keys(keys, resident.home, resident.address)[0]

    def _marks(self, resident: Person, days: int) -> tuple[Safeguarding, ...]:
        """Draw marks about care; only few volunteers may claim a wish with one."""
        if CARE not in resident.consents or self._shop.dice.random() > 0.3:
            return ()
        return (self._shop.dice.choice(tuple(Safeguarding)),)

    # moves

    def _approve(self, wish: Wish) -> Wish:
        at = self._shop.later(wish.submitted_at, 40)
        mover = self._admin_at(wish, at)
        return self._shop.commit(submission.approve(wish, mover), at)

    def _reject(self, wish: Wish) -> Wish:
        at = self._shop.later(wish.submitted_at, 40)
        mover = self._admin_at(wish, at)
        changes = submission.reject(wish, mover, "超出微心愿范围")
        return self._shop.commit(changes, at)

    def _withdraw(self, wish: Wish) -> Wish:
        wish = self._approve(wish)
        at = self._shop.later(wish.updated_at, 72)
        owner = self._shop.people[wish.person_id]
        mover = self._mover(wish, owner, at)
        return self._shop.commit(resolution.withdraw(wish, mover, None), at)

    def _fulfil(self, wish: Wish) -> Wish:
        wish = self._claim(self._approve(wish))
        if not wish.active:
            return wish
        at = self._shop.later(wish.updated_at, 72)
        wish = self._shop.wait(wish, at, on_timer)
        helper = self._shop.people[wish.active[0].helper]
        by_code = self._shop.dice.random() < 0.5
        changes = delivery.deliver(
            wish, self._mover(wish, helper, at), None, None, by_code or None
        )
        wish = self._shop.commit(changes, at)
        return wish if by_code else self._confirm(wish)

    def _claim(self, wish: Wish) -> Wish:
        """Let the first volunteer claim it whom the rules allow to; perhaps nobody."""
        at = self._shop.later(wish.updated_at, 96)
        for _ in range(_TRIES):
            helper = next(self._helpers)
            try:
                changes = self._claimed(wish, helper, at)
            except Refusal:
                continue
            return self._shop.commit(changes, at)
        return wish

    def _claimed(
        self, wish: Wish, person: Person, at: datetime
    ) -> Changes[Wish]:
        self._shop.clock.instant = at
        subjects = person.limit_subjects
        known = {}
        for subject in subjects:
            row = HelperRecord(id=subject, created_at=at, updated_at=at)
            if found := self._shop.ledger.find(row):
                known[subject] = found
        records = HelperRecords(subjects=subjects, known=known)
        owner = self._shop.people[wish.person_id]
        return claiming.claim(
            wish,
            self._mover(wish, person, at),
            claim_id=self._shop.ids.new("clm"),
            helper=self._readers.helper(person, records),
            home=self._readers.home_of(owner),
        )

    def _confirm(self, wish: Wish) -> Wish:
        at = self._shop.later(wish.updated_at, 24)
        owner = self._shop.people[wish.person_id]
        if not owner.phone:
            owner = self._people.admin
        rating = self._shop.dice.choice((3, 4, 5, 5))
        mover = self._mover(wish, owner, at)
        changes = resolution.confirm(wish, mover, rating, "谢谢！")
        return self._shop.commit(changes, at)


def _story(title: str) -> str:
    stories = [wish.story for wish in WISHES if wish.title == title]
    return stories[0]
