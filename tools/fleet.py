"""Roll a package out to many installations: one, then five, then the rest.

python -m tools.fleet fleet.yaml                # ask once, then go from wave to wave
python -m tools.fleet fleet.yaml --from heping  # go on with this one
The file lists installations: name, account, region, role, stage and url. docs/operations.md shows
one. The first installation that fails or is not healthy afterwards ends the rollout.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import boto3
import yaml  # type: ignore[import-untyped]  # comes with Chalice

from .commands import agreed
from .deploy import PACKAGE
from .installation import checked

__all__ = ["Member", "RolledBack", "main", "read_fleet", "roll_out", "waves"]

_FIRST_WAVES = (1, 5)
_TRIES, _PAUSE = 20, 15  # five minutes, in which functions begin
_HTTP_OK = 200


class RolledBack(Exception):
    """An installation has failed; those behind it stay as they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One installation: where it stands, who deploys it, and where it answers."""

    name: str
    account: str
    region: str
    role: str
    stage: str
    url: str

    def __post_init__(self) -> None:
        """Check what AWS and the tools take. ValueError for anything else."""
        checked(self.name)
        if self.stage not in ("dev", "prod"):
            raise ValueError(f"{self.name}: the stage is dev or prod")
        if not (self.account.isascii() and self.account.isdigit()):
            raise ValueError(
                f"{self.name}: an account is twelve digits, in quotes"
            )
        if not self.url.startswith("https://"):
            raise ValueError(f"{self.name}: the url begins with https://")


Deploy = Callable[[Member], None]  # raises RolledBack
Healthy = Callable[[Member], bool]


def read_fleet(text: str) -> list[Member]:
    """Read a fleet; ValueError for a field that is missing, unknown or no text."""
    listed = yaml.safe_load(text)
    if not isinstance(listed, list) or not listed:
        raise ValueError("a fleet is a list of installations")
    members = [_member(each) for each in listed]
    places = {(m.account, m.region, m.stage, m.name) for m in members}
    names = {member.name for member in members}
    if len(places) < len(members) or len(names) < len(members):
        raise ValueError("an installation is listed twice")
    return members


def _member(given: Any) -> Member:
    wanted = {field.name for field in fields(Member)}
    if not isinstance(given, dict) or given.keys() != wanted:
        raise ValueError(f"an installation has {', '.join(sorted(wanted))}")
    wrong = [
        name for name, value in given.items() if not isinstance(value, str)
    ]
    if wrong:
        raise ValueError(
            f"{given['name']}: {', '.join(wrong)}: put it in quotes"
        )
    return Member(**given)


def waves(members: Sequence[Member]) -> Iterator[Sequence[Member]]:
    """Yield the waves: the first member, five, and the rest."""
    begin = 0
    for size in (*_FIRST_WAVES, len(members)):
        wave = members[begin : begin + size]
        if wave:
            yield wave
        begin += size


def roll_out(
    members: Sequence[Member], deploy: Deploy, is_healthy: Healthy
) -> None:
    """Deploy wave after wave; each wave must be healthy before the next.

    Raises:
        RolledBack: an installation has failed, or does not answer.

    """
    for number, wave in enumerate(waves(members), 1):
        print(f"wave {number}: {', '.join(member.name for member in wave)}")
        for member in wave:
            deploy(member)
        for member in wave:
            if not is_healthy(member):
                raise RolledBack(
                    f"{member.name} does not answer at {member.url}"
                )


def _environment(member: Member) -> Mapping[str, str]:
    """Return the environment of a member's operator: the rights of its role, for an hour."""
    session = boto3.session.Session(region_name=member.region)
    partition = session.get_partition_for_region(member.region)
    answer = session.client("sts").assume_role(
        RoleArn=f"arn:{partition}:iam::{member.account}:role/{member.role}",
        RoleSessionName="chunhui-fleet",
    )
    keys = answer["Credentials"]
    return os.environ | {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
        "AWS_DEFAULT_REGION": member.region,
        "AWS_REGION": member.region,
    }


def deploy_by_tool(package: Path) -> Deploy:
    """Return what deploys a package to a member by `tools.deploy`."""

    def deploy(member: Member) -> None:
        command = [sys.executable, "-m", "tools.deploy", "--yes"]
        command += ["--stage", member.stage, "--installation", member.name]
        command += ["--package", str(package)]
        ran = subprocess.run(command, env=_environment(member), check=False)
        if ran.returncode:
            raise RolledBack(f"{member.name} was not deployed")

    return deploy


def answers(
    member: Member, *, tries: int = _TRIES, pause: float = _PAUSE
) -> bool:
    """Say whether an installation says that it is well, within some minutes."""
    for attempt in range(tries):
        if attempt:
            time.sleep(pause)
        if _is_well(f"{member.url}/healthz"):
            return True
    return False


def _is_well(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - https, checked
            body = json.loads(answer.read(1000))
            return bool(answer.status == _HTTP_OK and body == {"status": "ok"})
    except (OSError, ValueError):
        return False


def main() -> None:
    """Read the fleet, ask once, and roll out."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("fleet", type=Path)
    parser.add_argument("--from", dest="begin", default="", metavar="NAME")
    parser.add_argument("--package", type=Path, default=PACKAGE)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    given = parser.parse_args()
    try:
        members = read_fleet(given.fleet.read_text(encoding="utf-8"))
        members = _behind(members, given.begin)
        if not agreed(f"Deploy to {len(members)}?", yes=given.yes):
            raise RolledBack("nothing was deployed")
        roll_out(members, deploy_by_tool(given.package), answers)
    except (OSError, ValueError, RolledBack, yaml.YAMLError) as refused:
        sys.exit(str(refused))


def _behind(members: list[Member], begin: str) -> list[Member]:
    names = [member.name for member in members]
    if begin and begin not in names:
        raise ValueError(f"{begin} is not in the fleet")
    return members[names.index(begin) :] if begin else members


if __name__ == "__main__":
    main()
