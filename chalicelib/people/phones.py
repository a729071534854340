"""The owners of phones. Numbers are looked up by a keyed hash, and belong to one account."""

from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Delete, Put
from ..kernel.codes import Keyring
from ..kernel.errors import Refusal
from .model import Person, PhoneOwner
from .repository import PersonRepository

__all__ = ["Phones"]


class Phones:
    """Finds the owner of a phone, and makes the row that keeps it unique."""

    def __init__(self, *, repository: PersonRepository, keys: Keyring) -> None:
        self._repository, self._keys = repository, keys

    def fingerprint(self, phone: str) -> str:
        """Return the keyed hash under which a phone is looked up."""
        return self._keys.fingerprint("phone", phone)

    def find_owner(self, phone: str) -> Person | None:
        """Return the person whose phone this is."""
        person_id = self._repository.owner_of_phone(self.fingerprint(phone))
        return self._repository.find_person(person_id) if person_id else None

    def with_key(self, person: Person) -> Person:
        """Return a person with the key of their phone, by which limits are counted.

        A phone whose account was erased brings along the keys of that account.
        """
        if not person.phone:
            return person
        key = self.fingerprint(person.phone)
        mark = self._repository.mark_of_phone(key)
        earlier = mark.phone_keys if mark else ()
        keys = dict.fromkeys([*person.phone_keys, *earlier, key])
        return replace(person, phone_keys=tuple(keys))

    def is_barred(self, phone: str, now: datetime) -> bool:
        """Say whether the account of a phone was blocked when it was erased, not long ago."""
        mark = self._repository.mark_of_phone(self.fingerprint(phone))
        return mark is not None and mark.blocked and now < mark.ttl

    def claim(self, person: Person, taken: Refusal | None = None) -> Put:
        """Return the row that claims a person's phone; `taken` refuses a second owner."""
        return Put(row=self._row(person), new=True, on_conflict=taken)

    def take_over(self, person: Person) -> Put:
        """Return the row that gives a person the phone of an account that loses it.

        The same commit must write the account that loses it.
        """
        return Put(row=self._row(person))

    def release(self, person: Person) -> Delete:
        """Return the deletion of the row that gives a person their phone."""
        return Delete(row=self._row(person))

    def _row(self, person: Person) -> PhoneOwner:
        return PhoneOwner(
            fingerprint=self.fingerprint(person.phone or ""),
            person_id=person.id,
        )
