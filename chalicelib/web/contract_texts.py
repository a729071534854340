"""The texts of the contract: how each feature explains its operations, fields and examples.

A feature keeps them in its `contract.py`, beside its `api.py`. Only the contract loads that module,
so the texts cost a cold start nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ..kernel.access import COMMUNITY, STAFF, Action, Relation, Toward
from .contract_words import EXAMPLES, FIELDS
from .routes import Operation

__all__ = ["About", "ContractTexts", "FeatureTexts", "contract_texts"]

Relations = Mapping[Relation, str]
_PUBLIC: Relations = {
    Relation.PUBLIC: "anybody",
    Relation.SIGNED_IN: "anybody who is signed in",
    Relation.OWNER: "its owner",
    Relation.HELPER: "its helper",
    Relation.VOLUNTEER: "volunteers of the street",
}
_STAFF = {
    STAFF: "grid workers, community staff and street administrators of the place",
    COMMUNITY: "community staff and street administrators of the place",
    frozenset({Relation.STREET_ADMIN}): "street administrators of the street",
}
_TOWARD = {
    Toward.OTHERS: "Not about oneself.",
    Toward.BELOW: "Only about people of a lower rank.",
    Toward.BELOW_OR_SELF: "Only about people of a lower rank, or oneself.",
}


@dataclass(frozen=True, slots=True)
class About:
    """The explanation of an operation: its permission, and its effects as sentences."""

    action: Action
    effects: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureTexts:
    """The texts of one feature.

    `operations` are by name, or by the name of the view; a plain text says who may call.
    `fields` and `examples` are by property, or by `Schema.property` where it means something else.
    `relations` name the relations of a caller to a resource of this feature.
    """

    tag: str = ""  # the description of the feature's tag
    operations: Mapping[str, About | str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, Any] = field(default_factory=dict)
    relations: Relations = field(default_factory=dict)


class ContractTexts:
    """The texts of all features together."""

    def __init__(self, features: Mapping[str, FeatureTexts]) -> None:
        self._features = features
        self.fields = _joined(
            [FIELDS, *(one.fields for one in features.values())]
        )
        self.examples = _joined(
            [EXAMPLES, *(one.examples for one in features.values())]
        )

    def description_of(self, operation: Operation) -> str:
        """Return who may call an operation, and what that causes; empty without texts."""
        texts = self._features.get(_package(operation))
        if texts is None:
            return ""
        about = texts.operations.get(operation.name)
        if about is None:
            about = texts.operations.get(operation.view.__name__, "")
        if isinstance(about, str):
            return about
        who = _who_may(about.action, {**_PUBLIC, **texts.relations})
        return f"{who} {about.effects}".strip()

    def tag_of(self, operation: Operation) -> str:
        """Return the description of an operation's tag; empty if its feature has none."""
        texts = self._features.get(_package(operation))
        return texts.tag if texts else ""


def contract_texts(operations: Iterable[Operation]) -> ContractTexts:
    """Load the texts of the features whose operations these are."""
    features: dict[str, FeatureTexts] = {}
    for operation in operations:
        package = _package(operation)
        module = f"{package}.contract"
        if package and package not in features and find_spec(module):
            features[package] = import_module(module).CONTRACT
    return ContractTexts(features)


def _package(operation: Operation) -> str:
    return operation.view.__module__.rpartition(".")[0]


def _joined(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return several mappings as one; refuse a name that two of them explain."""
    joined: dict[str, Any] = {}
    for part in parts:
        twice = joined.keys() & part.keys()
        if twice:
            raise ValueError(f"explained twice: {sorted(twice)}")
        joined |= part
    return joined


def _who_may(action: Action, names: Relations) -> str:
    """Return the sentences that say who may do an action."""
    people = [
        name for relation, name in names.items() if relation in action.allowed
    ]
    staff = _STAFF.get(action.allowed & STAFF)
    if staff:
        people.append(staff)
    sentences = [f"For {_listed(people)}."]
    if action.factor:
        sentences.append("Staff need a fresh second factor.")
    if action.reveals:
        sentences.append("Newcomers to a street need the right to reveal.")
    if action.toward in _TOWARD:
        sentences.append(_TOWARD[action.toward])
    if action.bars:
        sentences.append("Nobody judges their own work.")
    if action.always_allowed:
        sentences.append("Possible with outdated terms.")
    return " ".join(sentences)


def _listed(names: list[str]) -> str:
    """Return names as a list in words."""
    *first, last = names
    if not first:
        return last
    return f"{', '.join(first)}, and {last}"
