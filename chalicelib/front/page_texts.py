"""The words of the front."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "front.title": text(zh="邻里互助", en="Neighbours help neighbours"),
    "front.intro": text(
        zh="提一个小心愿，反映一个问题，帮邻居一个忙。",
        en="File a small wish, report a problem, help a neighbour.",
    ),
    "front.see_wishes": text(zh="看心愿，帮一个忙", en="See wishes, and help"),
    "front.report": text(zh="反映问题", en="Report a problem"),
    "front.wish": text(zh="提一个心愿", en="File a wish"),
    "front.problems": text(zh="大家反映的问题", en="What neighbours reported"),
    "front.newest": text(zh="最近的心愿", en="Newest wishes"),
    "front.door": text(zh="您在这里", en="You are here"),
    "front.door_report": text(zh="反映这里的问题", en="Report a problem here"),
    "front.door_wishes": text(zh="附近的心愿", en="Wishes nearby"),
    "front.door_call": text(zh="不想打字？打电话说", en="Rather speak? Ring"),
    "front.problems_intro": text(
        zh="只显示工作人员放行的文字，不显示姓名和门牌。",
        en="Only texts that staff have released, without names and doors.",
    ),
    "front.problems_open": text(zh="正在处理", en="Being worked on"),
    "front.problems_closed": text(zh="已经结束", en="Closed"),
    "front.problems_none": text(zh="现在没有。", en="There is none now."),
    "front.help": text(zh="怎样使用", en="How it works"),
    "front.help_wish": text(
        zh=(
            "提心愿：写几个字，工作人员看过后上墙，邻居认领后跟您联系。"
            "东西送到，念出短信里的 4 位数字就完成了。"
        ),
        en=(
            "A wish: write a few words. Staff put it on the wall; a neighbour takes it and "
            "contacts you. When it has come, read out the four digits of the message."
        ),
    ),
    "front.help_report": text(
        zh="反映问题：拍照、选种类、写一句。每一步都会告诉您，办完问您解决了没有。",
        en=(
            "A problem: a photo, a kind, a sentence. You are told of every step, and asked "
            "whether it is solved."
        ),
    ),
    "front.help_sms": text(
        zh="没有智能手机也可以：打电话给社区，工作人员替您登记；收到短信后按数字回复。",
        en=(
            "Without a smartphone: ring the community, and staff file it for you. Answer "
            "messages with a digit."
        ),
    ),
    "front.help_volunteer": text(
        zh="做志愿者：登录后登记。合适的心愿会先问您，不答应也没关系。",
        en="Volunteers register after signing in, and are asked when a wish fits.",
    ),
    "front.hotlines": text(zh="打电话", en="Ring us"),
    "front.no_hotline": text(
        zh="请到居委会，工作人员会帮您。",
        en="Please come to the community office.",
    ),
    "front.privacy": text(zh="怎样使用您的资料", en="How your data are used"),
    "front.purpose.terms": text(zh="使用说明", en="Terms"),
    "front.purpose.acting": text(zh="请人代办", en="Somebody acts for you"),
    "front.purpose.contact_via": text(
        zh="用亲友的电话联系", en="The phone of a contact"
    ),
    "front.purpose.household": text(zh="家庭成员", en="Household"),
    "front.purpose.promotions": text(zh="活动消息", en="News of events"),
    "front.purpose.care": text(zh="照护信息", en="Care"),
    "front.purpose.guardian": text(zh="监护人同意", en="Guardian"),
    "front.version": text(zh="版本 {version}", en="Version {version}"),
    "front.accessibility": text(zh="无障碍说明", en="Accessibility"),
    "front.accessibility_text": text(
        zh=(
            "页面按 WCAG 2.2 AA 和《移动互联网应用适老化通用设计规范》制作："
            "字号可放大到 30 像素，按钮够大，可以只用键盘，有读屏文字，有深色模式，"
            "没有动画，没有倒计时逼您。"
        ),
        en=(
            "Pages follow WCAG 2.2 AA: type up to 30 px, large targets, keyboard only, words "
            "for screen readers, a dark theme, no animation, no time pressure."
        ),
    ),
    "front.accessibility_help": text(
        zh="哪里用不了，请打电话告诉我们，事情由工作人员替您办。",
        en="If something does not work for you, ring us. Staff do it for you.",
    ),
    "home.nothing": text(
        zh="现在没有等您回答的事。", en="Nothing waits for your answer."
    ),
    "home.came": text(zh="送到了吗？", en="Did it come?"),
    "home.still": text(zh="还需要吗？", en="Is it still needed?"),
    "home.solved": text(zh="解决了吗？", en="Is it solved?"),
    "home.offers": text(zh="请您帮忙", en="Can you help?"),
    "home.claims": text(zh="我认领的", en="Taken by me"),
    "home.going": text(zh="我的进度", en="How far mine are"),
    "home.tasks": text(zh="去做事", en="Do something"),
    "home.inbox": text(zh="新消息", en="New messages"),
    "home.all_messages": text(zh="全部消息", en="All messages"),
    "home.to_tickets": text(zh="待我处理的工单", en="Tickets that are mine"),
    "look.title": text(zh="怎样显示", en="How pages look"),
    "look.first": text(
        zh="字看得清吗？可以换大字。以后点右上角「大字版」也能改。",
        en="Is the type large enough? You can change it later under “Larger type”.",
    ),
    "look.size": text(zh="字的大小", en="Size of type"),
    "look.size.m": text(zh="普通", en="Normal"),
    "look.size.l": text(zh="大字", en="Large"),
    "look.size.xl": text(zh="特大字", en="Very large"),
    "look.theme": text(zh="颜色", en="Colours"),
    "look.theme.auto": text(zh="跟手机一样", en="As the phone"),
    "look.theme.light": text(zh="浅色", en="Light"),
    "look.theme.dark": text(zh="深色", en="Dark"),
    "look.language": text(zh="语言", en="Language"),
    "look.save": text(zh="就这样", en="Keep it so"),
    "report.title": text(zh="反映问题", en="Report a problem"),
    "report.not_here": text(zh="不是这里", en="Not here"),
    "report.photo": text(zh="拍一张照片", en="Take a photo"),
    "report.photo_hint": text(
        zh="位置信息会删除。请不要拍人脸。",
        en="Its location is removed. Please show no faces.",
    ),
    "report.photo_first": text(zh="先发照片", en="Send a photo first"),
    "report.photo_sent": text(zh="照片已收到。", en="The photo is received."),
    "report.photo_type": text(zh="照片的格式", en="Format of the photo"),
    "report.photo_send": text(zh="发送照片", en="Send the photo"),
    "report.photo_choose": text(zh="选照片", en="Choose a photo"),
    "report.photo_next": text(zh="下一步", en="Next"),
    "report.kind": text(zh="是什么问题？", en="What is it?"),
    "report.danger": text(
        zh="起火、有人受伤、闻到燃气：先打 119、120 或燃气公司电话。",
        en="Fire, somebody hurt, a smell of gas: first call 119, 120 or the gas company.",
    ),
    "report.kinds": text(zh="全部 {n} 类", en="All {n} kinds"),
    "report.words": text(zh="说一说", en="Say what it is"),
    "report.spot": text(zh="具体在哪里", en="Where exactly"),
    "report.private": text(
        zh="只给处理的人看", en="Only for those who work on it"
    ),
    "report.similar": text(zh="有人报过了？", en="Reported already?"),
    "report.similar_line": text(
        zh="{n} 人反映 · {days} 天前", en="{n} reported it, {days} days ago"
    ),
    "report.similar_today": text(
        zh="{n} 人反映 · 今天", en="{n} reported it, today"
    ),
    "report.me_too": text(zh="我也遇到", en="Me too"),
    "report.for": text(zh="您在替 {name} 反映", en="You act for {name}"),
    "report.where": text(zh="在哪里？", en="Where is it?"),
    "report.where_text": text(
        zh="还不知道您住在哪里。扫一下楼门口的码，或者先填住址。",
        en="We do not know where you live. Scan the code at the door, or fill in your home.",
    ),
    "report.set_home": text(zh="填住址", en="Fill in your home"),
    "doors.title": text(zh="门口海报", en="Posters for doors"),
    "doors.intro": text(
        zh="打印后贴在单元门口，一张纸一个门。",
        en="Print them, one sheet a door.",
    ),
    "doors.none": text(zh="这里没有门。", en="There is no door here."),
    "doors.scan": text(
        zh="有困难？扫一扫反映", en="Something wrong? Scan, and report it"
    ),
    "doors.ring": text(zh="不会扫？打电话", en="Rather ring?"),
    "offline.title": text(zh="没有网络", en="No network"),
    "offline.text": text(
        zh="写好的内容存在手机里，有网络会自动发出。",
        en="What you wrote is kept on this phone, and is sent when there is a network.",
    ),
}
