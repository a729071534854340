"""What the house says through Open311, in both languages."""

from ..kernel.words import Words

__all__ = ["CONTACT", "KEY_SERVICE", "NOTICE", "PRIVATE_NOTICE", "REFUSALS"]

REFUSALS = {
    "open311.address_unknown": Words("没有这个 address_id。", "There is no such address_id."),
    "open311.attribute_missing": Words("请填写：{codes}。", "Answer these: {codes}."),
    "open311.attribute_wrong": Words("填写有误：{codes}。", "These cannot be taken: {codes}."),
    "open311.dates": Words(
        "start_date 应早于 end_date，且相隔不超过 90 天。", "start_date comes before end_date, by 90 days at most."
    ),
    "open311.jurisdiction_missing": Words("请注明 jurisdiction_id：{known}。", "Name the jurisdiction_id, one of {known}."),
    "open311.jurisdiction_unknown": Words("没有这个 jurisdiction_id。", "There is no such jurisdiction_id."),
    "open311.key_wrong": Words("api_key 无效。", "The api_key is not valid."),
    "open311.location_missing": Words(
        "请提供 lat 和 long，或 address_id，或 address_string。", "Send lat and long, or address_id, or address_string."
    ),
    "open311.request_unknown": Words("没有这个 service_request_id。", "There is no such service_request_id."),
    "open311.service_unknown": Words("没有这个 service_code。", "There is no such service_code."),
}
NOTICE = Words(
    "已登记，可凭 service_request_id 查询处理情况。", "It was taken. Look up its service_request_id to see what becomes of it."
)
PRIVATE_NOTICE = Words("已登记。此类问题不公开显示。", "It was taken. What is reported here is not shown in public.")
CONTACT = Words("请联系当地居民委员会或街道办事处。", "Please ask the neighbourhood committee or the street office.")
KEY_SERVICE = Words("请向街道办事处申请 api_key。", "Ask the street office for an api_key.")
