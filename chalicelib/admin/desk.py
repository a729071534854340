"""The staff queue on the desk: what waits, the thing that is chosen, and moves on many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from ..kernel.errors import NotFound
from ..pages.call import PageCall
from ..pages.cookies import RESULT
from ..pages.declaration import Pages, SeeOther, Sheet, Shell, sheet
from ..pages.desk import STAFF, desk_place, those_seen, way_back
from ..web.inside import CallRefused
from .desk_moves import (
    ASKS,
    BULK,
    KINDS,
    SINGLE,
    subject_path,
    work_path,
)
from .desk_results import Outcome, is_changed, read_outcome, write_outcome
from .desk_texts import WORDS

__all__ = ["pages"]

pages = Pages("admin", Shell.DESK, WORDS)
_PAGE = 50  # rows: as many as may be moved at once
_FILTERS = ("kind", "assignee", "late", "cursor")
_SLIP = "操作有误"  # the reason of a move that undoes another
_VIEWS: Mapping[str, str] = {
    "wsh": "GET /v1/wishes/{wish_id}",
    "tkt": "GET /v1/tickets/{ticket_id}",
}
_NAMED_MAX = 10  # refused tasks that are looked up, if they left the queue


@pages.get("/admin")
def show_queue(call: PageCall) -> Sheet | SeeOther:
    """Show what waits for the staff of a place, soonest due first, and the chosen task."""
    place = desk_place(call)
    if not place:
        return SeeOther(path="/m")
    query: dict[str, Any] = {"place": place, "limit": _PAGE}
    query |= {name: call.text(name) for name in _FILTERS if call.text(name)}
    if "late" in query:
        query["late"] = query["late"] == "true"
    queue = call.read("GET /v1/admin/queue", query)
    outcome = read_outcome(call.kept.get(RESULT, ""))
    item = call.text("item")
    task = next((each for each in queue.items if each.id == item), None)
    asked = {name: call.text(name) for name in ("place", *_FILTERS[:3])}
    shown = _shown(call, item)
    return sheet(
        "admin/queue.html",
        queue=queue,
        place=place,
        places=_named(call, call.places_of(*STAFF)),
        kinds=_kinds_of(queue, asked["kind"]),
        asked=asked,
        task=task,
        item=item,
        shown=shown,
        others=_others(call, shown),
        paths={each.id: work_path(each) for each in queue.items},
        subject=subject_path(task.subject) if task else "",
        bulk=_moves_on(queue.items),
        outcome=outcome,
        done_name=_name_of_done(call, outcome),
        refused=_refused(call, outcome, queue.items),
        back=call.address,
        is_late=asked["late"] == "true",
    )


def _named(call: PageCall, codes: Sequence[str]) -> dict[str, str]:
    """Return the names of places by code, for a choice: most people have one, and no choice."""
    if len(codes) < 2:
        return {}
    route = "GET /v1/places/{code}"
    return {
        code: call.read(route, code=code).names[-1]
        for code in dict.fromkeys(codes)
    }


def _kinds_of(queue: Any, asked: str) -> list[str]:
    """Return the kinds that have a tab, in order: tasks of them wait, or one was asked for."""
    known = [kind for kind in KINDS if kind in queue.counts or kind == asked]
    return known + [kind for kind in queue.counts if kind not in KINDS]


def _moves_on(tasks: Sequence[Any]) -> list[str]:
    """Return the moves on many that some of these tasks have, in their order."""
    possible = {move for task in tasks for move in task.moves}
    return [move for move in BULK if move in possible]


def _shown(call: PageCall, id: str) -> Any:
    """Return the view of a wish or ticket that is chosen; None where it is out of sight."""
    route = _VIEWS.get(id[:3])
    if route is None:
        return None
    name = "wish_id" if id.startswith("wsh") else "ticket_id"
    try:
        return call.read(route, **{name: id})
    except CallRefused:
        return None


def _others(call: PageCall, shown: Any) -> Sequence[Any]:
    """Return the wishes that may be the same as the chosen one."""
    is_wish = shown is not None and shown.id.startswith("wsh")
    if not is_wish or shown.view != "staff":
        return []
    return those_seen(call, _VIEWS["wsh"], shown.possible_duplicates)


def _name_of_done(call: PageCall, outcome: Outcome | None) -> str:
    """Return the title of the only task on which a move was made; "" for several."""
    if outcome is None or len(outcome.done) != 1:
        return ""
    return _title_of(_shown(call, outcome.done[0]))


def _title_of(view: Any) -> str:
    title = getattr(view, "title", None) or getattr(view, "text", None)
    return title or ""


def _refused(
    call: PageCall, outcome: Outcome | None, tasks: Sequence[Any]
) -> list[dict[str, str]]:
    """Return each task on which a move was not made: its id, its title, and why."""
    if outcome is None:
        return []
    titles = {task.id: task.title for task in tasks}
    gone = [id for id in outcome.failed if id not in titles][:_NAMED_MAX]
    titles |= {id: _title_of(_shown(call, id)) for id in gone}
    return [
        {"id": id, "title": titles.get(id, "")} | _why(call, code)
        for id, code in outcome.failed.items()
    ]


def _why(call: PageCall, code: str) -> dict[str, str]:
    """Return why a move was not made: the words of the API for a code, or the key of ours.

    Words with facts, which a code alone does not have, are left out.
    """
    if is_changed(code):
        return {"why": "", "key": "desk.why.changed"}
    try:
        detail = call.inside.problem(409, code, call.look.locale)["detail"]
    except KeyError:
        detail = "{"
    known = "" if "{" in detail else str(detail)
    return {"why": known, "key": "desk.why.other"}


# moves


@pages.get("/admin/queue/{move}")
def ask_move(call: PageCall) -> Sheet | SeeOther:
    """Ask for the reason, the assignee or the ticket of a move on several tasks."""
    move, chosen = call.path["move"], _chosen(call)
    if move not in ASKS or not chosen:
        return SeeOther(path=way_back(call, "/admin"))
    place = desk_place(call)
    people = []
    if move == "assign" and place:
        query = {"place": place, "role": "grid_worker", "limit": 50}
        people = call.read("GET /v1/people", query).items
    return sheet(
        "admin/queue_move.html",
        move=move,
        chosen=chosen,
        people=people,
        only=_only_title(call, chosen),
        back=way_back(call, "/admin"),
        others=_other_tickets(call, move, place, chosen),
    )


def _only_title(call: PageCall, chosen: Sequence[str]) -> str:
    """Return the words of the only task that was chosen; "" for several, which are counted."""
    route = _VIEWS.get(chosen[0][:3]) if len(chosen) == 1 else None
    if route is None:
        return ""
    name = route.partition("{")[2].rstrip("}")
    try:
        seen = call.read(route, **{name: chosen[0].partition("~")[0]})
    except CallRefused:
        return ""
    return str(getattr(seen, "title", None) or getattr(seen, "text", ""))


def _other_tickets(
    call: PageCall, move: str, place: str, chosen: Sequence[str]
) -> Sequence[Any]:
    """Return the open tickets into which others can be merged, soonest due first."""
    if move != "merge" or not place:
        return []
    states = ["open", "accepted", "assigned"]
    query = {"place": place, "state": states, "limit": 50}
    ids = {one.partition("~")[0] for one in chosen}
    listed = call.read("GET /v1/tickets", query).items
    return [each for each in listed if each.id not in ids]


@pages.post("/admin/queue/{move}", asks=ask_move)
def move_tasks(call: PageCall) -> SeeOther:
    """Make a move on each of the chosen tasks, by itself; the next page says what became of each.

    A move that asks something leads to its question first.
    """
    move, chosen = call.path["move"], _chosen(call)
    back = way_back(call, "/admin")
    if move not in BULK and move not in SINGLE:
        raise NotFound
    if not chosen:
        return SeeOther(path=back, said="admin.said.nothing")
    asked = ASKS.get(move)
    if asked and asked not in call.form:
        query = urlencode({"item": chosen, "back": back}, doseq=True)
        return SeeOther(path=f"/admin/queue/{move}?{query}")
    if move in SINGLE:
        return _call_back(call, chosen[0], back)
    results = _run(call, move, chosen)
    text = write_outcome(move, results)
    return SeeOther(path=back, kept={RESULT: text})


def _chosen(call: PageCall) -> list[str]:
    """Return the chosen tasks, each as its id and version: ``wsh_…~3``."""
    given = call.form.get("item") or call.query.get("item") or []
    chosen = [given] if isinstance(given, str) else list(given)
    return list(dict.fromkeys(chosen))


def _run(
    call: PageCall, move: str, chosen: Sequence[str]
) -> list[tuple[str, str]]:
    """Make a move on tasks; return the id of each, with the code of its refusal or ""."""
    items = [_item_of(one) for one in chosen]
    fitting = [item for item in items if item["id"][:3] == BULK[move]]
    codes = dict.fromkeys((item["id"] for item in items), "queue.other_kind")
    if fitting:
        by_hand = {"unpublish": _unpublish, "handled": _handle}
        if move in by_hand:
            codes |= {
                item["id"]: _one_by_one(call, item["id"], by_hand[move])
                for item in fitting
            }
        else:
            codes |= _in_bulk(call, move, fitting)
    return list(codes.items())


def _item_of(chosen: str) -> dict[str, Any]:
    id, _, version = chosen.partition("~")
    item: dict[str, Any] = {"id": id}
    if version.isdecimal():
        item["version"] = int(version)
    return item


def _in_bulk(
    call: PageCall, move: str, items: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    body: dict[str, Any] = {"items": list(items)}
    if asked := ASKS.get(move):
        body[asked] = call.field(asked)
    made = call.run(f"POST /v1/admin/queue/{move}", body)
    return {each.id: each.code or "" for each in made.items}


def _one_by_one(call: PageCall, id: str, move: Any) -> str:
    """Make a move that the API has for one thing only; return the code of a refusal, or ""."""
    own = replace(call, caller=replace(call.caller, seen_version=None))
    try:
        move(own, id)
    except CallRefused as refused:
        return refused.code
    return ""


def _unpublish(call: PageCall, id: str) -> None:
    route = "POST /v1/wishes/{wish_id}/unpublish"
    call.run(route, {"reason": _SLIP}, wish_id=id)


def _handle(call: PageCall, id: str) -> None:
    call.run("POST /v1/replies/{reply_id}/handled", {}, reply_id=id)


def _call_back(call: PageCall, chosen: str, back: str) -> SeeOther:
    """Record what a person said who was called back about a consent."""
    id, _, person_id = chosen.partition("~")
    given = call.field("given") == "true"
    call.run(
        "POST /v1/people/{person_id}/consents/{consent_id}/confirm",
        {"given": given},
        person_id=person_id,
        consent_id=id,
    )
    said = "admin.said.agreed" if given else "admin.said.lapsed"
    return SeeOther(path=back, said=said)
