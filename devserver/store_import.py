"""Fills an embedded store with very many rows before it is started.

The rows are written as a DynamoDB export, which the store imports: 25,000 a second, indexes
included. Its API takes some hundred rows a second, with any number of writers. A million would
take most of an hour.
"""

import contextlib
import gzip
import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from chalicelib.repositories import all_rows, all_tables
from onemachine.store import binary

__all__ = ["import_things"]


def import_things(folder: Path, prefix: str, things: Iterable[object]) -> int:
    """Import the rows of things into a store that does not exist yet; return their number.

    `prefix` begins the names of the tables. Every table is made, with rows or without.

    Raises:
        RuntimeError: the store refuses the import.

    """
    with tempfile.TemporaryDirectory(dir=folder) as made:
        export = Path(made) / "tables"
        count = _write_export(export, prefix, things)
        schema = Path(made) / "schema.json"
        schema.write_text(_schema(prefix))
        command: list[str | Path] = [binary(), "import", "--source", export]
        command += ["--schema", schema, "--output", folder / "store.db"]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True
        )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return count


def _schema(prefix: str) -> str:
    described = [
        {"Table": _described(prefix + table.name, table.schema())}
        for table in all_tables()
    ]
    return json.dumps(described)


def _write_export(folder: Path, prefix: str, things: Iterable[object]) -> int:
    """Write each thing into the file of its table, as DynamoDB exports tables."""
    rows = {row.kind: row for row in all_rows()}
    count = 0
    with contextlib.ExitStack() as stack:
        files = {
            table.name: stack.enter_context(
                _opened(folder, prefix + table.name)
            )
            for table in all_tables()
        }
        for thing in things:
            row = rows[type(thing)]
            line = json.dumps({"Item": row.from_entity(thing)})
            files[row.table.name].write(line + "\n")
            count += 1
    return count


@contextlib.contextmanager
def _opened(folder: Path, table: str) -> Iterator[TextIO]:
    data = folder / table / "data"
    data.mkdir(parents=True)
    with gzip.open(data / "rows.json.gz", "wt", compresslevel=1) as file:
        yield file


def _described(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema in the form of DescribeTable."""
    filled = {
        key: value
        for key, value in schema.items()
        if value and key != "billing_mode"
    }
    return {
        **_with_titled_keys(filled),
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "TableName": name,
        "TableStatus": "ACTIVE",
    }


def _with_titled_keys(value: Any) -> Any:
    """Return JSON in which `key_schema` is `KeySchema`, at every depth."""
    if isinstance(value, Mapping):
        titled = {}
        for key, inner in value.items():
            titled[_title(key)] = _with_titled_keys(inner)
        return titled
    if isinstance(value, list):
        return [_with_titled_keys(inner) for inner in value]
    return value


def _title(key: str) -> str:
    titled = ""
    for part in key.split("_"):
        first = part[:1].upper()
        titled += first + part[1:]
    return titled
