"""Generate `.chalice/policy-*.json` from the calls to AWS that each function was recorded to make.

The calls come from a recorded run of all features (`make policies`, tests/deploy/policies.py).
Both stages share a policy, because each address refers to a resource of the stack.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from chalice.app import SQSEventConfig
from chalice.utils import to_cfn_resource_name

from app import app
from chalicelib.settings import SECRETS, secret_name

from .generated import ROOT
from .infra import TEMPLATE

__all__ = [
    "ADDRESSES",
    "API",
    "CONFIGURATION_SETS",
    "UNRECORDED",
    "Permission",
    "RecordedCall",
    "address_of",
    "differences",
    "file_of",
    "permissions_in",
    "permissions_of",
    "policy_text",
]

API = "api_handler"
_CHALICE = ROOT / ".chalice"
_TABLE = "AWS::DynamoDB::Table"
_QUEUE = "AWS::SQS::Queue"
_BUCKET = "AWS::S3::Bucket"


@dataclass(frozen=True, slots=True, order=True)
class RecordedCall:
    """An action and the resource that it needs, as the recorder names it.

    Resources: `table/wishes`, `table/wishes/index/by_street`, `queue/urgent`, `bucket`,
    `bucket/incoming/*`, `secret/PHONE_KEY`, and the keys of `ADDRESSES`.
    """

    action: str
    resource: str


Calls: TypeAlias = AbstractSet[RecordedCall]


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """One action on one address, allowed or denied.

    `address` is the text of an `Fn::Sub`, or `*`.
    """

    effect: str
    action: str
    address: str

    def __str__(self) -> str:
        """Return a line for a list of differences."""
        return f"{self.effect} {self.action} on {self.address}"


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A permission that no recorded call shows, and the reason for it.

    `address` returns None for a function that does not need the permission.
    """

    actions: tuple[str, ...]
    address: Callable[[str, Calls], str | None]
    reason: str
    effect: str = "Allow"


def _log(function: str, calls: Calls) -> str:
    properties = _resources()[_logical_id(function)]["Properties"]
    log_group = properties["LoggingConfig"]["LogGroup"]
    return f"${{{log_group['Ref']}.Arn}}"


def _source_queue(function: str, calls: Calls) -> str | None:
    for source in app.event_sources:
        if isinstance(source, SQSEventConfig) and source.name == function:
            name = _last_part(str(source.queue))
            return address_of(f"queue/{name}")
    return None


def _configuration_sets(function: str, calls: Calls) -> str | None:
    if RecordedCall("ses:SendEmail", "identity/*") in calls:
        return CONFIGURATION_SETS
    return None


def _topics(function: str, calls: Calls) -> str | None:
    if RecordedCall("sns:Publish", "phone") in calls:
        return "arn:${AWS::Partition}:sns:*:*:*"
    return None


# What cannot be recorded. Review each change of these two tables like a change of a policy.
UNRECORDED = (
    Unrecorded(
        ("logs:CreateLogStream", "logs:PutLogEvents"),
        _log,
        "Lambda writes a function's log in the function's name; the code calls nothing.",
    ),
    Unrecorded(
        ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
        _source_queue,
        "Lambda takes messages from a function's queue in the function's name.",
    ),
    Unrecorded(
        ("ses:SendEmail",),
        _configuration_sets,
        "A mail may go by the stack's configuration set, or by one that the identity has itself.",
    ),
    Unrecorded(
        ("sns:Publish",),
        _topics,
        "Publishing to phones is only allowed on every resource, which includes topics.",
        effect="Deny",
    ),
)
_SES = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}"
CONFIGURATION_SETS = f"{_SES}:configuration-set/*"
ADDRESSES: Mapping[str, str] = {
    # A phone number has no ARN.
    "phone": "*",
    # The sender is a parameter of the stack: any verified identity of the account may be it.
    "identity/*": "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*",
}


# A secret is made before the stack. Its ARN ends in six characters that nobody chooses.
_SECRETS = {
    f"secret/{name}": "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}"
    f":secret:chunhui${{Installation}}/${{Stage}}/{secret_name(name)}-??????"
    for name in SECRETS
}


@cache
def _resources() -> dict[str, Any]:
    template = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    return dict(template["Resources"])


@cache
def _ids() -> dict[str, str]:
    """Map `table/NAME`, `queue/NAME` and `bucket` to the logical ids of the template."""
    found = {}
    for id, resource in _resources().items():
        kind = resource.get("Type")  # a function has none: Chalice adds it
        if kind == _TABLE:
            found[f"table/{_name(resource, 'TableName')}"] = id
        elif kind == _QUEUE:
            found[f"queue/{_name(resource, 'QueueName')}"] = id
        elif kind == _BUCKET:
            found["bucket"] = id
    return found


def _name(resource: Mapping[str, Any], named: str) -> str:
    text = resource["Properties"][named]["Fn::Sub"]
    return _last_part(text)


def _last_part(name: str) -> str:
    """Return what follows the stage in the name of a resource."""
    _, _, last = name.rpartition("-")
    return last


def _logical_id(function: str) -> str:
    if function == API:
        return "APIHandler"
    return str(to_cfn_resource_name(function))


def address_of(resource: str) -> str:
    """Return the address of a recorded resource, as the text of an `Fn::Sub`.

    Raises:
        LookupError: nothing in infra/template.json is the resource.

    """
    if resource in ADDRESSES:
        return ADDRESSES[resource]
    if resource in _SECRETS:
        return _SECRETS[resource]
    parts = resource.split("/")
    named = 2
    if parts[0] == "bucket":
        named = 1
    name = "/".join(parts[:named])
    id = _ids().get(name)
    if id is None:
        raise LookupError(
            f"{resource} is not in infra/template.json (make infra)"
        )
    address = f"${{{id}.Arn}}"
    return "/".join([address, *parts[named:]])


def permissions_of(
    function: str,
    calls: Iterable[RecordedCall],
) -> set[Permission]:
    """Return the permissions that a function needs, those that no call shows included."""
    recorded = frozenset(calls)
    needed = set()
    for call in recorded:
        address = address_of(call.resource)
        needed.add(Permission("Allow", call.action, address))
    for entry in UNRECORDED:
        unrecorded = entry.address(function, recorded)
        if unrecorded is None:
            continue
        for action in entry.actions:
            needed.add(Permission(entry.effect, action, unrecorded))
    return needed


def policy_text(permissions: Iterable[Permission]) -> str:
    """Return a policy in its canonical form.

    Addresses that need the same actions of a service share a statement. Everything is sorted.
    """
    actions = defaultdict(set)
    for permission in permissions:
        service, _, _ = permission.action.partition(":")
        key = (permission.effect, service, permission.address)
        actions[key].add(permission.action)
    shared = defaultdict(list)
    for (effect, _, address), needed in sorted(actions.items()):
        shared_by = (effect, tuple(sorted(needed)))
        shared[shared_by].append(address)
    statements = []
    for (effect, needed_actions), addresses in shared.items():
        statements.append(_statement(effect, needed_actions, addresses))
    lines = [
        "{",
        '  "Version": "2012-10-17",',
        '  "Statement": [',
        ",\n".join(statements),
        "  ]",
        "}\n",
    ]
    return "\n".join(lines)


def _statement(
    effect: str,
    actions: tuple[str, ...],
    addresses: Iterable[str],
) -> str:
    """Write a statement with one line for each resource, so that a diff shows what changed."""
    resources = ",\n".join(
        f"        {_written(address)}" for address in addresses
    )
    lines = [
        "    {",
        f'      "Effect": "{effect}",',
        f'      "Action": {json.dumps(actions)},',
        f'      "Resource": [\n{resources}\n      ]',
        "    }",
    ]
    return "\n".join(lines)


def _written(address: str) -> str:
    if "${" in address:
        return json.dumps({"Fn::Sub": address})
    return json.dumps(address)


def permissions_in(text: str) -> set[Permission]:
    """Return the permissions of a policy, one for each action and address."""
    permissions = set()
    for statement in json.loads(text)["Statement"]:
        effect = statement["Effect"]
        for resource in statement["Resource"]:
            address = resource
            if isinstance(resource, dict):
                address = resource["Fn::Sub"]
            for action in statement["Action"]:
                permissions.add(Permission(effect, action, address))
    return permissions


def differences(function: str, committed: str, generated: str) -> list[str]:
    """Return each permission that only one of two policies has."""
    before = permissions_in(committed)
    after = permissions_in(generated)
    lines = []
    for missing in sorted(after - before):
        lines.append(f"{function} needs {missing}")
    for unused in sorted(before - after):
        lines.append(f"{function} never uses {unused}")
    return lines


def file_of(function: str) -> Path:
    """Return the file of a function's policy, which is the same in each stage."""
    config = json.loads((_CHALICE / "config.json").read_text(encoding="utf-8"))
    names = set()
    for stage in config["stages"].values():
        configured = stage["lambda_functions"][function]
        names.add(configured["iam_policy_file"])
    (name,) = names
    return _CHALICE / str(name)
