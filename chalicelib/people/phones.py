"""The owners of phones. Numbers are looked up by a keyed hash, and belong to one account.

While the hashes are changed to another key, a number has a row under each key, and is unique under
each (docs/decisions/0038).
"""

from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Delete, Put
from ..kernel.codes import Keyring
from ..kernel.errors import Busy, Refusal
from .model import Person
from .records import PhoneMark, PhoneOwner
from .repository import PersonRepository

__all__ = ["PhoneHeldTwice", "Phones"]

# Twice would do: a number is handed over once in half a year.
READS = 3


class Phones:
    """Finds the owner of a phone, and makes the rows that keep it unique."""

    def __init__(self, *, repository: PersonRepository, keys: Keyring) -> None:
        self._repository, self._keys = repository, keys

    def fingerprint(self, phone: str) -> str:
        """Return the keyed hash under which a phone is looked up."""
        return self._keys.fingerprint("phone", phone)

    def fingerprints(self, phone: str) -> tuple[str, ...]:
        """Return the hash of a phone under each key, the one in force first."""
        return self._keys.fingerprints("phone", phone)

    def find_owner(self, phone: str) -> Person | None:
        """Return the person whose phone this is.

        Raises:
            Busy: the phone changes hands again and again.

        """
        for _ in range(READS):
            owner = self._owner_by_rows(phone)
            if owner is None or owner.phone == phone:
                return owner
            # The phone was handed over between the two reads.
        raise Busy

    def _owner_by_rows(self, phone: str) -> Person | None:
        for fingerprint in self.fingerprints(phone):
            person_id = self._repository.owner_of_phone(fingerprint)
            if person_id:
                return self._repository.find_person(person_id)
        return None

    def with_key(self, person: Person) -> Person:
        """Return a person with the keys of their phone, by which limits are counted.

        A phone whose account was erased brings along the keys of that account.
        """
        if not person.phone:
            return person
        own = self.fingerprints(person.phone)
        mark = self._mark_of(person.phone)
        earlier = mark.phone_keys if mark else ()
        keys = dict.fromkeys([*person.phone_keys, *earlier, *own])
        return replace(person, phone_keys=tuple(keys))

    def given(self, person: Person, phone: str, now: datetime) -> Person:
        """Return a person with another phone. Limits go on by those before it."""
        changed = replace(
            person, phone=phone, phone_since=now, phone_lost_at=None
        )
        return self.with_key(changed)

    def is_barred(self, phone: str, now: datetime) -> bool:
        """Say whether the account of a phone was blocked when it was erased, not long ago."""
        mark = self._mark_of(phone)
        return mark is not None and mark.blocked and now < mark.ttl

    def _mark_of(self, phone: str) -> PhoneMark | None:
        for fingerprint in self.fingerprints(phone):
            if mark := self._repository.mark_of_phone(fingerprint):
                return mark
        return None

    def claim(
        self, person: Person, taken: Refusal | None = None
    ) -> tuple[Put, ...]:
        """Return the rows that claim a person's phone; `taken` refuses a second owner."""
        return tuple(
            Put(row=row, new=True, on_conflict=taken)
            for row in self._rows(person)
        )

    def take_over(self, person: Person) -> tuple[Put, ...]:
        """Return the rows that give a person the phone of an account that loses it.

        The same commit must write the account that loses it.
        """
        return tuple(Put(row=row) for row in self._rows(person))

    def release(self, person: Person) -> tuple[Delete, ...]:
        """Return the deletion of the rows that give a person their phone."""
        return tuple(Delete(row=row) for row in self._rows(person))

    def missing_rows(self, person: Person) -> tuple[Put, ...]:
        """Return the rows of a person's phone that are not written yet, under some key.

        Raises:
            PhoneHeldTwice: another person has one of them.

        """
        missing = []
        for row in self._rows(person):
            owner = self._repository.owner_of_phone(row.fingerprint)
            if owner is None:
                missing.append(Put(row=row, new=True))
            elif owner != person.id:
                raise PhoneHeldTwice(person.id, owner)
        return tuple(missing)

    def _rows(self, person: Person) -> list[PhoneOwner]:
        if not person.phone:
            return []
        return [
            PhoneOwner(fingerprint=fingerprint, person_id=person.id)
            for fingerprint in self.fingerprints(person.phone)
        ]


class PhoneHeldTwice(Exception):
    """Two people have the same phone; the ids are in the arguments."""
