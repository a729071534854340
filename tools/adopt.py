"""Takes what a deleted installation has left, its tables and photos, into a new stack; then `make deploy` makes the rest.

python -m tools.adopt --stage dev
CloudFormation cannot make a table whose name is taken, and an import takes in what is there and makes nothing.
"""

import argparse
import json
import secrets
import sys
from collections.abc import Mapping
from typing import Any

import boto3

from .deploy import KEEPS_DATA, PACKAGE, Deployment, Refused, agreed, readable

__all__ = ["adoption", "main"]

_NAMES = {"AWS::DynamoDB::Table": "TableName", "AWS::S3::Bucket": "BucketName"}


def adoption(
    template: Mapping[str, Any], names: Mapping[str, str]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return a template of nothing but what holds data, and what CloudFormation has to import for it.

    `names` are the stage, account and region, as `Fn::Sub` calls them. Of the bucket only its name: what else it is told
    refers to queues that are not there yet, and comes with the next deployment.
    """
    kept, imported = {}, []
    for logical, resource in template["Resources"].items():
        if resource["Type"] in KEEPS_DATA:
            attribute = _NAMES[resource["Type"]]
            name = resource["Properties"][attribute]["Fn::Sub"]
            for variable, value in names.items():
                name = name.replace(f"${{{variable}}}", value)
            given = (
                resource["Properties"]
                if resource["Type"] == "AWS::DynamoDB::Table"
                else {attribute: name}
            )
            kept[logical] = {
                "Type": resource["Type"],
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": given,
            }
            imported.append(
                {
                    "ResourceType": resource["Type"],
                    "LogicalResourceId": logical,
                    "ResourceIdentifier": {attribute: name},
                }
            )
    parts = {
        "Parameters": {
            name: template["Parameters"][name] for name in ("Stage", "PublicUrl")
        },
        "Conditions": {
            name: template["Conditions"][name] for name in ("IsProd", "IsProtected")
        },
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        **parts,
        "Resources": kept,
    }, imported


def main() -> None:
    """Propose the import, ask, carry it out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stage", required=True, choices=("dev", "prod"))
    parser.add_argument("--yes", action="store_true", help="do not ask")
    given = parser.parse_args()
    here = Deployment(stage=given.stage, aws=boto3.session.Session())
    account = here.aws.client("sts").get_caller_identity()["Account"]
    template = json.loads((PACKAGE / "template.json").read_text(encoding="utf-8"))
    kept, imported = adoption(
        template,
        {
            "Stage": here.stage,
            "AWS::AccountId": account,
            "AWS::Region": here.aws.region_name,
        },
    )
    try:
        proposed = here.change_set(
            f"adopt-{secrets.token_hex(4)}",
            ChangeSetType="IMPORT",
            TemplateBody=json.dumps(kept, separators=(",", ":")),
            Parameters=[{"ParameterKey": "Stage", "ParameterValue": here.stage}],
            ResourcesToImport=imported,
        )
        if proposed is None:
            raise Refused("nothing to take in")
        print("\n".join(readable(proposed["Changes"])))
        if not agreed(f"Take these into {here.stack}?", yes=given.yes):
            here.drop(proposed["ChangeSetName"])
            raise Refused("nothing was done")
        print(here.carry_out(proposed["ChangeSetName"])["StackStatus"])
    except Refused as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main()
