"""What the house says to staff about messages, in every language."""

from ..kernel.text_catalogue import text

__all__ = ["REFUSALS"]

REFUSALS = {
    "message.no_visit": text(zh="这条消息不需要上门告知。", en="Nobody has to be visited about this message."),
}
