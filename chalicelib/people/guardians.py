"""Children: below 14 a guardian agrees to what is kept about them (PIPL, article 31)."""

from dataclasses import replace
from datetime import datetime

from ..kernel.changes import Put
from ..kernel.clock import Clock
from ..kernel.errors import Invalid
from .consents import Consents
from .edits import AgeCorrection
from .model import Person
from .moves import GUARDIAN
from .policy import CONSENT_TEXTS, GUARDIAN_BELOW
from .records import ConsentGiven, GuardianGiven
from .repository import PersonRepository

__all__ = ["Guardians", "may_be_child"]

_LOC = ("guardian",)


class Guardians:
    """Decides whether a person needs a guardian, and records one. The caller has authorized."""

    def __init__(
        self, *, repository: PersonRepository, consents: Consents, clock: Clock
    ) -> None:
        self._repository, self._consents = repository, consents
        self._clock = clock

    def with_age(
        self,
        person: Person,
        birth_year: int | None,
        guardian: GuardianGiven | None,
        given: ConsentGiven | None = None,
        *,
        recorded_by: str = "",
    ) -> tuple[Person, tuple[Put, ...]]:
        """Return a person with their year of birth and guardian, and the line of the consent.

        Raises:
            Invalid: the year is impossible, or a child has no guardian who agrees.

        """
        now = self._clock.now()
        if birth_year is not None:
            _check_year(birth_year, now)
            person = replace(person, birth_year=birth_year)
        if not may_be_child(person, now):
            return person, ()
        if guardian is None:
            if GUARDIAN in person.consents:
                return person, ()
            raise Invalid("guardian.required", _LOC)
        self._check(person, guardian, now)
        consents = {**person.consents, GUARDIAN: CONSENT_TEXTS[GUARDIAN]}
        changed = replace(
            person,
            guardian_id=guardian.person_id,
            guardian_name=guardian.name,
            consents=consents,
        )
        lines = self._consents.record(
            changed,
            GUARDIAN,
            given or ConsentGiven(how="app"),
            recorded_by=recorded_by,
        )
        return changed, lines

    def corrected(
        self, person: Person, age: AgeCorrection | None, *, by: str
    ) -> tuple[Person, tuple[Put, ...]]:
        """Return a person whose age staff correct; a guardian counts with a consent only."""
        if age is None:
            return person, ()
        guardian = age.guardian if age.consent else None
        return self.with_age(
            person, age.birth_year, guardian, age.consent, recorded_by=by
        )

    def _check(
        self, person: Person, guardian: GuardianGiven, now: datetime
    ) -> None:
        """Refuse a guardian who does not exist, is gone, is a child or the child themself."""
        if guardian.person_id is None:
            if not guardian.name or guardian.name == person.name:
                raise Invalid("guardian.required", _LOC)
            return
        found = self._repository.find_person(guardian.person_id)
        if found is None or found.erased_at or found.blocked:
            raise Invalid("person.unknown", [*_LOC, "person"])
        if found.id == person.id or may_be_child(found, now):
            raise Invalid("guardian.required", _LOC)


def may_be_child(person: Person, now: datetime) -> bool:
    """Say whether a person may be below 14. Only the year is known, so the doubt counts."""
    if person.birth_year is None:
        return False
    return now.year - person.birth_year <= GUARDIAN_BELOW


def _check_year(birth_year: int, now: datetime) -> None:
    if not now.year - 130 <= birth_year <= now.year:
        raise Invalid("person.birth_year", ["birth_year"])
