"""Run a command with the environment of an installation's API function, for tools of an operator.

python -m tools.inside --stage prod -- python -m tools.redrive
python -m tools.inside --stage prod --tables chunhui-drill- -- python -m tools.redrive
With `--tables` the command reads restored tables and can send nothing.
The environment holds no secret. The command reads those that it needs from Secrets Manager, with
the rights of the operator.
"""

import argparse
import os
import subprocess
import sys

from .commands import deployment_of, stack_of, stage_parser
from .deployment import Deployment, outputs_of

__all__ = ["main"]

# Over restored tables nothing may be sent or queued: their messages may have been sent long ago.
_CONSOLE = {
    "SMS_PROVIDERS": '[{"name": "console", "kind": "console"}]',
    "MAIL_SERVER": '{"kind": "console"}',
}
_DROPPED = ("URGENT_QUEUE_URL", "BULK_QUEUE_URL", "UPLOAD_BUCKET")


def main() -> None:
    """Run the command and end with its exit code."""
    parser = stage_parser(
        "Run a command with the environment of an installation."
    )
    parser.add_argument(
        "--tables",
        metavar="PREFIX",
        help="restored tables; nothing is sent then",
    )
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    deployment = deployment_of(given)
    environment = _environment(deployment)
    if given.tables:
        environment |= _CONSOLE | {"TABLE_PREFIX": given.tables}
        for name in _DROPPED:
            environment.pop(name, None)
    command = given.command
    if command[:1] == ["--"]:
        command = command[1:]
    if not command:
        parser.error("which command?")
    ran = subprocess.run(command, env=environment, check=False)
    sys.exit(ran.returncode)


def _environment(deployment: Deployment) -> dict[str, str]:
    stack = stack_of(deployment)
    function = outputs_of(stack)["APIHandlerName"]
    lambdas = deployment.aws.client("lambda")
    configuration = lambdas.get_function_configuration(FunctionName=function)
    environment = dict(os.environ)
    environment["AWS_REGION"] = deployment.aws.region_name
    environment.update(configuration["Environment"]["Variables"])
    return environment


if __name__ == "__main__":
    main()
