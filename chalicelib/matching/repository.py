"""How runs and weights are stored."""

from collections.abc import Sequence

from ..kernel.clock import to_text
from ..kernel.paging import Page, Position, every
from ..kernel.place import covers, street_of
from ..store.repository import Repository
from ..store.table import SK, Key, Table, index
from .model import Instance, Latest, Run, StreetWeights

__all__ = ["INSTANCE", "LATEST", "RUN", "WEIGHTS", "MatchingRepository"]

# PK the run; SK `run`, `instance#…`. PK `weights#<street>`: what the street has changed.
# PK `latest#<place>`: what its latest run has found.
_RUNS = Table(
    "runs", indexes=(index("by_street", hash_key="street", range_key="run_order"),)
)


def _run_keys(run: Run) -> dict[str, str]:
    order = f"{to_text(run.created_at)}#{run.id}"
    return {
        "pk": run.id,
        "sk": "run",
        "street": street_of(run.place),
        "run_order": order,
    }


def _instance_keys(piece: Instance) -> dict[str, str]:
    return {"pk": piece.run_id, "sk": f"instance#{piece.number:04d}"}


RUN = _RUNS.row(Run, keys=_run_keys).with_projection(Latest.of)
LATEST = _RUNS.row(
    Latest, keys=lambda latest: {"pk": f"latest#{latest.place}", "sk": "latest"}
)
INSTANCE = _RUNS.row(Instance, keys=_instance_keys)
WEIGHTS = _RUNS.row(
    StreetWeights, keys=lambda weights: {"pk": f"weights#{weights.id}", "sk": "weights"}
)
_KEY = RUN.view(Key)


class MatchingRepository(Repository):
    """Reads runs, what they were computed from, and weights."""

    rows = (RUN, LATEST, INSTANCE, WEIGHTS)

    def find_run(self, run_id: str) -> Run | None:
        """Read one run."""
        return self._store.get(RUN, run_id, "run")

    def pieces_of(self, run_id: str) -> Sequence[bytes]:
        """Read what a run was computed from, in order; empty once it is no longer kept."""
        keys = SK.startswith("instance#")

        def read(start: Position | None) -> Page[Instance]:
            return self._store.page(INSTANCE, run_id, keys=keys, start=start, limit=10)

        return [piece.data for piece in every(read)]

    def runs_at(self, place: str, start: Position | None, limit: int) -> Page[Run]:
        """Read the runs of a place and everything below it, newest first; pages may be short."""
        keys = self._store.page(
            _KEY,
            street_of(place),
            index="by_street",
            start=start,
            limit=limit,
            newest_first=True,
        )
        runs = self._store.get_many(RUN, [(key.pk, "run") for key in keys.items])
        return Page([run for run in runs if covers(place, run.place)], keys.next)

    def latest_at(self, place: str) -> Latest | None:
        """Read what the latest run of exactly this place has found."""
        return self._store.get(LATEST, f"latest#{place}", "latest")

    def weights_of(self, street: str) -> StreetWeights | None:
        """Read what a street has changed of the weights."""
        return self._store.get(WEIGHTS, f"weights#{street}", "weights")
