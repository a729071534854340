"""What the house says to staff about messages, in both languages."""

from ..kernel.words import Words

__all__ = ["REFUSALS"]

REFUSALS = {
    "message.no_visit": Words("这条消息不需要上门告知。", "Nobody has to be visited about this message."),
}
