"""The proof that a caller holds their own phone, for the commits of other features."""

from dataclasses import replace

from ..kernel.changes import Changes
from ..people.model import Person
from ..people.phones import Phones
from .challenges import Challenges
from .model import Challenge, Purpose
from .sign_in_codes import give_back, phone_target

__all__ = ["PhoneProofs"]


class PhoneProofs:
    """Verifies codes to people's own phones."""

    def __init__(self, *, challenges: Challenges, phones: Phones) -> None:
        self._challenges, self._phones = challenges, phones

    def prove(
        self, person: Person, challenge: str, code: str, address: str
    ) -> Changes[Challenge]:
        """Return the decision about a code to a person's phone. See `Challenges.verify`.

        A right code counts as answered, as at sign-in.
        """
        proved = self._challenges.verify(
            challenge,
            code,
            Purpose.SIGN_IN,
            target=phone_target(self._phones, person.phone or ""),
            address=address,
        )
        if proved.refusal:
            return proved
        writes = (*proved.writes, *give_back(proved.entity))
        return replace(proved, writes=writes)
