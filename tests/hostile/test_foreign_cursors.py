"""A cursor of another list, caller, filter or installation opens no list; forged ones neither.

The lists are those of the contract, so a new one is tried without a line here.
"""

import base64
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from chalicelib.kernel.codes import Keyring
from chalicelib.kernel.paging import Cursors
from chalicelib.settings import KnownSecrets
from chalicelib.web.requests import _filter_of
from chalicelib.web.routes import Operation

from ..world import SECRETS, Phone, World
from .evidence import assert_problem, unchanged
from .good import READS, by_name
from .test_bad_input import _list

POSITION = {"pk": "per_" + "a" * 24, "sk": "person"}
PAGED = [
    operation
    for operation in READS
    if "query" in operation.hints()
    and "cursor" in operation.inputs["query"].model_fields
]


class Forger:
    """Somebody who may read a list, and the scope of its cursors."""

    def __init__(self, world: World, operation: Operation) -> None:
        self.world, self.operation = world, operation
        self.reader = world.staff()
        self.path, self.query = _list(world, operation)
        ids = [part for part in self.path.split("/") if "_" in part]
        model: Any = operation.inputs["query"]
        query = model.model_validate(dict(parse_qsl(self.query)))
        self.scope = [
            operation.name,
            self.reader.me["id"],
            _filter_of(query),
            *ids,
        ]

    @property
    def cursors(self) -> Cursors:
        return self.world.services.cursors

    def cursor_for(self, n: int, value: str) -> str:
        """Return a signed cursor whose scope differs in one part."""
        scope = [*self.scope[:n], value, *self.scope[n + 1 :]]
        return str(self.cursors.write(POSITION, *scope))

    def unsigned(self) -> str:
        raw = bytes(16) + json.dumps(POSITION).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def of_another_installation(self) -> str:
        secrets = KnownSecrets(**(SECRETS | {"secret": {"first": b"x" * 40}}))
        keys = Keyring(secrets, self.world.clock.now)
        return str(Cursors(keys).write(POSITION, *self.scope))

    def forged(self) -> dict[str, str]:
        right = str(self.cursors.write(POSITION, *self.scope))
        return {
            "of another list": self.cursor_for(0, "my_wishes_"),
            "of another caller": self.cursor_for(1, self.world.admin.id),
            "of nobody": self.cursor_for(1, ""),
            "of another filter": self.cursor_for(2, '{"place":"x"}'),
            "of more": str(self.cursors.write(POSITION, *self.scope, "x")),
            "unsigned": self.unsigned(),
            "of another installation": self.of_another_installation(),
            "cut": right[:-2],
            "longer": f"{right}AA",
            "swapped": right[20:] + right[:20],
        }


@pytest.mark.parametrize("operation", PAGED, ids=by_name)
def test_a_forged_or_foreign_cursor_opens_no_list(
    town: World, operation: Operation
):
    forger = Forger(town, operation)
    address = f"{forger.path}?{forger.query}"
    assert forger.reader.get(address).status == 200
    right = forger.cursors.write(POSITION, *forger.scope)
    assert forger.cursors.read(right, *forger.scope) == POSITION
    with unchanged(town):
        for how, cursor in forger.forged().items():
            answer = forger.reader.get(f"{address}&cursor={cursor}")
            assert_problem(answer, 400, about=how)
            assert answer.code == "cursor.invalid"
        assert_problem(
            Phone().get(f"{address}&cursor={right}"), 400, 401, about="nobody"
        )


def test_every_list_of_the_contract_is_tried():
    assert len(PAGED) >= 15
