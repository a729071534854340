"""Actions about signing in. Pure."""

from ..kernel.access import STAFF, Action, Toward

__all__ = ["PERMISSIONS", "READ_OUT"]

# With the code staff could read all that the account shows.
READ_OUT = Action(
    "person.read_out_code",
    STAFF,
    factor=True,
    toward=Toward.BELOW,
    reveals=True,
)

PERMISSIONS = (READ_OUT,)
