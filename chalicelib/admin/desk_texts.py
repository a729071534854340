"""The words of the staff queue on the desk."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

_KINDS: Mapping[str, Text] = {
    "desk.kind.wish.approve": text(zh="心愿待审核", en="Wish to review"),
    "desk.kind.wish.dispute": text(zh="心愿有异议", en="Disputed wish"),
    "desk.kind.wish.late": text(zh="心愿逾期", en="Late delivery"),
    "desk.kind.wish.unconfirmed": text(
        zh="心愿待回访", en="Delivery to confirm"
    ),
    "desk.kind.wish.new_phone": text(
        zh="新号码确认的心愿", en="Confirmed by a new phone"
    ),
    "desk.kind.wish.hours": text(zh="时长待核定", en="Hours to settle"),
    "desk.kind.wish.check": text(zh="答复待抽查", en="Answer to check"),
    "desk.kind.ticket.accept": text(zh="工单待受理", en="Ticket to accept"),
    "desk.kind.ticket.contact": text(
        zh="要联系居民", en="Contact the reporter"
    ),
    "desk.kind.ticket.resolve": text(zh="工单待办结", en="Ticket to solve"),
    "desk.kind.ticket.call_back": text(
        zh="工单待回访", en="Ticket to call about"
    ),
    "desk.kind.ticket.resume": text(zh="暂缓的工单", en="Ticket on hold"),
    "desk.kind.ticket.look": text(
        zh="工单没人跟进", en="Ticket without reporter"
    ),
    "desk.kind.ticket.new_phone": text(
        zh="新号码确认的工单", en="Solution by a new phone"
    ),
    "desk.kind.message.visit": text(zh="要走访", en="Visit to make"),
    "desk.kind.message.reply": text(zh="短信回复", en="Reply by SMS"),
    "desk.kind.consent.call_back": text(
        zh="同意待回访", en="Consent to call about"
    ),
    "desk.kind.volunteer.vet": text(zh="志愿者待核实", en="Volunteer to vet"),
    "desk.kind.volunteer.paused": text(
        zh="志愿者被暂停", en="Paused volunteer"
    ),
    "desk.kind.person.erase": text(zh="注销待确认", en="Erasure to confirm"),
    "desk.kind.factor.reset": text(zh="口令重置待批", en="Reset to approve"),
    "desk.kind.phone_change.stopped": text(
        zh="手机号待决定", en="Phone to decide"
    ),
    "desk.kind.other": text(zh="其他事项", en="Something else"),
    "desk.kind.job.parked": text(zh="失败的任务", en="Failed job"),
}
_ABOUT: Mapping[str, Text] = {
    "desk.about.wish.approve": text(
        zh="看过再上墙。", en="Look at it before it goes on the wall."
    ),
    "desk.about.wish.dispute": text(
        zh="居民说没收到。问清楚，再决定。",
        en="The resident says that it did not come. Ask, then decide.",
    ),
    "desk.about.wish.late": text(
        zh="过了日子还没送到。打电话问问。",
        en="The day has passed without a delivery. Ring and ask.",
    ),
    "desk.about.wish.unconfirmed": text(
        zh="请问居民收到没有。", en="Ask the resident whether it came."
    ),
    "desk.about.wish.new_phone": text(
        zh="确认来自刚换的号码，请核实。",
        en="The answer came from a phone that is new. Please check it.",
    ),
    "desk.about.wish.hours": text(
        zh="这次服务很久，请核定时长。",
        en="The visit was long. Settle its hours.",
    ),
    "desk.about.wish.check": text(
        zh="同事代记的答复，请问居民对不对。",
        en="A colleague recorded the answer. Ask the resident whether it is right.",
    ),
    "desk.about.ticket.accept": text(
        zh="还没人受理。", en="Nobody has accepted it yet."
    ),
    "desk.about.ticket.contact": text(
        zh="还没有联系居民。", en="The reporter has not been contacted yet."
    ),
    "desk.about.ticket.resolve": text(
        zh="还没有办结。", en="It is not solved yet."
    ),
    "desk.about.ticket.call_back": text(
        zh="请问居民解决了没有。", en="Ask the reporter whether it is solved."
    ),
    "desk.about.ticket.resume": text(
        zh="暂缓到期后继续办。", en="It goes on when the hold ends."
    ),
    "desk.about.ticket.look": text(
        zh="反映的人都不在了，请看看还要不要办。",
        en="Nobody is left who reported it. See whether it still matters.",
    ),
    "desk.about.ticket.new_phone": text(
        zh="确认来自刚换的号码，请核实。",
        en="The answer came from a phone that is new. Please check it.",
    ),
    "desk.about.message.visit": text(
        zh="没有办法通知到，请上门告诉，再记下。",
        en="No message could reach them. Tell them at the door, then note it.",
    ),
    "desk.about.message.reply": text(
        zh="回复没有对上，请看看是什么事。",
        en="The reply could not be matched. See what it is about.",
    ),
    "desk.about.consent.call_back": text(
        zh="请打电话问本人是否同意过。",
        en="Ring and ask whether they agreed.",
    ),
    "desk.about.volunteer.vet": text(
        zh="请核实身份，再记下结果。",
        en="Check who they are, then note the result.",
    ),
    "desk.about.volunteer.paused": text(
        zh="系统暂停了接单，请看看原因。",
        en="The system has paused them. See why.",
    ),
    "desk.about.person.erase": text(
        zh="同事申请注销，要第二个人确认。",
        en="A colleague asks for an erasure; a second person confirms it.",
    ),
    "desk.about.factor.reset": text(
        zh="同事申请重置口令，要第二个人批准。",
        en="A colleague asks for a reset; a second person approves it.",
    ),
    "desk.about.phone_change.stopped": text(
        zh="本人拦下了改号，请核实再决定。",
        en="The owner stopped a change of phone. Check it, then decide.",
    ),
    "desk.job.failed": text(zh="失败于", en="Failed"),
    "desk.job.error": text(zh="最后的错误", en="Last error"),
    "desk.job.no_error": text(zh="没有记下", en="Not recorded"),
    "desk.job.kind": text(zh="系统里的名称", en="Name in the system"),
    "desk.about.job.parked": text(
        zh="系统试了几次没有办成，可以再试。",
        en="The system tried several times. It can try again.",
    ),
}
_MOVES: Mapping[str, Text] = {
    "desk.bulk.approve": text(zh="批准所选", en="Approve the chosen"),
    "desk.bulk.reject": text(zh="所选不通过…", en="Say no to the chosen…"),
    "desk.bulk.accept": text(zh="所选我来处理", en="Take the chosen"),
    "desk.bulk.assign": text(zh="所选改派…", en="Assign the chosen…"),
    "desk.bulk.merge": text(zh="所选合并…", en="Merge the chosen…"),
    "desk.bulk.visited": text(zh="所选已走访", en="Chosen are visited"),
    "desk.bulk.redrive": text(zh="所选再试一次", en="Try the chosen again"),
    "desk.bulk.handled": text(zh="所选已看过", en="Chosen are seen to"),
    "desk.one.approve": text(zh="批准上墙", en="Put on the wall"),
    "desk.one.reject": text(zh="所选不通过…", en="Say no to the chosen…"),
    "desk.one.accept": text(zh="我来处理", en="I will see to it"),
    "desk.one.assign": text(zh="改派", en="Assign"),
    "desk.one.merge": text(zh="合并", en="Merge"),
    "desk.one.visited": text(zh="已走访", en="Visited"),
    "desk.one.redrive": text(zh="再试一次", en="Try again"),
    "desk.one.handled": text(zh="已看过", en="Seen to"),
    "desk.ask.reject": text(
        zh="{n} 项不通过。每位居民都会收到这个原因。",
        en="Say no to {n}. Each resident receives this reason.",
    ),
    "desk.ask.assign": text(
        zh="{n} 项改派给谁？他们会收到通知，时限不变。",
        en="To whom do {n} go? They are told, and the deadlines stay.",
    ),
    "desk.ask.merge": text(
        zh="{n} 项并入另一件，反映的人都会收到通知。",
        en="Merge {n} into another one. All reporters are told.",
    ),
    "desk.done.approve": text(zh="{n} 项已批准", en="{n} approved"),
    "desk.done.reject": text(zh="{n} 项没有通过", en="{n} not accepted"),
    "desk.done.accept": text(zh="{n} 项由您处理", en="{n} are yours now"),
    "desk.done.assign": text(zh="{n} 项已改派", en="{n} assigned"),
    "desk.done.merge": text(zh="{n} 项已合并", en="{n} merged"),
    "desk.done.visited": text(zh="{n} 项已记为走访", en="{n} noted as visited"),
    "desk.done.redrive": text(zh="{n} 项再试一次", en="{n} are tried again"),
    "desk.done.handled": text(zh="{n} 项已看过", en="{n} seen to"),
    "desk.done.unpublish": text(
        zh="{n} 项已撤下重审", en="{n} off the wall again"
    ),
    "desk.done_one.approve": text(
        zh="已批准「{title}」，一分钟后居民会收到消息。",
        en="“{title}” is on the wall. The resident is told in a minute.",
    ),
    "desk.done_one.reject": text(
        zh="「{title}」没有通过，一分钟后居民会收到原因。",
        en="“{title}” is not accepted. The resident is told why in a minute.",
    ),
    "desk.done_one.accept": text(
        zh="「{title}」由您处理。", en="“{title}” is yours now."
    ),
    "desk.done_one.assign": text(
        zh="已改派「{title}」。", en="“{title}” is assigned."
    ),
    "desk.done_one.merge": text(
        zh="已合并「{title}」。", en="“{title}” is merged."
    ),
    "desk.done_one.visited": text(
        zh="「{title}」已记为走访。", en="“{title}” is noted as visited."
    ),
    "desk.done_one.redrive": text(
        zh="「{title}」再试一次。", en="“{title}” is tried again."
    ),
    "desk.done_one.handled": text(
        zh="「{title}」已看过。", en="“{title}” is seen to."
    ),
    "desk.done_one.unpublish": text(
        zh="「{title}」已撤下重审。", en="“{title}” is off the wall again."
    ),
}
_PAGE: Mapping[str, Text] = {
    "desk.queue.intro": text(
        zh="您负责的{place}及以下，最急的在前。",
        en="{place} and below, the most urgent first.",
    ),
    "desk.queue.caption": text(zh="待办的事", en="What waits"),
    "desk.queue.empty": text(zh="都办完了。", en="All is done."),
    "desk.queue.none": text(
        zh="这一类都办完了。", en="Nothing of this kind is left."
    ),
    "desk.queue.next_due": text(
        zh="下一件 {when} 到期。", en="The next one is due {when}."
    ),
    "desk.tab.all": text(zh="全部", en="All"),
    "desk.tab.late": text(zh="超时", en="Late"),
    "desk.tab.nobody": text(zh="没人在办", en="Nobody's"),
    "desk.choose": text(zh="勾选", en="Choose"),
    "desk.choose_all": text(zh="全选", en="Choose all"),
    "desk.choose_one": text(zh="勾选：{title}", en="Choose: {title}"),
    "desk.chosen": text(zh="已选", en="Chosen:"),
    "desk.failed": text(zh="没办成", en="Not done"),
    "desk.changed": text(
        zh="，{n} 项刚被别人改过", en=", {n} were just changed by somebody else"
    ),
    "desk.not_done": text(zh="，{n} 项没有办成", en=", {n} could not be done"),
    "desk.why.changed": text(
        zh="刚被别人改过", en="just changed by somebody else"
    ),
    "desk.why.other": text(
        zh="这一项不能这样办", en="this cannot be done with it"
    ),
    "desk.one_gone": text(
        zh="已不在待办里的一项", en="one that has left the queue"
    ),
    "desk.undo.approve": text(zh="撤下重审", en="Take off again"),
    "desk.no_others": text(
        zh="没有可以并入的工单。", en="There is no ticket to merge into."
    ),
    "desk.item_gone": text(zh="这一项已办完", en="This one is done"),
    "desk.item_gone_text": text(
        zh="它已不在这个列表里。请选下一项。",
        en="It is not in this list any more. Choose the next one.",
    ),
    "desk.open_wish": text(zh="打开心愿", en="Open the wish"),
    "desk.open_ticket": text(zh="打开工单", en="Open the ticket"),
    "desk.open_person": text(zh="打开这个人的记录", en="Open the record"),
    "desk.open_subject": text(zh="看看是什么事", en="See what it is about"),
    "desk.call_back.yes": text(zh="本人说同意过", en="They agreed"),
    "desk.call_back.no": text(zh="本人说没同意", en="They did not agree"),
    "desk.call_back.own": text(
        zh="这个同意是您记的，请同事打电话。",
        en="You recorded this consent. A colleague rings about it.",
    ),
    "admin.said.nothing": text(
        zh="先勾选，再点按钮。", en="Choose some first, then press the button."
    ),
    "admin.said.agreed": text(
        zh="已记下：本人同意过。", en="It is noted: they agreed."
    ),
    "admin.said.lapsed": text(
        zh="已记下：没有同意，登记作废。",
        en="It is noted: they did not agree, and the consent is void.",
    ),
}
WORDS: Mapping[str, Text] = {**_KINDS, **_ABOUT, **_MOVES, **_PAGE}
