"""Forms that run an operation of the API."""

from collections.abc import Mapping
from typing import Any

from ..kernel.errors import NotFound
from ..web.rendering import Redirect
from .call import PageCall
from .declaration import Act, PageRoute, SeeOther

__all__ = ["run_act"]

_MOVE = "move"


def run_act(page: PageRoute, act: Act, call: PageCall) -> SeeOther:
    """Run the operation of a form; return the way to the next page.

    Raises:
        NotFound: the page offers no such move.
        CallRefused: the operation refuses.

    """
    path = dict(call.path)
    move = path.pop(_MOVE, "")
    if move and move not in act.moves:
        raise NotFound
    route = act.route.replace("{move}", move)
    view = call.run(route, call.body_for(route), **path)
    if isinstance(view, Redirect):
        return SeeOther(path=view.location)
    said = act.said or f"{page.pages.name}.said.{move}"
    facts = {**path, **_fields_of(view)}
    path_of_next = call.back or act.then.format_map(facts)
    return SeeOther(path=path_of_next, said=said)


def _fields_of(view: Any) -> Mapping[str, str]:
    """Return the id of a view, for the path of the next page."""
    id = getattr(view, "id", None)
    return {"id": id} if isinstance(id, str) else {}
