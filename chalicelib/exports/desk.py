"""The desk about exports: ask for a list as a file, see how far it is, fetch it, delete it."""

import re
from datetime import timedelta
from typing import Any

from ..pages.call import PageCall
from ..pages.declaration import Pages, SeeOther, Sheet, Shell, sheet
from ..pages.desk import place_line
from ..pages.places import names_of
from ..pages.times import ZONE
from .desk_texts import WORDS

__all__ = ["desk"]

desk = Pages("exports", Shell.DESK, WORDS)
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
_LISTS = ("wishes", "tickets", "messages")


@desk.get("/admin/exports")
def list_exports(call: PageCall) -> Sheet:
    """List the caller's exports with their progress, and offer to ask for one."""
    place = place_line(call)
    query = {"cursor": call.text("cursor")} if call.text("cursor") else {}
    exports = call.read("GET /v1/admin/exports", query)
    first, last = _span(call)
    return sheet(
        "exports/desk_exports.html",
        exports=exports,
        place=place,
        names=names_of(call, [export.place for export in exports.items]),
        lists=_LISTS,
        first=first,
        last=last,
    )


def _span(call: PageCall) -> tuple[str, str]:
    """Return the days of the month that is asked for, else of this one until today."""
    today = call.now.astimezone(ZONE).date()
    first = today.replace(day=1)
    if _MONTH.fullmatch(call.text("month")):
        first = first.fromisoformat(f"{call.text('month')}-01")
    following = (first + timedelta(days=31)).replace(day=1)
    last = min(today, following - timedelta(days=1))
    return str(first), str(max(first, last))


@desk.post("/admin/exports", asks=list_exports)
def ask(call: PageCall) -> SeeOther:
    """Ask for an export. It is made in steps; a message tells when it is ready."""
    route = "POST /v1/admin/exports"
    body: dict[str, Any] = call.body_for(route)
    call.run(route, body)
    return SeeOther(path="/admin/exports", said="exports.said.asked")


@desk.get("/admin/exports/{export_id}")
def fetch(call: PageCall) -> SeeOther:
    """Lead to the file of an export. The trail gets a line."""
    route = "GET /v1/admin/exports/{export_id}/file"
    made = call.read(route, export_id=call.path["export_id"])
    return SeeOther(path=made.location)


@desk.post("/admin/exports/{export_id}", asks=list_exports)
def delete(call: PageCall) -> SeeOther:
    """End an export, and delete its file."""
    export_id = call.path["export_id"]
    call.run("DELETE /v1/admin/exports/{export_id}", export_id=export_id)
    return SeeOther(path="/admin/exports", said="exports.said.deleted")
