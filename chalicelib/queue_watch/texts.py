"""Texts about what waits for staff, in every language."""

from ..kernel.template import Template, Templates
from ..kernel.text_catalogue import text

__all__ = ["MESSAGES"]

MESSAGES: Templates = {
    "queue.waiting_staff": Template(
        text(
            zh="{count}件待办：{what}，详情见应用",
            en="{count} tasks wait for you: {what}. See the app.",
        ),
        recipients="the staff on duty",
        for_staff=True,
        slots={"count": 4, "what": 40},
        parts=2,
    ),
    "queue.overdue_staff": Template(
        text(
            zh="{count}件待办到期未办：{what}，请处理，详情见应用",
            en="{count} tasks are overdue: {what}. Please act. See the app.",
        ),
        recipients="the staff on duty, level by level",
        for_staff=True,
        slots={"count": 4, "what": 40},
        parts=2,
    ),
}
