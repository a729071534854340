"""The texts of replies by SMS in the contract."""

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

CONTRACT = FeatureTexts(
    tag="Replies by SMS, delivery reports, and links that end e-mail.",
    operations={
        "receive_sms_webhook": (
            "For the SMS provider, which signs the body with its key; a token counts for nothing. "
            "Messages get their state, and replies act."
        ),
        "handle_reply": About(can.HANDLE, "The task leaves the staff queue."),
        "ask_unsubscribe": "For anybody with the link, without a token. It changes nothing.",
        "unsubscribe": "For anybody with the link, without a token. E-mail ends.",
    },
    fields={
        "replies": "The replies.",
        "effect": "The effect of the reply.",
        "handled_by": "The id of the member of staff who has seen to it.",
        "handled_at": "When staff had seen to it (UTC).",
        "DeliveryReportIn.id": "The reference under which the message was sent.",
        "DeliveryReportIn.status": "What became of it.",
        "SmsReplyIn.id": "The id of the reply at the provider.",
        "ReplyView.about": "The id of what it may be about.",
    },
    examples={"ReplyView.text": "1", "SmsReplyIn.text": "1"},
)
