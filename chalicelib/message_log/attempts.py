"""Lines of the message log as the log and the digest write them: each by condition, never twice."""

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

__all__ = ["AttemptInProgress", "AttemptStore", "address_fingerprint"]


class AttemptInProgress(Exception):
    """Another job is making this attempt; the queue must bring the message again."""


def address_fingerprint(keys: Keyring, address: str) -> str:
    """Return the keyed hash of an address, by which the log knows it."""
    return keys.fingerprint("address", address)


class AttemptStore:
    """Makes, claims and replaces the line of a message and an address."""

    def __init__(
        self, *, repository: MessageRepository, clock: Clock, keys: Keyring
    ) -> None:
        self._repository, self._clock, self._keys = repository, clock, keys

    def new(self, envelope: Envelope, state: DeliveryState) -> MessageAttempt:
        """Return the line of an envelope, which is not stored yet."""
        now, send, recipient = self._clock.now(), envelope.send, envelope.recipient
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
            ttl=now + policy.ATTEMPTS_KEPT,
        )

    def id_of(self, envelope: Envelope) -> str:
        """Return the id of the line of an envelope."""
        address = address_fingerprint(self._keys, envelope.recipient.address)
        return attempt_id(envelope.send.message_id, envelope.recipient.channel, address)

    def find(self, envelope: Envelope) -> MessageAttempt | None:
        """Read the line of an envelope."""
        return self._repository.find_attempt(self.id_of(envelope))

    def claim(self, attempt: MessageAttempt) -> bool:
        """Write a line that must not be there yet."""
        return self._repository.claim(attempt)

    def update(self, attempt: MessageAttempt, before: MessageAttempt) -> None:
        """Write a line in the place of one that must be as it was read.

        Raises:
            AttemptInProgress: another job has changed it.

        """
        if not self._repository.reclaim(attempt, before):
            raise AttemptInProgress(attempt.id)

    def settle_held(
        self,
        held: Sequence[MessageAttempt],
        state: DeliveryState,
        reason: str = "",
        ref: str = "",
    ) -> None:
        """Write what became of held lines, where that is not known already."""
        now = self._clock.now()
        for line in held:
            settled = replace(line, state=state, reason=reason, ref=ref, settled_at=now)
            self._repository.reclaim(settled, line)

    def add_recipients(self, attempt: MessageAttempt, recipient: Recipient) -> None:
        """Put a line into the inboxes of all its recipients.

        People who come with another share of the same message join the line.
        """
        further = [person for person in recipient.people if person != attempt.person]
        for person in further:
            self._repository.add_recipient(_further_recipient(attempt, person))
        new = tuple(person for person in further if person not in attempt.others)
        if new:
            self.update(replace(attempt, others=(*attempt.others, *new)), attempt)


def _further_recipient(attempt: MessageAttempt, person: str) -> FurtherRecipient:
    return FurtherRecipient(
        delivery=attempt.id,
        person=person,
        channel=attempt.channel,
        at=attempt.at,
        ttl=attempt.ttl,
    )
