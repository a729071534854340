"""The words of the pages of messages."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "inbox.title": text(zh="消息", en="Messages"),
    "inbox.none": text(zh="还没有消息。", en="There is no message yet."),
    "inbox.past": text(zh="已经不是最新的", en="no longer current"),
    "inbox.masked": text(
        zh="验证码和送达码只在短信里。", en="Codes are in the SMS only."
    ),
    "visits.tab": text(zh="要走访", en="To visit"),
    "visits.title": text(zh="走访清单", en="Visits"),
    "visits.intro": text(
        zh="短信没有送到的居民。请上门说一声，再记下来。",
        en="People whom no message has reached. Tell them at the door, and note it.",
    ),
    "visits.none": text(zh="现在不用走访。", en="There is nobody to visit."),
    "visits.box": text(zh="已告知", en="told"),
    "visits.sign": text(zh="签字", en="signature"),
    "visits.open": text(
        zh="看姓名、门牌和要说的话", en="See name, door and what to say"
    ),
    "visits.open_hint": text(
        zh="谁看过会记下来。", en="It is recorded who has looked."
    ),
    "visits.say": text(zh="要说的话", en="What to say"),
    "visits.code": text(zh="送达码", en="Delivery code"),
    "visits.done": text(zh="记为已告知", en="Note that they know"),
    "messages.said.visited": text(zh="已记下。", en="It is noted."),
}
