"""Very many rows at once: written as a DynamoDB export and taken in by the embedded store's own import, before it is started.

Through its API the store takes some hundred rows a second, whoever writes and with however many hands: a million would be
most of an hour. An import is 25,000 a second, indexes included.
"""

import gzip
import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chalicelib.store.rows import Table, row_of
from chalicelib.store.tables import table_schema
from devserver.store import binary, embedded_store

__all__ = ["PREFIX", "seeded_store"]

PREFIX = "seed-"  # of the tables of a world that stands on such a store


@contextmanager
def seeded_store(kind: type, things: Iterable[object]) -> Iterator[str]:
    """Run an embedded store that holds these things, and yield its address."""
    with tempfile.TemporaryDirectory() as folder:
        _seed(Path(folder), kind, things)
        with embedded_store(Path(folder)) as address:
            yield address


def _seed(folder: Path, kind: type, things: Iterable[object]) -> None:
    """Fill the table of a kind in a store that is not running yet and has no file in its folder."""
    table = next(table for table in Table.__subclasses__() if issubclass(Table.rows[kind], table))
    name = PREFIX + str(table.Meta.__dict__.get("base_name", table.Meta.table_name))
    export, schema = folder / "export" / name / "data", folder / "schema.json"
    export.mkdir(parents=True)
    with gzip.open(export / "rows.json.gz", "wt", compresslevel=1) as file:
        file.writelines(json.dumps({"Item": row_of(thing).serialize()}) + "\n" for thing in things)
    schema.write_text(json.dumps([{"Table": _described(name, table_schema(table))}]))
    command = [binary(), "import", "--source", folder / "export", "--schema", schema, "--output", folder / "store.db"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)


def _described(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema as DescribeTable answers it."""
    filled = {key: value for key, value in schema.items() if value and key != "billing_mode"}
    on_demand = {"BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}
    return {**_titled(filled), **on_demand, "TableName": name, "TableStatus": "ACTIVE"}


def _titled(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {"".join(part[:1].upper() + part[1:] for part in key.split("_")): _titled(v) for key, v in value.items()}
    return [_titled(v) for v in value] if isinstance(value, list) else value
