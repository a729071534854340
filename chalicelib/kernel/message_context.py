"""What fills a message at the moment of sending, as the feature that it is about knows it then."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["MessageContext", "MessageSubject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSubject:
    """What a message is about: its kind, the id of its subject and its parameters."""

    kind: str
    subject: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageContext:
    """The facts of a message as they are now, and the people whose phones it must not reach.

    `occasion` tells a question from one of the same kind that is asked later: of the next delivery, the next solution.
    """

    facts: Mapping[str, object] = field(default_factory=dict)
    barred_people: frozenset[str] = frozenset()
    occasion: str = ""
