"""Message contexts: the facts that fill a message at the moment of sending."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["MessageContext", "MessageSubject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSubject:
    """The kind of a message, the id of its subject, and its parameters.

    One that `is_listed` is shown in a list and not sent: what was true a moment ago will do.
    """

    kind: str
    subject: str
    params: Mapping[str, str] = field(default_factory=dict)
    is_listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageContext:
    """The facts of a message as they are now, and the people whose phones it must not reach.

    A fact is a figure, a `Text`, or what people wrote: a `UserText`.
    `occasion` distinguishes a question from later ones of the same kind, such as that about the
    next delivery.
    """

    facts: Mapping[str, object] = field(default_factory=dict)
    barred_people: frozenset[str] = frozenset()
    occasion: str = ""
