"""The words of the desk about the security trail."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["KINDS", "WORDS"]

_KINDS: Mapping[str, Text] = {
    "auth.sign_in": text(zh="登录", en="Signed in"),
    "auth.code_wrong": text(zh="验证码错", en="Wrong code"),
    "auth.refresh_reused": text(
        zh="旧的登录被再次使用", en="An old session was used again"
    ),
    "auth.factor_wrong": text(zh="动态口令错", en="Wrong second factor"),
    "person.session_ended": text(
        zh="让一部设备退出登录", en="Signed out a device"
    ),
    "person.code_read_out": text(
        zh="念了登录验证码", en="Read out a sign-in code"
    ),
    "person.phone_lost": text(zh="手机号易主", en="Phone changed hands"),
    "person.phone_changed": text(zh="换了手机号", en="Changed the phone"),
    "person.phone_corrected": text(zh="更正了手机号", en="Corrected the phone"),
    "person.phone_correction_asked": text(
        zh="要更正手机号", en="Asked to correct the phone"
    ),
    "person.phone_correction_forced": text(
        zh="继续手机号更正", en="Went on with a correction"
    ),
    "person.phone_correction_withdrawn": text(
        zh="撤回手机号更正", en="Withdrew a correction"
    ),
    "person.phone_change_stopped": text(
        zh="拦下手机号更正", en="Stopped a correction"
    ),
    "person.factor_set": text(zh="设置了动态口令", en="Set a second factor"),
    "person.factor_recovered": text(zh="用了备用码", en="Used a recovery code"),
    "person.factor_reset_requested": text(
        zh="申请重置动态口令", en="Asked to reset a second factor"
    ),
    "person.factor_reset": text(
        zh="重置了动态口令", en="Reset a second factor"
    ),
    "people.listed": text(zh="查了居民名单", en="Looked through people"),
    "person.revealed": text(zh="看了电话和门牌", en="Revealed phone and door"),
    "person.let_reveal": text(
        zh="开通或收回查看电话", en="Gave or took the right to see phones"
    ),
    "person.reveals_allowed": text(
        zh="允许多看 40 次", en="Allowed 40 more reveals"
    ),
    "person.exported": text(zh="看了全部资料", en="Read all data"),
    "export.made": text(zh="做了带电话的名单", en="Made a list with phones"),
    "export.fetched": text(zh="下载了名单", en="Fetched a list"),
    "person.unsealed": text(zh="看了封存的记录", en="Read a sealed record"),
    "trail.read": text(zh="看了这份记录", en="Read this trail"),
    "person.changed": text(zh="改了资料", en="Changed the record"),
    "person.household_set": text(
        zh="改了家庭和联系人", en="Set household and contact"
    ),
    "person.called_back": text(zh="记了回电", en="Recorded a call-back"),
    "person.granted": text(zh="改了角色", en="Changed roles"),
    "person.role_code_sent": text(
        zh="发了任职验证码", en="Sent a code for a role"
    ),
    "person.role_agreed": text(zh="同意任职", en="Agreed to a role"),
    "person.vetted": text(zh="审核了志愿者", en="Vetted a volunteer"),
    "person.limited": text(zh="改了上门户数", en="Changed the limits"),
    "person.blocked": text(zh="停用账号", en="Blocked an account"),
    "person.unblocked": text(zh="恢复账号", en="Unblocked an account"),
    "person.erasure_requested": text(zh="申请注销", en="Asked for an erasure"),
    "person.erased": text(zh="注销", en="Erased an account"),
    "wish.claimed": text(
        zh="认领时看了住址", en="Claimed a wish, and saw the home"
    ),
    "wish.hours_settled": text(zh="核定时长", en="Settled hours"),
}
KINDS = tuple(_KINDS)
WORDS: Mapping[str, Text] = {
    **{f"audit.kind.{kind}": words for kind, words in _KINDS.items()},
    "audit.title": text(zh="安全记录", en="Security trail"),
    "audit.intro": text(
        zh="谁看过、改过谁的账号和资料。只能看，不能改。您这次查看也会记下来。",
        en="Who looked at or changed accounts and data. Nobody can change it. This look counts.",
    ),
    "audit.filter": text(zh="筛选", en="Filter"),
    "audit.what": text(zh="做了什么", en="What"),
    "audit.everything": text(zh="全部", en="Everything"),
    "audit.from": text(zh="从哪天", en="From"),
    "audit.to": text(zh="到哪天", en="To"),
    "audit.by": text(zh="谁做的", en="By"),
    "audit.about": text(zh="关于谁", en="About"),
    "audit.person_hint": text(
        zh="姓名、手机号，或记录里的编号。",
        en="A name, a phone, or the id on a record.",
    ),
    "audit.which.actor": text(zh="哪一位做的？", en="Who of these did it?"),
    "audit.which.subject": text(zh="关于哪一位？", en="About which of these?"),
    "audit.show": text(zh="查看", en="Show"),
    "audit.all": text(zh="不筛选", en="Everything"),
    "audit.when": text(zh="时间", en="Time"),
    "audit.reason": text(zh="原因", en="Reason"),
    "audit.refused": text(zh="没成功", en="Refused"),
    "audit.nobody": text(zh="没登录的人", en="Not signed in"),
    "audit.unnamed": text(zh="不能显示姓名", en="Name not shown"),
    "audit.system": text(zh="系统", en="System"),
    "audit.wish": text(zh="一个心愿", en="A wish"),
    "audit.none": text(
        zh="没有这样的记录。放宽筛选再看。",
        en="There is none. Try a wider filter.",
    ),
}
