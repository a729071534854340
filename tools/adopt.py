"""Import the tables and photos of a deleted installation into a new stack, before `make deploy`.

python -m tools.adopt --stage dev
CloudFormation cannot create a table whose name is taken. An import creates nothing.
"""

import json
import secrets
import sys
from collections.abc import Mapping
from typing import Any, TypeAlias

from .changes import KEEPS_DATA, readable
from .commands import agreed, deployment_of, stage_parser
from .deploy import PACKAGE
from .deployment import Deployment, NotDeployed
from .installation import suffix_of

__all__ = ["adoption", "main"]

Given: TypeAlias = Mapping[str, Any]
Names: TypeAlias = Mapping[str, str]
Section: TypeAlias = dict[str, Any]
_TABLE = "AWS::DynamoDB::Table"
_NAMES = {_TABLE: "TableName", "AWS::S3::Bucket": "BucketName"}


def adoption(template: Given, names: Names) -> tuple[Section, list[Section]]:
    """Return a template of only the tables and the bucket, and the resources to import.

    `names` holds the stage, account and region as `Fn::Sub` calls them. The bucket has only its
    name: its other properties refer to queues, which the next deployment creates.
    """
    resources = {}
    imported = []
    for logical, resource in template["Resources"].items():
        type_ = resource["Type"]
        if type_ not in KEEPS_DATA:
            continue
        properties = resource["Properties"]
        named = _NAMES[type_]
        template_name = properties[named]["Fn::Sub"]
        identifier = {named: _resolved(template_name, names)}
        kept = identifier
        if type_ == _TABLE:
            kept = properties
        resources[logical] = {
            "Type": type_,
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": kept,
        }
        imported.append(
            {
                "ResourceType": type_,
                "LogicalResourceId": logical,
                "ResourceIdentifier": identifier,
            }
        )
    reduced = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": _only(
            template["Parameters"], "Stage", "Installation", "PublicUrl"
        ),
        "Conditions": _only(template["Conditions"], "IsProd", "IsProtected"),
        "Resources": resources,
    }
    return reduced, imported


def _resolved(text: str, names: Names) -> str:
    for variable, value in names.items():
        text = text.replace(f"${{{variable}}}", value)
    return text


def _only(section: Given, *names: str) -> Section:
    return {name: section[name] for name in names}


def main() -> None:
    """Propose the import, ask, and carry it out."""
    parser = stage_parser(__doc__)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    given = parser.parse_args()
    deployment = deployment_of(given)
    try:
        _adopt(deployment, yes=given.yes)
    except NotDeployed as refused:
        sys.exit(str(refused))


def _adopt(deployment: Deployment, *, yes: bool) -> None:
    account = deployment.aws.client("sts").get_caller_identity()["Account"]
    names = {
        "Stage": deployment.stage,
        "Installation": suffix_of(deployment.installation),
        "AWS::AccountId": account,
        "AWS::Region": deployment.aws.region_name,
    }
    template = json.loads(
        (PACKAGE / "template.json").read_text(encoding="utf-8")
    )
    reduced, imported = adoption(template, names)
    proposed = deployment.change_set(
        f"adopt-{secrets.token_hex(4)}",
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps(reduced, separators=(",", ":")),
        Parameters=[
            {"ParameterKey": name, "ParameterValue": names[name]}
            for name in ("Stage", "Installation")
        ],
        ResourcesToImport=imported,
    )
    if proposed is None:
        raise NotDeployed("nothing to take in")
    for line in readable(proposed["Changes"]):
        print(line)
    change_set = proposed["ChangeSetName"]
    if not agreed(f"Take these into {deployment.stack}?", yes=yes):
        deployment.drop(change_set)
        raise NotDeployed("nothing was done")
    stack = deployment.carry_out(change_set)
    print(stack["StackStatus"])


if __name__ == "__main__":
    main()
