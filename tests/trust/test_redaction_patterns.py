"""The patterns of redaction by their form: none can backtrack over a long text.

A repetition without a bound gives nothing back that it took (it is possessive). A repetition that
may give something back has a small bound. `bench redaction` measures the time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.kernel import redaction_patterns
from chalicelib.kernel.redaction_patterns import DOORS

PARSER: Any = re._parser  # type: ignore[attr-defined]
UNBOUNDED = PARSER.MAXREPEAT
MAX_TRIES = 64  # ways in which one match may give back what it took


@dataclass(frozen=True)
class Repetition:
    """A repetition, and in how many ways those around it and it may be tried."""

    is_possessive: bool
    most: int
    tries: int


def repetitions(pattern: str) -> list[Repetition]:
    return list(_repetitions(PARSER.parse(pattern), 1))


def _repetitions(part: Any, tries: int) -> Iterator[Repetition]:
    for operation, value in part:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, inner = value
            is_possessive = name == "POSSESSIVE_REPEAT"
            ways = tries if is_possessive else tries * (int(most) - least + 1)
            yield Repetition(is_possessive, int(most), ways)
            yield from _repetitions(inner, ways)
        else:
            for inner in _inside(value):
                yield from _repetitions(inner, tries)


def _inside(value: Any) -> Iterator[Any]:
    """Yield the parts of a group, an alternative or a look around."""
    if isinstance(value, PARSER.SubPattern):
        yield value
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _inside(one)


def all_patterns() -> dict[str, str]:
    named = {
        name: value.pattern
        for name in redaction_patterns.__all__
        if isinstance(value := getattr(redaction_patterns, name), re.Pattern)
    }
    return named | {f"DOORS {n}": one.pattern for n, one in enumerate(DOORS)}


PATTERNS = all_patterns()


def assert_bounded(pattern: str) -> None:
    for found in repetitions(pattern):
        if found.most == UNBOUNDED:
            assert found.is_possessive, pattern
        assert found.tries <= MAX_TRIES, pattern


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_gives_nothing_back_over_a_long_text(name: str):
    assert_bounded(PATTERNS[name])


def test_every_pattern_is_looked_at():
    assert len(PATTERNS) == len(redaction_patterns.__all__) - 1 + len(DOORS)
    assert sum(bool(repetitions(one)) for one in PATTERNS.values()) > 10


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"a*b",
        r"(?:a|b*)c",
        r"(?=a*)b",
        r"[0-9]{1,100}x",
        r"(?:a{0,9}b){0,9}c",
        r"(?:a{0,9}b)++.*?",
    ],
)
def test_a_pattern_that_backtracks_is_found(pattern: str):
    with pytest.raises(AssertionError):
        assert_bounded(pattern)
