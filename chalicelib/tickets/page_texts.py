"""The words of the pages of tickets, and ready answers by move."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["READY_ANSWERS", "WORDS"]

# Keys of texts that one tap sends; a person may also change them first.
READY_ANSWERS: Mapping[str, tuple[str, ...]] = {
    "comment": (
        "ticket.ready.contacted",
        "ticket.ready.coming",
        "ticket.ready.ordered",
    ),
    "resolve": ("ticket.ready.cleared", "ticket.ready.repaired"),
    "hold": ("ticket.ready.part", "ticket.ready.away"),
    "bounce": ("ticket.ready.company", "ticket.ready.elsewhere"),
}

WORDS: Mapping[str, Text] = {
    "ticket.ready.contacted": text(
        zh="已联系您，情况了解了，今天去现场看。",
        en="We have been in touch, and look at it on the spot today.",
    ),
    "ticket.ready.coming": text(
        zh="工作人员正在去现场的路上。", en="Staff are on their way."
    ),
    "ticket.ready.ordered": text(
        zh="已通知物业，配件到了马上修。",
        en="The property company knows; it repairs as soon as the part arrives.",
    ),
    "ticket.ready.cleared": text(zh="已清理干净。", en="It is cleared away."),
    "ticket.ready.repaired": text(
        zh="已修好，试用正常。", en="It is repaired and works."
    ),
    "ticket.ready.part": text(zh="等配件。", en="Waiting for a part."),
    "ticket.ready.away": text(
        zh="居民不在家，明天再去。",
        en="The resident is out; we go again tomorrow.",
    ),
    "ticket.ready.company": text(
        zh="归物业管。", en="It is for the property company."
    ),
    "ticket.ready.elsewhere": text(
        zh="不在我负责的范围。", en="It is not in my area."
    ),
    "ticket.change_first": text(zh="改一改再发", en="Change it first"),
    "ticket.own_words": text(zh="自己写", en="Write your own"),
    "ticket.state.open": text(zh="待受理", en="Waiting"),
    "ticket.state.accepted": text(zh="已受理", en="Accepted"),
    "ticket.state.assigned": text(zh="处理中", en="Being worked on"),
    "ticket.state.on_hold": text(zh="暂缓", en="On hold"),
    "ticket.state.resolved": text(zh="等居民确认", en="To be confirmed"),
    "ticket.state.closed": text(zh="已结束", en="Closed"),
    "ticket.private": text(zh="只给处理的人看", en="Private"),
    "ticket.urgent": text(zh="紧急", en="Urgent"),
    "ticket.mine": text(zh="我反映的", en="My reports"),
    "ticket.none_mine": text(
        zh="您还没有反映过问题。", en="You have not reported a problem yet."
    ),
    "ticket.due": text(zh="待我处理", en="Due"),
    "ticket.nobody": text(zh="没人在办", en="Nobody's"),
    "ticket.waiting": text(zh="等确认或暂缓", en="Waiting"),
    "ticket.none_due": text(
        zh="没有要办的，辛苦了。", en="Nothing is due. Well done."
    ),
    "ticket.list_intro": text(
        zh="分给您的，最急的在前。", en="Yours, the most urgent first."
    ),
    "ticket.report": text(zh="反映问题", en="Report a problem"),
    "ticket.reporters": text(zh="{n} 位反映", en="{n} reported it"),
    "ticket.assignee": text(zh="负责", en="Assigned to"),
    "ticket.solution": text(zh="处理结果", en="Solution"),
    "ticket.reason": text(zh="原因", en="Reason"),
    "ticket.photo": text(zh="反映时的照片", en="Photo of the report"),
    "ticket.proof": text(zh="处理后的照片", en="Photo of the solution"),
    "ticket.photo_pending": text(
        zh="照片正在处理", en="The photo is being processed"
    ),
    "ticket.place": text(zh="地点", en="Place"),
    "ticket.solved_question": text(zh="解决了吗？", en="Is it solved?"),
    "ticket.next.open": text(
        zh="下一步：网格员受理，会跟您联系。",
        en="Next: a worker accepts it and contacts you.",
    ),
    "ticket.next.accepted": text(
        zh="下一步：处理好后，请您确认。",
        en="Next: once it is solved, you are asked.",
    ),
    "ticket.next.assigned": text(
        zh="下一步：处理好后，请您确认。",
        en="Next: once it is solved, you are asked.",
    ),
    "ticket.next.on_hold": text(
        zh="暂缓到期后继续处理。", en="It goes on when the hold ends."
    ),
    "ticket.next.resolved": text(
        zh="您点「没解决」，会升到上一级，由同一位工作人员再办。按短信里的数字回复也一样。",
        en=(
            "With “not solved” it goes one level up, to the same worker. A reply by SMS does "
            "the same."
        ),
    ),
    "ticket.next.closed": text(zh="这件事已经结束。", en="This is closed."),
    "ticket.move.accept": text(zh="我来处理", en="I will see to it"),
    "ticket.move.comment": text(zh="补充一句…", en="Add a word…"),
    "ticket.move.reply": text(zh="已联系…", en="Contacted…"),
    "ticket.move.resolve": text(zh="办完了…", en="Done…"),
    "ticket.move.assign": text(zh="改派…", en="Assign…"),
    "ticket.move.confirm": text(zh="解决了", en="Solved"),
    "ticket.move.reopen": text(zh="没解决…", en="Not solved…"),
    "ticket.move.join": text(zh="我也遇到", en="Me too"),
    "ticket.move.resume": text(zh="继续办", en="Go on"),
    "ticket.move.hold": text(zh="暂缓…", en="On hold…"),
    "ticket.move.bounce": text(zh="退回…", en="Not mine…"),
    "ticket.move.escalate": text(zh="上报…", en="Escalate…"),
    "ticket.move.split": text(zh="拆出", en="Split off"),
    "ticket.move.close": text(zh="撤回或结束…", en="Withdraw or close…"),
    "ticket.ask.comment": text(
        zh="反映人和处理的人都会看到。",
        en="Reporters and those who work on it read it.",
    ),
    "ticket.ask.resolve": text(
        zh="反映人会收到短信，请他们确认。",
        en="The reporters receive a message, and are asked.",
    ),
    "ticket.ask.assign": text(
        zh="交给谁办？他们会收到通知，时限不变。",
        en="To whom? They are told, and the deadlines stay.",
    ),
    "ticket.ask.hold": text(
        zh="写明原因。到那天早上九点自动继续。",
        en="Give the reason. It goes on at nine on that morning.",
    ),
    "ticket.ask.bounce": text(
        zh="写明为什么不归您办。时限不停。",
        en="Say why it is not yours. The deadlines run on.",
    ),
    "ticket.ask.escalate": text(
        zh="上一级会收到通知。", en="The level above is told."
    ),
    "ticket.ask.reopen": text(
        zh="哪里没解决？会升到上一级，由同一位工作人员再办。",
        en="What is not solved? It goes one level up, to the same worker.",
    ),
    "ticket.ask.close": text(
        zh="写明原因，反映的人都会收到。",
        en="Give the reason; all reporters receive it.",
    ),
    "ticket.words": text(zh="说一说", en="Your words"),
    "ticket.note": text(zh="怎样解决的？", en="How was it solved?"),
    "ticket.internal": text(zh="只给工作人员看", en="For staff only"),
    "ticket.public": text(zh="反映人看得到", en="The reporters read it"),
    "ticket.who_reads": text(zh="谁看得到？", en="Who reads it?"),
    "ticket.ready": text(zh="常用回复", en="Ready answers"),
    "ticket.to": text(zh="交给", en="To"),
    "ticket.to.grid_worker": text(zh="网格员", en="Grid worker"),
    "ticket.to.property": text(zh="物业", en="Property company"),
    "ticket.to.community_staff": text(zh="社区", en="Community"),
    "ticket.to.street_admin": text(zh="街道", en="Sub-district office"),
    "ticket.days": text(zh="几天？", en="How many days?"),
    "ticket.n_days": text(zh="{n} 天", en="{n} days"),
    "ticket.add_photo": text(zh="拍照或选照片", en="Take or choose a photo"),
    "ticket.gone": text(
        zh="现在不能这样做了。这件事是：{state}",
        en="This is not possible any more. The ticket is: {state}",
    ),
    "tickets.said.reported": text(
        zh="已收到。处理的每一步您都会在这里看到。",
        en="It is received. You see every step here.",
    ),
    "tickets.said.accept": text(zh="由您处理。", en="It is yours now."),
    "tickets.said.comment": text(zh="已发出。", en="It is sent."),
    "tickets.said.resolve": text(
        zh="已记下，已请反映人确认。",
        en="It is noted, and the reporters are asked.",
    ),
    "tickets.said.assign": text(zh="已改派。", en="It is assigned."),
    "tickets.said.confirm": text(
        zh="谢谢您告诉我们。", en="Thank you for telling us."
    ),
    "tickets.said.reopen": text(
        zh="已升到上一级，再办。", en="It goes on, one level up."
    ),
    "tickets.said.join": text(
        zh="已加入，有进展会告诉您。",
        en="You have joined, and are told of every step.",
    ),
    "tickets.said.resume": text(zh="继续办。", en="It goes on."),
    "tickets.said.hold": text(zh="已暂缓。", en="It is on hold."),
    "tickets.said.bounce": text(zh="已退回。", en="It is given back."),
    "tickets.said.escalate": text(zh="已上报。", en="The level above has it."),
    "tickets.said.split": text(zh="已拆出。", en="It is split off."),
    "tickets.said.close": text(zh="已结束。", en="It is closed."),
    "ticket.event.ticket.submitted": text(zh="反映", en="reported"),
    "ticket.event.ticket.accepted": text(zh="受理", en="accepted"),
    "ticket.event.ticket.assigned": text(zh="交办", en="assigned"),
    "ticket.event.ticket.bounced": text(zh="退回", en="given back"),
    "ticket.event.ticket.commented": text(zh="回复", en="commented"),
    "ticket.event.ticket.noted": text(zh="内部备注", en="noted"),
    "ticket.event.ticket.instructed": text(zh="交代", en="instructed"),
    "ticket.event.ticket.held": text(zh="暂缓", en="put on hold"),
    "ticket.event.ticket.resumed": text(zh="继续办", en="went on"),
    "ticket.event.ticket.resolved": text(zh="处理完", en="solved"),
    "ticket.event.ticket.confirmed": text(zh="确认解决", en="confirmed"),
    "ticket.event.ticket.reopened": text(zh="说没解决", en="reopened"),
    "ticket.event.ticket.closed": text(zh="结束", en="closed"),
    "ticket.event.ticket.escalated": text(zh="升到上一级", en="escalated"),
    "ticket.event.ticket.climbed": text(
        zh="超时，升到上一级", en="escalated, for the deadline had passed"
    ),
    "ticket.event.ticket.joined_by": text(zh="也遇到", en="joined"),
    "ticket.event.ticket.merged": text(zh="并入", en="merged"),
    "ticket.event.other": text(zh="更新", en="updated"),
    "ticket.party.reporter": text(zh="反映人", en="reporter"),
    "ticket.party.assignee": text(zh="负责人", en="assignee"),
    "ticket.party.staff": text(zh="工作人员", en="staff"),
    "ticket.party.outside": text(zh="其他平台", en="another application"),
    "ticket.party.system": text(zh="系统", en="system"),
}
