"""Lines of the trail are written once. No code, and no policy, can change or delete one."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from app import app
from chalicelib.kernel.changes import Changes
from chalicelib.kernel.errors import Busy
from chalicelib.kernel.request import RequestContext
from chalicelib.security_trail.repository import TrailRepository
from tools.infra import TEMPLATE
from tools.policies import API, address_of, file_of, permissions_in

from ..storage import counted_storage
from ..world import World
from .producers import PRODUCERS
from .trail import events

FUNCTIONS = (API, *(source.name for source in app.event_sources))
TABLE = address_of("table/audit")


def test_a_second_write_of_the_same_line_is_refused(world: World):
    (line,) = events("person.granted")
    forged = replace(line, actor="per_nobody", reason="never happened")
    put = TrailRepository(world.services.store).written(forged)
    admin = world.admin

    def decide() -> Changes[Any]:
        return Changes(entity=admin, previous=admin, writes=(put,))

    with pytest.raises(Busy):
        world.services.transaction.run(decide, RequestContext())
    assert events("person.granted") == [line]


def test_every_write_is_a_put_of_a_row_that_must_not_exist(world: World):
    name = f"{world.settings.table_prefix}audit"
    written = Counter[str]()
    with counted_storage() as storage:
        for make in PRODUCERS.values():
            make(world).send()
    for operation, kwargs, _ in storage.calls:
        if operation == "TransactWriteItems":
            for item in kwargs["TransactItems"]:
                ((kind, part),) = item.items()
                if part["TableName"] == name:
                    written[kind] += 1
                    condition = part["ConditionExpression"]
                    assert condition.startswith("attribute_not_exists")
        elif name in json.dumps(kwargs, default=str):
            written[operation] += operation != "Query"
    assert written["Put"] >= len(PRODUCERS) - 1
    assert +written == Counter(Put=written["Put"])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_policy_lets_a_function_change_or_delete_a_line(function: str):
    allowed = {
        one.action
        for one in permissions_in(file_of(function).read_text(encoding="utf-8"))
        if one.effect == "Allow" and one.address.startswith(TABLE)
    }
    assert allowed <= {"dynamodb:PutItem", "dynamodb:Query"}
    if function == API:
        assert allowed == {"dynamodb:PutItem", "dynamodb:Query"}


def test_the_table_is_streamed_nowhere_and_its_rows_expire():
    template = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    table = template["Resources"]["AuditTable"]
    given = table["Properties"]
    assert not {"StreamSpecification", "KinesisStreamSpecification"} & {*given}
    assert given["TimeToLiveSpecification"] == {
        "AttributeName": "ttl",
        "Enabled": True,
    }
    assert table["DeletionPolicy"] == "RetainExceptOnCreate"
