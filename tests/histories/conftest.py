"""Histories write no lines about requests: there are thousands."""

from collections.abc import Iterator

import pytest

from chalicelib.runtime import log


@pytest.fixture(autouse=True)
def _quiet_log() -> Iterator[None]:
    before = log.log_level
    log.setLevel("ERROR")
    yield
    log.setLevel(before)
