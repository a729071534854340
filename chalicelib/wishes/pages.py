"""Pages of wishes: the public wall, and those of residents and helpers."""

from dataclasses import replace
from typing import Any

from ..pages.call import PageCall
from ..pages.declaration import Pages, SeeOther, Sheet, Shell, sheet
from ..pages.money import in_fen
from ..pages.places import door_names, first_street
from .page_moves import ASKING, MOVES
from .page_texts import WORDS

__all__ = ["LISTS", "pocket", "wall"]

wall = Pages("wishes", Shell.WALL, WORDS)
pocket = Pages("wishes", Shell.POCKET, WORDS)
KINDS = ("goods", "service", "company", "learning")
_WALL_STATES = ("open", "claimed", "fulfilled")


@wall.get("/wall")
def show_wall(call: PageCall) -> Sheet:
    """Show the wishes of a street or community that are public."""
    place = call.text("place") or first_street(call)
    state = call.text("state")
    kind = call.text("kind")
    if state not in _WALL_STATES:
        state = "open"
    query: dict[str, Any] = {"place": place, "state": [state]}
    if kind in KINDS:
        query["kind"] = [kind]
    if call.text("cursor"):
        query["cursor"] = call.text("cursor")
    listed = call.read("GET /v1/wishes", query) if place else None
    return sheet(
        "wishes/wall.html",
        wishes=listed.items if listed else [],
        next=listed.next if listed else None,
        states=_WALL_STATES,
        kinds=KINDS,
        state=state,
        kind=kind,
        place=call.text("place"),
    )


@wall.get("/wall/{wish_id}")
def show_public_wish(call: PageCall) -> Sheet:
    """Show a public wish."""
    wish = call.read("GET /v1/wishes/{wish_id}", **call.path)
    return sheet("wishes/public_wish.html", wish=wish)


@pocket.get("/m/wishes")
def list_wishes(call: PageCall) -> Sheet:
    """List the caller's own wishes, those that they have claimed, or filed for others."""
    cursor = call.text("cursor")
    query = {"cursor": cursor} if cursor else {}
    tab = call.text("tab") if call.text("tab") in LISTS else "mine"
    listed = call.read(f"GET /v1/me/{LISTS[tab]}", query)
    return sheet("wishes/list.html", tab=tab, tabs=tuple(LISTS), listed=listed)


LISTS = {"mine": "wishes", "claims": "claims", "filed": "filed"}


@pocket.get("/m/wishes/new")
def show_new_wish(call: PageCall) -> Sheet:
    """Ask for a wish, for the caller or for a person that staff act for."""
    person = None
    id = call.text("for") or call.field("on_behalf_of")
    if id:
        person = call.read("GET /v1/people/{person_id}", person_id=id)
    return sheet("wishes/new.html", kinds=KINDS, person=person)


@pocket.post("/m/wishes/new", asks=show_new_wish)
def submit_wish(call: PageCall) -> SeeOther:
    """File a wish. The form asks for yuan; the API takes fen."""
    route = "POST /v1/wishes"
    made = call.run(route, in_fen(call.body_for(route)))
    return SeeOther(path=f"/m/wishes/{made.id}", said="wishes.said.submitted")


@pocket.get("/m/wishes/{wish_id}")
def show_wish(call: PageCall) -> Sheet:
    """Show a wish as the caller may see it, with the moves that they have."""
    wish = call.read("GET /v1/wishes/{wish_id}", **call.path)
    events = []
    if wish.view != "public":
        timeline = "GET /v1/wishes/{wish_id}/timeline"
        events = call.read(timeline, {"limit": 100}, **call.path).items
    return sheet(
        "wishes/wish.html",
        wish=wish,
        events=events,
        moves=_moves_of(wish),
        may_thank="confirm" in wish.moves and not waits_for_answer(wish),
        asking=ASKING,
        claim=own_claim(wish, call.caller.actor.id),
        door=door_names(call, getattr(wish, "place", None)),
        similar=(call.problem or {}).get("similar", []),
    )


@pocket.get("/m/wishes/{wish_id}/edit")
@pocket.get("/m/wishes/{wish_id}/{move}")
def show_move(call: PageCall) -> Sheet:
    """Show the form of a move that asks something."""
    wish_id = call.path["wish_id"]
    move = call.path.get("move", "edit")
    if move not in ASKING and move != "confirm":
        return show_wish(_without_move(call))
    wish = call.read("GET /v1/wishes/{wish_id}", wish_id=wish_id)
    return sheet(
        "wishes/move.html",
        wish=wish,
        move=move,
        is_open=move in wish.moves,
        kinds=KINDS,
        claim=own_claim(wish, call.caller.actor.id),
        is_past=wish.needed_by < call.now.date(),
    )


@pocket.post("/m/wishes/{wish_id}/edit", asks=show_move)
def edit_wish(call: PageCall) -> SeeOther:
    """Change a wish. The form asks for yuan; the API takes fen."""
    route = "POST /v1/wishes/{wish_id}/edit"
    wish_id = call.path["wish_id"]
    call.run(route, in_fen(call.body_for(route)), wish_id=wish_id)
    return SeeOther(path=f"/m/wishes/{wish_id}", said="wishes.said.edit")


pocket.act(
    "/m/wishes/{wish_id}/{move}",
    "POST /v1/wishes/{wish_id}/{move}",
    asks=show_move,
    then="/m/wishes/{wish_id}",
    moves=frozenset(MOVES) - {"edit"},
)


def waits_for_answer(wish: Any) -> bool:
    """Say whether a delivery waits for the answer of the resident."""
    claims = getattr(wish, "claims", ())
    return any(claim.state == "delivered" for claim in claims)


def _moves_of(wish: Any) -> list[str]:
    """Return the moves of a wish in order. An answer is asked for while a delivery waits for it."""
    moves = [each for each in MOVES if each in wish.moves]
    if "confirm" in moves and not waits_for_answer(wish):
        moves.remove("confirm")
    return moves


def own_claim(wish: Any, person: str) -> Any:
    """Return the claim of a person that is active; None without one."""
    for claim in getattr(wish, "claims", ()):
        if claim.helper == person and claim.state == "active":
            return claim
    return None


def _without_move(call: PageCall) -> PageCall:
    """Return the call of the page of the wish, for a move that acts at one tap."""
    return replace(call, path={"wish_id": call.path["wish_id"]})
