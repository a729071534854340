"""Ends an installation: its stack is deleted, and its tables, photos and logs stay.

python -m tools.undeploy --stage dev
"""

import argparse
import sys
import time
from typing import Any

import boto3
from botocore.exceptions import ClientError

from .deploy import KEEPS_DATA, Deployment, agreed

__all__ = ["main"]


def main() -> None:
    """Say what stays, ask, delete, wait."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stage", required=True, choices=("dev", "prod"))
    parser.add_argument("--yes", action="store_true", help="do not ask")
    given = parser.parse_args()
    here = Deployment(stage=given.stage, aws=boto3.session.Session())
    stack, formation = here.look(), here.aws.client("cloudformation")
    if stack is None:
        sys.exit(f"there is no stack {here.stack} in this account and region")
    pages = formation.get_paginator("list_stack_resources").paginate(
        StackName=here.stack
    )
    resources = [
        resource for page in pages for resource in page["StackResourceSummaries"]
    ]
    kept = sorted(
        r["PhysicalResourceId"]
        for r in resources
        if r["ResourceType"] in (*KEEPS_DATA, "AWS::Logs::LogGroup")
    )
    print(
        f"{len(resources) - len(kept)} resources go. These stay, with everything in them:\n  "
        + "\n  ".join(kept)
    )
    if not agreed(f"Delete {here.stack}?", yes=given.yes):
        sys.exit("nothing was deleted")
    formation.delete_stack(StackName=here.stack)
    while (status := _status(formation, stack["StackId"])) not in (
        "DELETE_COMPLETE",
        "DELETE_FAILED",
    ):
        time.sleep(2)
    print(status)
    sys.exit(0 if status == "DELETE_COMPLETE" else 1)


def _status(formation: Any, stack: str) -> str:
    try:
        (found,) = formation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise  # credentials that have run out, say: nobody knows then
        return "DELETE_COMPLETE"
    return str(found["StackStatus"])


if __name__ == "__main__":
    main()
