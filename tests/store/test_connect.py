"""The choice of a client: the lean one, botocore's own by a switch, or a given one."""

from typing import Any

import pytest

from chalicelib.people.repository import PERSON
from chalicelib.store.dynamo import Dynamo, LeanConnection, connect
from chalicelib.store.store import Store

from ..people.builders import a_person
from ..world import World


def test_requests_are_lean_unless_the_switch_says_otherwise(
    embedded_world: World, monkeypatch: pytest.MonkeyPatch
):
    assert isinstance(connect("us-east-1"), LeanConnection)
    monkeypatch.setenv("CHUNHUI_LEAN", "0")
    whole = connect("us-east-1")
    assert not isinstance(whole.client, Dynamo)
    world = embedded_world
    store = Store(whole, world.settings.table_prefix)
    store.register(PERSON)
    assert store.get(PERSON, world.admin.id, "person") == world.admin


def test_a_given_client_is_called_instead_of_botocore():
    asked: list[str] = []

    class Client:
        def _make_api_call(
            self, operation: str, kwargs: dict[str, Any]
        ) -> dict[str, Any]:
            asked.append(f"{operation} {kwargs['TableName']}")
            return {"Item": PERSON.from_entity(a_person())}

    store = Store(connect("us-east-1", Client()), "mine-")
    store.register(PERSON)
    assert store.get(PERSON, "per_a", "person") == a_person()
    assert asked == ["GetItem mine-people"]
