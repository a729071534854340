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
            zh="{count}件新待办，最早：{oldest}。详情见应用",
            en="{count} new, oldest: {oldest} See the app.",
        ),
        recipients="the staff who would get each of its messages",
        for_staff=True,
        slots={"count": 3, "oldest": 80},
        pot=Pot.TICKETS,
        parts=2,
    ),
    "reminders.urgent_bundle": Template(
        text(
            zh="紧急！{count}件待办，最早：{oldest}。详情见应用",
            en="Urgent! {count} wait, oldest: {oldest} See the app.",
        ),
        recipients="the staff who would get each of its messages",
        for_staff=True,
        slots={"count": 3, "oldest": 80},
        urgency=Urgency.URGENT,
        parts=2,
    ),
}
