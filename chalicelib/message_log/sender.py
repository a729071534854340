"""The one call of an attempt: remember its question, call the provider, write down the end."""

from dataclasses import replace

from ..adapters.ports import Refused
from ..kernel.clock import Clock
from ..kernel.log import Log
from . import decisions
from .model import Channel, DeliveryState, Envelope, MessageAttempt
from .questions import Questions
from .repository import MessageRepository
from .transport import Transport

__all__ = ["AttemptSender"]


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

    def send(
        self, attempt: MessageAttempt, envelope: Envelope, text: str
    ) -> MessageAttempt:
        """Call the provider once; return the attempt as it is stored afterwards."""
        done = self._call_provider(attempt, envelope, text)
        if self._repository.settle(done):
            return done
        # A delivery report was quicker and has settled the attempt.
        return self._repository.find_attempt(done.id) or done

    def _call_provider(
        self, attempt: MessageAttempt, envelope: Envelope, text: str
    ) -> MessageAttempt:
        try:
            self._ask_first(attempt, envelope)
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

    def _ask_first(self, attempt: MessageAttempt, envelope: Envelope) -> None:
        """Remember a question before it is sent.

        Raises:
            Refused: the store has not kept the question, and nothing was sent.

        """
        if not envelope.template.asks or attempt.channel is not Channel.SMS:
            return
        try:
            self._questions.ask(
                attempt, envelope.recipient.address, envelope.occasion
            )
        except Exception as error:
            raise Refused("question_not_kept") from error
