"""Lighthouse on a slow phone: a public list, a public page, and the home of somebody signed in.

Its network and processor are simulated, so the marks hardly depend on the machine. Still its main
thread may be held up by others. So a page that is too slow is tried again, and the best of three
counts; in `make browser-all` the median of three.
"""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from .conftest import CHROMIUM
from .opening import open_page
from .pages import PAGES
from .phone import Phone
from .street import ROOT, Street

_LIGHTHOUSE = ROOT / ".browser/node_modules/lighthouse/cli/index.js"
_RUNS = 3
_FAST = 95
_SEARCHED = {"accessibility": 100, "best-practices": 100, "seo": 95}
_PRIVATE = {"accessibility": 100, "best-practices": 100}  # robots keep out
_FLAGS = "--headless=new --no-sandbox --disable-gpu"


def _measure(address: str, cookies: list[dict[str, Any]], folder: Path) -> Any:
    """Return the report of Lighthouse about an address."""
    headers, report = folder / "headers.json", folder / "report.json"
    pairs = "; ".join(f"{each['name']}={each['value']}" for each in cookies)
    headers.write_text(json.dumps({"Cookie": pairs}), "utf-8")
    command = [
        *("node", str(_LIGHTHOUSE), address, "--quiet"),
        *("--output=json", f"--output-path={report}"),
        *("--no-enable-error-reporting", f"--chrome-flags={_FLAGS}"),
    ]
    if cookies:
        command.append(f"--extra-headers={headers}")
    done = subprocess.run(
        command,
        env=os.environ | {"CHROME_PATH": CHROMIUM},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(report.read_text("utf-8"))


def _marks(report: Any) -> dict[str, int]:
    categories = report["categories"]
    return {name: round(categories[name]["score"] * 100) for name in categories}


def _faults(report: Any) -> list[str]:
    """Return what costs marks, for the one who reads the failure."""
    return [
        f"{name} {audit['score']} {audit.get('displayValue', '')}"
        for name, audit in report["audits"].items()
        if audit["score"] is not None and audit["score"] < 0.9
    ]


@pytest.mark.parametrize(
    ("page", "least"),
    [("wall", _SEARCHED), ("public-wish", _SEARCHED), ("home", _PRIVATE)],
)
def test_lighthouse_finds_little_to_mend(
    page: str,
    least: dict[str, int],
    phone: Callable[..., Phone],
    street: Street,
    tmp_path: Path,
):
    opened = next(each for each in PAGES if each.name == page)
    hand = phone(opened.person)
    open_page(hand, opened)
    cookies = street.cookies_of(opened.person) if opened.person else []
    takes_all = os.environ.get("TURN") == "all"
    speeds: list[int] = []
    for _ in range(_RUNS):
        report = _measure(hand.page.url, cookies, tmp_path)
        assert report["finalDisplayedUrl"] == hand.page.url
        marks = _marks(report)
        below = {each for each in least if marks[each] < least[each]}
        assert not below, _faults(report)
        speeds.append(marks["performance"])
        if not takes_all and speeds[-1] >= _FAST:
            break
    speed = median(speeds) if takes_all else max(speeds)
    assert speed >= _FAST, (speeds, _faults(report))
