"""What the house says about messages themselves, in both languages."""

from ..kernel.template import Template, Told

__all__ = ["MESSAGES"]

MESSAGES = {
    "reminders.digest": Template(
        zh="今日{count}条：{items}",
        en="Today, {count}: {items}",
        told=Told.ANYBODY,
        slots={"count": 3, "items": 240},
        parts=4,
    ),
}
