"""Texts for people who reply or unsubscribe, in every language."""

from ..kernel.template import Template, Templates, Urgency
from ..kernel.text_catalogue import text
from .model import ReplyEffect

__all__ = ["EFFECTS", "MESSAGES", "PAGES", "REFUSALS", "REPLY", "STRANGER"]

_REMARK = text(zh="回答时附言", en="beside an answer")
# Why a reply waits, in the staff queue.
EFFECTS = {
    ReplyEffect.ANSWERED: _REMARK,
    ReplyEffect.ANSWERED_ALREADY: _REMARK,
    ReplyEffect.OPTED_OUT: text(zh="退订时附言", en="beside a refusal"),
    ReplyEffect.NOT_UNDERSTOOD: text(zh="不是回答", en="no answer"),
    ReplyEffect.NO_QUESTION: text(
        zh="没有这个数字的问题", en="no question has this number"
    ),
    ReplyEffect.IN_DOUBT: text(zh="意思不清楚", en="its meaning is in doubt"),
    ReplyEffect.TOO_LATE: text(
        zh="回答晚了，没有生效", en="an answer too late"
    ),
    ReplyEffect.NOT_ALLOWED: text(
        zh="此号码现在不能代答", en="this phone may not answer"
    ),
    ReplyEffect.UNKNOWN_PHONE: text(zh="号码未登记", en="an unknown phone"),
}
REPLY = text(
    zh="{who}的短信：「{what}」（{why}）", en="{who} by SMS: “{what}” ({why})"
)
STRANGER = text(zh="未登记的号码{number}", en="Unknown phone {number}")

MESSAGES: Templates = {
    "reply.not_understood": Template(
        text(
            zh="您的短信没有看懂，工作人员会看。回答问题请按短信里的数字回复。",
            en="We did not understand your SMS; staff will look at it. "
            "Answer by the numbers in our SMS.",
        ),
        recipients="the sender of a reply",
        parts=2,
    ),
    "reply.too_late": Template(
        text(
            zh="您的短信回复来晚了，没有生效，工作人员会看到。",
            en="Your SMS came too late and has changed nothing; staff will see it.",
        ),
        recipients="the sender of a reply",
        parts=2,
    ),
    "reply.waiting_staff": Template(
        text(
            zh="{name}发来短信，请在待办里查看。",
            en="{name} has written by SMS; see the queue.",
        ),
        recipients="the staff on duty",
        for_staff=True,
        slots={"name": 10},
        urgency=Urgency.LOW,
    ),
    "reply.opted_out_staff": Template(
        text(
            zh="{name}退订了短信，没有其他联系方式，有事请上门。",
            en="{name} refuses SMS and has no other channel; please visit them.",
        ),
        recipients="the staff on duty",
        for_staff=True,
        slots={"name": 10},
        parts=2,
    ),
}

REFUSALS = {
    "webhook.too_many_replies": text(
        zh="此号码今天的短信太多。",
        en="This phone has sent too many SMS today.",
    ),
    "webhook.signature_invalid": text(
        zh="签名无效或已过期。",
        en="The signature is not valid, or it has expired.",
    ),
}

PAGES = {
    "unsubscribe.title": text(zh="不再接收邮件", en="Stop e-mails"),
    "unsubscribe.ask": text(
        zh="确认后，我们不再向您发送邮件。",
        en="After you confirm, we will send you no more e-mails.",
    ),
    "unsubscribe.button": text(zh="确认", en="Confirm"),
    "unsubscribe.done": text(
        zh="好的，不再向您发送邮件。",
        en="Done: we will send you no more e-mails.",
    ),
}
