"""The quotas of phones and mailboxes of staff, kept by condition: two jobs never both pass."""

from dataclasses import replace
from datetime import timedelta

from ..kernel.clock import Clock
from ..kernel.codes import Keyring
from . import rations
from .attempts import AttemptStore, address_fingerprint
from .model import COLLECTIONS, Envelope, PhoneQuota
from .rations import Placement
from .repository import MessageRepository

__all__ = ["StaffPhones"]

_QUOTA_TTL = timedelta(days=2)  # a day in every zone


class StaffPhones:
    """Places messages to phones and mailboxes of staff: at once, in a bundle, or in the digest."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        attempts: AttemptStore,
        clock: Clock,
        keys: Keyring,
    ) -> None:
        self._repository = repository
        self._attempts = attempts
        self._clock = clock
        self._keys = keys

    def place(
        self, envelope: Envelope, zone: str, words: str = ""
    ) -> Placement:
        """Return the place of a message, and count it. What was begun before goes on at once.

        `words` is the text of a message that is not a collection.
        """
        if self._attempts.find(envelope):
            return Placement()
        attempt_id = self._attempts.id_of(envelope)
        while True:
            known = self._repository.find_quota(self._id_of(envelope))
            quota = known or self._empty(envelope)
            now = self._clock.now()
            after, placement = rations.place(
                quota,
                envelope.template,
                attempt_id,
                now,
                zone,
                words=words,
                is_bundle=envelope.send.message_kind in COLLECTIONS,
            )
            if after == quota or self._keep(after, known):
                return placement

    def _keep(self, quota: PhoneQuota, known: PhoneQuota | None) -> bool:
        expires_at = self._clock.now() + _QUOTA_TTL
        following = replace(quota, version=quota.version + 1, ttl=expires_at)
        return self._repository.keep_quota(following, known)

    def _empty(self, envelope: Envelope) -> PhoneQuota:
        ttl = self._clock.now() + _QUOTA_TTL
        return PhoneQuota(id=self._id_of(envelope), version=0, ttl=ttl)

    def _id_of(self, envelope: Envelope) -> str:
        address = envelope.recipient.address
        return f"quota#{address_fingerprint(self._keys, address)}"
