"""The words of the desk about places."""

from collections.abc import Mapping

from ..kernel.text_catalogue import Text, text

__all__ = ["WORDS"]

WORDS: Mapping[str, Text] = {
    "places.title": text(zh="地点和值班", en="Places and duty"),
    "places.choose": text(zh="选一个地点", en="Choose a place"),
    "places.intro": text(
        zh="工单先给网格，没人接就升到社区、街道。每一级都要有人值班。",
        en="Tickets go to the grid, then up to community and street. Each needs people on duty.",
    ),
    "places.up": text(zh="上一级", en="One level up"),
    "places.gaps": text(
        zh="有 {n} 处没人接", en="{n} gaps where nobody is reached"
    ),
    "places.gaps_note": text(
        zh="这里的工单会跳过这一级，更晚才有人管。点地点去补值班的人。",
        en="Tickets skip this level here. Open the place and name people on duty.",
    ),
    "places.name": text(zh="名称", en="Name"),
    "places.kind": text(zh="层级", en="Level"),
    "places.duty": text(zh="值班", en="On duty"),
    "places.n_people": text(zh="{n} 人", en="{n} people"),
    "places.hotline": text(zh="公开电话", en="Public phone"),
    "places.below": text(zh="下面的地点", en="Places below"),
    "places.cut": text(
        zh="这里地点太多，只列出 500 个。请展开小一点的地点。",
        en="There are too many places here. Only 500 are listed. Open a smaller one.",
    ),
    "places.open": text(zh="展开", en="Open"),
    "place.kind.street": text(zh="街道", en="Street"),
    "place.kind.community": text(zh="社区", en="Community"),
    "place.kind.grid": text(zh="网格", en="Grid"),
    "place.kind.building": text(zh="楼栋", en="Building"),
    "place.kind.unit": text(zh="单元", en="Unit"),
    "places.on_duty": text(zh="值班的人", en="People on duty"),
    "places.duty_note": text(
        zh="新工单和催办先通知他们。没有人时看上一级。",
        en="They are the first to be told of a ticket. Where nobody is named, the level above is.",
    ),
    "places.nobody": text(zh="没有人", en="Nobody"),
    "places.facts": text(zh="资料", en="Facts"),
    "places.none": text(zh="没有", en="None"),
    "places.neighbours": text(zh="相邻的地点", en="Neighbours"),
    "places.zone": text(zh="时区", en="Time zone"),
    "places.messages": text(zh="短信", en="Messages"),
    "places.signature": text(zh="短信签名", en="Signature"),
    "places.provider": text(zh="短信服务商", en="Provider of SMS"),
    "places.contact": text(zh="短信里的联系方式", en="Contact in messages"),
    "places.budget": text(zh="每月短信预算（元）", en="Budget a month (yuan)"),
    "places.yuan": text(zh="{yuan} 元", en="{yuan} yuan"),
    "places.as_usual": text(zh="用系统的", en="As installed"),
    "places.go": text(zh="看这里的", en="Look here at"),
    "places.door": text(zh="门口的页面", en="The page of the door"),
    "places.posters": text(zh="打印门口海报", en="Print posters for doors"),
    "places.move.duty": text(zh="改值班的人", en="Change the duty list"),
    "places.move.change": text(zh="改资料", en="Change the facts"),
    "places.move.new": text(zh="加下级地点", en="Add a place below"),
    "places.move.messaging": text(zh="改短信设置", en="Change the messages"),
    "places.ask.duty": text(
        zh="只能加已经有这个角色的人。先在其记录里给角色。",
        en="Only people who have the role can be added. Give it on their record first.",
    ),
    "places.ask.change": text(
        zh="改名以后，心愿和工单上的地名也会变。",
        en="The new name appears on wishes and tickets, too.",
    ),
    "places.ask.new": text(
        zh="编码定了就不能改，会印在门口的二维码里。",
        en="The code never changes: it is printed in the QR code of the door.",
    ),
    "places.ask.messaging": text(
        zh="空着的就用系统的设置。", en="An empty field is as installed."
    ),
    "places.take_off": text(zh="撤下", en="Take off"),
    "places.add": text(zh="加一个人", en="Add somebody"),
    "places.add_as": text(zh="加为", en="Add as"),
    "places.no_role": text(zh="没有可加的角色", en="No role to be added"),
    "places.signature_hint": text(
        zh="先向服务商报备。2 到 12 个字。",
        en="Registered with the provider before. 2 to 12 characters.",
    ),
    "places.provider_hint": text(
        zh="技术人员给的名字。", en="The name that your technicians have given."
    ),
    "places.contact_hint": text(
        zh="居民收到短信后打的电话，或邮箱。",
        en="The phone or address for those who get a message.",
    ),
    "places.budget_hint": text(
        zh="写整数。用完后只发紧急的。",
        en="In whole yuan. Only urgent messages go out when it is spent.",
    ),
    "places.hotline_hint": text(
        zh="印在海报上，每个页面都能打。",
        en="Printed on posters; to be rung from each page.",
    ),
    "places.neighbours_hint": text(
        zh="填编码，用顿号分开。同级的地点才行。",
        en="Codes of places of the same level, with commas between.",
    ),
    "places.new_kind": text(
        zh="新的{kind}", en="A new place of the level: {kind}"
    ),
    "places.code": text(zh="编码", en="Code"),
    "places.code_hint": text(
        zh="只用小写字母、数字和短横，比如 b06。",
        en="Small letters, digits and hyphens, such as b06.",
    ),
    "places.said.changed": text(zh="已保存。", en="It is saved."),
    "places.said.duty": text(
        zh="值班的人已改好。", en="The duty list is changed."
    ),
}
