"""One browser and one street for each file of tests. Skipped unless `make test-browser` asks."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from .phone import Phone
    from .street import Street

# The other tests run in an environment without Playwright.
collect_ignore_glob = [] if os.environ.get("BROWSER") == "1" else ["test_*.py"]
CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
_HAND = {"width": 390, "height": 844}


def pytest_configure(config: pytest.Config) -> None:
    """Fail where nobody could run the tests, and would think that they passed."""
    if os.environ.get("BROWSER") == "1" and not Path(CHROMIUM).exists():
        pytest.exit(
            "Chromium is missing: apt-get install chromium fonts-noto-cjk",
            returncode=1,
        )


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Street]":
    from .street import open_street

    with open_street(tmp_path_factory.mktemp("street")) as opened:
        yield opened


@pytest.fixture
def with_scripts() -> bool:
    return True


@pytest.fixture
def phone(
    browser: "Browser",
    street: "Street",
    with_scripts: bool,
    record_property: Callable[[str, object], None],
) -> "Iterator[Callable[..., Phone]]":
    """Give phones: `phone()` to a visitor, `phone("0101")` to somebody who is signed in.

    At the end of the test no browser may have complained.
    """
    from .phone import Phone

    given: list[Phone] = []
    tasks: dict[str, tuple[int, float]] = {}

    def give(short: str = "", **options: Any) -> Phone:
        context = browser.new_context(
            viewport=_HAND,
            locale="zh-CN",
            java_script_enabled=with_scripts,
            **options,
        )
        if short:
            context.add_cookies(street.cookies_of(short))
        given.append(Phone(context, street.url, tasks))
        return given[-1]

    yield give
    for each in given:
        each.context.close()
    for task, taken in tasks.items():
        record_property("task", (task, *taken))
    for each in given:
        assert not each.complaints.found


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what was not compared, and what each task took."""
    _print_skipped(terminalreporter)
    _print_tasks(terminalreporter)


def _print_skipped(terminalreporter: Any) -> None:
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", ()):
        reasons[str(report.longrepr[2]).removeprefix("Skipped: ")] += 1
    for reason, count in reasons.items():
        terminalreporter.write_line(f"SKIPPED {count}: {reason}", yellow=True)


def _print_tasks(terminalreporter: Any) -> None:
    tasks: dict[str, tuple[int, float]] = {}
    # The fixture notes them at its end, so they are in the report of the teardown.
    for report in terminalreporter.stats.get("", ()):
        for name, value in report.user_properties:
            if name == "task":
                tasks[value[0]] = (value[1], value[2])
    if not tasks:
        return
    terminalreporter.write_line(
        "taps and seconds of each task, at 400 ms and 50 kB/s, words not counted:"
    )
    for task, (taps, seconds) in sorted(tasks.items()):
        terminalreporter.write_line(f"  {task:42} {taps:3} {seconds:6}")
