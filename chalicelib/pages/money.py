"""Money on pages: forms ask for yuan, the API takes fen."""

from collections.abc import Mapping
from typing import Any

__all__ = ["in_fen"]

_FEN = 100


def in_fen(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a form that asks for a budget in yuan, as the API takes it."""
    budget = body.get("budget_fen")
    if isinstance(budget, int):
        return {**body, "budget_fen": budget * _FEN}
    return dict(body)
