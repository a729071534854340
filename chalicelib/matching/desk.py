"""The desk about matching: runs, what one has planned, a trial, and the weights of a street."""

from typing import Any

from ..kernel.place import street_of
from ..pages.call import PageCall
from ..pages.declaration import Pages, SeeOther, Sheet, Shell, sheet
from ..pages.desk import place_line
from ..pages.places import names_of
from ..web.inside import CallRefused
from .desk_texts import WORDS

__all__ = ["desk"]

desk = Pages("matching", Shell.DESK, WORDS)
_WEIGHTS = "/v1/policies/matching"


@desk.get("/admin/matching")
def list_runs(call: PageCall) -> Sheet:
    """List the runs of a place, newest first, and offer to start one."""
    place = place_line(call)
    query: dict[str, Any] = {"place": place.code}
    if call.text("cursor"):
        query["cursor"] = call.text("cursor")
    runs = call.read("GET /v1/matching/runs", query)
    return sheet(
        "matching/desk_runs.html",
        runs=runs,
        place=place,
        names=names_of(call, [run.place for run in runs.items]),
        may_weigh=_may_weigh(call, place.code),
    )


def _may_weigh(call: PageCall, place: str) -> bool:
    """Say whether the caller may read the weights of the street: they are not for everybody."""
    try:
        call.read(f"GET {_WEIGHTS}", {"place": street_of(place)})
    except CallRefused:
        return False
    return True


@desk.post("/admin/matching", asks=list_runs)
def start(call: PageCall) -> SeeOther:
    """Start a run of a place, or a trial that asks nobody."""
    body = {
        "place": call.field("place"),
        "dry_run": call.field("do") != "run",
    }
    run = call.run("POST /v1/matching/runs", body)
    said = "matching.said.started"
    return SeeOther(path=f"/admin/matching/{run.id}", said=said)


@desk.get("/admin/matching/weights")
def ask_weights(call: PageCall) -> Sheet:
    """Show the weights of a street as a form, each with its unit and its reason."""
    place = place_line(call)
    query = {"place": street_of(place.code)}
    weights = call.read(f"GET {_WEIGHTS}", query)
    return sheet("matching/desk_weights.html", weights=weights, place=place)


@desk.post("/admin/matching/weights", asks=ask_weights)
def set_weights(call: PageCall) -> SeeOther:
    """Set the weights that differ from those that are installed, or try them without a word.

    The API takes the changes to its defaults only, so that a better default reaches a street.
    """
    place = place_line(call)
    query = {"place": street_of(place.code)}
    current = call.read(f"GET {_WEIGHTS}", query).weights
    changed: dict[str, Any] = {}
    for name, weight in current.items():
        written = call.field(name).strip()
        if written and written != str(weight.default):
            changed[name] = int(written) if written.isdecimal() else written
    if call.field("do") == "try":
        body = {"place": place.code, "dry_run": True, "weights": changed}
        run = call.run("POST /v1/matching/runs", body)
        said = "matching.said.started"
        return SeeOther(path=f"/admin/matching/{run.id}", said=said)
    call.run(f"PUT {_WEIGHTS}", {"weights": changed}, query)
    return SeeOther(path="/admin/matching/weights", said="matching.said.saved")


@desk.get("/admin/matching/{run_id}")
def show_run(call: PageCall) -> Sheet:
    """Show a run: what came in, what was planned, and where volunteers are missing."""
    run_id = call.path["run_id"]
    run = call.read("GET /v1/matching/runs/{run_id}", run_id=run_id)
    places = [run.place, *(each.grid for each in run.shortages)]
    places += [part.place for part in run.communities]
    return sheet(
        "matching/desk_run.html", run=run, names=names_of(call, places)
    )
