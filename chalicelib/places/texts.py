"""Texts about places, by locale."""

from ..kernel.text_catalogue import text

__all__ = ["REFUSALS"]

REFUSALS = {
    "duty.not_of_role": text(
        zh="此人在 {place} 没有 {role} 角色。",
        en="This person does not hold the role {role} at {place}.",
    ),
    "place.parent_unknown": text(
        zh="上级地点不存在：{place}。", en="The place above does not exist: {place}."
    ),
    "place.kind_wrong": text(
        zh="这个编码对应的层级是 {kind}。", en="This code names a {kind}."
    ),
}
