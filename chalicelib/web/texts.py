"""Refusals of requests as such, by locale."""

from ..kernel.text_catalogue import text

__all__ = ["FIELDS", "FIELD_FALLBACK", "REFUSALS"]

REFUSALS = {
    "action.forbidden": text(
        zh="您没有权限进行此操作。", en="You are not allowed to do this."
    ),
    "auth.token_invalid": text(
        zh="登录已失效，请重新登录。",
        en="Your sign-in is no longer valid. Please sign in again.",
    ),
    "auth.token_missing": text(zh="请先登录。", en="Please sign in first."),
    "body.invalid": text(
        zh="有些内容填写有误，请检查后再提交。",
        en="Some fields are not right. Please check them.",
    ),
    "cursor.invalid": text(
        zh="翻页位置无效，请从头查看。",
        en="The cursor is not valid for this list. Start from the beginning.",
    ),
    "form.charset": text(zh="请使用 UTF-8 编码。", en="Please send UTF-8."),
    "form.file": text(zh="这里不接收文件。", en="Files are not taken here."),
    "form.malformed": text(zh="无法读取表单内容。", en="The form cannot be read."),
    "form.media_type": text(
        zh="请以 application/x-www-form-urlencoded 发送。",
        en="Please send application/x-www-form-urlencoded.",
    ),
    "form.too_many": text(
        zh="表单最多 {most} 项。", en="A form has {most} fields at most."
    ),
    "idempotency.key_invalid": text(
        zh="Idempotency-Key 应为 1 到 200 个可见字符。",
        en="Idempotency-Key takes 1 to 200 visible characters.",
    ),
    "idempotency.mismatch": text(
        zh="同一个 Idempotency-Key 用于了不同的内容。",
        en="This Idempotency-Key was used with another body.",
    ),
    "method.not_allowed": text(
        zh="这个地址不支持该方法。", en="This address does not take that method."
    ),
    "query.invalid": text(zh="查询条件有误。", en="The query is not right."),
    "request.duplicate_key": text(
        zh="JSON 中有重复的字段名。", en="The JSON names a field twice."
    ),
    "request.malformed": text(
        zh="内容不是有效的 JSON。", en="The body is not valid JSON."
    ),
    "request.media_type": text(
        zh="请以 application/json 发送。", en="Please send application/json."
    ),
    "request.stale": text(
        zh="内容已被更新，请刷新后再试。",
        en="This has changed since you read it. Please read it again.",
    ),
    "request.too_large": text(
        zh="内容太大，最多 64 KiB。", en="The body is too large: 64 KiB at most."
    ),
    "resource.not_found": text(
        zh="没有找到，或者您不能查看。", en="Not found, or not for you to see."
    ),
    "server.busy": text(
        zh="系统繁忙，请稍后再试。", en="Busy just now. Please try again in a moment."
    ),
    "server.error": text(
        zh="系统出错，我们会尽快处理。", en="Something went wrong on our side."
    ),
}

FIELD_FALLBACK = text(zh="填写有误。", en="This value cannot be taken.")
FIELDS = {
    "missing": text(zh="必填。", en="Required."),
    "extra_forbidden": text(zh="不认识的字段。", en="Unknown field."),
    "string_too_short": text(
        zh="至少 {min_length} 个字符。", en="At least {min_length} characters."
    ),
    "string_too_long": text(
        zh="最多 {max_length} 个字符。", en="At most {max_length} characters."
    ),
    "string_type": text(zh="应为文字。", en="Should be text."),
    "string_unicode": text(
        zh="含有无效字符。", en="Has characters that are not valid."
    ),
    "string_pattern_mismatch": text(
        zh="格式有误，或含有不允许的字符。",
        en="Wrong format, or characters that are not allowed.",
    ),
    "int_type": text(zh="应为整数。", en="Should be a whole number."),
    "int_parsing": text(zh="应为整数。", en="Should be a whole number."),
    "float_type": text(zh="应为数字。", en="Should be a number."),
    "float_parsing": text(zh="应为数字。", en="Should be a number."),
    "finite_number": text(zh="应为数字。", en="Should be a number."),
    "greater_than_equal": text(zh="不能小于 {ge}。", en="At least {ge}."),
    "less_than_equal": text(zh="不能大于 {le}。", en="At most {le}."),
    "bool_type": text(zh="应为 true 或 false。", en="Should be true or false."),
    "enum": text(zh="可选值：{expected}。", en="One of: {expected}."),
    "literal_error": text(zh="可选值：{expected}。", en="One of: {expected}."),
    "too_long": text(zh="最多 {max_length} 项。", en="At most {max_length} items."),
    "too_short": text(zh="至少 {min_length} 项。", en="At least {min_length} items."),
    "model_type": text(zh="应为一个对象。", en="Should be an object."),
    "model_attributes_type": text(zh="应为一个对象。", en="Should be an object."),
    "list_type": text(zh="应为一个列表。", en="Should be a list."),
    "date_from_datetime_parsing": text(
        zh="应为日期，例如 2026-11-23。", en="Should be a date such as 2026-11-23."
    ),
    "date_parsing": text(
        zh="应为日期，例如 2026-11-23。", en="Should be a date such as 2026-11-23."
    ),
    "datetime_parsing": text(
        zh="应为时间，例如 2026-11-23T08:40:00Z。",
        en="Should be a time such as 2026-11-23T08:40:00Z.",
    ),
    "datetime_from_date_parsing": text(
        zh="应为时间，例如 2026-11-23T08:40:00Z。",
        en="Should be a time such as 2026-11-23T08:40:00Z.",
    ),
    "timezone_aware": text(zh="请写明时区。", en="Name the time zone."),
}
