"""Run the named benches, or all: `python -m bench [NAME [SIZE]]...`.

Names are those of `BENCHES`. A size is the number of people (fanout, street), of open wishes
(runs), of due tickets (tickets), of one person's tickets (erasure), or of seconds (load).
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
    "runs",
    "street",
    "erasure",
    "load",
    "tickets",
    "rolling",
    "redaction",
    "updates",
    "pages",
)


def main(words: list[str]) -> None:
    """Print the tables of the named benches; a number is the size of the bench before it."""
    named = [word for word in words if not word.isdigit()]
    unknown = set(named) - set(BENCHES)
    if unknown:
        wrong = ", ".join(sorted(unknown))
        known = ", ".join(BENCHES)
        sys.exit(f"unknown: {wrong}; there are: {known}")
    sizes = {
        name: int(size) for name, size in pairwise(words) if size.isdigit()
    }
    for name in named or BENCHES:
        # each bench imports the app in its own way, and only when it runs
        bench = import_module(f"bench.{name}")
        if name in sizes:
            bench.main(sizes[name])
        else:
            bench.main()


if __name__ == "__main__":
    main(sys.argv[1:])
