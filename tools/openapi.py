"""Write docs/openapi.json from the mounted routes."""

import json

from app import api
from chalicelib.web.openapi import document

from .generated import ROOT, keep

__all__ = ["FILE", "generated"]

FILE = ROOT / "docs" / "openapi.json"


def generated() -> str:
    """Return the contract, sorted and indented so that a diff shows each change."""
    contract = document(api.operations, api.id_prefixes)
    text = json.dumps(contract, ensure_ascii=False, indent=1, sort_keys=True)
    return text + "\n"


if __name__ == "__main__":
    keep(FILE, generated())
