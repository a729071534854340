"""From an attempt to the adapters: the text, the provider, the price and the one call."""

from dataclasses import replace

from ..adapters.choice import Providers, WeightedProvider
from ..adapters.ports import EmailSender, Mail, Sms
from ..kernel.digits import Pair
from ..kernel.log import Log
from ..kernel.metrics import Metrics
from ..kernel.place import street_of
from ..kernel.segments import parts_of
from ..kernel.template import Legal, Urgency
from ..places.reader import PlaceReader
from . import decisions
from .model import Channel, Envelope, Facts, MessageAttempt, Recipient
from .unsubscribe import UnsubscribeLinks

__all__ = ["Transport"]


class Transport:
    """Sends by SMS providers and by e-mail. One call of `send` is one attempt.

    Signature and provider are those of the street, or else the installation's. A sign-in code has
    no street.
    """

    def __init__(
        self,
        *,
        sms: Providers,
        email: EmailSender,
        links: UnsubscribeLinks,
        places: PlaceReader,
        signature: str,
        metrics: Metrics,
        log: Log,
    ) -> None:
        self._sms = sms
        self._email = email
        self._links = links
        self._places = places
        self._signature = signature
        self._metrics = metrics
        self._log = log

    def text_of(
        self, envelope: Envelope, facts: Facts, numbers: Pair | None
    ) -> str:
        """Return the text of a message as it is sent. `numbers` answer it, if it asks by SMS."""
        template = envelope.template
        recipient = envelope.recipient
        text = template.fill(recipient.locale, facts, recipient.holder, numbers)
        if recipient.channel is not Channel.SMS:
            return text
        signature = self._signature_of(recipient)
        return decisions.compose_sms(
            signature, text, recipient.locale, template.legal
        )

    def _signature_of(self, recipient: Recipient) -> str:
        """Return the signature of the street of a recipient."""
        street = street_of(recipient.place)
        own = self._places.messaging_of(street).sms_signature
        return own or self._signature

    def priced(
        self, attempt: MessageAttempt, text: str, provider_name: str = ""
    ) -> MessageAttempt:
        """Return an attempt with its provider and price. An e-mail has neither.

        Without `provider_name` the provider whose turn it is takes the message. The provider that
        the street names has the first turn.
        """
        if attempt.channel is not Channel.SMS:
            return attempt
        provider = self._provider(attempt, provider_name)
        parts = parts_of(text)
        cost_li = parts * provider.price_li
        return replace(
            attempt, provider=provider.name, parts=parts, cost_li=cost_li
        )

    def send(
        self, attempt: MessageAttempt, envelope: Envelope, text: str
    ) -> str:
        """Hand a text to the provider of the attempt; return the provider's reference.

        Raises:
            Refused: the provider has certainly not taken the text.
            Exception: the provider may or may not have taken the text.

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
        return self._provider(attempt, attempt.provider).sender.send(sms)

    def _provider(self, attempt: MessageAttempt, name: str) -> WeightedProvider:
        named = self._sms.named(name)
        if named:
            return named
        first = self._first_choice(street_of(attempt.place))
        return self._sms.pick(attempt.id, attempt.attempt, first)

    def _first_choice(self, street: str) -> str:
        """Return the provider that a street has named; "" for none, or one that is gone."""
        first = self._places.messaging_of(street).sms_provider or ""
        if first and self._sms.named(first) is None:
            # Removed since the street named it. The message must go out all the same.
            self._metrics.count("SmsProviderUnknown")
            self._log.info("unknown provider", street=street, provider=first)
            return ""
        return first

    def _mail(
        self, attempt: MessageAttempt, envelope: Envelope, text: str
    ) -> Mail:
        is_urgent = envelope.template.urgency is Urgency.URGENT
        is_refusable = not is_urgent and attempt.person.startswith("per_")
        unsubscribe = ""
        if is_refusable:
            unsubscribe = self._links.link(attempt.person)
        return Mail(
            id=attempt.id,
            address=envelope.recipient.address,
            subject=self._signature_of(envelope.recipient),
            text=text,
            kind=attempt.kind,
            unsubscribe=unsubscribe,
        )
