"""From an attempt to the adapters: text, provider, price, and the one call."""

from dataclasses import replace

from ..adapters.choice import Provider, Providers
from ..adapters.ports import EmailSender, Mail, Sms
from ..kernel.segments import parts_of
from ..kernel.template import Legal, Urgency
from . import decisions
from .model import Channel, Envelope, Facts, MessageAttempt
from .unsubscribe import UnsubscribeLinks

__all__ = ["Transport"]


class Transport:
    """Sends by SMS providers and by e-mail. One call of `send` is one attempt."""

    def __init__(
        self,
        *,
        sms: Providers,
        email: EmailSender,
        links: UnsubscribeLinks,
        signature: str,
    ) -> None:
        self._sms, self._email, self._links, self._signature = (
            sms,
            email,
            links,
            signature,
        )

    def text_of(self, envelope: Envelope, facts: Facts) -> str:
        """Return the text of a message as it is sent."""
        template, recipient = envelope.template, envelope.recipient
        text = template.fill(recipient.locale, facts)
        if recipient.channel is not Channel.SMS:
            return text
        return decisions.compose_sms(
            self._signature, text, recipient.locale, template.legal
        )

    def priced(
        self, attempt: MessageAttempt, text: str, provider: str = ""
    ) -> MessageAttempt:
        """Return an attempt with its provider and price.

        The provider is the named one, else the one whose turn it is. E-mail has neither.
        """
        if attempt.channel is not Channel.SMS:
            return attempt
        chosen = self._sms.named(provider) or self._sms.pick(
            attempt.id, attempt.attempt
        )
        parts = parts_of(text)
        return replace(
            attempt, provider=chosen.name, parts=parts, cost_li=parts * chosen.price_li
        )

    def send(self, attempt: MessageAttempt, envelope: Envelope, text: str) -> str:
        """Hand a text to the provider of the attempt; return the provider's reference.

        Raises:
            Refused: it was certainly not taken.
            Exception: it may or may not have been taken.

        """
        if attempt.channel is not Channel.SMS:
            return self._email.send(self._mail(attempt, envelope, text))
        sms = Sms(
            id=attempt.id,
            phone=envelope.recipient.address,
            text=text,
            kind=attempt.kind,
            promotional=envelope.template.legal is Legal.PROMOTIONAL,
        )
        return self._provider_of(attempt).sender.send(sms)

    def _provider_of(self, attempt: MessageAttempt) -> Provider:
        return self._sms.named(attempt.provider) or self._sms.pick(
            attempt.id, attempt.attempt
        )

    def _mail(self, attempt: MessageAttempt, envelope: Envelope, text: str) -> Mail:
        is_urgent = envelope.template.urgency is Urgency.URGENT
        is_refusable = not is_urgent and attempt.person.startswith("per_")
        return Mail(
            id=attempt.id,
            address=envelope.recipient.address,
            subject=self._signature,
            text=text,
            kind=attempt.kind,
            unsubscribe=self._links.link(attempt.person) if is_refusable else "",
        )
