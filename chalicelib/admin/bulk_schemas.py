"""Moves on many tasks of the staff queue as clients send and see them."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from ..kernel.ids import ID_PATTERN
from ..tickets.schemas import AssignTicketIn, MergeTicketIn
from ..web.fields import WHOLE, Request, View
from ..wishes.schemas import WishReasonIn
from .bulk import BulkItem, BulkResult

__all__ = [
    "BulkAssignIn",
    "BulkIn",
    "BulkMergeIn",
    "BulkRejectIn",
    "BulkResultList",
]

MAX_ITEMS = 50  # each is a transaction; together they take some seconds


class BulkItemIn(Request):
    """A task, and its version as staff saw it."""

    id: Annotated[str, Field(pattern=f"^[a-z]{{3}}_{ID_PATTERN}$")] = Field(
        description="The id of a line of the staff queue."
    )
    version: Annotated[int, Field(ge=0, lt=2**31), WHOLE] | None = Field(
        None,
        description="The version of the line; the move fails if it has changed.",
    )


def _each_once(items: list[BulkItemIn]) -> list[BulkItemIn]:
    if len({item.id for item in items}) < len(items):
        raise ValueError("an id is there twice")
    return items


class BulkIn(Request):
    """The tasks of a move in bulk."""

    items: Annotated[
        list[BulkItemIn],
        Field(min_length=1, max_length=MAX_ITEMS),
        AfterValidator(_each_once),
    ] = Field(description="The tasks, in the order in which they are moved.")

    @property
    def wanted(self) -> list[BulkItem]:
        """Return the items."""
        return [BulkItem(item.id, item.version) for item in self.items]


class BulkRejectIn(BulkIn, WishReasonIn):
    """The wishes to reject, and the reason that each resident reads."""


class BulkAssignIn(BulkIn, AssignTicketIn):
    """The tickets to assign, and the assignee."""


class BulkMergeIn(BulkIn, MergeTicketIn):
    """The tickets to merge, and the ticket that they are merged into."""


class BulkResultView(View):
    """The outcome of one task."""

    id: str
    ok: bool = Field(description="Whether the move was made.")
    code: str | None = Field(
        description="The code of the refusal, if the move was not made."
    )


class BulkResultList(View):
    """The outcome of each task, in the order of the request."""

    items: list[BulkResultView]

    @classmethod
    def of(cls, results: Sequence[BulkResult]) -> "BulkResultList":
        """Return the view of results."""
        return cls(
            items=[BulkResultView.model_validate(result) for result in results]
        )
