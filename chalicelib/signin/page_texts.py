"""The words of the pages of signing in."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "signin.title": text(zh="登录", en="Sign in"),
    "signin.phone": text(zh="手机号", en="Mobile number"),
    "signin.phone_hint": text(
        zh="中国大陆手机号。我们发一条短信验证码，不用设密码。",
        en="A mobile number of mainland China. We send a code by SMS; there is no password.",
    ),
    "signin.send": text(zh="发送验证码", en="Send the code"),
    "signin.no_phone": text(
        zh="没有手机？请打社区电话，工作人员替您登记。",
        en="No mobile phone? Call the community; staff register you.",
    ),
    "signin.code_title": text(zh="输入验证码", en="Enter the code"),
    "signin.sent": text(
        zh="已发送到 {phone}，5 分钟内有效。工作人员不会向您要验证码。",
        en="It was sent to {phone} and is good for 5 minutes. Staff never ask for it.",
    ),
    "signin.code": text(
        zh="短信里的 6 位数字", en="The 6 digits of the message"
    ),
    "signin.in": text(zh="登录", en="Sign in"),
    "signin.again": text(zh="重新发送", en="Send again"),
    "signin.other_phone": text(zh="换一个手机号", en="Use another number"),
    "signin.new": text(
        zh="您是第一次来。请写下姓名，看一下怎样使用您的资料。",
        en="This is your first time. Give your name, and read how your data are used.",
    ),
    "signin.name": text(zh="姓名", en="Name"),
    "signin.name_hint": text(
        zh="上墙和公开页面不显示。", en="Public pages do not show it."
    ),
    "signin.terms": text(zh="怎样使用您的资料", en="How your data are used"),
    "signin.agree": text(zh="我看过了，同意", en="I have read it and agree"),
    "signin.out_title": text(zh="退出登录？", en="Sign out?"),
    "signin.out_text": text(
        zh="这部手机上将看不到您的事项。发件箱里还没发出的内容会删除。",
        en="This phone will no longer show what is yours. What waits in the outbox is deleted.",
    ),
    "signin.said.in": text(zh="已登录。", en="You are signed in."),
}
