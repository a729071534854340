"""An update in steps, because CloudFormation changes one index of a table in an update.

First come the new indexes, each in an update of its own, while the code that is deployed goes on.
Then comes the version itself, and after it the indexes that it no longer reads go one by one.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from chalicelib.store.indexes import (
    MAX_INCLUDED_PER_TABLE,
    MAX_INDEXES,
)

__all__ = ["IndexesRefused", "steps"]

Template: TypeAlias = dict[str, Any]
Given: TypeAlias = Mapping[str, Any]
Indexes: TypeAlias = dict[str, Given]  # by name
_TABLE = "AWS::DynamoDB::Table"
_INDEXES = "GlobalSecondaryIndexes"


class IndexesRefused(Exception):
    """An update that DynamoDB cannot make in any order; the text says what to do."""


def steps(deployed: Given, wanted: Given) -> list[Template]:
    """Return the templates to deploy one after the other, the last one being `wanted`.

    Raises:
        IndexesRefused: an index would change in place, or a table would hold too much on the way.

    """
    made = [*_adding(deployed, wanted)]
    leaving = {
        name: _left_over(before, _indexes_of(wanted, name))
        for name, before in _tables_in_both(deployed, wanted)
    }
    while any(leaving.values()):
        made.append(_with_more(wanted, leaving))
        leaving = {name: rest[1:] for name, rest in leaving.items()}
    return [*made, _copy(wanted)]


def _adding(deployed: Given, wanted: Given) -> Iterator[Template]:
    """Yield what is deployed, with one more index of each table in each step."""
    coming: dict[str, list[Given]] = {}
    for name, before in _tables_in_both(deployed, wanted):
        after = _indexes_of(wanted, name)
        _check(name, before, after)
        coming[name] = _left_over(after, before)
    for number in range(max(map(len, coming.values()), default=0)):
        more = {name: new[: number + 1] for name, new in coming.items()}
        yield _with_more(deployed, more)


def _check(table: str, before: Indexes, after: Indexes) -> None:
    for name in before.keys() & after.keys():
        if before[name] != after[name]:
            raise IndexesRefused(
                f"{table}: the index {name} cannot change in place. Give the new one another name "
                f"and deploy it; the old one goes with that version"
            )
    together = [*(before | after).values()]
    included = sum(map(_included, together))
    if len(together) > MAX_INDEXES or included > MAX_INCLUDED_PER_TABLE:
        raise IndexesRefused(
            f"{table}: old and new together are {len(together)} indexes of {included} attributes. "
            "Deploy a version first that has neither the new ones nor those that go"
        )


def _included(index: Given) -> int:
    return len(index["Projection"].get("NonKeyAttributes", ()))


def _tables_in_both(
    deployed: Given, wanted: Given
) -> Iterator[tuple[str, Indexes]]:
    """Yield each table that stays, with its deployed indexes. A new one has all of its own."""
    for name in sorted(
        deployed["Resources"].keys() & wanted["Resources"].keys()
    ):
        if wanted["Resources"][name]["Type"] == _TABLE:
            yield name, _indexes_of(deployed, name)


def _indexes_of(template: Given, table: str) -> Indexes:
    given = template["Resources"][table]["Properties"]
    return {each["IndexName"]: each for each in given.get(_INDEXES, ())}


def _left_over(indexes: Indexes, others: Indexes) -> list[Given]:
    return [
        each for name, each in sorted(indexes.items()) if name not in others
    ]


def _with_more(template: Given, more: Mapping[str, list[Given]]) -> Template:
    """Return a template whose tables have some more indexes."""
    whole = _copy(template)
    for name, indexes in more.items():
        if indexes:
            given = whole["Resources"][name]["Properties"]
            given[_INDEXES] = [*given.get(_INDEXES, ()), *indexes]
            _define_keys(given)
    return whole


def _define_keys(table: dict[str, Any]) -> None:
    """Define the keys of a table and its indexes, all texts: DynamoDB takes no other definition."""
    names: dict[str, None] = {}
    for part in (table, *table[_INDEXES]):
        for key in part["KeySchema"]:
            names[key["AttributeName"]] = None
    table["AttributeDefinitions"] = [
        {"AttributeName": name, "AttributeType": "S"} for name in names
    ]


def _copy(template: Given) -> Template:
    whole: Template = json.loads(json.dumps(template))
    return whole
