"""Write requirements-package.lock: each pin of requirements.txt, with the digests of its wheels.

.venv/bin/python -m tools.lock
The wheels are those that Lambda can load, for each Python that may be its runtime.
"""

import hashlib
import tempfile
from pathlib import Path

from .generated import keep
from .libraries import LOCK, Wheels, pins

__all__ = ["PYTHONS", "locked", "main"]

PYTHONS = ((3, 11), (3, 12), (3, 13))
_HEAD = (
    "# What the package for Lambda is made of: the pins of requirements.txt, with the digests of"
    " their wheels.\n"
    "# Written by `python -m tools.lock`. tools/libraries.py installs nothing else.\n"
)


def locked(digests: dict[str, set[str]]) -> str:
    """Return the text of the lock file from the digests of each pin."""
    lines = [_HEAD]
    for pin in sorted(digests, key=str.lower):
        lines.append(pin)
        for digest in sorted(digests[pin]):
            lines.append(f" \\\n    --hash=sha256:{digest}")
        lines.append("\n")
    return "".join(lines)


def main() -> None:
    """Fetch the wheels of all pins and write their digests."""
    digests: dict[str, set[str]] = {}
    for pin in pins().values():
        digests[pin] = set()
        for version in PYTHONS:
            with tempfile.TemporaryDirectory() as folder:
                digests[pin].add(_fetched(pin, Path(folder), version))
    keep(LOCK, locked(digests))


def _fetched(pin: str, folder: Path, version: tuple[int, int]) -> str:
    Wheels(*version).download(folder, pin)
    (wheel,) = folder.iterdir()
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
