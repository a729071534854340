"""New accounts, and the checks of what a person's record may say."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ..kernel.access import Grant
from ..kernel.changes import Changes, Put
from ..kernel.clock import Clock
from ..kernel.errors import Invalid
from ..kernel.ids import Ids
from .consents import Consents
from .edits import PersonCorrection, PersonEdit
from .guardians import Guardians
from .model import Person
from .moves import TERMS, agree
from .names import may_be_named
from .phones import Phones
from .records import GuardianGiven

__all__ = ["Registration"]


class Registration:
    """Makes accounts and checks records, for the features that register and change people."""

    def __init__(
        self,
        *,
        clock: Clock,
        ids: Ids,
        phones: Phones,
        consents: Consents,
        guardians: Guardians,
        place_exists: Callable[[str], bool],
    ) -> None:
        self._clock, self._ids, self.guardians = clock, ids, guardians
        self._phones, self._consents, self._place_exists = (
            phones,
            consents,
            place_exists,
        )

    def new_account(
        self,
        phone: str,
        name: str,
        locale: str,
        text_version: str,
        loser: Person | None = None,
        birth_year: int | None = None,
        guardian: GuardianGiven | None = None,
    ) -> tuple[Person, tuple[Put, ...]]:
        """Return a person who signs in for the first time, and the rows of account and consent.

        `loser` has the phone until now. The same commit must take it from them.
        """
        self.check_name(name)
        now = self._clock.now()
        person = Person(
            id=self._ids.new("per"),
            version=1,
            created_at=now,
            updated_at=now,
            name=name,
            phone=phone,
            locale=locale,
            consents={TERMS: text_version},
        )
        person, guarded = self.guardians.with_age(
            self._phones.with_key(person), birth_year, guardian
        )
        owned = self._phones.claim(person)
        if loser:
            owned = self._phones.take_over(person)
        agreed = self._consents.record(person, TERMS, text_version=text_version)
        return person, (
            Put(row=person, new=True),
            *owned,
            *agreed,
            *guarded,
        )

    def agree_to_terms(
        self, person: Person, text_version: str
    ) -> Changes[Person]:
        """Return the decision that a person agrees to the terms, for the commit of a sign-in."""
        consents = {**person.consents, TERMS: text_version}
        agreed = replace(agree(person, TERMS, text_version), consents=consents)
        lines = self._consents.record(person, TERMS, text_version=text_version)
        return Changes(entity=agreed, previous=person, writes=lines)

    def check_name(
        self, name: str, grants: Iterable[Grant] = (), *, by_staff: bool = False
    ) -> None:
        """Refuse a name that imitates an office the person does not hold with Invalid."""
        if not may_be_named(name, grants, by_staff=by_staff):
            raise Invalid("person.name_office", ["name"])

    def check_place(self, place: str, loc: Sequence[str | int]) -> None:
        """Refuse a place that does not exist with Invalid."""
        if not self._place_exists(place):
            raise Invalid("place.unknown", loc, place=place)

    def apply_edit(self, person: Person, edit: PersonEdit) -> Person:
        """Return the person with the changes.

        Raises:
            Invalid: the name imitates an office, the home does not exist, or the e-mail address
                is not verified.

        """
        changed = edit.applied_to(person)
        if changed.name != person.name:
            by_staff = isinstance(edit, PersonCorrection)
            self.check_name(changed.name, person.grants, by_staff=by_staff)
        if changed.home is not None and changed.home != person.home:
            self.check_place(changed.home, ["home"])
        if changed.email_address not in (None, person.email_address):
            raise Invalid("email.verify_first", ["channels", "email_address"])
        return changed
