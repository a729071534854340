"""Texts about signing in, by locale."""

from ..kernel.template import Pot, Template, Templates, Urgency
from ..kernel.text_catalogue import text

__all__ = ["MESSAGES", "REFUSALS"]

REFUSALS = {
    "auth.code_wrong": text(
        zh="验证码不正确或已过期。", en="The code is wrong or has expired."
    ),
    "auth.one_way": text(
        zh="请提供手机号和验证码，或 refresh_token。",
        en="Give either phone and code, or refresh_token.",
    ),
    "auth.refresh_invalid": text(
        zh="登录已失效，请重新登录。",
        en="Your sign-in is no longer valid. Please sign in again.",
    ),
    "auth.refresh_reused": text(
        zh="登录已失效，请重新登录。",
        en="Your sign-in is no longer valid. Please sign in again.",
    ),
    "auth.throttled": text(
        zh="验证码请求太频繁，请 {retry_after} 秒后再试。",
        en="Too many codes. Try again in {retry_after} seconds.",
    ),
    "auth.too_many_tries": text(
        zh="验证码错误次数过多，请重新获取。",
        en="Too many wrong codes. Please ask for a new one.",
    ),
    "auth.too_soon": text(
        zh="请 {retry_after} 秒后再获取验证码。",
        en="Wait {retry_after} seconds before asking for another code.",
    ),
}

# A code is waited for, and worth nothing five minutes later.
MESSAGES: Templates = {
    "code.sign_in": Template(
        text(
            zh="验证码 {code}，5分钟内有效。请勿告诉他人，工作人员不会向您索要。",
            en="Your code is {code}, valid for 5 minutes. Tell nobody.",
        ),
        recipients="the person who asked for the code",
        slots={"code": 6},
        urgency=Urgency.URGENT,
        pot=Pot.CODES,
    ),
    "code.email": Template(
        text(
            zh="邮箱验证码 {code}，5分钟内有效。",
            en="Your e-mail code is {code}, valid for 5 minutes.",
        ),
        recipients="the person who asked for the code",
        slots={"code": 6},
        urgency=Urgency.URGENT,
        pot=Pot.CODES,
    ),
}
