"""No request that a tool can think of confuses the API: contract_walk.py, in its own process."""

import re
import subprocess
import sys

import pytest

from app import api

from ..journeys.server import ROOT

ROLES = 3  # staff, a resident, and nobody


def test_no_request_that_the_contract_can_describe_confuses_the_api() -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "tests/hostile/contract_walk.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(done.stdout[-30_000:] + done.stderr)
    (passed,) = re.findall(r"^(\d+) passed", done.stdout, re.MULTILINE)
    described = [one for one in api.operations if one.path != "/"]
    assert int(passed) > ROLES * len(described)
