"""How runs and weights are stored."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..kernel.clock import to_text
from ..kernel.paging import Page, Position, every
from ..kernel.place import community_of, covers, street_of
from ..store.indexes import index
from ..store.repository import Repository
from ..store.table import SK, Table
from .model import LatestRun, ReplayPiece, Run, StreetWeights

__all__ = ["LATEST_RUN", "REPLAY_PIECE", "RUN", "WEIGHTS", "MatchingRepository"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _ListedRun:
    """A run in the list of a community."""

    id: str
    place: str = ""


# PK the run; SK `run`, `instance#…`. PK `weights#<street>`: the changed weights of a street.
# PK `latest#<place>`: the projection of its latest run.
_RUNS = Table(
    "runs",
    indexes=(
        index("by_street", hash_key="street", range_key="run_order"),
        # Those of a community and its grids. A run of the street is in neither.
        index(
            "by_community",
            hash_key="community",
            range_key="run_order",
            include=("place",),
        ),
    ),
)


def _run_keys(run: Run) -> dict[str, str]:
    order = f"{to_text(run.created_at)}#{run.id}"
    return {
        "pk": run.id,
        "sk": "run",
        "street": street_of(run.place),
        "community": community_of(run.place),
        "run_order": order,
    }


def _latest_run_keys(latest: LatestRun) -> dict[str, str]:
    return {"pk": f"latest#{latest.place}", "sk": "latest"}


def _piece_keys(piece: ReplayPiece) -> dict[str, str]:
    return {"pk": piece.run_id, "sk": f"instance#{piece.number:04d}"}


def _weights_keys(weights: StreetWeights) -> dict[str, str]:
    return {"pk": f"weights#{weights.id}", "sk": "weights"}


RUN = _RUNS.row(Run, keys=_run_keys).with_projection(LatestRun.of)
LATEST_RUN = _RUNS.row(LatestRun, keys=_latest_run_keys)
REPLAY_PIECE = _RUNS.row(ReplayPiece, keys=_piece_keys)
WEIGHTS = _RUNS.row(StreetWeights, keys=_weights_keys)
_LISTED = RUN.view(_ListedRun, id="pk")


class MatchingRepository(Repository):
    """Reads runs, their stored input and result, and weights."""

    rows = (RUN, LATEST_RUN, REPLAY_PIECE, WEIGHTS)

    def find_run(self, run_id: str) -> Run | None:
        """Read one run."""
        return self._store.get(RUN, run_id, "run")

    def find_runs(self, run_ids: Sequence[str]) -> Sequence[Run]:
        """Read several runs, a hundred in a request; missing ones are left out."""
        return self._store.get_many(RUN, [(id, "run") for id in run_ids])

    def pieces_of(self, run_id: str) -> Sequence[bytes]:
        """Read the replay pieces of a run, in order; empty after `REPLAY_TTL`."""
        keys = SK.startswith("instance#")

        def read(start: Position | None) -> Page[ReplayPiece]:
            return self._store.page(
                REPLAY_PIECE, run_id, keys=keys, start=start, limit=10
            )

        return [piece.data for piece in every(read)]

    def runs_at(
        self, place: str, start: Position | None, limit: int
    ) -> Page[Run]:
        """Read the runs of a place and everything below it, newest first.

        Without a narrower place than a community, a page is full or the last. No other is empty,
        unless it is the last.
        """
        is_wide = place in (street_of(place), community_of(place))
        by, part = "by_community", community_of(place)
        if place == street_of(place):
            by = "by_street"
        keys = self._store.page(
            _LISTED,
            part,
            index=by,
            start=start,
            limit=limit,
            newest_first=True,
            wanted=None if is_wide else lambda run: covers(place, run.place),
        )
        return Page(self.find_runs([key.id for key in keys.items]), keys.next)

    def latest_at(self, place: str) -> LatestRun | None:
        """Read the projection of the latest run of exactly this place."""
        return self._store.get(LATEST_RUN, f"latest#{place}", "latest")

    def weights_of(self, street: str) -> StreetWeights | None:
        """Read the changed weights of a street."""
        return self._store.get(WEIGHTS, f"weights#{street}", "weights")
