"""Taking what providers report and what people reply. Everything may come twice, late, or never."""

import hashlib
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from ..deliveries.model import Asked, DeliveryState, Question
from ..deliveries.service import Deliveries
from ..kernel.call import Call, Receipt, Signed
from ..kernel.clock import Clock
from ..kernel.codes import Keyring, same
from ..kernel.errors import NotFound, Replayed
from ..kernel.outcome import Message, Outcome
from ..kernel.signing import check
from ..people.service import People
from ..store.commit import Committer
from .policy import NO, STOP, YES

__all__ = ["Replies"]


class Replies:
    """Use cases of what comes back."""

    def __init__(
        self,
        *,
        commit: Committer,
        clock: Clock,
        keys: Keyring,
        people: People,
        deliveries: Deliveries,
        provider_keys: Mapping[str, bytes],
    ) -> None:
        self._commit, self._clock, self._keys = commit, clock, keys
        self._people, self._deliveries, self._provider_keys = people, deliveries, dict(provider_keys)

    def check_signature(self, provider: str, signed: Signed) -> None:
        """Refuse what was not sent by a provider that has a key here, or was sent long ago.

        Raises:
            NotFound: no such provider.
            Unauthenticated: wrong signature, or a time or nonce that is not valid.

        """
        key = self._provider_keys.get(provider)
        if key is None:
            raise NotFound
        check(key, signed.timestamp, signed.nonce, signed.signature, signed.body, self._clock.now())

    def take_report(self, delivery_id: str, *, delivered: bool, reason: str) -> None:
        """Take a provider's word about a message; of one that is not ours nothing is known."""
        self._deliveries.report(delivery_id, delivered=delivered, reason=reason)

    def take_reply(self, phone: str, text: str, *, provider: str, nonce: str) -> None:
        """Take what somebody has replied. `nonce` is the reply's own: the same reply again does nothing."""
        word = unicodedata.normalize("NFKC", text).strip(" .。!！").upper()
        call = Call(receipt=Receipt(id=_digest("reply", provider, nonce), digest=_digest(phone, word)))
        with suppress(NotFound, Replayed):
            if word in STOP and (owner := self._people.phone_owner(phone)):
                self._people.opt_out(owner.id, "sms", call)
            elif word in YES | NO:
                self._answer(phone, yes=word in YES, call=call)

    def _answer(self, phone: str, *, yes: bool, call: Call) -> None:
        def decide() -> Outcome[Question]:
            question = self._deliveries.question_to(phone)
            asked = self._meant(question) if question else None
            if question is None or asked is None:
                raise NotFound
            answer = Message(
                kind=f"answer.{asked.kind.partition('.')[0]}",
                to=asked.person,
                about=asked.about,
                params={"kind": asked.kind, "answer": "yes" if yes else "no"},
            )
            # A further "1" must not answer an older question that she has forgotten.
            return Outcome(entity=replace(question, latest=None, before=None), previous=question, messages=(answer,))

        self._commit.settle(decide, call)

    def _meant(self, question: Question) -> Asked | None:
        """Return the question that she has in mind: the latest that has reached her; None where that is in doubt."""
        if question.ttl <= self._clock.now() or question.latest is None:
            return None
        line = self._deliveries.find(question.latest.delivery)
        if line is None or line.state is DeliveryState.SENT:
            return question.latest
        if line.state in (DeliveryState.CLAIMED, DeliveryState.UNKNOWN):
            return None if question.before else question.latest  # of two she may mean either; whoever visits her will ask
        return question.before

    # mail

    def refuses_mail(self, token: str) -> str:
        """Return whose way out of further mails a token is, or raise NotFound."""
        person_id, _, mac = token.rpartition(".")
        if not same(self._keys.fingerprint("unsubscribe", person_id), mac):
            raise NotFound
        return person_id

    def unsubscribe(self, token: str) -> None:
        """Send somebody no more mail."""
        self._people.opt_out(self.refuses_mail(token), "email", Call())


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
