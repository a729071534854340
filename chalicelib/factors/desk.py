"""The second factor of the caller: set it up, or show it and go on."""

from ..pages.call import PageCall
from ..pages.declaration import Pages, SeeOther, Sheet, Shell, sheet
from ..pages.paths import own_path
from .desk_texts import WORDS

__all__ = ["desk"]

desk = Pages("factors", Shell.DESK, WORDS)
_VERIFY = "POST /v1/me/factor/verify"


@desk.get("/admin/factor")
def show_factor(call: PageCall) -> Sheet:
    """Say what a second factor is, and offer to set it up."""
    return sheet("factors/factor.html", made=None, shown=None)


@desk.post("/admin/factor", asks=show_factor)
def set_up(call: PageCall) -> Sheet:
    """Make a secret for the caller's app, and ask for its first code."""
    made = call.run("POST /v1/me/factor", {})
    return sheet("factors/factor.html", made=made, shown=None)


@desk.get("/admin/factor/confirm")
def ask_code(call: PageCall) -> Sheet:
    """Ask for the first code of a secret that the app has already."""
    return sheet("factors/factor_code.html")


@desk.post("/admin/factor/confirm", asks=ask_code)
def confirm(call: PageCall) -> Sheet:
    """Confirm the secret with a code of the app; show the recovery codes once."""
    shown = call.run(_VERIFY, {"code": call.field("code")})
    return sheet("factors/factor.html", made=None, shown=shown)


@desk.get("/admin/factor/show")
def ask_again(call: PageCall) -> Sheet:
    """Ask for a code of the app, before a page that needs it."""
    return sheet("factors/factor_code.html")


@desk.post("/admin/factor/show", asks=ask_again)
def go_on(call: PageCall) -> SeeOther:
    """Lead to the page that needed a code. The code itself came with the form."""
    return SeeOther(path=own_path(call.field("next"), "/admin"))
