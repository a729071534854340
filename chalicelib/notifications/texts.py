"""The text of the daily digest, in every language."""

from ..kernel.template import Template
from ..kernel.text_catalogue import text

__all__ = ["MESSAGES"]

MESSAGES = {
    "reminders.digest": Template(
        text(zh="今日{count}条：{items}", en="Today, {count}: {items}"),
        recipients="the recipient of its messages",
        slots={"count": 3, "items": 240},
        parts=4,
    ),
}
