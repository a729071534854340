"""Texts about signing in, by locale."""

from ..kernel.template import Pot, Template, Templates, Urgency
from ..kernel.text_catalogue import text

__all__ = [
    "CODE_MESSAGES",
    "DORMANCY_MESSAGES",
    "READ_OUT_MESSAGES",
    "REFUSALS",
]

REFUSALS = {
    "auth.challenge_required": text(
        zh="请一并提交获取验证码时得到的 challenge。",
        en="Give the `challenge` of the answer to your request for the code.",
    ),
    "auth.code_wrong": text(
        zh="验证码不正确或已过期。", en="The code is wrong or has expired."
    ),
    "auth.one_way": text(
        zh="请提供手机号和验证码，或 refresh_token。",
        en="Give either phone and code, or refresh_token.",
    ),
    "auth.pause": text(
        zh="验证码不正确。请 {retry_after} 秒后再试。",
        en="The code was wrong. Try again in {retry_after} seconds.",
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
    "person.no_phone": text(
        zh="此人没有登记手机号，无法登录。",
        en="This person has no phone of their own, and so no sign-in.",
    ),
}

# A code is waited for, and worth nothing five minutes later.
CODE_MESSAGES: Templates = {
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
    "code.role": Template(
        text(
            zh="工作人员请您任职。同意就把验证码 {code} 读给对方，10分钟内有效。",
            en="A role is offered to you. Agree by reading out {code}.",
        ),
        recipients="the person who is to get a role",
        slots={"code": 6},
        urgency=Urgency.URGENT,
        pot=Pot.CODES,
    ),
}
READ_OUT_MESSAGES: Templates = {
    "account.code_read_out": Template(
        text(
            zh="工作人员刚为您读出了一个登录验证码。如非您本人要求，请马上联系社区。",
            en="Staff read out a sign-in code for you. Not you? Call them.",
        ),
        recipients="the person whose code was read out",
    ),
}
DORMANCY_MESSAGES: Templates = {
    "account.phone_lost": Template(
        text(
            zh="{name}的手机号半年未用，已归他人。原账号保留，请核实新号码。",
            en="{name}: number now somebody else's. Please check.",
        ),
        recipients="the staff of the home community",
        for_staff=True,
        slots={"name": 10},
        can_wait=True,
    ),
}
