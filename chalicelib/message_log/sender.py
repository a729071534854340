"""The one call of an attempt: remember its question, call the provider, write down the end."""

from dataclasses import replace

from ..adapters.ports import Refused
from ..kernel.clock import Clock
from ..kernel.digits import REQUESTS, Pair
from ..kernel.log import Log
from . import decisions
from .model import (
    COLLECTIONS,
    Channel,
    DeliveryState,
    Envelope,
    Facts,
    MessageAttempt,
    SuppressionReason,
    masked,
)
from .questions import Questions
from .repository import MessageRepository
from .transport import Transport

__all__ = ["AttemptSender"]

_LONGEST = REQUESTS.pairs[-1]


class AttemptSender:
    """Sends a claimed attempt once and stores how it ended."""

    def __init__(
        self,
        *,
        repository: MessageRepository,
        transport: Transport,
        questions: Questions,
        clock: Clock,
        log: Log,
    ) -> None:
        self._repository = repository
        self._transport = transport
        self._questions = questions
        self._clock = clock
        self._log = log

    def priced(
        self,
        attempt: MessageAttempt,
        envelope: Envelope,
        facts: Facts,
        provider_name: str = "",
    ) -> MessageAttempt:
        """Return an attempt with its provider and price, before it is claimed.

        A question has no numbers yet. It is priced with the longest ones, and again when it is
        sent.
        """
        text = self._transport.text_of(envelope, facts, _LONGEST)
        return self._transport.priced(attempt, text, provider_name)

    def send(
        self, attempt: MessageAttempt, envelope: Envelope, facts: Facts
    ) -> MessageAttempt:
        """Call the provider once; return the attempt as it is stored afterwards."""
        done = self._ask_and_send(attempt, envelope, facts)
        if self._repository.settle(done):
            return done
        # A delivery report was quicker and has settled the attempt.
        return self._repository.find_attempt(done.id) or done

    def _ask_and_send(
        self, attempt: MessageAttempt, envelope: Envelope, facts: Facts
    ) -> MessageAttempt:
        """Send a message; a question once it has numbers, if somebody may answer it."""
        numbers: Pair | None = None
        if envelope.template.asks and attempt.channel is Channel.SMS:
            now = self._clock.now()
            try:
                placement = self._questions.ask(
                    attempt, envelope.recipient.address, envelope.occasion
                )
            except Exception:  # noqa: BLE001 - nothing was sent: it can be tried again
                return decisions.after_refusal(
                    attempt, now, "question_not_kept", final=False
                )
            if placement.free_at:
                return decisions.after_waiting_for_numbers(
                    attempt, now, placement.free_at
                )
            if placement.numbers is None:
                outdated = SuppressionReason.OUTDATED
                return decisions.suppressed(attempt, now, outdated)
            numbers = placement.numbers
            attempt = replace(attempt, number=numbers.yes)
        return self._call_provider(attempt, envelope, facts, numbers)

    def _call_provider(
        self,
        attempt: MessageAttempt,
        envelope: Envelope,
        facts: Facts,
        numbers: Pair | None,
    ) -> MessageAttempt:
        text = self._transport.text_of(envelope, facts, numbers)
        attempt = self._transport.priced(attempt, text, attempt.provider)
        attempt = _with_text(attempt, envelope, facts, numbers)
        try:
            ref = self._transport.send(attempt, envelope, text)
        except Refused as refused:
            now = self._clock.now()
            return decisions.after_refusal(
                attempt, now, refused.reason, final=refused.final
            )
        except Exception as error:  # noqa: BLE001 - nobody knows whether the message went out
            error_type = type(error).__name__
            self._log.error(
                "send", delivery=attempt.id, kind=attempt.kind, error=error_type
            )
            return decisions.after_silence(attempt, self._clock.now())
        return replace(
            attempt,
            state=DeliveryState.SENT,
            ref=ref[:100],
            settled_at=self._clock.now(),
            lease_until=None,
        )


def _with_text(
    attempt: MessageAttempt,
    envelope: Envelope,
    facts: Facts,
    numbers: Pair | None,
) -> MessageAttempt:
    """Return an attempt with its text for the inbox. The parts of a collection have their own."""
    shown = masked(envelope.template, facts)
    is_ours = attempt.person.startswith("per_")
    if shown is None or attempt.kind in COLLECTIONS or not is_ours:
        return attempt
    recipient = envelope.recipient
    text = envelope.template.fill(
        recipient.locale, shown, recipient.holder, numbers
    )
    return replace(attempt, text=text, locale=recipient.locale)
