"""One server per story, opened on a working Monday morning."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .server import Server, running_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The demo street on the durable store; the clock starts at 08:40 in Shanghai."""
    with running_server(
        tmp_path / "data", clock_start="2026-11-23T00:40:00Z"
    ) as running:
        yield running
