"""Write chalicelib/web/operation_codes.json, the error codes of each operation, from the code.

How they are found: docs/decisions/0055. It takes about ten seconds of CPU.
"""

import json
import sys
from collections.abc import Mapping
from functools import cache
from statistics import median

from app import api
from chalicelib.web.operation_codes import FILE

from .generated import ROOT, keep
from .refusals.codes import Codes
from .refusals.operations import (
    CodesByStatus,
    codes_of_operations,
    read_codes,
)

__all__ = ["FILE", "all_refusals", "found_codes", "generated"]


@cache
def all_refusals() -> Codes:
    """Return the refusals of all functions of this tree."""
    codes = read_codes(ROOT)
    if codes.unclear:
        sys.exit("codes that cannot be told: " + ", ".join(codes.unclear))
    return codes


@cache
def found_codes() -> Mapping[str, CodesByStatus]:
    """Return the codes of all operations of this tree."""
    return codes_of_operations(all_refusals(), api.operations)


def generated() -> str:
    """Return the text of the file: a line for each operation and status."""
    entries = []
    for name, by_status in found_codes().items():
        lines = [
            f"  {json.dumps(status)}: {json.dumps(codes)}"
            for status, codes in by_status.items()
        ]
        entries.append(
            f" {json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n }"
        )
    return "{\n" + ",\n".join(entries) + "\n}\n"


def _print_numbers() -> None:
    counts = [
        sum(map(len, by_status.values()))
        for by_status in found_codes().values()
    ]
    print(
        f"{len(counts)} operations; codes of one: "
        f"{median(counts):.0f} in the median, {max(counts)} at most"
    )


if __name__ == "__main__":
    _print_numbers()
    keep(FILE, generated())
