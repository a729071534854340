"""The terms of a wish: its kind, its words, its windows, and marks about care. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..kernel.redaction import MASK

__all__ = [
    "Safeguarding",
    "VisitWindow",
    "WishKind",
    "WishText",
    "known_labels",
]


class WishKind(StrEnum):
    """What is wished for."""

    GOODS = "goods"
    SERVICE = "service"
    COMPANY = "company"
    LEARNING = "learning"


class Safeguarding(StrEnum):
    """Why a visit needs care."""

    MINOR = "minor"
    BEDRIDDEN = "bedridden"
    ALONE = "alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitWindow:
    """When a visit would suit."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WishText:
    """The words of a wish as they were written, with what may be personal in them."""

    title: str
    story: str = ""
    alias: str | None = None


def known_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Return skills or dialects without those from which personal data was taken."""
    return tuple(label for label in labels if MASK not in label)
