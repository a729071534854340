"""Texts about phone changes, by locale."""

from ..kernel.template import Pot, Template, Templates, Urgency
from ..kernel.text_catalogue import text

__all__ = [
    "CODE_MESSAGES",
    "CORRECTION_MESSAGES",
    "NOTICES",
    "REFUSALS",
]

_STATES = {
    "waiting": text(zh="等待24小时", en="waiting for 24 hours"),
    "stopped": text(zh="已被停下", en="stopped"),
    "ready": text(zh="待新号码登录", en="ready for the new number"),
    "done": text(zh="已完成", en="done"),
    "withdrawn": text(zh="已撤回", en="withdrawn"),
    "expired": text(zh="已失效", en="expired"),
}
REFUSALS = {
    "phone_change.needs_other": text(
        zh="须由申请更正者以外的街道管理员决定。",
        en="Another street administrator than the one who asked has to decide.",
    ),
    "phone_change.none": text(
        zh="没有正在办理的手机号更正。",
        en="No correction of this phone is under way.",
    ),
    "phone_change.pending": text(
        zh="社区正在更正您的手机号，办结前不能这样操作。",
        en="Staff are correcting your phone. This waits until that is decided.",
    ),
    "phone_change.same": text(
        zh="这就是现在的手机号。", en="This is the phone that is set now."
    ),
    "phone_change.too_early": text(
        zh="原号码的24小时期限未到。",
        en="The 24 hours of the old number are not over.",
    ),
    "phone_change.waiting": text(
        zh="社区已登记此号码，但更正尚未生效，请稍后再登录。",
        en="Staff have registered this phone, but not for use yet. Try again later.",
    ),
    "phone_change.wrong_state": text(
        zh="手机号更正现在不能这样办理（{state}）。",
        en="This is not possible for the correction now ({state}).",
    ).naming(state=_STATES),
}

CODE_MESSAGES: Templates = {
    "code.phone_old": Template(
        text(
            zh="您正在更换手机号，原号码验证码 {code}，5分钟内有效。不是您本人？请勿告诉他人。",
            en="{code}: code of your old number. Not you? Tell nobody.",
        ),
        recipients="the person who changes their phone",
        slots={"code": 6},
        urgency=Urgency.URGENT,
        pot=Pot.CODES,
    ),
    "code.phone_new": Template(
        text(
            zh="更换手机号，新号码验证码 {code}，5分钟内有效。请勿告诉他人。",
            en="{code}: code of your new number, 5 minutes. Tell nobody.",
        ),
        recipients="the number that somebody wants",
        slots={"code": 6},
        urgency=Urgency.URGENT,
        pot=Pot.CODES,
    ),
}

# The account goes with the number, so no budget holds these back.
NOTICES: Templates = {
    "account.phone_changed": Template(
        text(
            zh="您账号的手机号已换成新号码。如非您本人办理，请马上联系社区。",
            en="Your account has a new number. Not you? Call the community.",
        ),
        recipients="the number that the person had until then",
        pot=Pot.CODES,
    ),
    "account.phone_claimed": Template(
        text(
            zh="有人想把账号改用本号码，未能更改。如是您本人，请联系社区。",
            en="Somebody wanted this number for an account. Nothing changed.",
        ),
        recipients="a number that is not free",
        pot=Pot.CODES,
    ),
    "account.phone_ready": Template(
        text(
            zh="社区已登记本号码，请用本号码登录原来的账号。不是您？请联系社区。",
            en="Staff registered this number. Sign in. Not you? Call them.",
        ),
        recipients="the number that staff have registered",
        pot=Pot.CODES,
    ),
}
CORRECTION_MESSAGES: Templates = {
    "phone_change.announced": Template(
        text(
            zh="社区将把您账号的手机号换成新号码，24小时后生效。",
            en="Your number changes in 24h.",
        ),
        recipients="the person whose phone staff correct",
        pot=Pot.CODES,
        asks=text(
            zh="是您要求的请回复{yes}，不是请回复{no}停止",
            en=" Reply {yes} if asked, {no} to stop.",
        ),
    ),
    "phone_change.stopped_staff": Template(
        text(
            zh="{name}的手机号更正被停下，请街道管理员核实后决定。",
            en="{name}: correction of the phone stopped. Please decide.",
        ),
        recipients="the street administrators on duty",
        for_staff=True,
        slots={"name": 10},
        can_wait=True,
    ),
}
