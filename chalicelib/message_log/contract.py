"""The texts of messages in the contract."""

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

CONTRACT = FeatureTexts(
    tag="Messages to people, and the visits that replace some of them.",
    operations={
        "list_messages": (
            "For grid workers, community staff and street administrators of the person's place. "
            "It changes nothing."
        ),
        "read_inbox": "For anybody who is signed in: their own. It changes nothing.",
        "open_visit": About(can.NOTE_VISIT, "The security trail gets a line."),
        "note_visit": About(can.NOTE_VISIT, "The task leaves the staff queue."),
    },
    fields={
        "channel": "The way by which it goes.",
        "template": "The version of the text.",
        "attempt": "The number of the attempt.",
        "parts": "The number of SMS parts.",
        "cost_fen": "The cost in fen, rounded up.",
        "provider": "The provider that took it.",
        "settled_at": "When its end was known (UTC).",
        "wants_visit": "Whether staff are to visit the person instead.",
        "visited_by": "The id of the member of staff who visited.",
        "current": "Whether it is still true.",
        "MessageView.reason": "The reason why it was not sent.",
        "MessageView.about": "The id of what it is about.",
        "InboxItemView.about": "The id of what it is about.",
        "InboxItemView.text": "The text as it was sent; null if it is not known.",
    },
    examples={
        "MessageView.id": "msg_a2a2a2a2a2a2a2a2a2a2a2a2",
        "InboxItemView.id": "msg_a2a2a2a2a2a2a2a2a2a2a2a2",
        "VisitView.id": "msg_a2a2a2a2a2a2a2a2a2a2a2a2",
        "about": "wsh_a2a2a2a2a2a2a2a2a2a2a2a2",
        "InboxItemView.text": "【春晖】您的心愿已有人认领。",
        "VisitView.text": "您的心愿已有人认领。",
        "provider": "console",
        "MessageView.reason": None,
    },
)
