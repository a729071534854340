"""Runs a command with the environment of an installation, as its API function has it: for tools that an operator runs.

python -m tools.inside --stage prod -- python -m tools.redrive
python -m tools.inside --stage prod --tables chunhui-drill- -- python -m tools.redrive   # looks at restored tables; sends nothing
The secrets are in it, so it takes somebody who may read the function's configuration; nothing is printed or written.
"""

import argparse
import os
import subprocess
import sys

import boto3

from .deploy import Deployment, outputs_of

__all__ = ["main"]

# Over restored tables nothing may leave the house: what they hold may have been sent long ago, and jobs would run where they stand.
_SILENT = {
    "SMS_PROVIDERS": '[{"name": "console", "kind": "console"}]',
    "MAIL_SERVER": '{"kind": "console"}',
}
_WAYS = ("URGENT_QUEUE_URL", "BULK_QUEUE_URL", "UPLOAD_BUCKET")


def main() -> None:
    """Run the command and end as it ends."""
    parser = argparse.ArgumentParser(
        description="Run a command with the environment of an installation."
    )
    parser.add_argument("--stage", required=True, choices=("dev", "prod"))
    parser.add_argument(
        "--tables",
        metavar="PREFIX",
        help="other tables than the installation's own, and no way out of the house",
    )
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    here = Deployment(stage=given.stage, aws=boto3.session.Session())
    stack = here.look()
    if stack is None:
        sys.exit(f"there is no stack {here.stack} in this account and region")
    function = outputs_of(stack)["APIHandlerName"]
    configuration = here.aws.client("lambda").get_function_configuration(
        FunctionName=function
    )
    environment = (
        os.environ
        | {"AWS_REGION": here.aws.region_name}
        | configuration["Environment"]["Variables"]
    )
    if given.tables:
        environment |= _SILENT | {"TABLE_PREFIX": given.tables}
        environment = {
            name: value for name, value in environment.items() if name not in _WAYS
        }
    command = given.command[given.command[:1] == ["--"] :]
    if not command:
        parser.error("which command?")
    sys.exit(subprocess.run(command, env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
