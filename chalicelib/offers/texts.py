"""Texts about offers, by locale. They name no resident and no address."""

from ..kernel.template import Template, Templates
from ..kernel.text_catalogue import Catalogue, text

__all__ = [
    "MESSAGES",
    "OFFER_STATES",
    "REFUSALS",
    "WHY",
    "WHY_THEY",
    "why_text",
    "why_they_text",
]

OFFER_STATES = {
    "offered": text(zh="待答复", en="waiting for an answer"),
    "accepted": text(zh="已接受", en="accepted"),
    "declined": text(zh="已婉拒", en="declined"),
    "expired": text(zh="已过期", en="expired"),
    "superseded": text(zh="已取消", en="no longer needed"),
}
REFUSALS = {
    "offer.expired": text(
        zh="已过答复时间，看看其他心愿吧。",
        en="The time to answer is over. See other wishes.",
    ),
    "offer.over": text(
        zh="这个心愿已不需要帮手，谢谢您。",
        en="This wish needs no more volunteers. Thank you.",
    ),
    "offer.wrong_state": text(
        zh="这个邀请已经结束（{state}）。",
        en="This offer is {state}; it cannot be answered.",
    ).naming(state=OFFER_STATES),
}

# Why a volunteer is asked, by name; some reasons have a fact.
WHY = {
    "same_grid": text(zh="和您同一网格", en="in your grid"),
    "next_grid": text(zh="在您的相邻网格", en="in the grid next to yours"),
    "same_community": text(zh="和您同一社区", en="in your community"),
    "next_community": text(
        zh="在您的相邻社区", en="in the community next to yours"
    ),
    "same_street": text(zh="和您同一街道", en="in your street"),
    "dialect": text(
        zh="需要会说{fact}", en="it needs a volunteer who speaks {fact}"
    ),
    "skill": text(
        zh="需要会{fact}的人", en="it needs a volunteer with this skill: {fact}"
    ),
    "met": text(
        zh="您帮过这位邻居", en="you have helped this neighbour before"
    ),
    "rested": text(
        zh="您近四周没有收到邀请", en="you have had no offer for four weeks"
    ),
}


# The same about the volunteer, for staff.
WHY_THEY = {
    "same_grid": text(zh="住同一网格", en="lives in the same grid"),
    "next_grid": text(zh="在相邻网格", en="lives in a grid next to it"),
    "same_community": text(zh="住同一社区", en="lives in the same community"),
    "next_community": text(
        zh="在相邻社区", en="lives in a community next to it"
    ),
    "same_street": text(zh="住同一街道", en="lives in the same street"),
    "dialect": text(zh="会说{fact}", en="speaks {fact}"),
    "skill": text(zh="会{fact}", en="has this skill: {fact}"),
    "met": text(zh="帮过这位居民", en="has helped this resident before"),
    "rested": text(
        zh="近四周没有收到邀请", en="has had no offer for four weeks"
    ),
}


def why_text(reason: str, locale: str) -> str:
    """Return a reason (`name` or `name:fact`) as a text for the volunteer."""
    return _reason_in(WHY, reason, locale)


def why_they_text(reason: str, locale: str) -> str:
    """Return a reason as a text about the volunteer, for staff."""
    return _reason_in(WHY_THEY, reason, locale)


def _reason_in(words: Catalogue, reason: str, locale: str) -> str:
    name, _, fact = reason.partition(":")
    return words[name].format(locale, {"fact": fact})


MESSAGES: Templates = {
    "offer.made": Template(
        text(
            zh="有位邻居想请您帮忙：「{title}」。请在{until}前答复，详情见应用。",
            en="Could you help with “{title}”? Answer by {until}.",
        ),
        recipients="the helper",
        slots={"title": 40, "until": 11},
        asks=text(
            zh="接受请回复{yes}，婉拒回复{no}",
            en=" Reply {yes} to accept, {no} to decline.",
        ),
        parts=2,
    ),
    "offer.superseded": Template(
        text(
            zh="「{title}」已有人帮忙、有变动或不再需要，这次不用考虑了。谢谢您！",
            en="“{title}” is taken, has changed or is no longer needed; you need not answer. "
            "Thank you!",
        ),
        recipients="the helper",
        slots={"title": 40},
        parts=2,
    ),
    "offer.too_late": Template(
        text(
            zh="谢谢您愿意帮忙！「{title}」已有人帮忙或已过答复时间，请在应用里看看其他心愿。",
            en="Thank you! “{title}” is taken, or the time to answer is over. "
            "See other wishes in the app.",
        ),
        recipients="the helper",
        slots={"title": 40},
        parts=2,
    ),
    # An accepted offer that fails on the volunteer: they have no capacity left, or have paused.
    "offer.not_taken": Template(
        text(
            zh="谢谢您愿意帮忙！「{title}」还没能交给您，原因请在应用的邀请里点“接受”查看。",
            en="Thank you! “{title}” could not be given to you yet. "
            "Accept it in the app to see why.",
        ),
        recipients="the helper",
        slots={"title": 40},
        parts=2,
    ),
}
