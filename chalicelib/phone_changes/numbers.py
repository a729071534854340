"""The parts of commits in which a number gets another owner."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..kernel.changes import Changes, Delete, Entity, Put, TimelineEvent, Write
from ..kernel.clock import Clock
from ..people.model import Person
from ..people.phones import Phones
from ..people.service import People
from ..signin.challenges import Challenges
from ..signin.dormancy import Dormancy
from ..signin.sign_in_codes import phone_target
from .model import PhoneCorrection, WantedNumber

__all__ = ["Numbers", "Standing", "is_reachable"]

_NOBODY = "per_" + "a" * 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether a number may go to an account, and the dormant one that loses it then."""

    is_free: bool
    loser: Person | None = None


class Numbers:
    """Says who has a number, and makes the rows that move it."""

    def __init__(
        self,
        *,
        clock: Clock,
        people: People,
        phones: Phones,
        challenges: Challenges,
        dormancy: Dormancy,
    ) -> None:
        self._clock, self._people, self._phones = clock, people, phones
        self._challenges, self._dormancy = challenges, dormancy

    def standing(self, phone: str) -> Standing:
        """Say whether a number is free.

        A number of an account that nobody has used for half a year is, as at
        sign-in. A number whose account was erased while it was blocked is not.
        """
        now = self._clock.now()
        owner = self._phones.find_owner(phone)
        is_barred = self._phones.is_barred(phone, now)
        if owner is None:
            # Read for an unknown number, to take as long.
            self._people.find(_NOBODY)
            self._dormancy.has_been_used(_NOBODY)
            return Standing(is_free=not is_barred)
        if self._dormancy.is_open_to(owner, None, now):
            return Standing(is_free=False)
        return Standing(is_free=True, loser=owner)

    def given(self, person: Person, phone: str) -> Person:
        """Return a person with a number; every session and access token ends."""
        changed = self._phones.given(person, phone, self._clock.now())
        return replace(changed, token_version=person.token_version + 1)

    def without_mistyped(self, person: Person) -> Person:
        """Return a person without the keys of a number that was never theirs.

        Its holder is somebody else, who must share no limit with them.
        """
        mistyped = self.fingerprints(person.phone)
        keys = [key for key in person.phone_keys if key not in mistyped]
        return replace(person, phone_keys=tuple(keys))

    def fingerprints(self, phone: str | None) -> tuple[str, ...]:
        """Return the keyed hashes of a number, none for no number."""
        return self._phones.fingerprints(phone) if phone else ()

    def moved(
        self,
        person: Person,
        after: Person,
        loser: Person | None,
        event: TimelineEvent,
        *,
        address: str,
        writes: Sequence[Write] = (),
        related: Sequence[Changes[Entity]] = (),
    ) -> Changes[Person]:
        """Return the decision that gives a person the number in `after`."""
        rows = self._phones.claim(after)
        parts: list[Changes[Entity]] = list(related)
        if loser:
            rows = self._phones.take_over(after)
            lost = self._dormancy.lose_phone(loser, address, self._clock.now())
            parts.append(lost)
        released = self._phones.release(person)
        return Changes(
            entity=after,
            previous=person,
            writes=(*released, *rows, *writes),
            events=(event,),
            related=tuple(parts),
        )

    def notice_of_change(self, person: Person) -> tuple[Changes[Entity], ...]:
        """Return the notice to the number that a person had until now."""
        if not person.phone:
            return ()
        notice = self._challenges.notice(
            "account.phone_changed",
            phone_target(self._phones, person.phone),
            person.phone,
            person.locale,
        )
        return (notice,)

    def is_void(
        self, correction: PhoneCorrection, person: Person | None
    ) -> bool:
        """Say whether a correction is about another number than the person has now.

        A number that was lost to its new holder is still the one.
        """
        if person is None or person.erased_at:
            return True
        if person.phone is None:
            return person.phone_lost_at is None
        current = self.fingerprints(person.phone)
        return not set(current) & set(correction.old_keys)

    def wanted(
        self, person: Person, phone: str, known: PhoneCorrection | None
    ) -> tuple[Put, ...]:
        """Return the rows by which a sign-in with a number finds its correction.

        `known` is the correction before it. No other person may have the rows.
        """
        is_new = known is None or known.phone != phone
        rows = self._wanted_rows(person.id, phone)
        return tuple(Put(row=row, new=is_new) for row in rows)

    def not_wanted(
        self, correction: PhoneCorrection, keep: str = ""
    ) -> tuple[Delete, ...]:
        """Return the deletion of these rows, unless the number to `keep` has them."""
        if not correction.phone or correction.phone == keep:
            return ()
        rows = self._wanted_rows(correction.id, correction.phone)
        return tuple(Delete(row=row) for row in rows)

    def _wanted_rows(self, person_id: str, phone: str) -> list[WantedNumber]:
        return [
            WantedNumber(fingerprint=fingerprint, person_id=person_id)
            for fingerprint in self.fingerprints(phone)
        ]


def is_reachable(person: Person) -> bool:
    """Say whether messages reach a person by a channel of their own."""
    by_mail = person.email and person.email_address
    return person.may_act and bool(person.sms or by_mail)
