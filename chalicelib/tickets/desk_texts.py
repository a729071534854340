"""The words of tickets on the desk."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

_MOVES: Mapping[str, Text] = {
    "ticket.desk.move.accept": text(zh="我来处理", en="I will see to it"),
    "ticket.desk.move.resume": text(zh="继续办", en="Go on"),
    "ticket.desk.move.confirm": text(
        zh="居民说解决了…", en="Solved, they say…"
    ),
    "ticket.desk.move.resolve": text(zh="办完了…", en="Done…"),
    "ticket.desk.move.assign": text(zh="改派…", en="Assign…"),
    "ticket.desk.move.hold": text(zh="暂缓…", en="On hold…"),
    "ticket.desk.move.bounce": text(zh="退回…", en="Not mine…"),
    "ticket.desk.move.escalate": text(zh="上报…", en="Escalate…"),
    "ticket.desk.move.merge": text(zh="并入另一件…", en="Merge into…"),
    "ticket.desk.move.turn": text(zh="转为心愿…", en="Turn into a wish…"),
    "ticket.desk.move.reopen": text(zh="没解决…", en="Not solved…"),
    "ticket.desk.move.split": text(zh="拆出", en="Split off"),
    "ticket.desk.move.publish": text(zh="公开文字…", en="Publish words…"),
    "ticket.desk.move.hide": text(zh="撤下公开文字…", en="Hide the words…"),
    "ticket.desk.move.close": text(zh="结束…", en="Close…"),
    "ticket.desk.move.comment": text(zh="回复", en="Reply"),
    "ticket.desk.move.reveal": text(zh="显示电话", en="Show the phone"),
    "ticket.desk.ask.confirm": text(
        zh="记下反映人亲口说的话。", en="Note what the reporter said."
    ),
    "ticket.desk.ask.resolve": text(
        zh="反映人会收到短信，请他们确认。",
        en="The reporters receive a message, and are asked.",
    ),
    "ticket.desk.ask.assign": text(
        zh="交给谁办？他们会收到通知，时限不变。",
        en="To whom? They are told, and the deadlines stay.",
    ),
    "ticket.desk.ask.hold": text(
        zh="写明原因。到那天早上九点自动继续。",
        en="Give the reason. It goes on at nine on that morning.",
    ),
    "ticket.desk.ask.bounce": text(
        zh="写明为什么不归您办。时限不停。",
        en="Say why it is not yours. The deadlines run on.",
    ),
    "ticket.desk.ask.escalate": text(
        zh="上一级会收到通知。", en="The level above is told."
    ),
    "ticket.desk.ask.merge": text(
        zh="这一件结束，反映的人转到另一件，都会收到通知。",
        en="This one ends. Its reporters join the other one, and are told.",
    ),
    "ticket.desk.ask.turn": text(
        zh="要反映人同意。这一件结束，心愿等待审核。",
        en="The reporter must agree. This one ends, and the wish waits for review.",
    ),
    "ticket.desk.ask.reopen": text(
        zh="哪里没解决？会升到上一级，由同一位工作人员再办。",
        en="What is not solved? It goes one level up, to the same worker.",
    ),
    "ticket.desk.ask.publish": text(
        zh="所有人都会看到。请删去姓名、门牌和病情。",
        en="Everybody reads it. Take out names, doors and health.",
    ),
    "ticket.desk.ask.hide": text(
        zh="公开的文字全部撤下，反映人照样能看。",
        en="All public words are taken back. The reporters still read theirs.",
    ),
    "ticket.desk.ask.close": text(
        zh="没有解决就结束。反映的人都会收到原因。",
        en="It ends without a solution. All reporters receive the reason.",
    ),
    "ticket.desk.ask.comment": text(
        zh="选好谁看得到，再发送。", en="Choose who reads it, then send it."
    ),
    "ticket.desk.ask.reveal": text(
        zh="写明为什么要看。会记入审计。",
        en="Say why you need it. It is recorded.",
    ),
}
_CLOCKS: Mapping[str, Text] = {
    "ticket.clock.accept": text(zh="受理", en="Accept"),
    "ticket.clock.contact": text(zh="联系", en="Contact"),
    "ticket.clock.resolve": text(zh="办结", en="Solve"),
    "ticket.clock.call_back": text(zh="回访", en="Call back"),
    "ticket.timer.running": text(zh="计时中", en="running"),
    "ticket.timer.overdue": text(zh="超时", en="late"),
    "ticket.timer.paused": text(zh="已停表", en="paused"),
    "ticket.timer.met": text(zh="按时完成", en="met"),
    "ticket.timer.met_late": text(zh="完成，但超时", en="met, but late"),
    "ticket.desk.met": text(zh="{when} 完成", en="done {when}"),
    "ticket.desk.limit_h": text(
        zh="限 {n} 个工作小时", en="limit: {n} working hours"
    ),
    "ticket.desk.limit_min": text(
        zh="限 {n} 分钟，不分昼夜", en="limit: {n} minutes, day and night"
    ),
    "ticket.desk.how": text(zh="怎么算的", en="How it is counted"),
    "ticket.desk.other": text(zh="另一件工单", en="the other ticket"),
    "ticket.desk.climbs": text(
        zh="到 {when} 还没办，再升一级。",
        en="If it is still so {when}, it goes one level up.",
    ),
    "ticket.desk.promised": text(
        zh="最早的期限：{when}", en="First deadline: {when}"
    ),
    "ticket.desk.segment": text(
        zh="从 {when} 起，{n} 分钟", en="From {when}, {n} minutes"
    ),
    "ticket.desk.day": text(zh="日子", en="Day"),
    "ticket.desk.counted": text(zh="算哪一段", en="What counts"),
    "ticket.desk.minutes": text(zh="分钟", en="Minutes"),
    "ticket.desk.total": text(zh="累计", en="Total"),
}
_PAGE: Mapping[str, Text] = {
    "ticket.desk.tab.due": text(zh="要办的", en="To do"),
    "ticket.desk.tab.late": text(zh="超时", en="Late"),
    "ticket.desk.tab.none": text(zh="没人在办", en="Nobody's"),
    "ticket.desk.tab.me": text(zh="我在办", en="Mine"),
    "ticket.desk.tab.waiting": text(zh="等确认或暂缓", en="Waiting"),
    "ticket.desk.tab.closed": text(zh="已结束", en="Closed"),
    "ticket.desk.list_intro": text(
        zh="您负责的地方，最急的在前。",
        en="Your places, the most urgent first.",
    ),
    "ticket.desk.none": text(
        zh="没有这样的工单。", en="There is no such ticket."
    ),
    "ticket.desk.since": text(zh="反映时间", en="Reported"),
    "ticket.level.grid": text(zh="在网格", en="With the grid"),
    "ticket.level.community": text(zh="已升到社区", en="With the community"),
    "ticket.level.street": text(zh="已升到街道", en="With the sub-district"),
    "ticket.desk.public_tag": text(zh="公开", en="Public"),
    "ticket.desk.last": text(zh="最后：{when}", en="Last: {when}"),
    "ticket.desk.who": text(zh="谁在办", en="Who has it"),
    "ticket.desk.reporter": text(zh="反映人", en="Reporter"),
    "ticket.desk.reporters": text(zh="谁反映的", en="Who reported it"),
    "ticket.desk.unknown": text(zh="不知道是谁", en="Not known"),
    "ticket.desk.must_assign": text(
        zh="退回多次，要指定人", en="Must be assigned"
    ),
    "ticket.desk.hold_until": text(
        zh="暂缓到 {when}：{why}", en="On hold until {when}: {why}"
    ),
    "ticket.desk.urgent_asked": text(
        zh="反映人说很急。您也觉得急，就上报并勾选紧急。",
        en="The reporter says that it is urgent. If you agree, escalate it as urgent.",
    ),
    "ticket.desk.reply": text(zh="回复给谁看？", en="Who reads the reply?"),
    "ticket.desk.send": text(zh="发送", en="Send"),
    "ticket.desk.inside": text(zh="内部", en="Staff only"),
    "ticket.desk.sees_private": text(
        zh="只给处理的人看：邻居和公开处都看不到。",
        en="Private: neighbours and the public see nothing of it.",
    ),
    "ticket.desk.sees_public": text(
        zh="所有人看到：种类、社区、状态，和下面公开的文字。",
        en="Everybody sees the category, the community, the state, and the words below.",
    ),
    "ticket.desk.no_public": text(
        zh="还没有公开的文字。", en="No words are public yet."
    ),
    "ticket.desk.sees_reporters": text(
        zh="反映的人看到：状态、公开回复、处理结果。内部备注不给看。",
        en="Reporters see the state, public replies and the solution, never staff notes.",
    ),
    "ticket.desk.held": text(
        zh="文字可能说到家里没人或病情，公开前请细看。",
        en="The words may tell of an empty home or of health. Look before you publish.",
    ),
    "ticket.desk.clocks": text(zh="时钟", en="Deadlines"),
    "ticket.desk.no_clocks": text(zh="没有时限。", en="There is no deadline."),
    "ticket.desk.reveal": text(zh="显示电话…", en="Show the phone…"),
    "ticket.desk.duplicates": text(zh="可能重复", en="Perhaps the same"),
    "ticket.desk.no_words": text(zh="没有写字", en="Without words"),
    "ticket.desk.merged_into": text(
        zh="已并入这一件", en="Merged into this one"
    ),
    "ticket.desk.wish": text(zh="已转为这个心愿", en="Turned into this wish"),
    "ticket.desk.into_id": text(zh="另一件的编号", en="Id of the other one"),
    "ticket.desk.into_hint": text(
        zh="打开另一件，抄下标题下面的编号。",
        en="Open the other one and copy the id below its title.",
    ),
    "ticket.desk.public_text": text(zh="公开的文字", en="Public words"),
    "ticket.desk.public_hint": text(
        zh="不要写姓名、电话、门牌和病情。",
        en="No names, phones, doors or health.",
    ),
    "ticket.desk.public_solution": text(zh="公开的结果", en="Public solution"),
    "ticket.desk.until": text(zh="暂缓到哪天？", en="Until which day?"),
    "ticket.desk.urgent": text(
        zh="紧急：马上打电话通知上一级",
        en="Urgent: it rings at the level above",
    ),
    "ticket.desk.publish_too": text(
        zh="同时公开文字和结果", en="Publish the words and the result, too"
    ),
    "tickets.said.turn": text(
        zh="已转为心愿，等待审核。",
        en="It is a wish now, and waits for review.",
    ),
    "tickets.said.merge": text(zh="已并入。", en="It is merged."),
    "tickets.said.publish": text(zh="已公开。", en="It is public."),
    "tickets.said.hide": text(zh="已撤下。", en="It is taken back."),
}
WORDS: Mapping[str, Text] = {**_MOVES, **_CLOCKS, **_PAGE}
