"""Each policy is what its function asks of AWS in a street's whole life, and nothing else."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from app import api, app
from chalicelib.catalogue import job_kinds
from tools.policies import (
    ADDRESSES,
    API,
    CONFIGURATION_SETS,
    Permission,
    RecordedCall,
    address_of,
    differences,
    file_of,
    permissions_in,
    permissions_of,
    policy_text,
)

from .policies import generated, left_out, record_life
from .recording import Recorder

FUNCTIONS = (API, *(source.name for source in app.event_sources))


def committed(function: str) -> str:
    return file_of(function).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def recorder() -> Recorder:
    """A street's whole life, once for this file."""
    return record_life()


def test_the_story_leaves_nothing_out(recorder: Recorder):
    assert not left_out(recorder)


def test_control_everything_that_takes_no_part_is_named(recorder: Recorder):
    named = left_out(Recorder())
    assert {*FUNCTIONS, *job_kinds()} <= {*named}
    assert {f"{each.method} {each.path}" for each in api.operations} <= {*named}
    asked = {
        grant.resource for calls in recorder.calls.values() for grant in calls
    }
    assert {name for name in asked if name.startswith("table/")} <= {*named}
    without = {}
    for function, calls in recorder.calls.items():
        without[function] = Counter(
            {g: n for g, n in calls.items() if "by_spot" not in g.resource}
        )
    assert left_out(replace(recorder, calls=without)) == [
        "table/tickets/index/by_spot"
    ]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_is_what_the_life_needs(recorder: Recorder, function: str):
    text = generated(recorder)[function]
    assert not differences(function, committed(function), text), "make policies"
    assert committed(function) == text, "make policies"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_permission_that_is_missing_or_idle_is_found(
    recorder: Recorder, function: str
):
    text = generated(recorder)[function]
    needed = permissions_in(text)
    for one in needed:
        less = policy_text(needed - {one})
        assert differences(function, less, text) == [f"{function} needs {one}"]
        assert differences(function, text, less) == [
            f"{function} never uses {one}"
        ]


def test_each_recorded_call_becomes_a_permission_of_its_own(recorder: Recorder):
    for function, calls in recorder.calls.items():
        for grant in calls:
            less = permissions_of(function, calls.keys() - {grant})
            allowed = Permission(
                "Allow", grant.action, address_of(grant.resource)
            )
            assert permissions_of(function, calls) - less >= {allowed}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_allows_by_name(function: str):
    """A file has no name before it is there, so of files a prefix is named."""
    for statement in json.loads(committed(function))["Statement"]:
        assert statement.keys() == {"Effect", "Action", "Resource"}
    prefixes = {
        address_of(f"bucket/{name}/*")
        for name in ("exports", "incoming", "photos")
    }
    for one in permissions_in(committed(function)):
        assert "*" not in one.action
        if one.effect == "Allow" and one.address not in prefixes:
            assert "*" not in one.address or one in EXCEPTIONS, one


EXCEPTIONS = {
    Permission("Allow", "sns:Publish", ADDRESSES["phone"]),
    Permission("Allow", "ses:SendEmail", ADDRESSES["identity/*"]),
    # An account may have a default configuration set of any name; without it no mail goes out.
    Permission("Allow", "ses:SendEmail", CONFIGURATION_SETS),
}


def test_no_function_scans_or_manages_a_table(recorder: Recorder):
    asked = {
        grant.action for calls in recorder.calls.values() for grant in calls
    }
    verbs = (
        "Get",
        "BatchGet",
        "Put",
        "Update",
        "Delete",
        "ConditionCheck",
        "BatchWrite",
    )
    items = {f"dynamodb:{verb}Item" for verb in verbs} | {"dynamodb:Query"}
    assert {
        action for action in asked if action.startswith("dynamodb:")
    } == items


def test_who_may_publish_to_phones_may_not_publish_to_topics(
    recorder: Recorder,
):
    denied = Permission(
        "Deny", "sns:Publish", "arn:${AWS::Partition}:sns:*:*:*"
    )
    for function, calls in recorder.calls.items():
        texts = RecordedCall("sns:Publish", "phone") in calls
        assert (denied in permissions_in(committed(function))) == texts, (
            function
        )


@pytest.mark.parametrize(
    "resource", ["table/nothing", "queue/nothing", "topic", "?"]
)
def test_a_call_to_what_the_stack_does_not_have_is_refused(resource: str):
    with pytest.raises(LookupError, match="make infra"):
        permissions_of(API, [RecordedCall("dynamodb:Query", resource)])


def test_the_text_of_a_policy_does_not_depend_on_an_order(recorder: Recorder):
    calls: list[Any] = sorted(recorder.calls[API])
    first, second = (
        policy_text(permissions_of(API, each))
        for each in (calls, reversed(calls))
    )
    assert first == second
