"""Updates of indexes: CloudFormation changes one index of a table in an update."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from tools.index_steps import IndexesRefused, steps
from tools.infra import table_resources

OLD_CODE, NEW_CODE = "code/old.zip", "code/new.zip"


def index(name: str, *attributes: str) -> dict[str, Any]:
    key = [{"AttributeName": f"of_{name}", "KeyType": "HASH"}]
    projection: dict[str, Any] = {"ProjectionType": "KEYS_ONLY"}
    if attributes:
        projection = {
            "ProjectionType": "INCLUDE",
            "NonKeyAttributes": list(attributes),
        }
    return {"IndexName": name, "KeySchema": key, "Projection": projection}


def table(*indexes: dict[str, Any]) -> dict[str, Any]:
    keys = [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    names = ["pk", "sk", *(f"of_{each['IndexName']}" for each in indexes)]
    given: dict[str, Any] = {
        "KeySchema": keys,
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in names
        ],
    }
    if indexes:
        given["GlobalSecondaryIndexes"] = list(indexes)
    return {"Type": "AWS::DynamoDB::Table", "Properties": given}


def template(code: str, **tables: dict[str, Any]) -> dict[str, Any]:
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {"CodeUri": code},
    }
    return {"Resources": {"Sweep": function, **tables}}


def code_of(made: Mapping[str, Any]) -> str:
    return str(made["Resources"]["Sweep"]["Properties"]["CodeUri"])


def names_in(made: Mapping[str, Any], name: str) -> list[str]:
    given = made["Resources"][name]["Properties"]
    return [i["IndexName"] for i in given.get("GlobalSecondaryIndexes", [])]


def check(deployed: dict[str, Any], wanted: dict[str, Any]) -> list[Any]:
    """Return the steps, each of which CloudFormation takes, and none of which breaks the code."""
    before = deepcopy(deployed)
    made = steps(deployed, wanted)
    assert deployed == before
    assert made[-1] == wanted
    now = deployed
    for step in made:
        for name, resource in step["Resources"].items():
            if resource["Type"] != "AWS::DynamoDB::Table":
                continue
            given = resource["Properties"]
            keys = {
                key["AttributeName"]
                for part in (given, *given.get("GlobalSecondaryIndexes", ()))
                for key in part["KeySchema"]
            }
            defined = {
                a["AttributeName"] for a in given["AttributeDefinitions"]
            }
            assert defined == keys
            if name in now["Resources"]:
                changed = {*names_in(now, name)} ^ {*names_in(step, name)}
                assert len(changed) <= 1, (name, changed)
            reads = wanted if code_of(step) == code_of(wanted) else deployed
            if name in reads["Resources"]:
                assert {*names_in(reads, name)} <= {*names_in(step, name)}
        now = step
    return made


def test_an_update_without_other_indexes_is_one_step():
    before = template(OLD_CODE, Wishes=table(index("a")))
    after = template(NEW_CODE, Wishes=table(index("a")))
    assert check(before, after) == [after]


def test_new_indexes_come_before_the_code_that_reads_them_one_by_one():
    before = template(OLD_CODE, Wishes=table(index("a")), Offers=table())
    after = template(
        NEW_CODE,
        Wishes=table(*map(index, "abc")),
        Offers=table(index("x")),
    )
    made = check(before, after)
    assert list(map(code_of, made)) == [OLD_CODE, OLD_CODE, NEW_CODE]
    assert [names_in(step, "Offers") for step in made] == [["x"]] * 3


def test_old_indexes_go_after_the_code_that_reads_them_one_by_one():
    before = template(OLD_CODE, Wishes=table(*map(index, "abc")))
    after = template(NEW_CODE, Wishes=table(index("a")))
    made = check(before, after)
    assert list(map(code_of, made)) == [NEW_CODE] * 3
    assert [len(names_in(step, "Wishes")) for step in made] == [3, 2, 1]


def test_indexes_are_exchanged_in_both_ways_at_once():
    before = template(OLD_CODE, Wishes=table(*map(index, "ab")))
    after = template(NEW_CODE, Wishes=table(*map(index, "cd")))
    made = check(before, after)
    codes = [OLD_CODE] * 2 + [NEW_CODE] * 3
    assert list(map(code_of, made)) == codes
    back = template(NEW_CODE, Wishes=table(*map(index, "cd")))
    check(back, template(OLD_CODE, Wishes=table(*map(index, "ab"))))


def test_a_new_table_has_all_its_indexes_at_once():
    before = template(OLD_CODE)
    after = template(NEW_CODE, Wishes=table(*map(index, "abc")))
    assert check(before, after) == [after]
    assert check(after | {}, template(NEW_CODE)) == [template(NEW_CODE)]


def test_an_index_that_would_change_in_place_is_refused_with_the_steps():
    before = template(OLD_CODE, Wishes=table(index("a", "state")))
    after = template(NEW_CODE, Wishes=table(index("a", "state", "kind")))
    with pytest.raises(IndexesRefused, match="another name") as refused:
        steps(before, after)
    assert "Wishes: the index a" in str(refused.value)


def test_old_and_new_indexes_must_fit_into_the_table_together():
    def many(first: int, last: int) -> dict[str, Any]:
        return table(*(index(f"i{n}") for n in range(first, last)))

    def wide(name: str) -> dict[str, Any]:
        return table(
            *(index(f"{name}{n}", *map(str, range(20))) for n in range(3))
        )

    check(template(OLD_CODE, W=many(0, 10)), template(NEW_CODE, W=many(10, 20)))
    for before, after in ((many(0, 11), many(11, 21)), (wide("a"), wide("b"))):
        with pytest.raises(IndexesRefused, match="Deploy a version first"):
            steps(template(OLD_CODE, W=before), template(NEW_CODE, W=after))


def test_every_table_can_get_its_indexes_one_by_one():
    """The real ones, as if a first version had none of them."""
    whole = {
        "Resources": {**template(NEW_CODE)["Resources"], **table_resources()}
    }
    bare = deepcopy(whole)
    bare["Resources"]["Sweep"]["Properties"]["CodeUri"] = OLD_CODE
    for resource in bare["Resources"].values():
        given = resource["Properties"]
        if given.pop("GlobalSecondaryIndexes", None):
            given["AttributeDefinitions"] = table()["Properties"][
                "AttributeDefinitions"
            ]
    most = max(len(names_in(whole, name)) for name in table_resources())
    assert len(check(bare, whole)) == most + 1
