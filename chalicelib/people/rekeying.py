"""The change of phone hashes to another key: each person gets the rows that are missing."""

from ..kernel.changes import Changes, Put
from ..kernel.errors import NotFound
from ..kernel.request import RequestContext
from ..store.transaction import Transaction
from .model import Person
from .phones import Phones
from .repository import PersonRepository

__all__ = ["PhoneRekeying"]


class PhoneRekeying:
    """Writes the phone of a person under every key. Idempotent (docs/decisions/0038)."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: PersonRepository,
        phones: Phones,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._phones = phones

    def rekey(self, person_id: str) -> bool:
        """Write what is missing; return whether anything was.

        Raises:
            PhoneHeldTwice: another person has the phone under one of the keys.

        """
        if not any(self._missing(person_id)[1:]):
            return False

        def decide() -> Changes[Person]:
            person, rows, _ = self._missing(person_id)
            return Changes(
                entity=self._phones.with_key(person),
                previous=person,
                writes=rows,
            )

        self._transaction.run(decide, RequestContext())
        return True

    def _missing(self, person_id: str) -> tuple[Person, tuple[Put, ...], bool]:
        """Return a person, their missing rows, and whether their record lacks a key."""
        person = self._repository.find_person(person_id)
        if person is None:
            raise NotFound
        lacks_key = self._phones.with_key(person) != person
        return person, self._phones.missing_rows(person), lacks_key
