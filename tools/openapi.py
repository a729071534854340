"""Writes docs/openapi.json from the mounted routes; ends with 1 if it had to."""

import json
import sys
from pathlib import Path

from app import api
from chalicelib.web.openapi import document

__all__ = ["FILE", "current"]

FILE = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def current() -> str:
    """Return the contract as it is committed: sorted and indented, so that a diff shows what changed."""
    return (
        json.dumps(
            document(api.operations, api.id_prefixes),
            ensure_ascii=False,
            indent=1,
            sort_keys=True,
        )
        + "\n"
    )


if __name__ == "__main__":
    before, now = FILE.read_text(encoding="utf-8") if FILE.exists() else "", current()
    if before != now:
        FILE.write_text(now, encoding="utf-8")
        sys.exit("docs/openapi.json was out of date and has been written; commit it")
