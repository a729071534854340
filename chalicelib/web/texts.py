"""What the house says about requests as such, in both languages."""

from ..kernel.words import Words

__all__ = ["FIELDS", "FIELD_FALLBACK", "REFUSALS"]

REFUSALS = {
    "action.forbidden": Words("您没有权限进行此操作。", "You are not allowed to do this."),
    "auth.token_invalid": Words("登录已失效，请重新登录。", "Your sign-in is no longer valid. Please sign in again."),
    "auth.token_missing": Words("请先登录。", "Please sign in first."),
    "body.invalid": Words("有些内容填写有误，请检查后再提交。", "Some fields are not right. Please check them."),
    "cursor.invalid": Words("翻页位置无效，请从头查看。", "The cursor is not valid for this list. Start from the beginning."),
    "form.charset": Words("请使用 UTF-8 编码。", "Please send UTF-8."),
    "form.file": Words("这里不接收文件。", "Files are not taken here."),
    "form.malformed": Words("无法读取表单内容。", "The form cannot be read."),
    "form.media_type": Words("请以 application/x-www-form-urlencoded 发送。", "Please send application/x-www-form-urlencoded."),
    "form.too_many": Words("表单最多 {most} 项。", "A form has {most} fields at most."),
    "idempotency.key_invalid": Words(
        "Idempotency-Key 应为 1 到 200 个可见字符。", "Idempotency-Key takes 1 to 200 visible characters."
    ),
    "idempotency.mismatch": Words(
        "同一个 Idempotency-Key 用于了不同的内容。", "This Idempotency-Key was used with another body."
    ),
    "method.not_allowed": Words("这个地址不支持该方法。", "This address does not take that method."),
    "query.invalid": Words("查询条件有误。", "The query is not right."),
    "request.duplicate_key": Words("JSON 中有重复的字段名。", "The JSON names a field twice."),
    "request.malformed": Words("内容不是有效的 JSON。", "The body is not valid JSON."),
    "request.media_type": Words("请以 application/json 发送。", "Please send application/json."),
    "request.stale": Words("内容已被更新，请刷新后再试。", "This has changed since you read it. Please read it again."),
    "request.too_large": Words("内容太大，最多 64 KiB。", "The body is too large: 64 KiB at most."),
    "resource.not_found": Words("没有找到，或者您不能查看。", "Not found, or not for you to see."),
    "server.busy": Words("系统繁忙，请稍后再试。", "Busy just now. Please try again in a moment."),
    "server.error": Words("系统出错，我们会尽快处理。", "Something went wrong on our side."),
}

FIELD_FALLBACK = Words("填写有误。", "This value cannot be taken.")
FIELDS = {
    "missing": Words("必填。", "Required."),
    "extra_forbidden": Words("不认识的字段。", "Unknown field."),
    "string_too_short": Words("至少 {min_length} 个字符。", "At least {min_length} characters."),
    "string_too_long": Words("最多 {max_length} 个字符。", "At most {max_length} characters."),
    "string_type": Words("应为文字。", "Should be text."),
    "string_unicode": Words("含有无效字符。", "Has characters that are not valid."),
    "string_pattern_mismatch": Words("格式有误，或含有不允许的字符。", "Wrong format, or characters that are not allowed."),
    "int_type": Words("应为整数。", "Should be a whole number."),
    "int_parsing": Words("应为整数。", "Should be a whole number."),
    "float_type": Words("应为数字。", "Should be a number."),
    "float_parsing": Words("应为数字。", "Should be a number."),
    "finite_number": Words("应为数字。", "Should be a number."),
    "greater_than_equal": Words("不能小于 {ge}。", "At least {ge}."),
    "less_than_equal": Words("不能大于 {le}。", "At most {le}."),
    "bool_type": Words("应为 true 或 false。", "Should be true or false."),
    "enum": Words("可选值：{expected}。", "One of: {expected}."),
    "literal_error": Words("可选值：{expected}。", "One of: {expected}."),
    "too_long": Words("最多 {max_length} 项。", "At most {max_length} items."),
    "too_short": Words("至少 {min_length} 项。", "At least {min_length} items."),
    "model_type": Words("应为一个对象。", "Should be an object."),
    "model_attributes_type": Words("应为一个对象。", "Should be an object."),
    "list_type": Words("应为一个列表。", "Should be a list."),
    "date_from_datetime_parsing": Words("应为日期，例如 2026-11-23。", "Should be a date such as 2026-11-23."),
    "date_parsing": Words("应为日期，例如 2026-11-23。", "Should be a date such as 2026-11-23."),
    "datetime_parsing": Words("应为时间，例如 2026-11-23T08:40:00Z。", "Should be a time such as 2026-11-23T08:40:00Z."),
    "datetime_from_date_parsing": Words(
        "应为时间，例如 2026-11-23T08:40:00Z。", "Should be a time such as 2026-11-23T08:40:00Z."
    ),
    "timezone_aware": Words("请写明时区。", "Name the time zone."),
}
