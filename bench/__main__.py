"""Runs the benches that are named, or all of them: `python -m bench [storage|warm|cold]`."""

import sys
from importlib import import_module

BENCHES = ("storage", "warm", "cold")


def main(names: list[str]) -> None:
    """Print the tables of the named benches."""
    unknown = set(names) - set(BENCHES)
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(BENCHES)}")
    for name in names or BENCHES:
        import_module(f"bench.{name}").main()  # each bench imports the app in its own way, and only when it runs


if __name__ == "__main__":
    main(sys.argv[1:])
