"""Attempts as the message log and the digest write them: by condition, never twice."""

from collections.abc import Sequence
from dataclasses import replace

from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from ..kernel.template import Legal
from . import policy
from .model import (
    DeliveryState,
    Envelope,
    FurtherRecipient,
    MessageAttempt,
    Recipient,
    attempt_id,
)
from .repository import MessageRepository

__all__ = [
    "AttemptInProgress",
    "AttemptStore",
    "address_fingerprint",
    "address_fingerprints",
]


class AttemptInProgress(Exception):
    """Another job is making this attempt; the queue must bring the message again."""


def address_fingerprint(keys: Keyring, address: str) -> str:
    """Return the keyed hash of an address, by which the log knows it."""
    return address_fingerprints(keys, address)[0]


def address_fingerprints(keys: Keyring, address: str) -> tuple[str, ...]:
    """Return the hash of an address under each key, the one in force first.

    There are several only while phone hashes are changed to another key.
    """
    return keys.fingerprints("address", address)


class AttemptStore:
    """Makes, claims and replaces the attempt of a message and an address."""

    def __init__(
        self, *, repository: MessageRepository, clock: Clock, keys: Keyring
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._keys = keys

    def new(self, envelope: Envelope, state: DeliveryState) -> MessageAttempt:
        """Return a fresh attempt for an envelope. It is not stored yet."""
        now = self._clock.now()
        send = envelope.send
        recipient = envelope.recipient
        return MessageAttempt(
            id=self.id_of(envelope),
            message=send.message_id,
            kind=send.message_kind,
            about=send.subject,
            params=send.params,
            person=recipient.people[0],
            others=recipient.people[1:],
            place=recipient.place,
            channel=recipient.channel,
            state=state,
            not_after=send.not_after,
            promotional=envelope.template.legal is Legal.PROMOTIONAL,
            at=now,
            ttl=now + policy.ATTEMPT_TTL,
        )

    def id_of(self, envelope: Envelope) -> str:
        """Return the id of the attempt of an envelope.

        One that was made under another key keeps its id, or else a message would be sent twice.
        """
        recipient = envelope.recipient
        current, *others = [
            attempt_id(envelope.send.message_id, recipient.channel, address)
            for address in address_fingerprints(self._keys, recipient.address)
        ]
        for other in others:
            if self._repository.find_attempt(other):
                return other
        return current

    def find(self, envelope: Envelope) -> MessageAttempt | None:
        """Read the attempt of an envelope."""
        return self._repository.find_attempt(self.id_of(envelope))

    def claim(self, attempt: MessageAttempt) -> bool:
        """Write an attempt; return False if there is one already."""
        return self._repository.claim(attempt)

    def update(self, attempt: MessageAttempt, before: MessageAttempt) -> None:
        """Replace an attempt that must still be as it was read.

        Raises:
            AttemptInProgress: another job has changed it.

        """
        if not self._repository.reclaim(attempt, before):
            raise AttemptInProgress(attempt.id)

    def move(self, held: MessageAttempt, before: MessageAttempt) -> None:
        """Write a held attempt in its new place, if it is still as it was read."""
        self._repository.reclaim(held, before)

    def settle_held(
        self,
        held: Sequence[MessageAttempt],
        state: DeliveryState,
        reason: str = "",
        ref: str = "",
    ) -> None:
        """Write the end of held attempts. One that changed since it was read is left alone."""
        now = self._clock.now()
        for attempt in held:
            settled = replace(
                attempt, state=state, reason=reason, ref=ref, settled_at=now
            )
            self._repository.reclaim(settled, attempt)

    def add_recipients(
        self, attempt: MessageAttempt, recipient: Recipient
    ) -> None:
        """Put an attempt into the inboxes of all its recipients.

        People who come with another share of the same message join the attempt.
        """
        further = [
            person for person in recipient.people if person != attempt.person
        ]
        for person in further:
            self._repository.add_recipient(_further_recipient(attempt, person))
        new = tuple(
            person for person in further if person not in attempt.others
        )
        if new:
            self.update(
                replace(attempt, others=(*attempt.others, *new)), attempt
            )


def _further_recipient(
    attempt: MessageAttempt, person: str
) -> FurtherRecipient:
    return FurtherRecipient(
        delivery=attempt.id,
        person=person,
        channel=attempt.channel,
        at=attempt.at,
        ttl=attempt.ttl,
    )
