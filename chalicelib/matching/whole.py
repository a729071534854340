"""The run of a street as its communities' runs together. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .model import Run, RunState, ShortageLine
from .policy import MAX_OFFERS_LISTED

__all__ = ["WholeRun", "as_whole", "parts_of"]

_ADDED = (
    "wishes",
    "places_needed",
    "volunteers",
    "edges",
    "visits",
    "cost",
    "bound",
    "planned",
    "made",
    "milliseconds",
)
_HIGHEST = ("rounds", "gini_before", "gini", "most_offers")


@dataclass(frozen=True, slots=True)
class WholeRun:
    """A run, and those of its communities."""

    run: Run
    parts: Sequence[Run] = ()


def parts_of(run: Run, found: Mapping[str, Run]) -> list[Run]:
    """Return the run of each community of a street's run; one that has not begun is queued."""
    parts = []
    for community in run.communities:
        id = run.part_id(community)
        parts.append(
            found.get(id)
            or replace(run, id=id, place=community, communities=())
        )
    return parts


def as_whole(run: Run, parts: Sequence[Run]) -> Run:
    """Return a street's run with the results of its parts.

    Numbers are added: a volunteer who serves several communities is counted in each. Of Gini and
    the most offers it is the highest.
    """
    if not run.communities:
        return run
    unserved: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    shortages: list[ShortageLine] = []
    offers: list[tuple[str, str, int]] = []
    for part in parts:
        unserved.update(part.unserved)
        numbers.update({name: getattr(part, name) for name in _ADDED})
        shortages += part.shortages
        offers += part.offers
    for name in _HIGHEST:
        numbers[name] = max((getattr(part, name) for part in parts), default=0)
    is_exact = all(part.exact for part in parts)
    is_priced = all(part.priced for part in parts)
    updated_at = max(part.updated_at for part in parts)
    return replace(
        run,
        state=_state_of(parts),
        exact=is_exact,
        priced=is_priced,
        unserved=dict(unserved),
        shortages=tuple(shortages),
        offers=tuple(offers[:MAX_OFFERS_LISTED]),
        updated_at=updated_at,
        **dict[str, Any](numbers),
    )


def _state_of(parts: Sequence[Run]) -> RunState:
    states = {part.state for part in parts}
    if len(states) == 1:
        return states.pop()
    if states <= {RunState.DONE, RunState.FAILED}:
        return RunState.FAILED
    return RunState.WORKING
