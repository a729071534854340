"""What providers report and what people reply. Everything may come twice, late, or never."""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import cast

from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.errors import NotFound, Replayed
from ..kernel.job import Answer, Job
from ..kernel.request import IdempotencyKey, RequestContext, Signed
from ..kernel.signing import check
from ..message_log.model import PhoneQuestion
from ..message_log.questions import Questions
from ..message_log.reports import DeliveryReports
from ..message_log.unsubscribe import UnsubscribeLinks
from ..notifications.recipients import Recipients
from ..people.service import People
from ..store.transaction import Transaction
from .policy import STOP

__all__ = ["DeliveryReport", "Replies", "SmsReply", "word_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A provider's report of a message."""

    id: str
    delivered: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsReply:
    """A reply to a message; `id` is the provider's, by which a repeated one is known."""

    id: str
    phone: str
    text: str


class Replies:
    """Use cases of what comes back."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        people: People,
        recipients: Recipients,
        questions: Questions,
        reports: DeliveryReports,
        links: UnsubscribeLinks,
        provider_keys: Mapping[str, bytes],
    ) -> None:
        self._transaction, self._clock, self._people = transaction, clock, people
        self._recipients = recipients
        self._questions, self._reports, self._links = questions, reports, links
        self._provider_keys = dict(provider_keys)

    def check_signature(self, provider: str, signed: Signed) -> None:
        """Refuse what was not sent by a provider that has a key here, or was sent long ago.

        Raises:
            NotFound: no such provider.
            Unauthenticated: wrong signature, or a time or nonce that is not valid.

        """
        key = self._provider_keys.get(provider)
        if key is None:
            raise NotFound
        check(
            key,
            signed.timestamp,
            signed.nonce,
            signed.signature,
            signed.body,
            self._clock.now(),
        )

    def take(
        self,
        provider: str,
        reports: Iterable[DeliveryReport],
        replies: Iterable[SmsReply],
    ) -> None:
        """Take everything that came together.

        What fails holds up nothing else. It is raised at the end, and all may come again.
        """
        failed, everything = (
            None,
            cast("Iterable[DeliveryReport | SmsReply]", (*reports, *replies)),
        )
        for one in everything:
            try:
                if isinstance(one, DeliveryReport):
                    self._take_report(provider, one)
                else:
                    self._take_reply(provider, one)
            except Exception as error:  # noqa: BLE001 - raised again below
                failed = error
        if failed:
            raise failed

    def _take_report(self, provider: str, report: DeliveryReport) -> None:
        with suppress(
            NotFound
        ):  # the log has forgotten the message, or it never was ours
            self._reports.report(
                report.id,
                provider=provider,
                delivered=report.delivered,
                reason=report.reason,
            )

    def _take_reply(self, provider: str, reply: SmsReply) -> None:
        """Do what a reply says.

        The same reply again does nothing. A known id that comes with other words is another reply.
        """
        word = word_of(reply.text)
        key = _digest("reply", provider, reply.id, reply.phone, word)
        context = RequestContext(idempotency_key=IdempotencyKey(id=key, digest="reply"))
        with suppress(NotFound, Replayed):
            if word in STOP and (owner := self._people.phone_owner(reply.phone)):
                self._people.opt_out(owner.id, "sms", context)
            elif self._questions.is_answer(word):
                self._answer(reply.phone, word, context)

    def _answer(self, phone: str, word: str, context: RequestContext) -> None:
        owner = self._people.phone_owner(phone)
        phone_of = owner.id if owner else ""

        def decide() -> Changes[PhoneQuestion]:
            changes = self._questions.answer(phone, word, phone_of)
            jobs = tuple(job for job in changes.jobs if self._counts(job, phone_of))
            return replace(changes, jobs=jobs)

        self._transaction.run(decide, context)

    def _counts(self, job: Job, phone_of: str) -> bool:
        """Say whether an answer counts: the phone may have changed hands since it was asked."""
        return isinstance(job, Answer) and self._recipients.may_answer(
            job.person_id, phone_of
        )

    # mail

    def check_unsubscribe(self, token: str) -> str:
        """Return the person of an unsubscribe token; raise NotFound if it is not valid."""
        person_id = self._links.person_of(token)
        if person_id is None:
            raise NotFound
        return person_id

    def unsubscribe(self, token: str) -> None:
        """Send a person no more e-mail."""
        self._people.opt_out(self.check_unsubscribe(token), "email", RequestContext())


def word_of(text: str) -> str:
    """Return the word of a reply, however it was typed: full-width, lower case, with blanks."""
    letters = [
        letter for letter in unicodedata.normalize("NFKC", text) if letter.isalnum()
    ]
    return "".join(letters).upper()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
