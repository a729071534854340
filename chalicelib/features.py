"""The list of features, lowest first: a feature uses those before it, never those after it."""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .feature import Feature

__all__ = ["FEATURES", "declaration", "declarations"]

FEATURES = (
    "people",
    "places",
    "security_trail",
    "staff_directory",
    "signin",
    "factors",
    "phone_changes",
    "uploads",
    "wishes",
    "tickets",
    "message_log",
    "offers",
    "open311",
    "notifications",
    "ticket_policy",
    "statistics",
    "matching",
    "fanouts",
    "replies",
    "privacy",
    "exports",
    "queue_watch",
    "admin",
    "front",
)


@cache
def declaration(name: str) -> "Feature[Any]":
    """Load one feature's declaration."""
    declared: Feature[Any] = import_module(
        f".{name}.feature", __package__
    ).feature
    return declared


def declarations() -> "list[Feature[Any]]":
    """Load all declarations, in the order of the list."""
    return [declaration(name) for name in FEATURES]
