"""Reads what is counted for helpers, and says which wishes a volunteer may claim."""

from collections.abc import Mapping, Sequence
from itertools import islice

from ..kernel.changes import Write
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..people.model import Person, VettingMethod
from ..people.service import People
from . import claiming, delivery, policy
from .claims import Claim
from .codes import home_key
from .helpers import Helper, HelperRecords
from .model import Wish
from .repository import WishRepository

__all__ = ["HelperReader"]


class HelperReader:
    """Reads the records of helpers, for claims and for matching."""

    def __init__(
        self,
        *,
        repository: WishRepository,
        clock: Clock,
        keys: Keyring,
        people: People,
    ) -> None:
        self._repository, self._clock = repository, clock
        self._keys, self._people = keys, people

    def records_of(self, person: Person) -> HelperRecords:
        """Return the records of a helper, for a commit that changes them."""
        subjects = person.limit_subjects
        known = self._repository.helper_records(subjects)
        return HelperRecords(subjects=subjects, known=known)

    def records_of_many(
        self, subjects_of: Mapping[str, Sequence[str]]
    ) -> dict[str, HelperRecords]:
        """Return the records of several helpers by id, for half the price.

        `subjects_of` has the subjects of each: `Person.limit_subjects`.
        """
        wanted = [
            subject for subjects in subjects_of.values() for subject in subjects
        ]
        found = self._repository.helper_records(wanted, consistent=False)
        records = {}
        for id, subjects in subjects_of.items():
            known = {one: found[one] for one in subjects if one in found}
            records[id] = HelperRecords(subjects=tuple(subjects), known=known)
        return records

    def helper(self, person: Person, records: HelperRecords) -> Helper:
        """Return a volunteer as the rules of claims see them."""
        now, profile, vetted = (
            self._clock.now(),
            person.volunteer,
            person.vetted,
        )
        until = profile.paused_until if profile else None
        return Helper(
            records=records,
            capacity=person.capacity,
            refusal=person.claim_refusal(now),
            is_safeguarding=person.is_safeguarding(now),
            was_seen_in_person=vetted is not None
            and vetted.how is VettingMethod.IN_PERSON,
            paused=until is not None and until > now,
            homes_allowed=person.homes_7_days,
            lifted_at=person.claims_lifted_at,
        )

    def tries_at_code(self, wish: Wish, claim: Claim) -> int:
        """Return how often the code of a claim was tried."""
        return self._repository.read_counter(
            delivery.guessed_by(wish, claim), policy.CODE_TRIES.name
        )

    def left_by(self, person: Person) -> list[Write]:
        """Return the records of a helper who erases their account, for its commit.

        Their active claims are given back, and count for their phones: an account made anew goes on
        with these numbers.
        """
        records = self.records_of(person)
        if not records.active:
            return []
        claims = self._repository.every_claim_of(person.id)
        active: list[str] = []
        for claim_id, wish in islice(claims, policy.HOMES_SEALED):
            if claim_id in {claim.id for claim in wish.active}:
                active.append(claim_id)
        return [*records.with_account_left(active, self._clock.now())]

    def home_of(self, resident: Person) -> str:
        """Return the hash by which a resident's home is counted."""
        return home_key(
            self._keys, resident.id, resident.home, resident.address
        )

    def able_to_claim(
        self, wish: Wish, volunteer_ids: Sequence[str]
    ) -> frozenset[str]:
        """Return those of these volunteers whose claim of a wish would not be refused now."""
        people = self._people.find_many([wish.person_id, *volunteer_ids])
        subjects_of = {
            id: people[id].limit_subjects
            for id in volunteer_ids
            if id in people
        }
        all_records, now = self.records_of_many(subjects_of), self._clock.now()
        able = set()
        for id, records in all_records.items():
            helper = self.helper(people[id], records)
            is_refused = claiming.refusal_of(wish, helper, now) is not None
            if not is_refused and helper.claims_left(now) > 0:
                able.add(id)
        return frozenset(able)
