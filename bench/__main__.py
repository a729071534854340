"""Runs the benches that are named, or all of them: `python -m bench [storage|fanout
[people]|warm|cold|matching|street [wishes]|tickets [due]|rolling]`.
"""

import sys
from importlib import import_module
from itertools import pairwise

BENCHES = (
    "storage",
    "fanout",
    "warm",
    "cold",
    "matching",
    "street",
    "tickets",
    "rolling",
)


def main(words: list[str]) -> None:
    """Print the tables of the named benches; a number is the size of the bench before it."""
    named = [word for word in words if not word.isdigit()]
    unknown = set(named) - set(BENCHES)
    if unknown:
        sys.exit(
            f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(BENCHES)}"
        )
    sizes = {
        name: int(size) for name, size in pairwise(words) if size.isdigit()
    }
    for name in named or BENCHES:
        size = [sizes[name]] if name in sizes else []
        import_module(f"bench.{name}").main(
            *size
        )  # each bench imports the app in its own way, and only when it runs


if __name__ == "__main__":
    main(sys.argv[1:])
