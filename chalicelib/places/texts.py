"""Texts about places, by locale."""

from ..kernel.text_catalogue import text

__all__ = ["PLACE_KINDS", "REFUSALS", "ROLES"]

PLACE_KINDS = {
    "street": text(zh="街道", en="street"),
    "community": text(zh="社区", en="community"),
    "grid": text(zh="网格", en="grid"),
    "building": text(zh="楼栋", en="building"),
    "unit": text(zh="单元", en="unit"),
}
ROLES = {
    "resident": text(zh="居民", en="resident"),
    "volunteer": text(zh="志愿者", en="volunteer"),
    "property": text(zh="物业人员", en="property manager"),
    "grid_worker": text(zh="网格员", en="grid worker"),
    "community_staff": text(zh="社区工作人员", en="community staff"),
    "street_admin": text(zh="街道管理员", en="street administrator"),
}
REFUSALS = {
    "duty.not_of_role": text(
        zh="此人在 {place} 没有“{role}”角色。",
        en="This person does not hold the role {role} at {place}.",
    ).naming(role=ROLES),
    "place.not_a_street": text(
        zh="短信设置只属于街道，这个编码对应的层级是{kind}。",
        en="Only a street has settings of messages. This code names a {kind}.",
    ).naming(kind=PLACE_KINDS),
    "place.provider_unknown": text(
        zh="没有这个短信服务商。可用的有：{known}。",
        en="There is no such SMS provider. These are known: {known}.",
    ),
    "place.parent_unknown": text(
        zh="上级地点不存在：{place}。",
        en="The place above does not exist: {place}.",
    ),
    "place.kind_wrong": text(
        zh="这个编码对应的层级是{kind}。", en="This code names a {kind}."
    ).naming(kind=PLACE_KINDS),
}
