"""Each function may do what it does and nothing else: its policy against what it asked of AWS in a street's whole life."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from chalice.app import SQSEventConfig
from moto import mock_aws

from app import api, app
from chalicelib.catalogue import job_kinds
from tools.infra import TEMPLATE, table_resources

from .recording import API, Grant, Recorder, living
from .stories import SETTINGS, Street

ROOT = Path(__file__).resolve().parent.parent.parent
STAGES = json.loads((ROOT / ".chalice" / "config.json").read_text())["stages"]
FUNCTIONS = STAGES["prod"]["lambda_functions"]
# What the template calls a resource, and what the recorder does.
NAMES: Mapping[str, str] = {
    **{id: f"table/{r['Properties']['TableName']['Fn::Sub'].rpartition('-')[2]}" for id, r in table_resources().items()},
    "UrgentQueue": "queue/urgent",
    "BulkQueue": "queue/bulk",
    "DeadQueue": "queue/dead",
    "PhotoQueue": "queue/photos",
    "Photos": "bucket",
}
# What has no table, queue or bucket: a phone has no address in AWS, and any of the house's own senders may write.
OTHERS: Mapping[str, str] = {
    "*": "phone",
    "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*": "identity/*",
}


def statements(policy: Mapping[str, Any], effect: str = "Allow") -> list[Mapping[str, Any]]:
    return [statement for statement in policy["Statement"] if statement["Effect"] == effect]


def granted(policy: Mapping[str, Any]) -> set[Grant]:
    """Return what a policy allows, with resources as the recorder names them."""
    return {
        Grant(action, resource_of(resource))
        for statement in statements(policy)
        for action in _list(statement["Action"])
        for resource in _list(statement["Resource"])
    }


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


def resource_of(given: Any) -> str:
    text = given if isinstance(given, str) else given["Fn::Sub"]
    if text in OTHERS:
        return OTHERS[text]
    name, _, rest = text.removeprefix("${").partition(".Arn}")
    return f"log/{name}" if name.endswith("Logs") else NAMES.get(name, name) + rest


def log_of(function: str) -> str:
    """Return the log group that the template gives a function."""
    name = "APIHandler" if function == API else "".join(word.capitalize() for word in function.split("_"))
    given = json.loads(TEMPLATE.read_text(encoding="utf-8"))["Resources"][name]["Properties"]["LoggingConfig"]
    return str(given["LogGroup"]["Ref"])


def implied(function: str) -> set[Grant]:
    """Return what a function needs for Lambda itself: its log, and its queue, from which Lambda takes in its name."""
    needs = {Grant(f"logs:{action}", f"log/{log_of(function)}") for action in ("CreateLogStream", "PutLogEvents")}
    for source in app.event_sources:
        if isinstance(source, SQSEventConfig) and source.name == function:
            queue = f"queue/{source.queue.removeprefix('chunhui-')}"
            needs |= {Grant(f"sqs:{action}", queue) for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")}
    return needs


def faults(function: str, called: Iterable[Grant], policy: Mapping[str, Any]) -> list[str]:
    """Say what a policy lacks and what it grants in vain."""
    needed, has = set(called) | implied(function), granted(policy)
    missing = [f"{function} may not {g.action} on {g.resource}" for g in sorted(needed - has)]
    return missing + [f"{function} never does {g.action} on {g.resource}" for g in sorted(has - needed)]


def loose(policy: Mapping[str, Any]) -> list[str]:
    """Name what allows more than it says: what all but something may, and wildcards, where a name is possible.

    A bucket's files have no names before they are there, so of those a prefix is named.
    """
    found = [key for statement in statements(policy) for key in statement if key not in ("Sid", "Effect", "Action", "Resource")]
    for grant in granted(policy):
        named = grant.resource in ("bucket/incoming/*", "bucket/photos/*", "identity/*") or "*" not in grant.resource
        if "*" in grant.action or not named or (grant.resource == "phone" and grant.action != "sns:Publish"):
            found.append(f"{grant.action} on {grant.resource}")
    return found


def policy_of(function: str) -> dict[str, Any]:
    return dict(json.loads((ROOT / ".chalice" / FUNCTIONS[function]["iam_policy_file"]).read_text()))


@pytest.fixture(scope="module")
def recorder(embedded_address: str) -> Recorder:
    """A street's whole life, once for this file."""
    recorder = Recorder()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL_DYNAMODB", embedded_address)
        with mock_aws(), living(recorder, **SETTINGS) as world:
            Street(world).everything()
    return recorder


# the story leaves nothing out


def test_every_function_lived(recorder: Recorder):
    assert recorder.calls.keys() == {API, *(source.name for source in app.event_sources)}
    for stage in STAGES.values():
        assert stage["lambda_functions"].keys() == recorder.calls.keys()


def test_every_route_was_asked_and_answered(recorder: Recorder):
    assert not [o.name for o in api.operations if (o.method, o.path) not in recorder.answered]


def test_every_kind_of_job_was_done(recorder: Recorder):
    assert not job_kinds() - recorder.done


def test_every_table_and_index_was_asked(recorder: Recorder):
    indexes = {
        f"{NAMES[id]}/index/{index['IndexName']}"
        for id, resource in table_resources().items()
        for index in resource["Properties"].get("GlobalSecondaryIndexes", ())
    }
    asked = {grant.resource for calls in recorder.calls.values() for grant in calls}
    assert {name for name in asked if name.startswith("table/")} == indexes | {NAMES[id] for id in table_resources()}


# each policy is what the story needs


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_what_it_does_and_nothing_else(recorder: Recorder, function: str):
    assert not faults(function, recorder.calls[function], policy_of(function))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_names_what_it_allows(function: str):
    assert not loose(policy_of(function))


def test_no_function_reads_a_whole_table_or_deals_with_one_as_such(recorder: Recorder):
    asked = {grant.action for calls in recorder.calls.values() for grant in calls}
    items = {f"{verb}Item" for verb in ("Get", "BatchGet", "Put", "Update", "Delete", "ConditionCheck", "BatchWrite")} | {"Query"}
    assert {action for action in asked if action.startswith("dynamodb:")} == {f"dynamodb:{name}" for name in items}


def test_who_may_write_to_phones_may_not_publish_to_topics():
    for function in FUNCTIONS:
        policy = policy_of(function)
        denied = [s for s in statements(policy, "Deny") if s["Resource"] == [{"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"}]]
        assert bool(denied) == (Grant("sns:Publish", "phone") in granted(policy)), function


# the control: this file can fail


def without(policy: Mapping[str, Any], action: str, resource: str) -> dict[str, Any]:
    """Return a policy in which an action on one resource has been forgotten."""
    kept = []
    for statement in policy["Statement"]:
        for given in _list(statement["Resource"]):
            actions = [a for a in _list(statement["Action"]) if (a, resource_of(given)) != (action, resource)]
            kept.append({**statement, "Action": actions, "Resource": [given]})
    return {**policy, "Statement": kept}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_permission_that_is_missing_is_found(recorder: Recorder, function: str):
    policy, called = policy_of(function), recorder.calls[function]
    for grant in granted(policy):
        planted = without(policy, grant.action, grant.resource)
        assert faults(function, called, planted) == [f"{function} may not {grant.action} on {grant.resource}"]


def test_a_permission_for_another_index_is_not_the_one_that_is_missing(recorder: Recorder):
    text = json.dumps(policy_of(API)).replace("/index/by_household", "/index/by_nobody")
    assert faults(API, recorder.calls[API], json.loads(text)) == [
        "api_handler may not dynamodb:Query on table/people/index/by_household",
        "api_handler never does dynamodb:Query on table/people/index/by_nobody",
    ]


def allowing(action: str, resource: Any) -> dict[str, Any]:
    """Return the sweep's policy with one statement more."""
    policy = policy_of("sweep")
    return {**policy, "Statement": [*policy["Statement"], {"Effect": "Allow", "Action": action, "Resource": resource}]}


@pytest.mark.parametrize(
    ("action", "resource", "named"),
    [
        ("dynamodb:Scan", "${DueTable.Arn}", "dynamodb:Scan on table/due"),
        ("dynamodb:Query", "${WishesTable.Arn}/index/by_street", "dynamodb:Query on table/wishes/index/by_street"),
        ("sqs:SendMessage", "${DeadQueue.Arn}", "sqs:SendMessage on queue/dead"),
        ("logs:PutLogEvents", "${ApiLogs.Arn}", "logs:PutLogEvents on log/ApiLogs"),
    ],
)
def test_a_permission_too_many_is_found(recorder: Recorder, action: str, resource: str, named: str):
    policy = allowing(action, {"Fn::Sub": resource})
    assert faults("sweep", recorder.calls["sweep"], policy) == [f"sweep never does {named}"]


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("dynamodb:Query", {"Fn::Sub": "${WishesTable.Arn}/index/*"}),
        ("dynamodb:*", {"Fn::Sub": "${DueTable.Arn}"}),
        ("dynamodb:Get*", {"Fn::Sub": "${DueTable.Arn}"}),
        ("dynamodb:Query", {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:*:*:table/chunhui-*"}),
        ("dynamodb:Query", "*"),
        ("s3:GetObject", {"Fn::Sub": "${Photos.Arn}/*"}),
    ],
)
def test_a_wildcard_is_refused(action: str, resource: Any):
    assert len(loose(allowing(action, resource))) == 1


def test_what_is_allowed_by_exception_is_refused():
    policy = allowing("dynamodb:Query", {"Fn::Sub": "${DueTable.Arn}"})
    policy["Statement"][-1]["NotResource"] = []
    assert loose(policy) == ["NotResource"]
