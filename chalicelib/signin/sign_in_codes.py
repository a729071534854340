"""Sign-in codes: to which phones they are sent, and how often.

The answer never shows whether a number is known. A number without an account gets a challenge
like any other; when the budget of such numbers is used up, its code is sent to nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..kernel.changes import Changes, Count
from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.metrics import Metrics
from ..kernel.request import RequestContext
from ..people.model import Person
from ..people.phones import Phones
from ..people.service import People
from ..store.transaction import Transaction
from .challenges import Challenges
from .code_order import CodeOrder
from .devices import read_device
from .model import Challenge, Purpose
from .policy import (
    CODES_PER_DAY,
    CODES_PER_DEVICE,
    CODES_PER_DEVICES,
    CODES_UNANSWERED,
    COOLDOWN,
    CodeLimits,
)
from .repository import SessionRepository

__all__ = ["CodeSent", "SignInCodes", "give_back", "phone_target"]

_NOBODY = "per_" + "a" * 24  # read for an unknown number, to take as long


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSent:
    """A challenge, and the seconds until the same asker may have another one."""

    challenge: str
    retry_after: int


def phone_target(phones: Phones, phone: str) -> str:
    """Return the id of a phone as the target of codes."""
    return f"phone#{phones.fingerprint(phone)}"


class SignInCodes:
    """The use case of asking for a code."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        repository: SessionRepository,
        challenges: Challenges,
        clock: Clock,
        keys: Keyring,
        people: People,
        phones: Phones,
        limits: CodeLimits,
        metrics: Metrics,
    ) -> None:
        self._transaction, self._repository = transaction, repository
        self._challenges, self._clock, self._keys = challenges, clock, keys
        self._people, self._phones = people, phones
        self._limits, self._metrics = limits, metrics

    def send_code(
        self, context: RequestContext, phone: str, device: str | None
    ) -> CodeSent:
        """Send a sign-in code to a phone. An account is made at sign-in.

        Raises:
            TooMany: too soon after the last code of this asker, or too many for this phone today.

        """

        def decide() -> Changes[Challenge]:
            owner = self._phones.find_owner(phone) or self._people.find(_NOBODY)
            known = read_device(self._keys, device, owner.id if owner else None)
            return self._issue(context, phone, owner, known)

        with self._challenges.counting_refusals():
            challenge = self._transaction.run(decide, context)
        if challenge.muted:
            self._metrics.count("CodesHeldBack")
            self._metrics.count("CodesRefused", reason="budget")
        return CodeSent(
            challenge=challenge.id, retry_after=int(COOLDOWN.total_seconds())
        )

    def _issue(
        self,
        context: RequestContext,
        phone: str,
        owner: Person | None,
        device: str | None,
    ) -> Changes[Challenge]:
        """Return the decision, by the windows of this phone or device and the budget of both."""
        now = self._clock.now()
        target = phone_target(self._phones, phone)
        network = self._challenges.network_key(context.address)
        asker = f"asker#{target}#{network}"
        windows = [
            CODES_UNANSWERED.count(target, now),
            CODES_PER_DAY.count(target, now),
        ]
        if device:
            asker = f"asker#{device}"
            windows = [
                CODES_PER_DEVICE.count(f"device#{device}", now),
                CODES_PER_DEVICES.count(target, now),
            ]
        budget, is_used_up = self.budget(owner, device, network)
        order = CodeOrder(
            purpose=Purpose.SIGN_IN,
            target=target,
            address=phone,
            asker=asker,
            locale=context.locale,
            counts=(*windows, *budget),
            device=device,
            holder=owner,
            muted=is_used_up,
        )
        return self._challenges.issue(order)

    def budget(
        self, owner: Person | None, device: str | None, network: str
    ) -> tuple[Sequence[Count], bool]:
        """Return the counts of the caller's budget, and whether it is used up.

        All budgets are read for everybody, so that time does not show which numbers are known.
        """
        now, limits = self._clock.now(), self._limits
        unknown = [
            limits.of_address.count(f"address#{network}", now),
            limits.of_day.count("codes#unknown", now),
        ]
        known = [limits.of_day.count("codes#known", now)]
        counts = [*unknown, *known]
        values = self._repository.read_counters(counts)
        own = unknown if owner is None else known
        if device or (owner and owner.appointed):
            own = []
        full = [
            count
            for count, value in zip(counts, values, strict=True)
            if value >= (count.limit or 0)
        ]
        if any(count in full for count in own):
            return (), True
        self._measure(owner, own)
        # The last code of a budget decides again, instead of showing that the number is unknown.
        return [replace(count, refusal=None) for count in own], False

    def _measure(self, owner: Person | None, own: Sequence[Count]) -> None:
        """Measure a code as its share of the day's budget, in percent."""
        if not own:
            return
        share = 100 / self._limits.per_day
        if owner is None:
            self._metrics.observe("UnknownCodesSpent", share, "Percent")
        else:
            self._metrics.observe("KnownCodesSpent", share, "Percent")


def give_back(challenge: Challenge) -> tuple[Count, ...]:
    """Return the write that ends the count of a code as one that strangers have caused."""
    if challenge.device or challenge.person_id:
        return ()
    counted = CODES_UNANSWERED.count(challenge.target, challenge.created_at)
    return (replace(counted, add=-1, limit=None, refusal=None),)
