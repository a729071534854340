"""Delete the stack of an installation. Its tables, photos and logs stay.

python -m tools.undeploy --stage dev
"""

import sys
import time
from typing import Any

from botocore.exceptions import ClientError

from .changes import KEEPS_DATA
from .commands import agreed, deployment_of, stack_of, stage_parser

__all__ = ["main"]

_STAYS = (*KEEPS_DATA, "AWS::Logs::LogGroup")
_ENDED = ("DELETE_COMPLETE", "DELETE_FAILED")


def main() -> None:
    """List the resources that stay, ask, delete the stack and wait."""
    parser = stage_parser(__doc__)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    given = parser.parse_args()
    deployment = deployment_of(given)
    stack = stack_of(deployment)
    formation = deployment.aws.client("cloudformation")
    going, staying = _resources(formation, deployment.stack)
    print(f"{going} resources go. These stay, with everything in them:")
    for name in staying:
        print(f"  {name}")
    if not agreed(f"Delete {deployment.stack}?", yes=given.yes):
        sys.exit("nothing was deleted")
    formation.update_termination_protection(
        StackName=deployment.stack, EnableTerminationProtection=False
    )
    formation.delete_stack(StackName=deployment.stack)
    status = _status(formation, stack["StackId"])
    while status not in _ENDED:
        time.sleep(2)
        status = _status(formation, stack["StackId"])
    print(status)
    if status != "DELETE_COMPLETE":
        sys.exit(1)


def _resources(formation: Any, stack: str) -> tuple[int, list[str]]:
    """Return how many resources go, and the names of those that stay."""
    going = 0
    staying = []
    lister = formation.get_paginator("list_stack_resources")
    for page in lister.paginate(StackName=stack):
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] in _STAYS:
                staying.append(resource["PhysicalResourceId"])
            else:
                going += 1
    return going, sorted(staying)


def _status(formation: Any, stack: str) -> str:
    try:
        answer = formation.describe_stacks(StackName=stack)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise  # expired credentials, for example, say nothing about the stack
        return "DELETE_COMPLETE"
    (described,) = answer["Stacks"]
    return str(described["StackStatus"])


if __name__ == "__main__":
    main()
