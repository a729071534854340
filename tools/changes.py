"""Describe the changes of a CloudFormation change set, for the person who decides on it."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

__all__ = ["KEEPS_DATA", "Change", "losing", "readable"]

Change: TypeAlias = Mapping[str, Any]  # a ResourceChange
KEEPS_DATA = ("AWS::DynamoDB::Table", "AWS::S3::Bucket")
# The order of the actions in the list of changes.
_ORDER = {
    "Remove": 0,
    "Replace": 1,
    "Modify": 2,
    "Import": 3,
    "Add": 4,
}


def losing(changes: Iterable[Change]) -> list[str]:
    """Return the tables and buckets that would leave the stack.

    Their data stays in AWS, and the app would start with empty tables.
    """
    names = []
    for change in changes:
        if change["ResourceType"] in KEEPS_DATA and _leaves(change):
            names.append(change["LogicalResourceId"])
    return names


def _leaves(change: Change) -> bool:
    if change["Action"] == "Remove":
        return True
    return change.get("Replacement") == "True"


def readable(changes: Iterable[Change]) -> list[str]:
    """Return a line for each change with its reasons, removals and replacements first."""
    ranked = []
    for change in changes:
        rank, verb = _verb_of(change)
        kind = change["ResourceType"]
        name = change["LogicalResourceId"]
        reasons = ", ".join(_reasons(change))
        line = f"{verb:12}{kind:36}{name:28}{reasons}"
        ranked.append((rank, line.rstrip()))
    return [line for _, line in sorted(ranked)]


def _verb_of(change: Change) -> tuple[int, str]:
    """Return the place of a change in the list, and its verb."""
    action = change["Action"]
    if action == "Modify":
        replacement = change.get("Replacement")
        if replacement == "True":
            return _ORDER["Replace"], "REPLACE"
        if replacement == "Conditional":
            return _ORDER["Replace"], "MAY REPLACE"
    last = len(_ORDER)
    return _ORDER.get(action, last), action.upper()


def _reasons(change: Change) -> list[str]:
    reasons = set()
    for detail in change.get("Details", []):
        target = detail["Target"]
        reason = target.get("Name") or target["Attribute"]
        reasons.add(reason)
    return sorted(reasons)
