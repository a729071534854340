"""How many lines a page of the ticket queue reads."""

import pytest

from ..storage import counted_storage
from ..world import BAIHUA, GRID, STREET, World
from .street import TicketStreet

PAGE = 20
LOOK_THROUGH = 250  # lines of a filtered list, in the first request


@pytest.mark.parametrize(
    ("reader", "query", "lines"),
    [
        ("clerk", f"place={BAIHUA}", PAGE),
        ("admin", f"place={STREET}", PAGE),
        ("admin", f"place={STREET}&order=due", PAGE),
        ("clerk", f"place={BAIHUA}&category=rubbish", LOOK_THROUGH),
        ("clerk", f"place={BAIHUA}&state=open&level=grid", LOOK_THROUGH),
        ("worker", f"place={GRID}", PAGE),
    ],
)
def test_a_queue_without_a_filter_reads_no_more_than_a_page(
    reader, query, lines
):
    street = TicketStreet(World())
    reported = {street.report() for _ in range(3)}
    with counted_storage() as storage:
        answer = getattr(street, reader).get(f"/v1/tickets?{query}&limit=20")
    assert {line["id"] for line in answer.json["items"]} == reported
    queries = [sent for name, sent, _ in storage.calls if name == "Query"]
    # One line more tells whether another page follows.
    assert [sent["Limit"] for sent in queries] == [lines + 1]
