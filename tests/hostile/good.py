"""One good request for every write route, each field filled in, with the state of things that it
needs.

Hostile tests spoil these requests one piece at a time, and send the good one last: it must
succeed, so what was refused before was refused for what was spoilt and nothing else. The
requests lie in each feature's `cases.py`.
"""

from typing import Any

from app import api
from chalicelib.web.openapi import document
from chalicelib.web.routes import Operation

from ..cases import Good, MakeGood, merged, number
from ..tickets.cases import reported
from ..wishes.cases import claimed, delivered, submitted

__all__ = [
    "CONTRACT",
    "GOOD",
    "OURS",
    "READS",
    "WITH_BODY",
    "WRITES",
    "Good",
    "by_name",
    "claimed",
    "delivered",
    "number",
    "reported",
    "schema_of",
    "submitted",
]

GOOD: dict[str, MakeGood] = merged("good")
CONTRACT = document(api.operations, api.id_prefixes)
# Open311 refuses in its own form (test_open311.py).
OURS: list[Operation] = [
    operation
    for operation in api.operations
    if operation.routes.dialect is None
]
WRITES: list[Operation] = [
    operation for operation in OURS if operation.method != "GET"
]
READS: list[Operation] = [
    operation for operation in OURS if operation.method == "GET"
]
# A provider signs every body to the byte, so a spoilt one is not read
# (tests/replies/test_webhook.py has hostile ones).
WRITES = [
    operation for operation in WRITES if "signed" not in operation.hints()
]
WRITES.sort(
    key=lambda operation: operation.name == "set_ticket_policy"
)  # under whose rules not all the others would succeed
WITH_BODY = [operation for operation in WRITES if "body" in operation.hints()]


def by_name(operation: Operation) -> str:
    """Name a test's case after its operation."""
    return operation.name


def schema_of(operation: Operation) -> dict[str, Any]:
    """Return the JSON Schema of an operation's body as the contract publishes it."""
    content = CONTRACT["paths"][operation.path][operation.method.lower()][
        "requestBody"
    ]["content"]
    return {
        "$ref": content["application/json"]["schema"]["$ref"],
        "components": CONTRACT["components"],
    }
