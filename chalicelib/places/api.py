"""Routes about places."""

from ..kernel.errors import Invalid
from ..kernel.place import kind_of
from ..kernel.request import RequestContext
from ..web.fields import PageQuery
from ..web.routes import Routes
from .schemas import (
    DoorplateView,
    DutyIn,
    MessagingIn,
    PlaceIn,
    PlaceList,
    PlaceView,
    StreetList,
    StreetView,
    SubtreeQuery,
)
from .service import Places
from .texts import REFUSALS

__all__ = ["routes"]

routes: Routes[Places] = Routes("places", REFUSALS)


@routes.get("/v1/places")
def list_places(
    places: Places, context: RequestContext, query: SubtreeQuery
) -> PlaceList:
    """List a place and everything below it."""
    page, for_staff = places.list_places(
        context,
        query.under,
        query.limit,
        alone=query.alone,
        levels=query.levels,
    )
    return PlaceList(
        items=[PlaceView.of(p, for_staff=for_staff) for p in page.items],
        next=context.cursor_of(page.next),
    )


@routes.get("/v1/streets", public=True)
def list_streets(
    places: Places, context: RequestContext, query: PageQuery
) -> StreetList:
    """List the streets of this installation, by code."""
    page = places.list_streets(context, query.limit)
    return StreetList(
        items=[
            StreetView.of(street, places.contact_of(street))
            for street in page.items
        ],
        next=context.cursor_of(page.next),
    )


@routes.get("/v1/places/{code}", public=True)
def read_doorplate(
    places: Places, context: RequestContext, code: str
) -> DoorplateView:
    """Read the names of a place and of those around it, as a doorplate shows them."""
    return DoorplateView.of(places.read_doorplate(code))


@routes.put("/v1/places/{code}")
def put_place(
    places: Places, context: RequestContext, code: str, body: PlaceIn
) -> PlaceView:
    """Create or change a place, and set its neighbours."""
    if body.kind not in (None, kind_of(code)):
        raise Invalid("place.kind_wrong", ["kind"], kind=kind_of(code).value)
    location = body.location.as_location() if body.location else None
    place = places.put_place(
        context,
        code,
        body.name,
        body.neighbours,
        body.zone,
        location,
        hotline=body.new_hotline,
    )
    return PlaceView.of(place, for_staff=True)


@routes.put("/v1/places/{code}/duty")
def assign_duty(
    places: Places, context: RequestContext, code: str, body: DutyIn
) -> PlaceView:
    """Replace the duty list of a place: the people on duty there, by role."""
    duty = {role.value: people for role, people in body.root.items()}
    return PlaceView.of(places.assign_duty(context, code, duty), for_staff=True)


@routes.put("/v1/places/{code}/messaging")
def set_messaging(
    places: Places, context: RequestContext, code: str, body: MessagingIn
) -> PlaceView:
    """Replace the settings of a street for its messages: signature, provider, contact, budget."""
    place = places.set_messaging(context, code, body.as_messaging())
    return PlaceView.of(place, for_staff=True)
