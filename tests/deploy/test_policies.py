"""Each function may do what it does and nothing else: its policy against what it asked of AWS in a street's whole life."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from chalice.app import SQSEventConfig
from moto import mock_aws

from app import app

from .recording import Grant, Recorder, living
from .stories import SETTINGS, Street

ROOT = Path(__file__).resolve().parent.parent.parent
FUNCTIONS = json.loads((ROOT / ".chalice" / "config.json").read_text())["stages"]["prod"]["lambda_functions"]
# What a function may do although the story does not make it do it, and why.
UNTOLD: Mapping[tuple[str, str, str], str] = {}


def granted(policy: Mapping[str, Any]) -> set[Grant]:
    """Return what a policy allows, with resources as the recorder names them."""
    allowed = (statement for statement in policy["Statement"] if statement["Effect"] == "Allow")
    return {
        Grant(action, _resource(resource, action))
        for statement in allowed
        for action in _list(statement["Action"])
        for resource in _list(statement["Resource"])
    }


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


def _resource(given: Any, action: str) -> str:
    if given == "*":
        return "phone" if action == "sns:Publish" else "*"
    name, _, rest = given["Fn::Sub"].removeprefix("${").partition(".Arn}")
    if name.endswith("Table"):
        return f"table/{name.removesuffix('Table').lower()}{rest}"
    if name.endswith("Queue"):
        return f"queue/{name.removesuffix('Queue').lower()}{rest}"
    if name.endswith("Logs"):
        return "log"
    return f"bucket{rest}" if name == "Photos" else given["Fn::Sub"].rpartition(":")[2]


def implied(function: str) -> set[Grant]:
    """Return what a function needs for Lambda itself: its log, and its queue, from which Lambda takes in its name."""
    needs = {Grant("logs:CreateLogStream", "log"), Grant("logs:PutLogEvents", "log")}
    for source in app.event_sources:
        if isinstance(source, SQSEventConfig) and source.name == function:
            queue = f"queue/{source.queue.removeprefix('chunhui-').replace('photos', 'photo')}"
            needs |= {Grant(f"sqs:{action}", queue) for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")}
    return needs


def faults(function: str, called: Iterable[Grant], policy: Mapping[str, Any]) -> list[str]:
    """Say what a policy lacks and what it grants in vain."""
    needed, has = set(called) | implied(function), granted(policy)
    untold = {Grant(action, resource) for name, action, resource in UNTOLD if name == function}
    missing = [f"{function} may not {g.action} on {g.resource}" for g in sorted(needed - has)]
    return missing + [f"{function} never does {g.action} on {g.resource}" for g in sorted(has - needed - untold)]


def policy_of(function: str) -> dict[str, Any]:
    return dict(json.loads((ROOT / ".chalice" / FUNCTIONS[function]["iam_policy_file"]).read_text()))


@pytest.fixture(scope="module")
def recorder(embedded_address: str) -> Iterator[Recorder]:
    """A street's whole life, once for this file."""
    before = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB")
    os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = embedded_address
    recorder = Recorder()
    with mock_aws(), living(recorder, **SETTINGS) as world:
        Street(world).everything()
    os.environ.pop("AWS_ENDPOINT_URL_DYNAMODB")
    if before:
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = before
    return recorder


def test_every_function_lived(recorder: Recorder):
    assert recorder.calls.keys() == FUNCTIONS.keys()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_what_it_does_and_nothing_else(recorder: Recorder, function: str):
    assert not faults(function, recorder.calls[function], policy_of(function))


def test_no_function_scans_or_deals_with_a_table_as_such(recorder: Recorder):
    actions = {grant.action for calls in recorder.calls.values() for grant in calls}
    assert not {
        a
        for a in actions
        if a.startswith("dynamodb:") and a.removeprefix("dynamodb:") in ("Scan", "DescribeTable", "CreateTable")
    }
    for function in FUNCTIONS:
        assert not [g for g in granted(policy_of(function)) if "*" in g.action], function


# the control: this file can fail


def test_a_missing_permission_is_found(recorder: Recorder):
    policy = policy_of("sweep")
    for statement in policy["Statement"]:
        statement["Action"] = [a for a in _list(statement["Action"]) if a != "dynamodb:Query"]
    assert faults("sweep", recorder.calls["sweep"], policy) == ["sweep may not dynamodb:Query on table/due"]


def test_a_permission_for_another_index_is_not_the_one_that_is_missing(recorder: Recorder):
    text = json.dumps(policy_of("api_handler")).replace("/index/by_household", "/index/by_nobody")
    found = faults("api_handler", recorder.calls["api_handler"], json.loads(text))
    assert "api_handler may not dynamodb:Query on table/people/index/by_household" in found
    assert "api_handler never does dynamodb:Query on table/people/index/by_nobody" in found


def test_a_permission_too_many_is_found(recorder: Recorder):
    policy = policy_of("sweep")
    policy["Statement"].append({"Effect": "Allow", "Action": "dynamodb:DeleteTable", "Resource": {"Fn::Sub": "${DueTable.Arn}"}})
    assert faults("sweep", recorder.calls["sweep"], policy) == ["sweep never does dynamodb:DeleteTable on table/due"]
