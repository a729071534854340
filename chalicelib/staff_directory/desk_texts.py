"""The words of the desk about people."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

_WORDS_OF_STATES: Mapping[str, Text] = {
    "role.volunteer": text(zh="志愿者", en="Volunteer"),
    "role.property": text(zh="物业", en="Property company"),
    "role.grid_worker": text(zh="网格员", en="Grid worker"),
    "role.community_staff": text(zh="社区工作人员", en="Community staff"),
    "role.street_admin": text(zh="街道管理员", en="Street administrator"),
    "role.resident": text(zh="居民", en="Resident"),
    "vetting.level.none": text(zh="未审核", en="Not vetted"),
    "vetting.level.basic": text(zh="已核实身份", en="Identity checked"),
    "vetting.level.safeguarding": text(zh="可以上门", en="May visit homes"),
    "vetting.how.in_person": text(zh="当面", en="In person"),
    "vetting.how.document": text(zh="看证件", en="By document"),
    "vetting.how.vouched": text(zh="有人担保", en="Vouched for"),
    "message.channel.sms": text(zh="短信", en="SMS"),
    "message.channel.email": text(zh="邮件", en="E-mail"),
    "message.channel.digest": text(zh="每日合并", en="Digest of the day"),
    "message.channel.bundle": text(zh="合并", en="Bundle"),
    "message.channel.none": text(zh="只在消息页", en="Inbox only"),
    "message.state.claimed": text(zh="正在发", en="Being sent"),
    "message.state.sent": text(zh="已发", en="Sent"),
    "message.state.retry": text(zh="稍后再发", en="Sent again later"),
    "message.state.dead": text(zh="发不出", en="Not delivered"),
    "message.state.suppressed": text(zh="没有发", en="Not sent"),
    "message.state.unknown": text(zh="不知道到没到", en="Unknown"),
    "message.state.held": text(zh="等着合并", en="Waits for the digest"),
    "message.about.wish": text(zh="心愿", en="Wish"),
    "message.about.ticket": text(zh="工单", en="Ticket"),
    "message.about.offer": text(zh="请您帮忙", en="Offer"),
    "message.about.account": text(zh="账号", en="Account"),
    "message.about.code": text(zh="验证码", en="Code"),
    "message.about.volunteer": text(zh="志愿者", en="Volunteering"),
    "message.about.phone_change": text(zh="手机号更正", en="Phone"),
    "message.about.reply": text(zh="短信回复", en="Reply by SMS"),
    "phone_change.waiting": text(
        zh="正在更正为 {phone}。旧号在 {when} 前可以拦下。",
        en="Being corrected to {phone}. The old number can stop it until {when}.",
    ),
    "phone_change.stopped": text(
        zh="更正为 {phone} 停住了，要街道管理员决定。最早 {when} 继续。",
        en="The correction to {phone} has stopped. An administrator decides, from {when} on.",
    ),
    "phone_change.ready": text(
        zh="{when} 起可用 {phone} 登录一次，更正就生效。",
        en="From {when} a sign-in with {phone} completes the correction.",
    ),
}
_PEOPLE: Mapping[str, Text] = {
    "people.find_here": text(zh="查找居民", en="Find people"),
    "people.everybody": text(zh="全部", en="All"),
    "people.list_note": text(
        zh="电话只显示首尾。要看全号，请打开本人的记录并写明原因。",
        en="Phones are masked. Open the record and give a reason to see one.",
    ),
    "people.roles": text(zh="角色", en="Roles"),
    "people.state": text(zh="状态", en="State"),
    "people.no_home": text(zh="没有住址", en="No home"),
    "people.no_phone": text(zh="没有手机", en="No phone"),
    "people.blocked": text(zh="已停用", en="Blocked"),
    "people.paused": text(zh="暂停认领", en="Claims paused"),
    "people.phone_lost": text(zh="手机号易主", en="Phone has changed hands"),
    "people.none_here": text(
        zh="没有找到。换个地点，或只写名字的开头。",
        en="Nobody was found. Try another place, or the beginning of the name.",
    ),
    "people.new_note": text(
        zh="没有手机也可以登记：写下门牌和怎样联系，消息由网格员上门说。",
        en="Without a phone, too: give the door. A worker then brings the messages.",
    ),
    "people.phone_hint": text(
        zh="没有手机就空着。座机写在下面。",
        en="Leave it empty without a mobile phone. A landline goes below.",
    ),
    "people.address_hint": text(
        zh="比如 3楼301室。没有手机的要写。",
        en="Such as 3楼301室. Needed without a phone.",
    ),
    "people.note_hint": text(
        zh="比如座机，或「敲门，耳背」。", en="Such as a landline, or “knock”."
    ),
    "people.home_and_contact": text(
        zh="家人和联系人", en="Household and contact"
    ),
    "people.household": text(zh="家庭", en="Household"),
    "people.household_hint": text(
        zh="填同住的一位家人的姓名或手机号，或社区自己的户号。",
        en="A member of the same home by name or phone, or the community's own number.",
    ),
    "people.contact_via": text(zh="联系人", en="Contact"),
    "people.id_hint": text(
        zh="填这个人的姓名或手机号，下一步选出这个人。",
        en="The name or phone of that person, whom you choose next.",
    ),
    "people.which": text(zh="是哪一位？", en="Who is meant?"),
    "people.no_one_meant": text(
        zh="没有找到「{words}」。换个写法，或填手机号。",
        en="Nobody was found for “{words}”. Write it differently, or give a phone.",
    ),
    "people.nobody_of_these": text(zh="都不是", en="None of these"),
    "people.see_contact": text(zh="看联系人", en="See the contact"),
    "people.child": text(zh="未满 14 岁", en="Below 14 years"),
    "people.birth_year": text(zh="出生年份", en="Year of birth"),
    "people.guardian": text(zh="监护人姓名", en="Name of the guardian"),
    "people.guardian_hint": text(
        zh="未满 14 岁，要监护人同意。", en="Below 14 a guardian has to agree."
    ),
    "people.agreed": text(zh="本人已经同意", en="They have agreed"),
    "people.written": text(zh="签了字", en="In writing"),
    "people.guardian_consent": text(
        zh="监护人的同意", en="Consent of the guardian"
    ),
    "people.twins": text(
        zh="可能早就登记过，请看是不是同一个人：",
        en="Perhaps they were registered before. Is it the same person?",
    ),
    "people.record": text(zh="资料", en="Record"),
    "people.unknown": text(zh="没有记", en="Not recorded"),
    "people.channels": text(zh="怎样收消息", en="Gets messages by"),
    "people.visit_only": text(zh="上门告知", en="A visit"),
    "people.vetting": text(zh="审核", en="Vetting"),
    "people.look_again": text(zh="要再核实", en="To be vetted again"),
    "people.until": text(zh="到 {when}", en="until {when}"),
    "people.homes": text(
        zh="七天内最多看到几户的地址", en="Homes to be shown in seven days"
    ),
    "people.homes_hint": text(
        zh="空着就是平常的数。", en="Empty means the usual number."
    ),
    "people.since": text(zh="登记", en="Registered"),
    "people.asks_role": text(zh="本人申请：", en="They ask for:"),
    "people.give_role": text(zh="去处理", en="See to it"),
    "people.no_reveals": text(
        zh="还不能看电话和门牌的街道：",
        en="They do not see phones and doors yet in:",
    ),
    "people.sent": text(zh="发给本人的消息", en="Messages to them"),
    "people.sent_note": text(
        zh="最近 10 条。只记发没发到，不显示内容。",
        en="The newest 10: how they went, not what they say.",
    ),
    "people.nothing_sent": text(
        zh="还没有发过消息。", en="No message was sent yet."
    ),
    "people.when": text(zh="时间", en="Time"),
    "people.about": text(zh="关于", en="About"),
    "people.way": text(zh="方式", en="By"),
    "people.other_message": text(zh="其他", en="Other"),
    "people.to_visit": text(zh="要走访", en="To visit"),
    "people.group.record": text(zh="改资料", en="Change"),
    "people.group.volunteer": text(zh="志愿者", en="Volunteering"),
    "people.group.account": text(zh="账号", en="Account"),
    "people.group.colleague": text(zh="同事", en="Colleague"),
    "people.group.data": text(zh="本人的权利", en="Their rights"),
    "people.leave": text(zh="不改", en="Leave it"),
    "people.blank_stays": text(
        zh="空着就不改。", en="Empty leaves it as it is."
    ),
    "people.new_phone": text(zh="正确的手机号", en="The right phone"),
    "people.reason_hint": text(
        zh="会记下来，别人查得到。", en="It is recorded for others to see."
    ),
    "people.how_checked": text(zh="怎样核实的？", en="How was it checked?"),
    "people.expires": text(zh="有效到", en="Valid until"),
    "people.expires_hint": text(zh="空着就是一年。", en="Empty means a year."),
    "people.proof": text(zh="看了什么证件？", en="Which document was it?"),
    "people.keep_roles": text(zh="现在的角色", en="Present roles"),
    "people.new_role": text(zh="再给一个角色", en="Another role"),
    "people.no_new_role": text(zh="不加", en="None"),
    "people.role_place": text(zh="在哪里？", en="Where?"),
    "people.role_digits": text(
        zh="本人念的 6 位数字", en="The 6 digits that they read out"
    ),
    "people.street": text(zh="街道", en="Street"),
    "people.own_street": text(zh="所在街道", en="Their street"),
    "people.may_reveal": text(zh="可以看吗？", en="May they?"),
    "people.yes_reveal": text(zh="可以", en="Yes"),
    "people.no_reveal": text(zh="不可以", en="No"),
    "people.no_call_back": text(
        zh="没有等回电的同意书。", en="No consent waits for a call-back."
    ),
    "people.record_call": text(zh="记下回电结果", en="Record the call-back"),
    "people.consents": text(zh="同意过什么", en="What they agreed to"),
    "consent.how.app": text(zh="自己在手机上", en="In the app"),
    "consent.how.call_back": text(zh="回电确认", en="By a call-back"),
    "consent.how.spoken": text(zh="当面口头", en="Spoken"),
    "consent.how.written": text(zh="签字", en="In writing"),
    "people.they_said": text(zh="本人怎样说？", en="What do they say?"),
    "people.they_agree": text(zh="是，我同意过", en="Yes, they agreed"),
    "people.they_do_not": text(zh="没有同意", en="No, they did not"),
    "people.second": text(zh="请谁批准", en="Who is to approve"),
    "people.second_hint": text(
        zh="填同事的姓名或手机号，下一步选出这个人。空着就由值班的同事批准。",
        en="The name or phone of a colleague, whom you choose next. Empty asks those on duty.",
    ),
    "people.read_out": text(
        zh="请念给本人听。只显示这一次。",
        en="Read it out to them. It is shown this once.",
    ),
    "people.data_note": text(
        zh="请打印后当面交给本人。离开这一页就不再显示。",
        en="Print it and hand it over. It is gone when you leave this page.",
    ),
    "people.waits_second": text(
        zh="已记下。等另一位同事批准后才办。",
        en="It is recorded, and waits for a second member of staff.",
    ),
    "people.back_to_record": text(zh="回到记录", en="Back to the record"),
    "people.sealed_note": text(
        zh="已注销。记录封存，到期删除。",
        en="Erased. The record is sealed until it is deleted.",
    ),
    "people.erased_at": text(zh="注销", en="Erased"),
    "people.sealed_until": text(zh="封存到", en="Sealed until"),
    "people.homes_seen": text(
        zh="帮忙时看过的住址", en="Homes that they were shown"
    ),
    "people.sessions": text(zh="登录的设备", en="Signed in on"),
    "people.some_device": text(zh="不知道型号", en="Unknown device"),
    "people.signed_in_since": text(zh="{when} 登录", en="since {when}"),
    "people.last_used": text(zh="最近使用 {when}", en="last used {when}"),
    "people.end_session": text(zh="让它退出", en="Sign it out"),
    "people.no_sessions": text(
        zh="没有登录的设备。", en="They are signed in nowhere."
    ),
    "staff_directory.said.session_ended": text(
        zh="这部设备已退出登录。", en="The device is signed out."
    ),
    "staff_directory.said.done": text(zh="已办好。", en="It is done."),
}

WORDS: Mapping[str, Text] = {**_WORDS_OF_STATES, **_PEOPLE}
