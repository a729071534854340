"""No request that a tool can think of confuses the API or a page: each walk in its own process."""

import re
import subprocess
import sys

import pytest

from app import api, site

from ..journeys.server import ROOT


def walk(file: str) -> int:
    """Run a file of tests that is not collected, and return how many passed."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, f"tests/hostile/{file}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(done.stdout[-30_000:] + done.stderr)
    (passed,) = re.findall(r"^(\d+) passed", done.stdout, re.MULTILINE)
    return int(passed)


def test_no_request_that_the_contract_can_describe_confuses_the_api() -> None:
    described = [one for one in api.operations if one.path != "/"]
    # As staff, as a resident, and as nobody.
    assert walk("contract_walk.py") > 3 * len(described)


def test_no_request_of_a_form_of_any_operation_confuses_a_page() -> None:
    assert walk("pages_walk.py") > len(site.pages) - 30  # those with any move
