"""Texts about Open311, by locale."""

from ..kernel.text_catalogue import text

__all__ = ["CONTACT", "KEY_SERVICE", "NOTICE", "PRIVATE_NOTICE", "REFUSALS"]

REFUSALS = {
    "open311.address_unknown": text(
        zh="没有这个 address_id。", en="There is no such address_id."
    ),
    "open311.attribute_missing": text(
        zh="请填写：{codes}。", en="Please answer: {codes}."
    ),
    "open311.attribute_wrong": text(
        zh="填写有误：{codes}。", en="These are not valid: {codes}."
    ),
    "open311.dates": text(
        zh="start_date 应早于 end_date，且相隔不超过 90 天。",
        en="start_date must be before end_date, by at most 90 days.",
    ),
    "open311.jurisdiction_missing": text(
        zh="请注明 jurisdiction_id：{known}。",
        en="Give a jurisdiction_id: {known}.",
    ),
    "open311.jurisdiction_unknown": text(
        zh="没有这个 jurisdiction_id。", en="There is no such jurisdiction_id."
    ),
    "open311.key_wrong": text(
        zh="api_key 无效。", en="The api_key is not valid."
    ),
    "open311.location_missing": text(
        zh="请提供 lat 和 long，或 address_id，或 address_string。",
        en="Give lat and long, or address_id, or address_string.",
    ),
    "open311.request_unknown": text(
        zh="没有这个 service_request_id。",
        en="There is no such service_request_id.",
    ),
    "open311.service_unknown": text(
        zh="没有这个 service_code。", en="There is no such service_code."
    ),
    "open311.too_many_ids": text(
        zh="一次最多查询 {most} 个 service_request_id。",
        en="Ask for at most {most} service_request_id at once.",
    ),
}
NOTICE = text(
    zh="已登记，可凭 service_request_id 查询处理情况。",
    en="Your report was received. Its service_request_id shows its progress.",
)
PRIVATE_NOTICE = text(
    zh="已登记。此类问题不公开显示。",
    en="Your report was received. Reports of this kind are not public.",
)
CONTACT = text(
    zh="请联系当地居民委员会或街道办事处。",
    en="Please ask the neighbourhood committee or the street office.",
)
KEY_SERVICE = text(
    zh="请向街道办事处申请 api_key。",
    en="Ask the street office for an api_key.",
)
