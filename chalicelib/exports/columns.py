"""The columns of exports: headings by locale, and the cells of each kind of row. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ..kernel.text_catalogue import Catalogue, Text, text
from ..message_log.model import MessageAttempt
from ..people.model import Person, mask_phone
from ..tickets.model import Ticket
from ..tickets.texts import TICKET_STATES
from ..wishes.model import Wish
from ..wishes.texts import WISH_STATES
from .model import Export, ExportKind
from .sheets import Cell

__all__ = ["headings", "message_cells", "ticket_cells", "wish_cells"]

_ID, _STATE = text(zh="编号", en="id"), text(zh="状态", en="state")
_KIND, _PLACE = text(zh="类型", en="kind"), text(zh="地点", en="place")
_COMMUNITY = text(zh="社区", en="community")
_NAME, _PHONE = text(zh="姓名", en="name"), text(zh="电话", en="phone")

COLUMNS: Mapping[ExportKind, Sequence[Text]] = {
    ExportKind.WISHES: (
        _ID,
        _STATE,
        _KIND,
        text(zh="心愿", en="title"),
        _COMMUNITY,
        _PLACE,
        _NAME,
        _PHONE,
        text(zh="预算（元）", en="budget (yuan)"),
        text(zh="需要人数", en="helpers needed"),
        text(zh="已完成人数", en="helpers confirmed"),
        text(zh="希望日期", en="needed by"),
        text(zh="提交时间", en="filed at"),
        text(zh="上墙时间", en="opened at"),
        text(zh="结束时间", en="ended at"),
        text(zh="评分", en="rating"),
    ),
    ExportKind.TICKETS: (
        _ID,
        _STATE,
        text(zh="类别", en="category"),
        text(zh="紧急程度", en="urgency"),
        text(zh="层级", en="level"),
        text(zh="内容", en="text"),
        _COMMUNITY,
        _PLACE,
        _NAME,
        _PHONE,
        text(zh="处理人", en="assignee"),
        text(zh="上报时间", en="reported at"),
        text(zh="处理时间", en="resolved at"),
        text(zh="结束时间", en="closed at"),
        text(zh="结果", en="ending"),
        text(zh="重开次数", en="reopened"),
        text(zh="满意度", en="satisfaction"),
    ),
    ExportKind.MESSAGES: (
        _ID,
        _KIND,
        text(zh="时间", en="at"),
        text(zh="渠道", en="channel"),
        _STATE,
        text(zh="原因", en="reason"),
        text(zh="条数", en="parts"),
        text(zh="费用（元）", en="cost (yuan)"),
        _PLACE,
        _NAME,
        _PHONE,
        text(zh="上门告知", en="visited by"),
    ),
}


def headings(export: Export) -> list[str]:
    """Return the headings of an export."""
    return [one.format(export.locale) for one in COLUMNS[export.what]]


def wish_cells(export: Export, wish: Wish, person: Person | None) -> list[Cell]:
    """Return the cells of a wish, with its words as the public may read them."""
    return [
        wish.id,
        _named(WISH_STATES, wish.state, export),
        wish.kind.value,
        wish.title,
        wish.community_name,
        wish.place,
        *_contact(export, person),
        None if wish.budget_fen is None else wish.budget_fen / 100,
        wish.helpers_needed,
        len(wish.confirmed),
        f"{wish.needed_by}",
        _local(export, wish.submitted_at),
        _local(export, wish.opened_at),
        _local(export, wish.ended_at),
        wish.rating,
    ]


def ticket_cells(
    export: Export,
    ticket: Ticket,
    reporter: Person | None,
    assignee: Person | None,
) -> list[Cell]:
    """Return the cells of a ticket, with its text without personal data."""
    ratings = ticket.ratings
    satisfied = round(sum(ratings) / len(ratings), 2) if ratings else None
    return [
        ticket.id,
        _named(TICKET_STATES, ticket.state, export),
        ticket.category,
        ticket.urgency.value,
        ticket.level.value,
        ticket.text,
        ticket.community_name,
        ticket.place,
        *_contact(export, reporter),
        assignee.name if assignee else None,
        _local(export, ticket.created_at),
        _local(export, ticket.resolved_at),
        _local(export, ticket.closed_at),
        ticket.ending.value if ticket.ending else None,
        ticket.reopened,
        satisfied,
    ]


def message_cells(
    export: Export, attempt: MessageAttempt, person: Person | None
) -> list[Cell]:
    """Return the cells of a message. Its text is for its recipient alone."""
    return [
        attempt.id,
        attempt.kind,
        _local(export, attempt.at),
        attempt.channel.value,
        attempt.state.value,
        attempt.reason or None,
        attempt.parts,
        attempt.cost_li / 1000,
        attempt.place,
        *_contact(export, person),
        attempt.visited_by or None,
    ]


def _contact(export: Export, person: Person | None) -> tuple[Cell, Cell]:
    """Return the name and phone of a person: masked, or in full."""
    if person is None:
        return None, None
    phone = person.phone if export.full else mask_phone(person.phone)
    return person.name, phone


def _named(names: Catalogue, code: str, export: Export) -> str:
    return names[code].format(export.locale)


def _local(export: Export, at: datetime | None) -> str | None:
    if at is None:
        return None
    return f"{at.astimezone(ZoneInfo(export.zone)):%Y-%m-%d %H:%M}"
