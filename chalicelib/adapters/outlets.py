"""The senders that the settings name: SMS providers and the e-mail sender."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..kernel.clock import Clock
from ..kernel.ids import Ids
from ..settings import Settings, SmsProvider
from .choice import Providers, WeightedProvider

if TYPE_CHECKING:
    from .console import DevMailbox
    from .ports import EmailSender, SmsSender

__all__ = ["email_sender", "sms_providers"]


def sms_providers(
    settings: Settings,
    ids: Ids,
    clock: Clock,
    mailbox: "Callable[[], DevMailbox]",
) -> Providers:
    """Return the SMS providers; KeyError for an unknown kind."""
    providers = [
        _provider(given, settings, ids, clock, mailbox)
        for given in settings.secrets.sms_providers
    ]
    return Providers(providers)


def _provider(
    given: SmsProvider,
    settings: Settings,
    ids: Ids,
    clock: Clock,
    mailbox: "Callable[[], DevMailbox]",
) -> WeightedProvider:
    sender: SmsSender
    if given.kind == "console":
        from .console import ConsoleSms

        sender = ConsoleSms(mailbox())
    elif given.kind == "sns":
        from .aws import SnsSms

        sender = SnsSms(settings.region)
    elif given.kind == "gateway":
        from .gateway import HttpSms

        sender = HttpSms(given.url, given.key, given.name, ids=ids, clock=clock)
    else:
        raise KeyError(given.kind)
    return WeightedProvider(
        name=given.name,
        sender=sender,
        weight=given.weight,
        price_li=given.price_li,
    )


def email_sender(
    settings: Settings, clock: Clock, mailbox: "Callable[[], DevMailbox]"
) -> "EmailSender":
    """Return the e-mail sender; KeyError for an unknown kind."""
    given = settings.secrets.mail
    if given.kind == "console":
        from .console import ConsoleEmail

        return ConsoleEmail(mailbox())
    if given.kind == "ses":
        from .aws import SesEmail

        return SesEmail(
            settings.region,
            given.sender,
            configuration_set=settings.mail_configuration_set,
        )
    if given.kind == "smtp":
        from .smtp import SmtpEmail

        return SmtpEmail(
            given.host,
            given.port,
            sender=given.sender,
            clock=clock,
            user=given.user,
            password=given.password,
        )
    raise KeyError(given.kind)
