"""The two codes of a change of phone: to the number before and to the wanted one."""

from collections.abc import Sequence
from dataclasses import replace

from ..kernel.audiences import ChallengeTarget
from ..kernel.changes import Changes, Count, Message
from ..kernel.clock import Clock
from ..kernel.ids import Ids
from ..people.model import Person
from ..people.phones import Phones
from ..signin.challenges import Challenges
from ..signin.code_order import CodeOrder
from ..signin.model import Challenge, Purpose
from ..signin.policy import CODES_PER_DAY, CODES_UNANSWERED
from ..signin.sign_in_codes import SignInCodes, phone_target
from .numbers import Numbers
from .policy import CHANGES_PER_DAY

__all__ = ["CodeOrders", "id_of_new"]


class CodeOrders:
    """Makes the challenges of a change of phone."""

    def __init__(
        self,
        *,
        clock: Clock,
        ids: Ids,
        phones: Phones,
        challenges: Challenges,
        codes: SignInCodes,
        numbers: Numbers,
    ) -> None:
        self._clock, self._ids, self._phones = clock, ids, phones
        self._challenges, self._codes = challenges, codes
        self._numbers = numbers

    def ordered(
        self, person: Person, phone: str, locale: str, address: str
    ) -> Changes[Challenge]:
        """Return the decision that makes both challenges and sends both codes."""
        is_free = self._numbers.standing(phone).is_free
        network = self._challenges.network_key(address)
        budget, is_used_up = self._codes.budget(person, None, network)
        id = self._ids.new("chl")
        old = replace(
            self._to_old(person, id, budget),
            locale=locale,
            muted=is_used_up,
        )
        new = replace(
            self._to_new(phone, id, network),
            locale=locale,
            muted=is_used_up or not is_free,
        )
        asked = self._challenges.issue(new)
        if not (is_free or is_used_up):
            asked = replace(asked, messages=(_claimed(asked.entity),))
        return replace(self._challenges.issue(old), related=(asked,))

    def _to_old(
        self, person: Person, id: str, budget: Sequence[Count]
    ) -> CodeOrder:
        """Return the order of the code to the actor's phone.

        They have signed in, so codes that strangers cause do not count here.
        """
        now, target = self._clock.now(), self._target(person.phone)
        return CodeOrder(
            purpose=Purpose.PHONE_OLD,
            target=target,
            address=person.phone or "",
            asker=f"asker#change#{person.id}",
            locale=person.locale,
            counts=(
                *CHANGES_PER_DAY.counts(person.limit_subjects, now),
                CODES_PER_DAY.count(target, now),
                *(replace(count, add=2) for count in budget),
            ),
            slot=id,
            person_id=person.id,
        )

    def _to_new(self, phone: str, id: str, network: str) -> CodeOrder:
        """Return the order of the code to a number, with the limits of a sign-in code."""
        now, target = self._clock.now(), self._target(phone)
        return CodeOrder(
            purpose=Purpose.PHONE_NEW,
            target=target,
            address=phone,
            asker=f"asker#{target}#{network}",
            locale="",
            counts=(
                CODES_UNANSWERED.count(target, now),
                CODES_PER_DAY.count(target, now),
            ),
            slot=id_of_new(id),
        )

    def _target(self, phone: str | None) -> str:
        return phone_target(self._phones, phone or "")


def id_of_new(challenge: str) -> str:
    """Return the id of the challenge of the new number. Clients know only the other one."""
    return f"{challenge}.new"


def _claimed(challenge: Challenge) -> Message:
    """Return the notice to a number that is not free."""
    return Message(
        kind="account.phone_claimed",
        audience=ChallengeTarget(challenge.id),
        subject=challenge.id,
    )
