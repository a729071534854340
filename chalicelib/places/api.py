"""Routes about places."""

from ..kernel.call import Call
from ..kernel.errors import Invalid
from ..kernel.place import kind_of
from ..web.api import Routes
from .schemas import DutyIn, PlaceIn, PlaceList, PlaceQuery, PlaceView
from .service import Places
from .texts import REFUSALS

__all__ = ["routes"]

routes: Routes[Places] = Routes("places", lambda services: services.places, REFUSALS)


@routes.get("/v1/places")
def list_places(places: Places, call: Call, query: PlaceQuery) -> PlaceList:
    """List a place and everything below it."""
    page, with_duty = places.list_places(call, query.under, query.limit)
    return PlaceList(items=[PlaceView.of(p, with_duty=with_duty) for p in page.items], next=call.cursor_of(page.next))


@routes.put("/v1/places/{code}")
def put_place(places: Places, call: Call, code: str, body: PlaceIn) -> PlaceView:
    """Create or change a place."""
    if body.kind not in (None, kind_of(code)):
        raise Invalid("place.kind_wrong", ["kind"], kind=kind_of(code).value)
    location = body.location.as_location() if body.location else None
    return PlaceView.of(places.put_place(call, code, body.name, body.neighbours, body.zone, location), with_duty=True)


@routes.put("/v1/places/{code}/duty")
def assign_duty(places: Places, call: Call, code: str, body: DutyIn) -> PlaceView:
    """Say who answers for a place."""
    duty = {role.value: people for role, people in body.root.items()}
    return PlaceView.of(places.assign_duty(call, code, duty), with_duty=True)
