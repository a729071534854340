"""What the house says about places, in both languages."""

from ..kernel.words import Words

__all__ = ["REFUSALS"]

REFUSALS = {
    "duty.not_of_role": Words("此人在 {place} 没有 {role} 角色。", "This person does not hold the role {role} at {place}."),
    "place.parent_unknown": Words("上级地点不存在：{place}。", "The place above does not exist: {place}."),
    "place.kind_wrong": Words("这个编码对应的层级是 {kind}。", "This code names a {kind}."),
}
