"""Pages of staff on foot: find a person, act for them, register somebody."""

from typing import Any

from ..kernel.errors import NotFound
from ..pages.call import PageCall
from ..pages.declaration import Pages, SeeOther, Sheet, Shell, sheet
from .page_texts import WORDS

__all__ = ["pages"]

pages = Pages("staff_directory", Shell.POCKET, WORDS)
_STAFF = ("grid_worker", "community_staff", "street_admin")


@pages.get("/m/people")
def find_people(call: PageCall) -> Sheet:
    """Find people of the caller's place by the beginning of their name."""
    places = call.places_of(*_STAFF)
    listed = None
    if places:
        query: dict[str, Any] = {"place": places[0]}
        for name in ("q", "cursor"):
            if call.text(name):
                query[name] = call.text(name)
        listed = call.read("GET /v1/people", query)
    return sheet("staff_directory/people.html", listed=listed, q=call.text("q"))


@pages.get("/m/people/new")
def show_registration(call: PageCall) -> Sheet:
    """Ask for the facts of a person that staff register at the door."""
    places = call.places_of(*_STAFF)
    if not places:
        raise NotFound
    listed = call.read("GET /v1/places", {"under": places[0]}).items
    return sheet("staff_directory/new.html", places=listed)


@pages.post("/m/people/new", asks=show_registration)
def register(call: PageCall) -> SeeOther:
    """Register a person."""
    route = "POST /v1/people"
    made = call.run(route, call.body_for(route))
    said = "staff_directory.said.registered"
    return SeeOther(path=f"/m/people/{made.id}", said=said)


@pages.get("/m/people/{person_id}")
def show_person(call: PageCall) -> Sheet:
    """Show the record of a person, with a masked phone."""
    person_id = call.path["person_id"]
    person = call.read("GET /v1/people/{person_id}", person_id=person_id)
    return _record(call, person, None)


@pages.post("/m/people/{person_id}/reveal", asks=show_person)
def reveal(call: PageCall) -> Sheet:
    """Show the phone and the door of a person once; the reason is recorded."""
    person_id = call.path["person_id"]
    route = "POST /v1/people/{person_id}/reveal"
    contact = call.run(route, call.body_for(route), person_id=person_id)
    person = call.read("GET /v1/people/{person_id}", person_id=person_id)
    return _record(call, person, contact)


def _record(call: PageCall, person: Any, contact: Any) -> Sheet:
    """Return the page of a person; `contact` is None until it was revealed."""
    return sheet(
        "staff_directory/person.html",
        person=person,
        contact=contact,
    )
