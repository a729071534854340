"""Wishes on the desk: lists by state, one wish with what is public of it, and moves of staff."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from ..pages.call import PageCall
from ..pages.declaration import Pages, SeeOther, Sheet, Shell, sheet
from ..pages.desk import desk_place, newest_first, those_seen, way_back
from ..pages.money import in_fen
from ..pages.photos import photo_form
from ..pages.places import door_names
from ..web.inside import CallRefused
from .desk_moves import ASKING, MOVES, OF_CLAIMS
from .desk_texts import WORDS

__all__ = ["pages"]

pages = Pages("wishes", Shell.DESK, WORDS)
KINDS = ("goods", "service", "company", "learning")
# In the order of their tabs: what waits for staff comes first.
_STATES = (
    "submitted",
    "disputed",
    "delivered",
    "open",
    "claimed",
    "fulfilled",
    "rejected",
    "withdrawn",
    "expired",
)
_PROOFS = ("slip", "photo")
_SEARCHED = ("open", "claimed")  # helpers are looked for, or may be again
_WISH = "GET /v1/wishes/{wish_id}"
_PROOF = "/admin/wishes/{wish_id}/proof"
_TIMELINE = "GET /v1/wishes/{wish_id}/timeline"


@pages.get("/admin/wishes")
def list_wishes(call: PageCall) -> Sheet | SeeOther:
    """List the wishes of a place in one state."""
    place = desk_place(call)
    if not place:
        return SeeOther(path="/m")
    state = call.text("state")
    if state not in _STATES:
        state = _STATES[0]
    query: dict[str, Any] = {"place": place, "state": [state]}
    if call.text("kind") in KINDS:
        query["kind"] = [call.text("kind")]
    if call.text("cursor"):
        query["cursor"] = call.text("cursor")
    listed = call.read("GET /v1/wishes", query)
    return sheet(
        "wishes/desk_list.html",
        wishes=[wish for wish in listed.items if wish.view == "staff"],
        next=listed.next,
        states=_STATES,
        state=state,
        kinds=KINDS,
        kind=call.text("kind"),
        place=call.text("place"),
    )


@pages.get("/admin/wishes/{wish_id}")
def show_wish(call: PageCall) -> Sheet | SeeOther:
    """Show a wish to staff: its moves, what is public, who is asked, and its timeline."""
    wish_id = call.path["wish_id"]
    wish = call.read(_WISH, wish_id=wish_id)
    if wish.view != "staff":
        return SeeOther(path=f"/m/wishes/{wish_id}")
    matching = None
    may_ask = wish.state in _SEARCHED
    if may_ask and call.text("why"):  # it looks through many volunteers
        route = "GET /v1/wishes/{wish_id}/matching"
        matching = call.read(route, wish_id=wish_id)
    return sheet(
        "wishes/desk_wish.html",
        wish=wish,
        moves=[move for move in MOVES if move in wish.moves],
        asking=ASKING,
        events=newest_first(call, _TIMELINE),
        matching=matching,
        may_ask=may_ask,
        door=door_names(call, wish.place),
        others=those_seen(call, _WISH, wish.possible_duplicates),
        proof=_photo(call, wish.answer),
    )


def _photo(call: PageCall, answer: Any) -> Any:
    """Return the photo that proves a recorded answer; None if there is none, or none any more."""
    if answer is None:
        return None
    try:
        return call.read("GET /v1/uploads/{upload_id}", upload_id=answer.upload)
    except CallRefused:
        return None


@pages.get("/admin/wishes/{wish_id}/edit")
@pages.get("/admin/wishes/{wish_id}/{move}")
def show_move(call: PageCall) -> Sheet | SeeOther:
    """Show the form of a move; after a refusal also who has changed the wish meanwhile."""
    wish_id = call.path["wish_id"]
    move = call.path.get("move", "edit")
    has_form = move in ASKING or (move in MOVES and call.problem)
    if not has_form:
        return show_wish(replace(call, path={"wish_id": wish_id}))
    wish = call.read(_WISH, wish_id=wish_id)
    if wish.view != "staff":
        return SeeOther(path=f"/m/wishes/{wish_id}")
    is_late = call.problem and call.problem["status"] in (409, 412)
    return sheet(
        "wishes/desk_move.html",
        wish=wish,
        move=move,
        is_open=move in wish.moves,
        kinds=KINDS,
        claims=_claims_for(wish, move),
        takes_proof=move == "confirm" and _takes_proof(wish),
        proofs=_PROOFS,
        events=newest_first(call, _TIMELINE)[:1] if is_late else [],
        is_past=wish.needed_by < call.now.date(),
        back=way_back(call, ""),
    )


def _claims_for(wish: Any, move: str) -> Sequence[Any]:
    """Return the claims among which a move chooses; none where there is no choice."""
    if move not in OF_CLAIMS:
        return []
    claims = [each for each in wish.claims if each.state != "released"]
    return claims if len(claims) > 1 else []


def _takes_proof(wish: Any) -> bool:
    """Say whether staff prove the answer: the resident has no phone to answer by."""
    is_asked = any(claim.state == "delivered" for claim in wish.claims)
    return is_asked and bool(wish.name) and wish.phone is None


@pages.get(_PROOF)
def ask_proof(call: PageCall) -> Sheet | SeeOther:
    """Ask which photo proves the answer of a resident: of what came, or of a signed slip."""
    return _proof(call, None)


def _proof(call: PageCall, form: Any) -> Sheet | SeeOther:
    wish_id = call.path["wish_id"]
    wish = call.read(_WISH, wish_id=wish_id)
    if wish.view != "staff":
        return SeeOther(path=f"/m/wishes/{wish_id}")
    return sheet(
        "wishes/desk_proof.html",
        wish=wish,
        form=form,
        proofs=_PROOFS,
        back=way_back(call, ""),
    )


@pages.post(_PROOF, asks=ask_proof)
def begin_proof(call: PageCall) -> Sheet | SeeOther:
    """Show the form that goes to the storage. From there a browser comes back to the answer."""
    how = call.field("how")
    given = {"proof.how": how if how in _PROOFS else _PROOFS[0]}
    if back := way_back(call, ""):
        given["back"] = back
    path = f"/admin/wishes/{call.path['wish_id']}/confirm"
    then = f"{path}?proof.upload={{id}}&{urlencode(given)}"
    return _proof(call, photo_form(call, then))


@pages.post("/admin/wishes/{wish_id}/edit", asks=show_move)
def edit_wish(call: PageCall) -> SeeOther:
    """Change a wish. The form asks for yuan; the API takes fen."""
    route = "POST /v1/wishes/{wish_id}/edit"
    wish_id = call.path["wish_id"]
    call.run(route, in_fen(call.body_for(route)), wish_id=wish_id)
    path = way_back(call, f"/admin/wishes/{wish_id}")
    return SeeOther(path=path, said="wishes.said.edit")


pages.act(
    "/admin/wishes/{wish_id}/{move}",
    "POST /v1/wishes/{wish_id}/{move}",
    asks=show_move,
    then="/admin/wishes/{wish_id}",
    moves=frozenset(MOVES) - {"edit"},
)
