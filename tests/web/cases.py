"""The cases of the platform's own routes."""

from ..cases import ANYONE, Cases

CASES = Cases(
    who={"welcome": ANYONE, "read_health": ANYONE, "read_contract": ANYONE}
)
