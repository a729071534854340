"""Places on pages: the street of an installation, and names in forms."""

from .call import PageCall

__all__ = ["first_street"]


def first_street(call: PageCall) -> str:
    """Return the code of the installation's street; "" before one is founded."""
    streets = call.read("GET /v1/streets", {"limit": 1}).items
    return streets[0].code if streets else ""
