"""Very many rows at once: written as a DynamoDB export and taken in by the embedded store's own
import, before it is started.

Through its API the store takes some hundred rows a second, whoever writes and with however many
hands: a million would be most of an hour. An import is 25,000 a second, indexes included.
"""

import gzip
import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chalicelib.repositories import all_rows
from devserver.store import binary, embedded_store

__all__ = ["PREFIX", "seeded_store"]

PREFIX = "seed-"  # of the tables of a world that stands on such a store


@contextmanager
def seeded_store(
    kind: type,
    things: Iterable[object],
    more: Mapping[type, Iterable[object]] | None = None,
) -> Iterator[str]:
    """Run an embedded store that holds these things, and `more` kinds in tables of their own, and
    yield its address.
    """
    with tempfile.TemporaryDirectory() as folder:
        _seed(Path(folder), {kind: things, **(more or {})})
        with embedded_store(Path(folder)) as address:
            yield address


def _seed(folder: Path, seeds: Mapping[type, Iterable[object]]) -> None:
    """Fill the tables of some kinds in a store that is not running yet and has no file in its
    folder.
    """
    described, schema = [], folder / "schema.json"
    for kind, things in seeds.items():
        row = next(row for row in all_rows() if row.kind is kind)
        name = PREFIX + row.table.name
        export = folder / "export" / name / "data"
        export.mkdir(parents=True)
        with gzip.open(export / "rows.json.gz", "wt", compresslevel=1) as file:
            file.writelines(
                json.dumps({"Item": row.from_entity(thing)}) + "\n"
                for thing in things
            )
        described.append({"Table": _described(name, row.table.schema())})
    schema.write_text(json.dumps(described))
    command = [
        binary(),
        "import",
        "--source",
        folder / "export",
        "--schema",
        schema,
        "--output",
        folder / "store.db",
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)


def _described(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema as DescribeTable answers it."""
    filled = {
        key: value
        for key, value in schema.items()
        if value and key != "billing_mode"
    }
    on_demand = {"BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}
    return {
        **_titled(filled),
        **on_demand,
        "TableName": name,
        "TableStatus": "ACTIVE",
    }


def _titled(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            "".join(
                part[:1].upper() + part[1:] for part in key.split("_")
            ): _titled(v)
            for key, v in value.items()
        }
    return [_titled(v) for v in value] if isinstance(value, list) else value
