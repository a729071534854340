"""The words of the forms about a person on the desk: each move, and what it does."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["MOVE_WORDS"]

_MOVES: Mapping[str, Text] = {
    "person.move.reveal": text(zh="显示电话和门牌", en="Show phone and door"),
    "person.move.correct": text(zh="更正资料", en="Correct the record"),
    "person.move.phone": text(zh="更正手机号", en="Correct the phone"),
    "person.move.phone-withdraw": text(
        zh="撤回手机号更正", en="Withdraw the correction"
    ),
    "person.move.phone-force": text(
        zh="继续手机号更正", en="Go on with the correction"
    ),
    "person.move.household": text(
        zh="家庭和联系人", en="Household and contact"
    ),
    "person.move.vet": text(zh="审核志愿者", en="Vet the volunteer"),
    "person.move.limits": text(zh="上门户数和暂停", en="Homes and pauses"),
    "person.move.roles": text(zh="角色", en="Roles"),
    "person.move.role-code": text(
        zh="发任职验证码", en="Send a code for a role"
    ),
    "person.move.role-agree": text(zh="记下本人同意", en="Record the consent"),
    "person.move.block": text(zh="停用账号", en="Block the account"),
    "person.move.unblock": text(zh="恢复账号", en="Unblock the account"),
    "person.move.sign-in-code": text(
        zh="念登录验证码", en="Read out a sign-in code"
    ),
    "person.move.allow-reveals": text(
        zh="今天再看 40 次", en="40 more reveals today"
    ),
    "person.move.let-reveal": text(zh="开通查看电话", en="Right to see phones"),
    "person.move.factor-reset": text(
        zh="重置动态口令", en="Reset the second factor"
    ),
    "person.move.call-back": text(zh="同意书和回电", en="Consents and calls"),
    "person.move.data": text(zh="看全部资料", en="See all data"),
    "person.move.erase": text(zh="注销账号", en="Erase the account"),
    "person.move.unseal": text(zh="查看封存的记录", en="Read a sealed record"),
}
_ASKS: Mapping[str, Text] = {
    "person.ask.reveal": text(
        zh="写明原因。谁看过会记下来。",
        en="Give a reason. It is recorded who has looked.",
    ),
    "person.ask.correct": text(
        zh="只改要改的。改名字或住址后，志愿者要再核实一次。",
        en="Change what is wrong. A volunteer with another name or home is vetted again.",
    ),
    "person.ask.phone": text(
        zh="没登录过的，马上改好。登录过的，旧号会收到通知，24 小时内可以拦下；"
        "之后用新号登录一次就生效。",
        en="At once if they have never signed in. Else the old number is told, and can stop it "
        "within 24 hours. Then a sign-in with the new number completes it.",
    ),
    "person.ask.phone-withdraw": text(
        zh="手机号不改了，还用原来的。",
        en="The phone stays as it was.",
    ),
    "person.ask.phone-force": text(
        zh="旧号拦下了更正。请先当面核实，再由另一位街道管理员继续。",
        en="The old number has stopped it. Check in person; another administrator goes on.",
    ),
    "person.ask.household": text(
        zh="同一家人可以互相代办。没有手机的人，可以用联系人的手机收消息，要本人同意。",
        en="A household may act for each other. A contact's phone may be used with consent.",
    ),
    "person.ask.vet": text(
        zh="看过本人或证件再填。陪伴和上门要「可以上门」。审核也会解除暂停。",
        en="Check the person or a document first. Visits need “may visit homes”. It also lifts "
        "a pause.",
    ),
    "person.ask.limits": text(
        zh="平常的户数够用就不要改。保存也会解除暂停。",
        en="Change it only where the usual number is too small. Saving also lifts a pause.",
    ),
    "person.ask.roles": text(
        zh="取消打勾就是收回。只能给低于自己的角色，在自己管的地方。",
        en="Untick a role to take it back. You give roles below your own, inside your place.",
    ),
    "person.ask.role-code": text(
        zh="新来的人要自己同意。验证码发到其手机，请本人念给您听。",
        en="A newcomer has to agree. The code goes to their phone; they read it out to you.",
    ),
    "person.ask.role-agree": text(
        zh="已发到其手机。请本人念给您听，再到「角色」里给。",
        en="It was sent to their phone. They read it out to you; then give the role.",
    ),
    "person.ask.block": text(
        zh="马上退出登录，不能再办事。认领的心愿会退回。",
        en="They are signed out at once and can do nothing. What they had claimed goes back.",
    ),
    "person.ask.unblock": text(
        zh="恢复后可以重新登录。", en="They can sign in again."
    ),
    "person.ask.sign-in-code": text(
        zh="收不到短信时用。先核实是本人，再念给他听。本人会收到通知。",
        en="For those whom no SMS reaches. Make sure who they are. They get a notice.",
    ),
    "person.ask.allow-reveals": text(
        zh="这位同事今天查看电话的次数满了。同意后今天可以再看 40 次。",
        en="This colleague has revealed many phones today. They may reveal 40 more today.",
    ),
    "person.ask.let-reveal": text(
        zh="新来的同事先不能看电话和门牌。由街道管理员开通或收回。",
        en="A new colleague sees no phones and doors. A street administrator decides.",
    ),
    "person.ask.factor-reset": text(
        zh="同事丢了手机时用。要两位工作人员，其中一位是街道管理员。",
        en="For a lost phone of a colleague. Two of staff, one an administrator of the street.",
    ),
    "person.ask.call-back": text(
        zh="口头同意没有见证人时，由另一位同事回电问本人。三天没记下就作废。",
        en="A spoken consent without a witness: another colleague rings. It lapses in 3 days.",
    ),
    "person.ask.data": text(
        zh="本人要资料时用。看过会记下来。请打印后当面交给本人。",
        en="For a person who asks for their data. The look is recorded. Print and hand it over.",
    ),
    "person.ask.erase": text(
        zh="没有手机的人，由两位同事一起注销。不能恢复。",
        en="Two of staff erase somebody without a phone. It cannot be undone.",
    ),
    "person.ask.unseal": text(
        zh="已注销的人，记录封存一段时间，只为查案。看过会记下来。",
        en="The record of an erased person is sealed for a while, for a case. It is recorded.",
    ),
}
MOVE_WORDS: Mapping[str, Text] = {**_MOVES, **_ASKS}
