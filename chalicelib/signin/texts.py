"""What the house says about signing in, in both languages."""

from ..kernel.words import Words

__all__ = ["MESSAGES", "REFUSALS"]

REFUSALS = {
    "auth.code_wrong": Words("验证码不正确或已过期。", "The code is wrong or has expired."),
    "auth.one_way": Words("请提供手机号和验证码，或 refresh_token。", "Give either phone and code, or refresh_token."),
    "auth.refresh_invalid": Words("登录已失效，请重新登录。", "Your sign-in is no longer valid. Please sign in again."),
    "auth.refresh_reused": Words("登录已失效，请重新登录。", "Your sign-in is no longer valid. Please sign in again."),
    "auth.throttled": Words(
        "验证码请求太频繁，请 {retry_after} 秒后再试。", "Too many codes. Try again in {retry_after} seconds."
    ),
    "auth.too_many_tries": Words("验证码错误次数过多，请重新获取。", "Too many wrong codes. Please ask for a new one."),
    "auth.too_soon": Words("请 {retry_after} 秒后再获取验证码。", "Wait {retry_after} seconds before asking for another code."),
}

MESSAGES = {
    "code.sign_in": Words(
        "验证码 {code}，5分钟内有效。请勿告诉他人，工作人员不会向您索要。",
        "Your code is {code}, valid for 5 minutes. Tell nobody; staff never ask for it.",
    ),
    "code.email": Words("邮箱验证码 {code}，5分钟内有效。", "Your e-mail code is {code}, valid for 5 minutes."),
}
