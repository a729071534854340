"""The second factor of staff: a page that asks for it, and goes on with the form that needed it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..web.inside import CallRefused
from .call import PageCall
from .declaration import Sheet

__all__ = ["FIELD", "ask_factor", "is_missing", "show_factor"]

FIELD = "_factor"
_SHOW = "POST /v1/me/factor/verify"
_MISSING = "auth.factor_required"
_IS_WRONG = "is_factor"  # of the problem of a code that was refused
_AGAIN = (
    422  # a form with a further field; scripts show it in the place of the form
)


def is_missing(problem: Mapping[str, Any]) -> bool:
    """Say whether a request was refused for want of a fresh second factor."""
    return problem["code"] == _MISSING or _IS_WRONG in problem


def show_factor(call: PageCall, code: str) -> None:
    """Show the second factor of the caller, before the form itself is run.

    Raises:
        CallRefused: the code is wrong.

    """
    caller = replace(call.caller, key=None, seen_version=None)
    try:
        call.inside.run(_SHOW, caller, {}, body={"code": code})
    except CallRefused as refused:
        raise CallRefused({**refused.problem, _IS_WRONG: True}) from None


def ask_factor(call: PageCall, method: str) -> Sheet:
    """Return the page that asks for the code, with everything that was typed.

    What was read comes back by its address; what was sent is sent again.
    """
    problem = call.problem or {}
    return Sheet(
        template="factor.html",
        values={
            "has_factor": problem.get("has_factor", True),
            "is_form": method == "POST",
            "fields": list(_pairs(call.form)),
            "version": call.caller.seen_version,
        },
        status=_AGAIN,
    )


def _pairs(form: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each field of a form; one that was sent twice, twice."""
    for name, value in form.items():
        values = value if isinstance(value, list) else [value]
        for each in values:
            yield name, each
