"""How runs and weights lie in the store."""

from collections.abc import Sequence
from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from ..kernel.clock import to_text
from ..kernel.paging import Page, Position, every
from ..kernel.place import covers, street_of
from ..store.rows import Table, load, load_many, page
from .model import Instance, Latest, Run, StreetWeights

__all__ = ["find_run", "latest_at", "pieces_of", "runs_at", "weights_of"]


class ByStreet(GlobalSecondaryIndex["RunTable"]):
    """The runs of a street."""

    class Meta:
        """Keys only."""

        index_name = "by_street"
        projection = KeysOnlyProjection()

    street = UnicodeAttribute(hash_key=True)
    run_order = UnicodeAttribute(range_key=True)


class RunTable(Table):
    """PK the run; SK `run`, `instance#…`. PK `weights#<street>`: what the street has changed. PK `latest#<place>`."""

    class Meta:
        """Name."""

        table_name = "runs"

    street = UnicodeAttribute(null=True)
    run_order = UnicodeAttribute(null=True)
    by_street = ByStreet()


@dataclass(frozen=True, slots=True)
class _Key:
    pk: str


RunTable.holding(
    Run,
    lambda run: {
        "pk": run.id,
        "sk": "run",
        "street": street_of(run.place),
        "run_order": f"{to_text(run.created_at)}#{run.id}",
    },
)
RunTable.holding(Latest, lambda latest: {"pk": f"latest#{latest.place}", "sk": "latest"})
RunTable.deriving(Run, Latest.of)
RunTable.holding(Instance, lambda piece: {"pk": piece.run_id, "sk": f"instance#{piece.number:04d}"})
RunTable.holding(StreetWeights, lambda weights: {"pk": f"weights#{weights.id}", "sk": "weights"})


def find_run(run_id: str) -> Run | None:
    """Read one run."""
    return load(Run, run_id, "run")


def pieces_of(run_id: str) -> Sequence[bytes]:
    """Read what a run was computed from, in order; empty once it is no longer kept."""
    keys = Table.sk.startswith("instance#")
    return [piece.data for piece in every(lambda start: page(Instance, run_id, keys=keys, start=start, limit=10))]


def runs_at(place: str, start: Position | None, limit: int) -> Page[Run]:
    """Read the runs of a place and everything below it, newest first; pages may be short."""
    keys = page(_Key, street_of(place), index="by_street", start=start, limit=limit, newest_first=True, row_kind=Run)
    runs = load_many(Run, [(key.pk, "run") for key in keys.items])
    return Page([run for run in runs if covers(place, run.place)], keys.next)


def latest_at(place: str) -> Latest | None:
    """Read what the latest run of exactly this place has found."""
    return load(Latest, f"latest#{place}", "latest")


def weights_of(street: str) -> StreetWeights | None:
    """Read what a street has changed of the weights."""
    return load(StreetWeights, f"weights#{street}", "weights")
