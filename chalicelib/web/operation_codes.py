"""The error codes of each operation. `tools.refusal_codes` finds them by reading the code.

The file is read when the contract is asked for, not at a cold start.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

__all__ = ["FILE", "PLATFORM_CODES", "all_codes", "codes_of", "usual_codes"]

FILE = Path(__file__).with_name("operation_codes.json")
# Codes of responses that no operation makes: of unknown methods, and of crashes.
PLATFORM_CODES: Mapping[str, str] = {
    "method.not_allowed": "405",
    "server.error": "500",
}


@cache
def _known() -> Mapping[str, Mapping[str, Sequence[str]]]:
    known: Mapping[str, Mapping[str, Sequence[str]]] = json.loads(
        FILE.read_text(encoding="utf-8")
    )
    return known


def codes_of(operation: str) -> Mapping[str, Sequence[str]] | None:
    """Return the codes of an operation by status; None for one that is not of this tree."""
    return _known().get(operation)


@cache
def usual_codes(status: str) -> tuple[str, ...]:
    """Return the codes that most operations have for a status. Without any, none."""
    counted = Counter(
        tuple(codes[status]) for codes in _known().values() if status in codes
    )
    most = max(counted.values(), default=0)
    usual = (codes for codes, times in counted.items() if times == most)
    return min(usual, default=())


def all_codes() -> list[str]:
    """Return all codes that a response may have, in order."""
    found = set(PLATFORM_CODES)
    for by_status in _known().values():
        for codes in by_status.values():
            found.update(codes)
    return sorted(found)
