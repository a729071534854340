"""The cases of statistics."""

from ..cases import WORKER, Cases
from ..world import GRID, STREET

CASES = Cases(
    who={
        "read_rates": WORKER,
        "read_overview": WORKER,
        "list_hot_spots": WORKER,
    },
    queries={
        "read_rates": f"?place={GRID}&from=2026-11-01&to=2026-11-30",
        "read_overview": f"?place={GRID}&from=2026-11-01&to=2026-11-30",
        "list_hot_spots": f"?place={GRID}",
    },
    story_queries={
        "read_rates": f"place={STREET}&from={{first}}&to={{last}}",
        "read_overview": f"place={STREET}&from={{first}}&to={{last}}",
        "list_hot_spots": f"place={STREET}",
    },
)
