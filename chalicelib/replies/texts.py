"""Texts for people who reply or unsubscribe, in every language."""

from ..kernel.text_catalogue import text

__all__ = ["PAGES", "REFUSALS"]

REFUSALS = {
    "webhook.signature_invalid": text(
        zh="签名无效或已过期。",
        en="The signature is not valid, or it has expired.",
    ),
}

PAGES = {
    "unsubscribe.title": text(zh="不再接收邮件", en="Stop e-mails"),
    "unsubscribe.ask": text(
        zh="确认后，我们不再向您发送邮件。",
        en="After you confirm, we will send you no more e-mails.",
    ),
    "unsubscribe.button": text(zh="确认", en="Confirm"),
    "unsubscribe.done": text(
        zh="好的，不再向您发送邮件。",
        en="Done: we will send you no more e-mails.",
    ),
}
