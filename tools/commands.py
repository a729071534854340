"""The parts that the operators' commands share: the stage, its stack and a person's consent."""

import argparse
import os
import sys

import boto3

from .deployment import Deployment, Stack
from .installation import checked

__all__ = ["agreed", "deployment_of", "stack_of", "stage_parser"]


def stage_parser(description: str | None) -> argparse.ArgumentParser:
    """Return the parser of a command that takes a stage, and an installation if it has a name."""
    parser = argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--stage", required=True, choices=("dev", "prod"))
    parser.add_argument(
        "--installation",
        type=checked,
        default=os.environ.get("INSTALLATION", ""),
        metavar="NAME",
        help="one of several in this account and region (or the variable INSTALLATION)",
    )
    return parser


def deployment_of(given: argparse.Namespace) -> Deployment:
    """Return what was named, in the account and region of the environment."""
    return Deployment(
        stage=given.stage,
        installation=given.installation,
        aws=boto3.session.Session(),
    )


def stack_of(deployment: Deployment) -> Stack:
    """Return the stack, or end the process where there is none."""
    stack = deployment.look()
    if stack is None:
        sys.exit(
            f"there is no stack {deployment.stack} in this account and region"
        )
    return stack


def agreed(question: str, *, yes: bool) -> bool:
    """Ask a person for consent, unless `yes` is given. An interruption means no."""
    if yes:
        return True
    try:
        answer = input(f"{question} [y/N] ")
    except (EOFError, KeyboardInterrupt):
        return False
    return answer.strip().lower() == "y"
