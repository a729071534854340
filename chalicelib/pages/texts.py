"""The words that all pages share. A feature's own are in its `page_texts.py`."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["REFUSALS", "WORDS"]

REFUSALS: Mapping[str, Text] = {
    "page.name_missing": text(zh="请写下姓名。", en="Please give your name."),
    "page.foreign_form": text(
        zh="这个表单不是从本页面发出的。请刷新后再提交一次。",
        en="This form was not sent from this page. Please reload and send it again.",
    ),
}

WORDS: Mapping[str, Text] = {
    "name": text(zh="春晖", en="Chunhui"),
    "skip": text(zh="跳到正文", en="Skip to content"),
    "nav": text(zh="主要页面", en="Main pages"),
    "nav.home": text(zh="首页", en="Home"),
    "nav.wall": text(zh="心愿墙", en="Wishes"),
    "nav.tickets": text(zh="工单", en="Tickets"),
    "nav.inbox": text(zh="消息", en="Messages"),
    "nav.me": text(zh="我", en="Me"),
    "desk.name": text(zh="春晖管理", en="Chunhui desk"),
    "desk.pocket": text(zh="手机版", en="On the phone"),
    "desk.search": text(zh="找人：姓名或编号", en="Find a person: name or id"),
    "desk.other_place": text(zh="换地点", en="Another place"),
    "desk.places_cut": text(
        zh="这里地点太多，只列出 500 个。",
        en="There are too many places here. Only 500 are listed.",
    ),
    "desk.narrower": text(
        zh="先选小一点的地点", en="Choose a smaller place first"
    ),
    "desk.find": text(zh="查找", en="Find"),
    "desk.nav.queue": text(zh="待办", en="Queue"),
    "desk.nav.wishes": text(zh="心愿", en="Wishes"),
    "desk.nav.tickets": text(zh="工单", en="Tickets"),
    "desk.nav.people": text(zh="居民", en="People"),
    "desk.nav.figures": text(zh="数据", en="Figures"),
    "desk.nav.more": text(zh="更多", en="More"),
    "desk.renewed": text(zh="{when} 已更新。", en="As of {when}."),
    "desk.now": text(zh="现在该做什么", en="What to do now"),
    "desk.no_moves": text(
        zh="现在没有您要办的。", en="There is nothing for you to do now."
    ),
    "desk.who_sees": text(zh="谁能看到什么", en="Who sees what"),
    "desk.kept": text(
        zh="您写的还在下面，看过再发。",
        en="What you wrote is still below. Look at it, then send it again.",
    ),
    "desk.restored": text(
        zh="您登录前写的还在下面，看过再发。",
        en="What you wrote before the sign-in is below. Look at it, then send it.",
    ),
    "desk.nobody": text(zh="没人在办", en="Nobody"),
    "desk.head.due": text(zh="期限", en="Due"),
    "desk.head.what": text(zh="要做什么", en="To do"),
    "desk.head.title": text(zh="事项", en="What"),
    "desk.head.place": text(zh="地点", en="Place"),
    "desk.head.who": text(zh="谁在办", en="Who has it"),
    "desk.into": text(zh="并入哪一件？", en="Into which one?"),
    "keys": text(zh="快捷键", en="Keys"),
    "keys.move": text(zh="下一行、上一行", en="next row, previous row"),
    "keys.choose": text(zh="勾选", en="choose"),
    "keys.open": text(zh="打开", en="open"),
    "keys.approve": text(zh="批准，或我来处理", en="approve, or take"),
    "keys.reject": text(zh="不通过", en="say no"),
    "keys.edit": text(zh="修改", en="change"),
    "keys.search": text(zh="查找", en="search"),
    "keys.list": text(zh="显示快捷键", en="list of keys"),
    "keys.send": text(zh="发送", en="send"),
    "keys.turn_off": text(zh="关掉单键快捷键", en="Turn single keys off"),
    "keys.turn_on": text(zh="打开单键快捷键", en="Turn single keys on"),
    "mine_or_sign_in": text(zh="我的/登录", en="Mine / Sign in"),
    "sign_in": text(zh="登录", en="Sign in"),
    "sign_out": text(zh="退出登录", en="Sign out"),
    "larger": text(zh="大字版", en="Larger type"),
    "normal_size": text(zh="普通字", en="Normal type"),
    "look": text(zh="显示", en="Display"),
    "other_language": text(zh="English", en="中文"),
    "call_us": text(zh="打电话", en="Call us"),
    "help": text(zh="怎样使用", en="How it works"),
    "privacy": text(zh="隐私", en="Privacy"),
    "accessibility": text(zh="无障碍", en="Accessibility"),
    "foot": text(zh="帮助和说明", en="Help and terms"),
    "back": text(zh="返回", en="Back"),
    "more": text(zh="再看一些", en="Show more"),
    "send": text(zh="提交", en="Send"),
    "save": text(zh="保存", en="Save"),
    "cancel": text(zh="不改了", en="Leave it"),
    "optional": text(zh="（可不填）", en="(optional)"),
    "read_aloud": text(zh="读给我听", en="Read aloud"),
    "other_moves": text(zh="其他操作", en="More"),
    "error.title": text(zh="出错了：", en="Error: "),
    "error.summary": text(zh="有一处要改", en="There is one thing to correct"),
    "error.summaries": text(
        zh="有 {n} 处要改", en="There are {n} things to correct"
    ),
    "error.nowhere": text(zh="没有找到这一页", en="This page was not found"),
    "error.nowhere_text": text(
        zh="没有找到，或者您不能查看。",
        en="It does not exist, or you may not see it.",
    ),
    "error.refused": text(zh="现在不能这样做", en="This is not possible now"),
    "error.number": text(
        zh="打电话时请报：{id}", en="On the phone, please give: {id}"
    ),
    "error.home": text(zh="回到首页", en="Go to the start page"),
    "error.wrong_state": text(
        zh="刚才有人改过了。下面是现在的样子。",
        en="Somebody changed it a moment ago. Below is how it is now.",
    ),
    "outbox.waiting": text(
        zh="发件箱，等网络：", en="Outbox, waiting for a network:"
    ),
    "timeline": text(zh="经过", en="History"),
    "factor.title": text(
        zh="请先验证本人身份", en="Please show that it is you"
    ),
    "factor.why": text(
        zh="这一步会看到或改动别人的重要资料。验证一次，10 分钟内有效。",
        en="This step shows or changes much of others. One code counts for ten minutes.",
    ),
    "factor.code": text(zh="动态口令", en="Code of your app"),
    "factor.hint": text(
        zh="打开手机里的口令应用，填 6 位数字。也可以填一个备用码。",
        en="Open the app on your phone for the 6 digits. A recovery code will do, too.",
    ),
    "factor.go_on": text(zh="验证并继续", en="Go on"),
    "factor.none": text(
        zh="您还没有设置动态口令。设置好以后再来办这件事。",
        en="You have no second factor yet. Set it up, then come back to this.",
    ),
    "factor.set_up": text(zh="设置动态口令", en="Set it up"),
    "late": text(zh="超时", en="Late"),
    "due": text(zh="{when} 前", en="by {when}"),
}
