"""The place that a page of the desk shows."""

from .call import PageCall

__all__ = ["STAFF", "desk_place"]

STAFF = ("community_staff", "street_admin")


def desk_place(call: PageCall) -> str:
    """Return the place that was asked for, else the first of the caller's; "" for nobody's.

    The API says whether the caller may see it.
    """
    places = call.places_of(*STAFF)
    return call.text("place") or next(iter(places), "")
