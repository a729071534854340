"""A sign-in with a number that staff have registered for an account that exists. A port."""

from dataclasses import dataclass, replace
from typing import Protocol

from ..kernel.changes import Changes, Entity, Write
from ..kernel.errors import Refusal
from ..people.model import Person
from .model import Challenge
from .sign_in_codes import give_back

__all__ = ["FindHandOver", "HandOver", "kept_blocked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """A person who gets the number of a sign-in: the decision about them.

    `before` is their record as it was read. `changes` are written with the
    sign-in.
    """

    before: Person
    changes: Changes[Person]

    @property
    def person(self) -> Person:
        """Return the person with the number."""
        return self.changes.entity

    def parts(
        self, agreed: Person, writes: tuple[Write, ...]
    ) -> tuple[Changes[Entity], ...]:
        """Return the decisions of the commit, with what the person has agreed to."""
        moved = replace(
            self.changes,
            entity=agreed,
            writes=(*self.changes.writes, *writes),
            related=(),
        )
        return (moved, *self.changes.related)


class FindHandOver(Protocol):
    """Finds the account that a number is handed over to."""

    def __call__(
        self, phone: str, name: str | None, loser: Person | None, address: str
    ) -> HandOver | None:
        """Return the hand-over of a number; None if it waits for no account.

        `loser` has the number until now. With the name of somebody else the
        caller wants another account. `address` is the network address of the
        request.

        Raises:
            Conflict: the hand-over is not ready yet.

        """
        ...


def kept_blocked(
    proved: Changes[Challenge], handed: HandOver, refusal: Refusal
) -> Changes[Challenge]:
    """Return the commit that gives a blocked account its number, and refuses the sign-in.

    When staff unblock it, the number before opens it no more.
    """
    return replace(
        proved,
        writes=(*proved.writes, *give_back(proved.entity)),
        related=handed.parts(handed.person, ()),
        refusal=refusal,
    )
