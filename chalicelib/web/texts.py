"""The texts of refused requests and of invalid fields, by locale."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["FIELDS", "FIELD_FALLBACK", "REFUSALS", "field_text"]

REFUSALS = {
    "action.forbidden": text(
        zh="您没有权限进行此操作。", en="You are not allowed to do this."
    ),
    "auth.factor_required": text(
        zh="请先用动态口令验证本人身份（10分钟内有效）。",
        en="Show your second factor first; it counts for ten minutes.",
    ),
    "auth.token_invalid": text(
        zh="登录已失效，请重新登录。",
        en="Your sign-in is no longer valid. Please sign in again.",
    ),
    "auth.token_missing": text(zh="请先登录。", en="Please sign in first."),
    "body.invalid": text(
        zh="有些内容填写有误，请检查后再提交。",
        en="Some fields are not valid. Please check them.",
    ),
    "cursor.invalid": text(
        zh="翻页位置无效，请从头查看。",
        en="The cursor is not valid for this list. Start from the beginning.",
    ),
    "form.charset": text(zh="请使用 UTF-8 编码。", en="Please send UTF-8."),
    "form.file": text(zh="这里不接收文件。", en="This form takes no files."),
    "form.malformed": text(
        zh="无法读取表单内容。", en="The form cannot be read."
    ),
    "form.media_type": text(
        zh="请以 application/x-www-form-urlencoded 格式发送。",
        en="Please send application/x-www-form-urlencoded.",
    ),
    "form.too_many": text(
        zh="表单最多 {most} 项。", en="A form has at most {most} fields."
    ),
    "idempotency.key_invalid": text(
        zh="请求头 Idempotency-Key 应为 1 到 200 个可见字符。",
        en="Idempotency-Key takes 1 to 200 visible characters.",
    ),
    "idempotency.mismatch": text(
        zh="同一个 Idempotency-Key 不能用于不同的内容。",
        en="This Idempotency-Key was used with another body.",
    ),
    "method.not_allowed": text(
        zh="这个地址不支持该方法。",
        en="This address does not support that method.",
    ),
    "query.invalid": text(zh="查询条件有误。", en="The query is not valid."),
    "request.duplicate_key": text(
        zh="JSON 中有重复的字段名。", en="The JSON contains a field twice."
    ),
    "request.malformed": text(
        zh="内容不是有效的 JSON。", en="The body is not valid JSON."
    ),
    "request.media_type": text(
        zh="请以 application/json 格式发送。",
        en="Please send application/json.",
    ),
    "request.stale": text(
        zh="内容已被更新，请刷新后再试。",
        en="This has changed since you last read it. Please read it again.",
    ),
    "request.too_large": text(
        zh="内容太大，最多 64 KiB。",
        en="The body is too large. The limit is 64 KiB.",
    ),
    "resource.not_found": text(
        zh="没有找到，或者您不能查看。", en="Not found, or you may not see it."
    ),
    "server.busy": text(
        zh="系统繁忙，请稍后再试。",
        en="The system is busy. Please try again in a moment.",
    ),
    "server.error": text(
        zh="系统出错，我们会尽快处理。", en="Something went wrong on our side."
    ),
}

# Does not list the choices: they are codes of the contract, and no words for people.
_NOT_A_CHOICE = text(zh="不在可选值之中。", en="Not one of the allowed values.")
FIELD_FALLBACK = text(zh="填写有误。", en="This value is not valid.")
FIELDS = {
    "missing": text(zh="必填。", en="Required."),
    "extra_forbidden": text(zh="不认识的字段。", en="Unknown field."),
    "string_too_short": text(
        zh="至少 {min_length} 个字。", en="At least {min_length} characters."
    ),
    "string_too_long": text(
        zh="最多 {max_length} 个字。", en="At most {max_length} characters."
    ),
    "string_type": text(zh="应为文字。", en="Should be text."),
    "string_unicode": text(
        zh="含有无效字符。", en="Contains characters that are not valid."
    ),
    "string_pattern_mismatch": text(
        zh="格式有误，或含有不允许的字符。",
        en="Wrong format, or characters that are not allowed.",
    ),
    "int_from_float": text(zh="应为整数。", en="Should be a whole number."),
    "int_type": text(zh="应为整数。", en="Should be a whole number."),
    "int_parsing": text(zh="应为整数。", en="Should be a whole number."),
    "float_type": text(zh="应为数字。", en="Should be a number."),
    "float_parsing": text(zh="应为数字。", en="Should be a number."),
    "finite_number": text(zh="应为数字。", en="Should be a number."),
    "greater_than_equal": text(zh="不能小于 {ge}。", en="At least {ge}."),
    "less_than_equal": text(zh="不能大于 {le}。", en="At most {le}."),
    "bool_type": text(zh="应为“是”或“否”。", en="Should be true or false."),
    "enum": _NOT_A_CHOICE,
    "literal_error": _NOT_A_CHOICE,
    "too_long": text(
        zh="最多 {max_length} 项。", en="At most {max_length} items."
    ),
    "too_short": text(
        zh="至少 {min_length} 项。", en="At least {min_length} items."
    ),
    "model_type": text(zh="应为一个对象。", en="Should be an object."),
    "model_attributes_type": text(
        zh="应为一个对象。", en="Should be an object."
    ),
    "list_type": text(zh="应为一个列表。", en="Should be a list."),
    "date_from_datetime_parsing": text(
        zh="应为日期，例如 2026-11-23。",
        en="Should be a date such as 2026-11-23.",
    ),
    "date_parsing": text(
        zh="应为日期，例如 2026-11-23。",
        en="Should be a date such as 2026-11-23.",
    ),
    "datetime_parsing": text(
        zh="应为时间，例如 2026-11-23T08:40:00Z。",
        en="Should be a time such as 2026-11-23T08:40:00Z.",
    ),
    "datetime_from_date_parsing": text(
        zh="应为时间，例如 2026-11-23T08:40:00Z。",
        en="Should be a time such as 2026-11-23T08:40:00Z.",
    ),
    "phone_landline": text(
        zh="固定电话收不到短信，请填在 contact_note；这里填手机号。",
        en="A landline gets no SMS. Put it into `contact_note`; a mobile number goes here.",
    ),
    "timezone_aware": text(zh="请写明时区。", en="Add the time zone."),
}


def field_text(kind: str, context: Mapping[str, object]) -> Text:
    """Return the text of a validation error, given its kind and context as pydantic has them.

    pydantic counts the characters of a text as items if the limit comes after a validator. It then
    calls the text a "Value"; a list is a "List".
    """
    if context.get("field_type") == "Value":
        kind = f"string_{kind}"
    return FIELDS.get(kind, FIELD_FALLBACK)
