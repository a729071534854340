"""Refusals of use cases: a code and facts, never an HTTP status."""

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
    """A refusal: a stable code such as ``wish.already_claimed``, and facts for the client."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Malformed(Refusal):
    """The request cannot be parsed."""


class Unauthenticated(Refusal):
    """The caller has not signed in, or their credentials are not valid."""


class Forbidden(Refusal):
    """The caller is known, but not allowed to do this."""


class NotFound(Refusal):
    """The resource does not exist, or the caller may not know of it."""

    def __init__(
        self, code: str = "resource.not_found", **facts: object
    ) -> None:
        super().__init__(code, **facts)


class Conflict(Refusal):
    """The current state, or a rule of uniqueness, does not allow the change."""


class Stale(Refusal):
    """The version named by the caller is not the current one."""


class TooLarge(Refusal):
    """The request is larger than allowed."""


class WrongMedia(Refusal):
    """The media type of the request is not supported."""


class Invalid(Refusal):
    """A field has an invalid value.

    `location` is the path to the field. `others` are further invalid fields of the request.
    """

    def __init__(
        self, code: str, location: Sequence[str | int], **facts: object
    ) -> None:
        super().__init__(code, **facts)
        self.location = tuple(location)
        self.others: tuple[Invalid, ...] = ()

    @classmethod
    def together(cls, refusals: "Sequence[Invalid]") -> "Invalid":
        """Return the first of several refusals, with at most 49 others attached."""
        first = refusals[0]
        first.others = tuple(refusals[1:50])
        return first


class TooMany(Refusal):
    """A rate limit is reached; `retry_after` is in whole seconds.

    `limit` names the limit in metrics. The client learns the code only.
    """

    def __init__(self, code: str, retry_after: int, *, limit: str = "") -> None:
        super().__init__(code, retry_after=retry_after)
        self.retry_after = retry_after
        self.limit = limit or code.rpartition(".")[2]


class Busy(Refusal):
    """Contention, or a store that does not answer. Nothing was done; the client may try again.

    `retry_after` is in whole seconds.
    """

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__("server.busy", retry_after=retry_after)
        self.retry_after = retry_after


class Replayed(Exception):
    """The Idempotency-Key has succeeded before: the answer is the resource as it is now."""

    def __init__(self, resource_id: str) -> None:
        super().__init__(resource_id)
        self.resource_id = resource_id
