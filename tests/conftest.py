"""Two stores for tests: one in memory for most, the embedded store for durability, units and real
processes.
"""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.wishes import policy as wish_policy
from onemachine.store import binary, embedded_store

from . import declared_refusals
from .hostile.attacks import kind_of
from .hostile.watch import watched
from .storage import ADDRESS
from .world import World

os.environ |= {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}
os.environ.pop(ADDRESS, None)
declared_refusals.watch()

# One resident of a test files any number of wishes, unless the test asks for `filing_limits`.
FILING_LIMITS = {
    "OPEN_WISHES": wish_policy.OPEN_WISHES,
    "WISHES_PER_WEEK": wish_policy.WISHES_PER_WEEK,
}
for name in FILING_LIMITS:
    setattr(wish_policy, name, 10_000)
# A decision about a wish is told at once, unless the test asks for `time_to_undo`.
TIME_TO_UNDO = wish_policy.UNDO_WITHIN
wish_policy.UNDO_WITHIN = timedelta(0)


# What `make test-fast` leaves out: what starts processes, builds what is deployed, draws many
# examples, or lives through days.
SLOW = (
    "tests/adapters/",
    "tests/admin/test_queue_pages.py",
    "tests/architecture/",
    "tests/contract/",
    "tests/deploy/",
    "tests/exports/",
    "tests/faults/",
    "tests/histories/",
    "tests/hostile/",
    "tests/journeys/",
    "tests/matching/",
    "tests/message_log/",
    "tests/notifications/",
    "tests/open311/",
    "tests/pages/",
    "tests/queue_watch/",
    "tests/replies/",
    "tests/security_trail/",
    "tests/signin/test_limits.py",
    "tests/statistics/",
    "tests/store/test_dynamo.py",
    "tests/street/",
    "tests/test_cold_start.py",
    "tests/test_package.py",
    "tests/test_permissions.py",
    "tests/test_ticket_permissions.py",
    "tests/tickets/test_alarm_histories.py",
    "tests/tickets/test_move_histories.py",
    "tests/tickets/test_worktime.py",
    "tests/trust/",
    "tests/wishes/test_helper_histories.py",
)
FAST = "not embedded and not slow"  # of the Makefile


def pytest_ignore_collect(
    collection_path: Path, config: pytest.Config
) -> bool | None:
    """Do not even read what `make test-fast` leaves out."""
    path = collection_path.relative_to(config.rootpath).as_posix()
    skipped = config.option.markexpr == FAST and f"{path}/".startswith(
        tuple(f"{name.rstrip('/')}/" for name in SLOW)
    )
    return True if skipped else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test-fast` leaves out. It comes first, so that no worker ends long before."""
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW))
    for item in items:
        if "embedded_address" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.embedded)
        if item.nodeid.startswith(SLOW):
            item.add_marker(pytest.mark.slow)
        if kind := kind_of(item.nodeid):
            item.add_marker(pytest.mark.attack)
            item.user_properties.append(("attack", kind))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many attacks of each kind were tried, after `pytest -m attack`."""
    if terminalreporter.config.option.markexpr != "attack":
        return
    tried: Counter[str] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            tried[dict(report.user_properties)["attack"]] += 1
    for kind, count in tried.items():
        terminalreporter.write_line(f"{kind:36} {count:5}")
    terminalreporter.write_line(f"{'attacks tried':36} {tried.total():5}")


@pytest.fixture(autouse=True)
def watched_attack(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """While an attack runs, nothing personal is logged, and no answer is a 5xx."""
    if request.node.get_closest_marker("attack") is None:
        yield
        return
    with watched(monkeypatch):
        yield


@pytest.fixture(autouse=True)
def only_declared_refusals() -> Iterator[None]:
    """No operation answers with a code that the contract does not have for it and the status."""
    yield
    found = declared_refusals.take()
    assert not found, f"refusals that are not in the contract: {found}"


@pytest.fixture
def world() -> World:
    """A street in memory."""
    return World()


@pytest.fixture
def time_to_undo(monkeypatch: pytest.MonkeyPatch) -> timedelta:
    """Let decisions about wishes be told after the time in which they are undone."""
    monkeypatch.setattr(wish_policy, "UNDO_WITHIN", TIME_TO_UNDO)
    return TIME_TO_UNDO


@pytest.fixture
def filing_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limit the wishes of one resident as in production."""
    for name, limit in FILING_LIMITS.items():
        monkeypatch.setattr(wish_policy, name, limit)


@pytest.fixture(scope="module")
def embedded_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One embedded store for the tests of a file; each world has tables of its own.

    It starts in no time, and each table makes the next one slower to create.
    """
    assert Path(binary()).exists(), "the embedded store is missing: make store"
    with embedded_store(tmp_path_factory.mktemp("store")) as address:
        yield address


@pytest.fixture
def embedded_world(embedded_address: str) -> Iterator[World]:
    """A street in the embedded store: atomic, with real capacity units."""
    os.environ[ADDRESS] = embedded_address
    yield World()
    os.environ.pop(ADDRESS, None)
