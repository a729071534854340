"""Delivery reports and replies of SMS providers, and unsubscribing from e-mail.

Each report and reply may come twice, late, or never.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from ..kernel.changes import Changes
from ..kernel.clock import Clock
from ..kernel.errors import NotFound, Replayed
from ..kernel.job import Answer, Job
from ..kernel.request import IdempotencyKey, RequestContext, Signed
from ..kernel.signing import check_signature
from ..message_log.model import PhoneQuestion
from ..message_log.questions import Questions
from ..message_log.reports import DeliveryReports
from ..message_log.unsubscribe import UnsubscribeLinks
from ..people.service import People
from ..store.transaction import Transaction
from .policy import STOP

__all__ = [
    "DeliveryReport",
    "Replies",
    "ReplyEffect",
    "ReplyResult",
    "SmsReply",
    "word_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A provider's report of a message."""

    id: str
    delivered: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsReply:
    """A reply by SMS. `id` is the provider's, the same when the reply is repeated."""

    id: str
    phone: str
    text: str


class ReplyEffect(StrEnum):
    """The effect of a reply, or the reason why it has none."""

    ANSWERED = "answered"
    OPTED_OUT = "opted_out"
    NOT_UNDERSTOOD = "not_understood"
    UNKNOWN_PHONE = "unknown_phone"
    NO_OPEN_QUESTION = "no_open_question"
    NOT_AN_ANSWER = (
        "not_an_answer"  # a word for another question than the open one
    )
    IN_DOUBT = (
        "in_doubt"  # of two questions, or of one that may not have arrived
    )
    NOT_ALLOWED = (
        "not_allowed"  # the phone has changed hands since it was asked
    )
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyResult:
    """The effect of a reply, with its answers: one for each person who was asked."""

    effect: ReplyEffect
    answers: tuple[Answer, ...] = ()


class Replies:
    """Settles attempts by delivery reports, answers questions and stops further messages."""

    def __init__(
        self,
        *,
        transaction: Transaction,
        clock: Clock,
        people: People,
        questions: Questions,
        reports: DeliveryReports,
        links: UnsubscribeLinks,
        provider_keys: Mapping[str, bytes],
    ) -> None:
        self._transaction = transaction
        self._clock = clock
        self._people = people
        self._questions = questions
        self._reports = reports
        self._links = links
        self._provider_keys = dict(provider_keys)

    def check_signature(self, provider: str, signed: Signed) -> None:
        """Check that a provider signed the request, and recently.

        Raises:
            NotFound: no provider of this name has a key.
            Unauthenticated: the signature, the time or the nonce is not valid.

        """
        key = self._provider_keys.get(provider)
        if key is None:
            raise NotFound
        check_signature(
            key,
            timestamp=signed.timestamp,
            nonce=signed.nonce,
            signature=signed.signature,
            body=signed.body,
            now=self._clock.now(),
        )

    def receive(
        self,
        provider: str,
        reports: Iterable[DeliveryReport],
        replies: Iterable[SmsReply],
    ) -> list[ReplyResult]:
        """Process reports and replies that came together; return the result of each reply.

        One that fails holds up no other. Its error is raised at the end, and all may come again.
        """
        results: list[ReplyResult] = []
        failed: Exception | None = None
        for report in reports:
            try:
                self._settle(provider, report)
            except Exception as error:  # noqa: BLE001 - raised again below
                failed = error
        for reply in replies:
            try:
                results.append(self._receive_reply(provider, reply))
            except Exception as error:  # noqa: BLE001 - raised again below
                failed = error
        if failed:
            raise failed
        return results

    def _settle(self, provider: str, report: DeliveryReport) -> None:
        # The log has deleted the message since, or it never was ours.
        with suppress(NotFound):
            self._reports.report(
                report.id,
                provider=provider,
                delivered=report.delivered,
                reason=report.reason,
            )

    def _receive_reply(self, provider: str, reply: SmsReply) -> ReplyResult:
        """Stop text messages to a phone, or answer its question; return the result.

        The same reply again does nothing. A known id with another text is another reply.
        """
        word = word_of(reply.text)
        key = _digest("reply", provider, reply.id, reply.phone, word)
        context = RequestContext(
            idempotency_key=IdempotencyKey(id=key, digest="reply")
        )
        is_answer = self._questions.is_answer(word)
        if word not in STOP and not is_answer:
            return ReplyResult(effect=ReplyEffect.NOT_UNDERSTOOD)
        try:
            owner = self._people.phone_owner(reply.phone)
            owner_id = owner.id if owner else ""
            if owner_id and word in STOP:
                self._people.opt_out(owner_id, "sms", context)
                return ReplyResult(effect=ReplyEffect.OPTED_OUT)
            if is_answer:
                return self._answer(reply.phone, word, owner_id, context)
        except Replayed:
            return ReplyResult(effect=ReplyEffect.REPEATED)
        except NotFound:
            pass
        return ReplyResult(effect=ReplyEffect.UNKNOWN_PHONE)

    def _answer(
        self, phone: str, word: str, owner_id: str, context: RequestContext
    ) -> ReplyResult:
        def decide() -> tuple[Changes[PhoneQuestion], ReplyResult]:
            changes = self._questions.answer(
                phone,
                word,
                owner_id,
                may_answer=lambda id: self._people.may_answer(id, owner_id),
            )
            jobs = tuple(
                job for job in changes.jobs if self._counts(job, owner_id)
            )
            answers = tuple(job for job in jobs if isinstance(job, Answer))
            result = ReplyResult(effect=ReplyEffect.ANSWERED, answers=answers)
            if not answers:
                result = ReplyResult(
                    effect=self._unanswered(changes, word, owner_id)
                )
            return replace(changes, jobs=jobs), result

        return self._transaction.run_with(decide, context)[1]

    def _unanswered(
        self, changes: Changes[PhoneQuestion], word: str, owner_id: str
    ) -> ReplyEffect:
        """Return the reason why a reply answers no question."""
        if not owner_id:
            return ReplyEffect.UNKNOWN_PHONE
        if changes.jobs:
            return ReplyEffect.NOT_ALLOWED
        if not self._questions.open_questions(changes.entity):
            return ReplyEffect.NO_OPEN_QUESTION
        if not self._questions.fitting_questions(changes.entity, word):
            return ReplyEffect.NOT_AN_ANSWER
        return ReplyEffect.IN_DOUBT

    def _counts(self, job: Job, owner_id: str) -> bool:
        """Say whether an answer counts: the phone may have another owner since the question."""
        if not isinstance(job, Answer):
            return False
        return self._people.may_answer(job.person_id, owner_id)

    # e-mail

    def check_unsubscribe(self, token: str) -> str:
        """Return the person of an unsubscribe token; raise NotFound if the token is not valid."""
        person_id = self._links.person_of(token)
        if person_id is None:
            raise NotFound
        return person_id

    def unsubscribe(self, token: str) -> None:
        """Stop e-mails to the person of a token."""
        self._people.opt_out(
            self.check_unsubscribe(token), "email", RequestContext()
        )


def word_of(text: str) -> str:
    """Return the word of a reply in capitals, without full-width forms, blanks and punctuation."""
    normal = unicodedata.normalize("NFKC", text)
    return "".join(filter(str.isalnum, normal)).upper()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
