"""Actions about signing in. Pure."""

from ..kernel.access import COMMUNITY, STAFF, Action, Toward

__all__ = ["END_SESSION", "PERMISSIONS", "READ_OUT"]

# With the code staff could read all that the account shows.
READ_OUT = Action(
    "person.read_out_code",
    STAFF,
    factor=True,
    toward=Toward.BELOW,
    reveals=True,
)

# As for a block, which ends them all. Who may end one sees which there are.
END_SESSION = Action("person.end_session", COMMUNITY, toward=Toward.BELOW)

PERMISSIONS = (READ_OUT, END_SESSION)
