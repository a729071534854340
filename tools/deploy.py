"""Deploy a package by a CloudFormation change set, after a person has read the changes.

python -m tools.deploy --stage dev                      # show the changes and ask
python -m tools.deploy --stage prod --set AlarmEmail=duty@example.cn --yes
python -m tools.deploy --stage prod --former            # list the deployments, the present one last
python -m tools.deploy --stage prod --former before     # go back to the one before the present one
python -m tools.deploy --stage prod --former 20261124T130501-3f9c0a1b2c3d   # or to any other
Every call goes through boto3, so AWS_ENDPOINT_URL can name an emulator.
"""

import json
import os
import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from .changes import Change, losing, readable
from .commands import agreed, deployment_of, stage_parser
from .deployment import Deployment, NotDeployed, Stack, outputs_of
from .generated import ROOT
from .watching import MINUTES, watch_of

__all__ = ["PACKAGE", "main"]

_BUILT = ROOT / "build" / "package"
# The output of `make package`. The emulator's test deploys another with the same commands.
PACKAGE = Path(os.environ.get("DEPLOY_FROM") or _BUILT)


def _arguments() -> Namespace:
    parser = stage_parser("Deploy by a CloudFormation change set.")
    parser.add_argument(
        "--package",
        type=Path,
        default=PACKAGE,
        help="folder with template.json and deployment.zip",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of infra/stage.yaml",
    )
    parser.add_argument(
        "--former",
        nargs="?",
        const="",
        metavar="NAME",
        help="go back to it, or to the one `before`; without a name, list them",
    )
    parser.add_argument(
        "--watch",
        type=int,
        default=MINUTES,
        metavar="MINUTES",
        help="take it back if an alarm rings so soon after it; 0 for never",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--leave-data",
        action="store_true",
        help="let a table or bucket leave the stack; its data stays behind",
    )
    return parser.parse_args()


def main() -> None:
    """Deploy a package or a former template, after a person has agreed."""
    given = _arguments()
    deployment = deployment_of(given)
    try:
        _deploy(deployment, given)
    except (NotDeployed, BotoCoreError, ClientError) as refused:
        sys.exit(str(refused))


def _template_of(deployment: Deployment, given: Namespace) -> str:
    """Return the name of the template to deploy; a package is uploaded first."""
    if given.former == "before":
        return deployment.before()
    if given.former:
        return str(given.former)
    text = (given.package / "template.json").read_text(encoding="utf-8")
    template = json.loads(text)
    return deployment.upload(template, given.package / "deployment.zip")


def _deploy(deployment: Deployment, given: Namespace) -> None:
    parameters = dict(pair.split("=", 1) for pair in given.set)
    if given.former == "":
        for name in deployment.former():
            print(name)
        return
    *before, last = deployment.steps_to(_template_of(deployment, given))
    for number, name in enumerate(before, 1):
        print(f"step {number} of {len(before) + 1}: indexes, one of each table")
        _step(deployment, name, {}, given)
    stack = _step(deployment, last, parameters, given, noted=True)
    if stack is None:
        print("nothing would change")
        return
    deployment.protect()
    outputs = outputs_of(stack)
    for key in sorted(outputs):
        print(f"{key:18}{outputs[key]}")


def _step(
    deployment: Deployment,
    name: str,
    parameters: Mapping[str, str],
    given: Namespace,
    *,
    noted: bool = False,
) -> Stack | None:
    """Deploy one template; return the stack, None if it would not change.

    A step on the way is not noted: nobody goes back to it.

    Raises:
        NotDeployed: it failed, or the person does not agree.

    """
    print(f"{deployment.stack}: {name}")
    watch = None
    if deployment.look():
        watch, ringing = watch_of(
            deployment.aws, deployment.stack, given.watch if noted else 0
        )
        for alarm in ringing:
            print(f"not watched, for it rings already: {alarm}")
    proposed = deployment.propose(name, parameters, watch)
    if proposed is None:
        return None
    change_set = proposed["ChangeSetName"]
    try:
        _decide(deployment, proposed["Changes"], given)
    except NotDeployed:
        deployment.drop(change_set)
        raise
    return deployment.carry_out(change_set, name if noted else "")


def _decide(
    deployment: Deployment,
    changes: list[Change],
    given: Namespace,
) -> None:
    """Show the changes and ask a person.

    Raises:
        NotDeployed: data would leave the stack, or the person does not agree.

    """
    for line in readable(changes):
        print(line)
    lost = losing(changes)
    if lost and not given.leave_data:
        raise NotDeployed(
            f"{', '.join(lost)} would leave the stack with all its data; "
            "say --leave-data if that is meant"
        )
    if not agreed(f"Deploy to {deployment.stage}?", yes=given.yes):
        raise NotDeployed("nothing was deployed")


if __name__ == "__main__":
    main()
