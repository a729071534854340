"""Pages of messages: the inbox, and visits to people that no message has reached."""

from ..pages.call import PageCall
from ..pages.declaration import Pages, Sheet, Shell, sheet
from ..pages.places import name_in, tree
from ..pages.times import ZONE
from .page_texts import WORDS

__all__ = ["pages"]

pages = Pages("messages", Shell.POCKET, WORDS)
_STAFF = ("grid_worker", "community_staff", "street_admin")
_PRINTED = 100


@pages.get("/m/inbox")
def show_inbox(call: PageCall) -> Sheet:
    """List the messages to the caller, newest first."""
    cursor = call.text("cursor")
    query = {"cursor": cursor} if cursor else {}
    inbox = call.read("GET /v1/me/inbox", query)
    return sheet("message_log/inbox.html", inbox=inbox)


@pages.get("/m/visits")
def list_visits(call: PageCall) -> Sheet:
    """List the people to visit, by place. The list can be printed; it has no number and no door."""
    places = call.places_of(*_STAFF)
    visits, names = [], {}
    if places:
        query = {"place": places[0], "limit": _PRINTED}
        tasks = call.read("GET /v1/admin/queue", query).items
        visits = [each for each in tasks if each.kind == "message.visit"]
    if visits:
        names = {each.code: each.name for each in tree(call, places[0])}
    visits.sort(key=_by_place)
    return sheet(
        "message_log/visits.html",
        visits=[(each, name_in(names, each.place)) for each in visits],
        place=names.get(places[0]) if places else None,
        printed_on=call.now.astimezone(ZONE).date(),
    )


def _by_place(task: object) -> str:
    return getattr(task, "place", "")


@pages.get("/m/visits/{message_id}")
def ask_visit(call: PageCall) -> Sheet:
    """Ask before a visit is opened: the look is recorded."""
    return sheet(
        "message_log/visit.html", id=call.path["message_id"], visit=None
    )


@pages.post("/m/visits/{message_id}/open", asks=ask_visit)
def open_visit(call: PageCall) -> Sheet:
    """Show the person, the door and the words of a visit."""
    id = call.path["message_id"]
    route = "POST /v1/messages/{message_id}/visit"
    visit = call.run(route, message_id=id)
    return sheet("message_log/visit.html", id=id, visit=visit)


pages.act(
    "/m/visits/{message_id}",
    "POST /v1/messages/{message_id}/visited",
    asks=ask_visit,
    then="/m/visits",
    said="messages.said.visited",
)
