"""The facts of a wish: that it came to the wall, and how it ended. Pure."""

from dataclasses import astuple, dataclass

from ..kernel.fact import Fact, fact, microseconds
from .model import Wish
from .states import ENDED, WishState

__all__ = ["WISH_ENDED", "WISH_OPENED", "EndedWish", "OpenedWish", "wish_facts"]

WISH_OPENED = "wo"  # the kinds of the facts
WISH_ENDED = "we"


@dataclass(frozen=True, slots=True)
class OpenedWish:
    """A wish that came to the wall, in the month of the first time. Microseconds since 1970."""

    kind: str
    opened_at: int

    @classmethod
    def of(cls, stored: Fact) -> "OpenedWish":
        """Return the values of a stored fact."""
        return cls(*stored.values)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class EndedWish:
    """A wish that ended, in the month of its end.

    `wait` are the minutes from the first time on the wall, None for a wish that was never there.
    """

    kind: str
    state: str
    ended_at: int
    wait: int | None

    @classmethod
    def of(cls, stored: Fact) -> "EndedWish":
        """Return the values of a stored fact."""
        return cls(*stored.values)  # type: ignore[arg-type]

    @property
    def is_fulfilled(self) -> bool:
        """Say whether it was fulfilled."""
        return self.state == WishState.FULFILLED


def wish_facts(wish: Wish) -> tuple[Fact, ...]:
    """Return the facts of a wish."""
    facts = []
    if wish.opened_at:
        opened = OpenedWish(
            kind=wish.kind.value, opened_at=microseconds(wish.opened_at)
        )
        facts.append(
            fact(
                WISH_OPENED,
                wish.id,
                wish.place,
                wish.opened_at,
                wish.zone,
                astuple(opened),
            )
        )
    if wish.state in ENDED and wish.ended_at:
        ended = EndedWish(
            kind=wish.kind.value,
            state=wish.state.value,
            ended_at=microseconds(wish.ended_at),
            wait=_wait(wish),
        )
        facts.append(
            fact(
                WISH_ENDED,
                wish.id,
                wish.place,
                wish.ended_at,
                wish.zone,
                astuple(ended),
            )
        )
    return tuple(facts)


def _wait(wish: Wish) -> int | None:
    """Return the whole minutes from the first time on the wall to the end."""
    if wish.opened_at is None or wish.ended_at is None:
        return None
    return int((wish.ended_at - wish.opened_at).total_seconds()) // 60
