"""Delivery reports and replies of SMS providers, and unsubscribing from e-mail.

Each report and reply may come twice, late, or never.
"""

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from ..kernel.clock import Clock
from ..kernel.errors import NotFound, Replayed, TooMany
from ..kernel.ids import derived_id
from ..kernel.metrics import Metrics
from ..kernel.request import IdempotencyKey, RequestContext, Signed
from ..kernel.signing import check_signature
from ..message_log.reports import DeliveryReports
from ..message_log.unsubscribe import UnsubscribeLinks
from ..people.service import People
from .intake import ReceivedReply, ReplyIntake, ReplyResult
from .keeper import ReplyKeeper
from .model import ReplyEffect
from .policy import MAX_TEXT
from .reading import read_sms

__all__ = ["DeliveryReport", "Replies", "SmsReply"]


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


class Replies:
    """Settles attempts by delivery reports, answers questions and stops further messages."""

    def __init__(
        self,
        *,
        clock: Clock,
        metrics: Metrics,
        people: People,
        intake: ReplyIntake,
        keeper: ReplyKeeper,
        reports: DeliveryReports,
        links: UnsubscribeLinks,
        provider_keys: Mapping[str, bytes],
    ) -> None:
        self._clock = clock
        self._metrics = metrics
        self._people = people
        self._intake = intake
        self.keeper = keeper
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
        """Stop text messages to a phone, answer its question, or keep the reply for staff.

        The same reply again does nothing. A known id with another text is another reply.
        """
        text = reply.text[:MAX_TEXT]
        key = _digest("reply", provider, reply.id, reply.phone, text)
        context = RequestContext(
            idempotency_key=IdempotencyKey(id=key, digest="reply")
        )
        reading = read_sms(text)
        owner = self._people.phone_owner(reply.phone)
        received = ReceivedReply(
            id=derived_id("rpl", key),
            phone=reply.phone,
            text=text,
            reading=reading,
            owner=owner,
        )
        try:
            if reading.is_stop:
                return self._opt_out(received, context)
            return self._intake.take(received, context)
        except Replayed:
            return ReplyResult(effect=ReplyEffect.REPEATED)
        except TooMany:
            self._metrics.count("RepliesIgnored")
            return ReplyResult(effect=ReplyEffect.IGNORED)

    def _opt_out(
        self, received: ReceivedReply, context: RequestContext
    ) -> ReplyResult:
        """Stop text messages to a phone. What the reply says besides is for staff."""
        owner = received.owner
        if owner is None:  # there is nothing to stop
            self._metrics.count("StopOfUnknownPhone")
            return ReplyResult(effect=ReplyEffect.UNKNOWN_PHONE)
        if received.reading.is_remark:
            once = IdempotencyKey(id=f"kept {received.id}", digest="reply")
            with suppress(Replayed):
                self._intake.keep_refusal(
                    received, RequestContext(idempotency_key=once)
                )
        self._people.opt_out(owner.id, "sms", context, self.keeper.opted_out)
        return ReplyResult(effect=ReplyEffect.OPTED_OUT)

    # e-mail

    def check_unsubscribe(self, token: str) -> str:
        """Return the person of an unsubscribe token; raise NotFound if the token is not valid."""
        person_id = self._links.person_of(token)
        if person_id is None:
            raise NotFound
        return person_id

    def unsubscribe(self, token: str) -> None:
        """Stop e-mails to the person of a token."""
        person_id = self.check_unsubscribe(token)
        self._people.opt_out(
            person_id, "email", RequestContext(), self.keeper.opted_out
        )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
