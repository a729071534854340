"""The texts of the daily digest and of bundles, in every language."""

from ..kernel.template import Pot, Template, Urgency
from ..kernel.text_catalogue import text

__all__ = ["BUNDLES", "MESSAGES"]

MESSAGES = {
    "reminders.digest": Template(
        text(zh="今日{count}条：{items}", en="Today, {count}: {items}"),
        recipients="the recipient of its messages",
        slots={"count": 3, "items": 240},
        parts=4,
    ),
}
BUNDLES = {
    "reminders.bundle": Template(
        text(
            zh="{count}件新待办，最早：{items}（{at}）。详情见应用",
            en="{count} new, oldest: {items} ({at}). See the app.",
        ),
        recipients="the staff who would get each of its messages",
        for_staff=True,
        slots={"count": 3, "items": 200, "at": 11},
        pot=Pot.TICKETS,
        parts=4,
    ),
    "reminders.urgent_bundle": Template(
        text(
            zh="紧急！{count}件待办，最早：{items}（{at}）。详情见应用",
            en="Urgent! {count} wait, oldest: {items} ({at}). See the app.",
        ),
        recipients="the staff who would get each of its messages",
        for_staff=True,
        slots={"count": 3, "items": 200, "at": 11},
        urgency=Urgency.URGENT,
        parts=4,
    ),
    "reminders.urgent_more": Template(
        text(
            zh="紧急！另有{count}件：{items}（{at}）",
            en="Urgent! {count} more: {items} ({at}).",
        ),
        recipients="the staff who would get each of its messages",
        for_staff=True,
        slots={"count": 3, "items": 200, "at": 11},
        alarm=True,  # it opens no window for reminders
        urgency=Urgency.URGENT,
        parts=4,
    ),
    "reminders.morning": Template(
        text(
            zh="{count}条消息（{at}）：{items}",
            en="{count} messages ({at}): {items}",
        ),
        recipients="the recipient of messages that quiet hours have held back",
        slots={"count": 3, "items": 350, "at": 11},
        parts=6,
    ),
}
