"""The words of the pages about oneself."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "me.title": text(zh="我", en="Me"),
    "me.account": text(zh="姓名、门牌和消息", en="Name, door and messages"),
    "me.home": text(zh="我住在哪里", en="Where I live"),
    "me.volunteer": text(zh="志愿者", en="Volunteering"),
    "me.hours": text(zh="我的时长", en="My hours"),
    "me.consents": text(zh="同意书", en="Consents"),
    "me.sessions": text(zh="登录的设备", en="Devices"),
    "me.data": text(zh="我的资料", en="My data"),
    "me.erase": text(zh="注销账号", en="Erase my account"),
    "me.name": text(zh="姓名", en="Name"),
    "me.phone": text(zh="手机号", en="Phone"),
    "me.address": text(zh="门牌", en="Door"),
    "me.address_hint": text(
        zh="比如 3楼301室。只有来帮忙的邻居和工作人员看得到。",
        en="Such as 3楼301室. Only a helper and staff see it.",
    ),
    "me.sms": text(zh="用短信告诉我", en="Tell me by SMS"),
    "me.promotions": text(zh="也告诉我活动消息", en="Tell me of events, too"),
    "me.quiet_from": text(zh="几点以后不发短信", en="No SMS from"),
    "me.quiet_to": text(zh="到几点", en="until"),
    "me.live_here": text(zh="我住在这里", en="I live here"),
    "me.deeper": text(zh="再细一点", en="More exactly"),
    "vol.title": text(zh="做志愿者", en="Volunteering"),
    "vol.intro": text(
        zh="有合适的心愿，我们先问您。不答应也没关系。",
        en="We ask you first when a wish fits. You may always say no.",
    ),
    "vol.places": text(zh="在哪些社区帮忙？", en="In which communities?"),
    "vol.kinds": text(
        zh="帮哪一类？（都不选就是都可以）", en="Which kinds? (none means any)"
    ),
    "vol.skills": text(zh="会什么？", en="What can you do?"),
    "vol.skills_hint": text(
        zh="用顿号分开，比如：家电维修、理发", en="Divided by commas"
    ),
    "vol.capacity": text(
        zh="同时最多帮几个？", en="How many at the same time?"
    ),
    "vol.save": text(zh="登记", en="Register"),
    "vol.awaits": text(
        zh="工作人员还要核实，上门服务等核实后再开始。",
        en="Staff have to check first; visits begin after that.",
    ),
    "vol.paused": text(zh="已暂停到 {when}", en="Paused until {when}"),
    "vol.pause": text(zh="暂停一阵", en="Pause"),
    "vol.n_days": text(zh="{n} 天", en="{n} days"),
    "vol.resume": text(zh="恢复接单", en="End the pause"),
    "hours.total": text(zh="一共 {hours} 小时", en="{hours} hours in all"),
    "hours.line": text(zh="{minutes} 分钟", en="{minutes} minutes"),
    "hours.none": text(
        zh="还没有时长。完成一个心愿就会登记。",
        en="None yet. It is booked when a wish is done.",
    ),
    "consents.due": text(
        zh="有新的说明，请看一下。", en="There is a newer text; please read it."
    ),
    "consents.agree": text(zh="同意新的说明", en="Agree"),
    "consents.given": text(zh="同意", en="given"),
    "consents.withdrawn": text(zh="撤回", en="withdrawn"),
    "sessions.current": text(zh="这部设备", en="this device"),
    "sessions.last": text(zh="最近使用 {when}", en="last used {when}"),
    "sessions.unknown": text(zh="设备", en="Device"),
    "sessions.end": text(zh="让它退出", en="Sign it out"),
    "data.text": text(
        zh="这里是我们保存的关于您的全部资料。",
        en="This is everything that we hold about you.",
    ),
    "data.making": text(
        zh="资料较多，正在整理，好了会告诉您。",
        en="It is large. We tell you when the file is ready.",
    ),
    "data.fetch": text(zh="下载", en="Download"),
    "erase.text": text(
        zh="注销后，您的资料会删除，认领的心愿退回，提的心愿撤回。不能恢复。",
        en="Your data are deleted, claims are given back, wishes withdrawn. It cannot be undone.",
    ),
    "erase.send": text(zh="发送验证码", en="Send a code"),
    "erase.code": text(
        zh="短信里的 6 位数字", en="The 6 digits of the message"
    ),
    "erase.do": text(zh="注销", en="Erase"),
    "people.said.changed": text(zh="已保存。", en="It is saved."),
    "people.said.volunteer": text(
        zh="已登记，谢谢您！", en="You are registered. Thank you!"
    ),
    "people.said.session_ended": text(
        zh="那部设备已退出。", en="That device is signed out."
    ),
}
