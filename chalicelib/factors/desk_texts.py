"""The words of the desk about second factors."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "factors.title": text(zh="动态口令", en="Second factor"),
    "factors.what": text(
        zh="看别人的电话、给角色、注销账号之前，要再验证一次是您本人。",
        en="Before you see phones, give roles or erase accounts, you show again that it is you.",
    ),
    "factors.how": text(
        zh="手机里装一个口令应用，扫一次码就好。刚用短信验证码登录后 10 分钟内才能设置。",
        en="Install an app for codes and scan once. It works within ten minutes of a sign-in "
        "with a code by SMS.",
    ),
    "factors.scan": text(
        zh="用口令应用扫这个码。", en="Scan this with the app for codes."
    ),
    "factors.type": text(
        zh="扫不了就手工输入：", en="Or type it into the app:"
    ),
    "factors.first_code": text(
        zh="应用里现在的 6 位数字", en="The 6 digits in the app now"
    ),
    "factors.confirm": text(zh="确认", en="Confirm"),
    "factors.ready": text(
        zh="设置好了。现在起 10 分钟内不再问。",
        en="It is set up, and counts for ten minutes from now.",
    ),
    "factors.recovery": text(
        zh="请把这些备用码抄下来收好。手机丢了用一个，每个只能用一次。只显示这一次。",
        en="Write down these recovery codes. Each replaces the phone once. They are shown once.",
    ),
}
