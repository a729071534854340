"""Seed the embedded store with very many rows, before it is started.

They are written as a DynamoDB export, which the store imports: 25,000 rows a second, indexes
included. Its API takes some hundred rows a second, with any number of writers. A million would take
most of an hour.
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

PREFIX = "seed-"  # of the tables of a world over a seeded store


@contextmanager
def seeded_store(
    kind: type,
    things: Iterable[object],
    more: Mapping[type[Any], Iterable[object]] | None = None,
) -> Iterator[str]:
    """Run an embedded store that holds these things, and yield its address.

    `more` are things of other kinds, in tables of their own.
    """
    seeds = {kind: things, **(more or {})}
    with tempfile.TemporaryDirectory() as folder:
        _seed(Path(folder), seeds)
        with embedded_store(Path(folder)) as address:
            yield address


def _seed(folder: Path, seeds: Mapping[type, Iterable[object]]) -> None:
    """Import things by kind into a store that is not running yet and whose folder is empty."""
    described = []
    rows = {row.kind: row for row in all_rows()}
    for kind, things in seeds.items():
        row = rows[kind]
        name = PREFIX + row.table.name
        items = map(row.from_entity, things)
        _write_export(folder / "export" / name, items)
        table = _described(name, row.table.schema())
        described.append({"Table": table})
    schema = folder / "schema.json"
    schema.write_text(json.dumps(described))
    command: list[str | Path] = [
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


def _write_export(folder: Path, items: Iterable[object]) -> None:
    """Write the items of one table as DynamoDB exports them."""
    data = folder / "data"
    data.mkdir(parents=True)
    path = data / "rows.json.gz"
    with gzip.open(path, "wt", compresslevel=1) as file:
        for item in items:
            line = json.dumps({"Item": item})
            file.write(line + "\n")


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
