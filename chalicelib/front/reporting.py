"""The page on which a person reports a problem, with photos and what others reported."""

import json
from collections.abc import Sequence
from typing import Any

from ..pages.call import PageCall
from ..pages.declaration import Pages, Raw, Sheet, Shell, sheet
from ..pages.photos import photo_form
from ..pages.places import spoken_names
from ..web.inside import CallRefused
from .page_texts import WORDS

__all__ = ["reporting"]

# What a stairwell is reported for most often; the rest is folded.
_COMMON = ("rubbish", "light", "lift", "water", "danger")
reporting = Pages("front", Shell.POCKET, WORDS)


@reporting.get("/m/report")
def show_report(call: PageCall) -> Sheet:
    """Ask for a problem at a place."""
    place = call.text("place") or call.field("place")
    if not place:
        place = call.read("GET /v1/me").home
    if not place:
        return sheet("front/no_place.html")
    named = call.read("GET /v1/places/{code}", code=place)
    street = place.partition(".")[0]
    policy = call.read("GET /v1/policies/tickets", {"place": street})
    person = None
    id = call.text("for") or call.field("on_behalf_of")
    if id:
        person = call.read("GET /v1/people/{person_id}", person_id=id)
    return sheet(
        "front/report.html",
        place=named,
        door=spoken_names(place, named.names),
        categories=_common_first(policy.categories),
        common=len(_COMMON),
        similar=_similar(call, place),
        person=person,
        photos=_photos(call),
    )


def _common_first(categories: Sequence[Any]) -> list[Any]:
    """Return the categories of a street, those that are reported most often first."""
    places = {code: place for place, code in enumerate(_COMMON)}
    last = len(places)
    return sorted(categories, key=lambda each: places.get(each.code, last))


def _photos(call: PageCall) -> list[str]:
    """Return the uploads that a browser without scripts has sent before."""
    given = call.form.get("photos", call.query.get("photos", []))
    return given if isinstance(given, list) else [given]


def _similar(call: PageCall, place: str) -> list[Any]:
    """Return the open reports near a place; nothing where the caller does not live."""
    try:
        return list(
            call.read("GET /v1/tickets", {"near": place, "limit": 5}).items
        )
    except CallRefused:
        return []


reporting.act(
    "/m/report",
    "POST /v1/tickets",
    asks=show_report,
    then="/m/tickets/{id}",
    said="tickets.said.reported",
)


@reporting.get("/m/photo")
def ask_photo(call: PageCall) -> Sheet:
    """Offer to send a photo first, for a browser without scripts."""
    return sheet("front/photo.html", place=call.text("place"), form=None)


@reporting.post("/m/photo", asks=ask_photo)
def begin_photo(call: PageCall) -> Sheet:
    """Show the form that goes to the storage. From there a browser comes back to the report."""
    place = call.field("place")
    asked = f"place={place}&photos={{id}}" if place else "photos={id}"
    made = photo_form(call, f"/m/report?{asked}")
    return sheet("front/photo.html", place=place, form=made)


@reporting.post("/m/uploads", asks=show_report)
def begin_upload(call: PageCall) -> Raw:
    """Begin to send a photo, for the script of the outbox."""
    route = "POST /v1/uploads"
    media = "application/json"
    try:
        made = call.run(route, call.body_for(route))
    except CallRefused as refused:
        text = json.dumps(refused.problem, ensure_ascii=False)
        return Raw(text=text, media=media, status=refused.status)
    return Raw(text=made.model_dump_json(), media=media, status=201)
