"""Refusals: why a use case does not do what was asked. They carry facts, never an HTTP status."""

from collections.abc import Sequence

__all__ = [
    "Busy",
    "Conflict",
    "Forbidden",
    "Invalid",
    "Malformed",
    "NotFound",
    "Refusal",
    "Replayed",
    "Stale",
    "TooLarge",
    "TooMany",
    "Unauthenticated",
    "WrongMedia",
]


class Refusal(Exception):
    """A refusal with a stable code such as ``wish.already_claimed`` and the facts that a client can act on."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Malformed(Refusal):
    """What was sent cannot be read at all."""


class Unauthenticated(Refusal):
    """Nobody, or nobody we can believe."""


class Forbidden(Refusal):
    """Known, but not allowed."""


class NotFound(Refusal):
    """Not there, or not for the caller to know of."""

    def __init__(self, code: str = "resource.not_found", **facts: object) -> None:
        super().__init__(code, **facts)


class Conflict(Refusal):
    """The current state, or the uniqueness of something, does not allow it."""


class Stale(Refusal):
    """The caller named a version that is not the current one."""


class TooLarge(Refusal):
    """More was sent than is read."""


class WrongMedia(Refusal):
    """Sent in a format that is not read."""


class Invalid(Refusal):
    """One field has a value that cannot be taken; `loc` is the path to it. `also` are others of the same request."""

    def __init__(self, code: str, loc: Sequence[str | int], **facts: object) -> None:
        super().__init__(code, **facts)
        self.loc = tuple(loc)
        self.also: tuple[Invalid, ...] = ()

    @classmethod
    def together(cls, found: "Sequence[Invalid]") -> "Invalid":
        """Return one refusal for everything that was found, the first of it leading."""
        first = found[0]
        first.also = tuple(found[1:50])
        return first


class TooMany(Refusal):
    """Too often; `retry_after` is in whole seconds."""

    def __init__(self, code: str, retry_after: int) -> None:
        super().__init__(code, retry_after=retry_after)
        self.retry_after = retry_after


class Busy(Refusal):
    """Contention or a slow store; nothing was done and trying again is right. `retry_after` is in whole seconds."""

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__("server.busy", retry_after=retry_after)
        self.retry_after = retry_after


class Replayed(Exception):
    """The Idempotency-Key was seen before: answer with the resource as it is now."""

    def __init__(self, resource_id: str) -> None:
        super().__init__(resource_id)
        self.resource_id = resource_id
