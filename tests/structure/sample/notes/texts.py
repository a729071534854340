"""Texts about notes, by locale."""

from ..kernel.template import Template, Templates
from ..kernel.text_catalogue import text

__all__ = ["MESSAGES", "REFUSALS"]

REFUSALS = {
    "note.no_home": text(zh="请先填写住址。", en="Say first where you live."),
    "note.wrong_state": text(
        zh="这条留言目前的状态（{state}）不能这样处理。",
        en="This note is {state}; that cannot be done now.",
    ),
}
MESSAGES: Templates = {
    "note.unanswered": Template(
        text(
            zh="您的留言「{text}」还没有答复，我们没有忘记",
            en="Your note “{text}” has no answer yet. It is not forgotten.",
        ),
        recipients="the owner, when staff have not answered in time",
        slots={"text": 20},
        parts=2,
    ),
}
