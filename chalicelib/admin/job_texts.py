"""What a parked job was to do, in words: the text of a message without its facts, or ours."""

import re
from collections.abc import Mapping

from ..kernel.job import JobRecord
from ..kernel.template import Template
from ..kernel.text_catalogue import Text, text

__all__ = ["JOBS", "words_of_job"]

_FACT = re.compile(r"\{[^{}]*\}")
_LEFT_OUT = "…"
_FAMILIES: Mapping[str, Text] = {
    "timer": text(zh="到时间要办的事", en="What is due at an hour"),
    "event": text(zh="一次变动之后要办的事", en="What follows a change"),
    "answer": text(zh="短信里的答复", en="An answer by SMS"),
    "command": text(zh="系统的例行工作", en="Work of the system"),
    "unreadable": text(zh="读不出的任务", en="A job that cannot be read"),
}
_NOT_SENT = text(zh="没发出的消息：", en="Message not sent: ")
_OTHER = text(zh="系统的工作", en="Work of the system")
_TIMERS: Mapping[str, Text] = {
    "timer.wish": text(zh="心愿到期的处理", en="A wish at its deadline"),
    "timer.ticket": text(zh="工单到期的处理", en="A ticket at its deadline"),
    "timer.offer": text(zh="邀请到期的处理", en="An offer at its end"),
    "timer.person": text(
        zh="账号到期的处理", en="An account at the end of a term"
    ),
    "timer.phone_change": text(
        zh="手机号更正到期的处理", en="A correction of a phone at its end"
    ),
    "timer.upload": text(zh="清理照片", en="The removal of a photo"),
    "timer.fanout": text(zh="给很多人发消息", en="A message to a large group"),
    "timer.export": text(zh="导出文件", en="A file that is exported"),
    "timer.queue_watch": text(
        zh="提醒值班的人", en="The reminder of those on duty"
    ),
}
_ANSWERS: Mapping[str, Text] = {
    "answer.wish": text(
        zh="短信里关于心愿的答复", en="An answer by SMS about a wish"
    ),
    "answer.ticket": text(
        zh="短信里关于工单的答复", en="An answer by SMS about a ticket"
    ),
    "answer.offer": text(
        zh="短信里对邀请的答复", en="An answer by SMS to an offer"
    ),
    "answer.phone_change": text(
        zh="短信里对手机号更正的答复",
        en="An answer by SMS about a correction of a phone",
    ),
}
_COMMANDS: Mapping[str, Text] = {
    "command.retain": text(zh="删除过期的数据", en="The removal of old data"),
    "command.match.community": text(
        zh="为社区的心愿找志愿者", en="Volunteers for the wishes of a community"
    ),
    "command.match.run": text(zh="一次匹配", en="A run of matching"),
    "command.export.go_on": text(zh="导出文件", en="A file that is exported"),
}
_EVENTS: Mapping[str, Text] = {
    "event.person.erased": text(
        zh="注销账号后的清理", en="The rest of an erasure"
    ),
    "event.person.relation_ended": text(
        zh="停用、退出或搬走后的清理", en="What follows when a relation ends"
    ),
    "event.person.moved": text(zh="搬家后的更新", en="What follows a move"),
    "event.person.unblocked": text(
        zh="恢复账号后的处理", en="What follows when an account is unblocked"
    ),
    "event.person.volunteered": text(
        zh="有人登记做志愿者后的处理", en="What follows a new volunteer"
    ),
    "event.person.vetted": text(
        zh="审核志愿者后的处理", en="What follows a vetting"
    ),
    "event.person.claims_paused": text(
        zh="暂停认领后的处理", en="What follows a pause of claims"
    ),
    "event.place.renamed": text(
        zh="地点改名后的更新", en="What follows a new name of a place"
    ),
    "event.place.duty_taken": text(
        zh="有人接班后的处理", en="What follows when somebody takes a duty"
    ),
}
_WISH_EVENTS: Mapping[str, tuple[str, str]] = {
    "approved": ("上墙", "is put on the wall"),
    "claimed": ("被认领", "is claimed"),
    "disputed": ("有异议", "is disputed"),
    "edited": ("修改", "is changed"),
    "expired": ("过期", "expires"),
    "fulfilled": ("完成", "is fulfilled"),
    "moved": ("随居民搬走", "moves with its resident"),
    "owner_erased": ("随账号注销", "ends with an account"),
    "places_closed": ("名额已满", "has all its helpers"),
    "rejected": ("未通过", "is rejected"),
    "released": ("退回", "is given back"),
    "reopened": ("重新上墙", "is on the wall again"),
    "resumed": ("恢复", "goes on"),
    "suspended": ("暂停", "is suspended"),
    "unpublished": ("撤下", "is taken off the wall"),
    "withdrawn": ("撤回", "is withdrawn"),
}


def _after_a_wish(zh: str, en: str) -> Text:
    return text(zh=f"心愿{zh}后的处理", en=f"What follows when a wish {en}")


JOBS: Mapping[str, Text] = {
    **_TIMERS,
    **_ANSWERS,
    **_COMMANDS,
    **_EVENTS,
    **{
        f"event.wish.{name}": _after_a_wish(*words)
        for name, words in _WISH_EVENTS.items()
    },
}


def words_of_job(
    record: JobRecord, templates: Mapping[str, Template], locale: str
) -> str:
    """Return what a job was to do. Facts of a message are left out, as they are of a person."""
    template = templates.get(record.kind)
    if template:
        said = _FACT.sub(_LEFT_OUT, template.text.by_locale[locale])
        return f"{_NOT_SENT.by_locale[locale]}{said}"
    family = record.kind.partition(".")[0]
    words = JOBS.get(record.kind) or _FAMILIES.get(family, _OTHER)
    return words.by_locale[locale]
