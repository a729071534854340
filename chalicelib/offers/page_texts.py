"""The words of the pages of offers."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "offer.title": text(zh="请您帮忙", en="Can you help?"),
    "offer.until": text(zh="请在 {when} 前回答", en="Please answer by {when}"),
    "offer.why": text(zh="为什么问您", en="Why you are asked"),
    "offer.accept": text(zh="我来帮", en="I will help"),
    "offer.decline": text(zh="这次不行", en="Not this time"),
    "offer.never": text(
        zh="以后不再问我这一类", en="Do not ask me about this kind again"
    ),
    "offer.later": text(
        zh="不回答也没关系，到时会问下一位邻居。",
        en="You need not answer: the next neighbour is asked then.",
    ),
    "offer.state.accepted": text(zh="您答应了。", en="You have said yes."),
    "offer.state.declined": text(
        zh="您这次没空，已经问下一位邻居。",
        en="You have said no; the next neighbour is asked.",
    ),
    "offer.state.expired": text(
        zh="时间过了，已经问下一位邻居。",
        en="The time is over; the next neighbour is asked.",
    ),
    "offer.state.superseded": text(
        zh="已经有邻居来帮忙了。", en="A neighbour is helping already."
    ),
    "offer.to_wish": text(
        zh="看姓名、电话和门牌", en="See name, phone and door"
    ),
    "offers.said.accept": text(
        zh="谢谢您！请先打电话约时间。",
        en="Thank you! Please ring first and agree on a time.",
    ),
    "offers.said.decline": text(
        zh="好的，我们问下一位邻居。",
        en="That is all right; we ask the next neighbour.",
    ),
}
