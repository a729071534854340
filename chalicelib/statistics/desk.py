"""The desk about figures: rates with their intervals, hot spots, wishes and spending of a month."""

import re
from datetime import date, timedelta
from typing import Any

from ..kernel.place import street_of
from ..pages.call import PageCall
from ..pages.declaration import Pages, Sheet, Shell, sheet
from ..pages.desk import category_names, place_line
from ..pages.places import names_of
from ..pages.times import ZONE
from ..web.inside import CallRefused
from .desk_texts import WORDS

__all__ = ["desk"]

desk = Pages("statistics", Shell.DESK, WORDS)
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_BY = ("community", "grid", "category", "month")
_RATES = ("response", "solution", "satisfaction", "bounces")
_CHARTED = 12  # groups in a chart; the table has all
_NAMED = 40  # places whose names are read
_SPOTS = 12
_OPEN = ["open", "accepted", "assigned", "on_hold"]


@desk.get("/admin/figures")
def show_figures(call: PageCall) -> Sheet:
    """Show the figures of a place and month, by community, grid, category or month."""
    place = place_line(call)
    first, last = _month(call)
    by = call.text("by") if call.text("by") in _BY else "community"
    if by == "month":
        first = _year_before(first)
    span = {"place": place.code, "from": str(first), "to": str(last)}
    rates = call.read("GET /v1/admin/tickets/rates", {**span, "by": by})
    spots = call.read("GET /v1/admin/tickets/hot-spots", {"place": place.code})
    groups = rates.groups
    query = {"place": street_of(place.code)}
    policy = call.read("GET /v1/policies/tickets", query)
    kinds = category_names(call, policy.categories)
    codes = [spot.place for spot in spots.items[:_SPOTS]]
    if by in ("community", "grid"):
        codes += [group.key for group in groups[:_NAMED]]
    names = names_of(call, codes)
    return sheet(
        "statistics/desk_figures.html",
        place=place,
        by=by,
        bys=_BY,
        month=f"{last:%Y-%m}",
        before=f"{last.replace(day=1) - timedelta(days=1):%Y-%m}",
        after=_after(call, last),
        total=rates.total,
        rates=rates,
        groups=groups,
        charted=groups[:_CHARTED],
        kinds=_RATES,
        labels={**kinds, **names} if by != "month" else {},
        names=names,
        categories=kinds,
        spots=spots.items[:_SPOTS],
        overview=call.read("GET /v1/admin/overview", span),
        spending=_spending(call, place.code),
        since=_instant(first),
        until=_instant(last + timedelta(days=1)),
        open_states=_OPEN,
    )


def _month(call: PageCall) -> tuple[date, date]:
    """Return the first and the last day of the month that is asked for, else of this one."""
    today = call.now.astimezone(ZONE).date()
    found = _MONTH.fullmatch(call.text("month"))
    first = (
        date(int(found[1]), int(found[2]), 1) if found else today.replace(day=1)
    )
    return first, _next_month(first) - timedelta(days=1)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _year_before(first: date) -> date:
    """Return the first day of the eleventh month before: a year of months, for a comparison."""
    return _next_month(first.replace(year=first.year - 1))


def _after(call: PageCall, last: date) -> str:
    """Return the month after; "" if it has not begun."""
    following = last + timedelta(days=1)
    has_begun = following <= call.now.astimezone(ZONE).date()
    return f"{following:%Y-%m}" if has_begun else ""


def _instant(day: date) -> str:
    return f"{day}T00:00:00+08:00"


def _spending(call: PageCall, place: str) -> Any:
    """Return the spending of the street this month; None for those who may not see it."""
    try:
        return call.read("GET /v1/admin/spending", {"place": place})
    except CallRefused:
        return None
