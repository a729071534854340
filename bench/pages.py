"""Measure the CPU time of pages beside that of the operations of the API which they read.

Both run in one process over the store in memory, by turns. Measured is the CPU time of the
process. Requests to the store are counted; a page makes those of its operations.
"""

from collections.abc import Callable
from statistics import median
from time import process_time

from tests.pages.browser import Browser
from tests.storage import counted_storage
from tests.world import BAIHUA, Phone, World

from .table import show

ROUNDS = 200
BUDGET = 1.0  # milliseconds that a page may cost above its operations
HEADS = (
    "page",
    "page, ms",
    "its operations, ms",
    "above, ms",
    "budget",
    "kept",
    "requests",
)


def main() -> None:
    """Print the table."""
    world = World()
    resident = world.resident()
    wish = world.open_wish(resident)
    pages = {
        f"/wall?place={BAIHUA}": [f"/v1/wishes?place={BAIHUA}&state=open"],
        f"/wall/{wish}": [f"/v1/wishes/{wish}"],
        "/m/wishes": ["/v1/me/wishes"],
        f"/m/wishes/{wish}": [
            f"/v1/wishes/{wish}",
            f"/v1/wishes/{wish}/timeline?limit=100",
        ],
    }
    lines = [
        _line(world, resident, page, reads) for page, reads in pages.items()
    ]
    show("Pages", HEADS, lines)


def _line(
    world: World, resident: Phone, page: str, reads: list[str]
) -> list[object]:
    browser, phone = Browser(world), Phone()
    if page.startswith("/m"):
        phone = resident
        person = world.services.people.find(resident.me["id"])
        browser.enter(person)

    def ask_page() -> None:
        assert browser.ask("GET", page).status == 200

    def ask_api() -> None:
        for read in reads:
            assert phone.get(read).status == 200

    ask_page()
    ask_api()
    with counted_storage() as storage:
        ask_page()
    page_ms, api_ms = _by_turns(ask_page, ask_api)
    above = page_ms - api_ms
    kept = "yes" if above <= BUDGET else "NO"
    times = [round(each, 2) for each in (page_ms, api_ms, above)]
    return [page, *times, BUDGET, kept, len(storage.calls)]


def _by_turns(*programs: Callable[[], None]) -> list[float]:
    """Return the median CPU milliseconds of each program."""
    found: list[list[float]] = [[] for _ in programs]
    for _ in range(ROUNDS):
        for times, program in zip(found, programs, strict=True):
            began = process_time()
            program()
            times.append((process_time() - began) * 1000)
    return [median(times) for times in found]
