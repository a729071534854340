"""What the house says to those who write back, in both languages."""

from ..kernel.words import Words

__all__ = ["PAGES", "REFUSALS"]

REFUSALS = {
    "webhook.signature_invalid": Words("签名无效或已过期。", "The signature is not valid, or too old."),
}

PAGES = {
    "unsubscribe.title": Words("不再接收邮件", "No more mail"),
    "unsubscribe.ask": Words("确认后，我们不再向您发送邮件。", "Once you confirm, we send you no more mail."),
    "unsubscribe.button": Words("确认", "Confirm"),
    "unsubscribe.done": Words("好的，不再向您发送邮件。", "Done: no more mail."),
}
