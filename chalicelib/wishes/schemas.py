"""Wishes as clients send them."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from pydantic import Field

from ..kernel.ids import ID_PATTERN
from ..kernel.unset import UNSET, Maybe
from ..people.schemas import ConsentIn
from ..web.fields import (
    WHOLE,
    Day,
    Line,
    Moment,
    Name,
    PageQuery,
    PersonId,
    PlaceCode,
    Prose,
    Request,
)
from .edits import WishEdit
from .model import Safeguarding, State, Window, WishKind
from .submitter import WishTerms

__all__ = [
    "ClaimChoice",
    "ClaimId",
    "ConfirmIn",
    "DeliverIn",
    "EditIn",
    "ReasonIn",
    "ReasonMaybeIn",
    "ReleaseIn",
    "WishId",
    "WishIn",
    "WishQuery",
]

T = TypeVar("T")
WishId = Annotated[str, Field(pattern=f"^wsh_{ID_PATTERN}$")]
ClaimId = Annotated[str, Field(pattern=f"^clm_{ID_PATTERN}$")]
Title = Annotated[Line, Field(min_length=2, max_length=40, examples=["电热水壶一个"])]
Story = Annotated[Prose, Field(max_length=500)]
Reason = Annotated[Line, Field(min_length=2, max_length=200)]
Fen = Annotated[int, Field(ge=1, le=10_000_000, description="Chinese cents."), WHOLE]
Helpers = Annotated[int, Field(ge=1, le=5), WHOLE]
Label = Annotated[Line, Field(max_length=20)]
Skills = Annotated[
    list[Label],
    Field(
        max_length=5,
        description="What a helper must be able to do; volunteers are asked who name the same.",
    ),
]


class WindowIn(Request):
    """When a visit would suit."""

    start: Moment = Field(alias="from")
    end: Moment = Field(alias="to")


Windows = Annotated[list[WindowIn], Field(max_length=10)]


class WishIn(Request):
    """A wish as it is filed. Name nobody in it: title and story stand on the wall, with what looks personal blanked."""

    kind: WishKind
    title: Title
    story: Story = ""
    budget_fen: Fen | None = Field(None, description="For goods only.")
    place: PlaceCode | None = Field(
        None, description="The resident's home, unless given."
    )
    helpers_needed: Helpers = 1
    needed_by: Day
    window: Windows | None = None
    dialects: Annotated[list[Label], Field(max_length=10)] | None = None
    skills: Skills | None = None
    safeguarding: Annotated[list[Safeguarding], Field(max_length=3)] | None = None
    alias: Annotated[Name, Field(max_length=20)] | None = None
    on_behalf_of: PersonId | None = None
    consent: ConsentIn | None = None

    def terms(self) -> WishTerms:
        """Return what the wish says, as the service takes it."""
        fields = {name: getattr(self, name) for name in WishTerms.__dataclass_fields__}
        return WishTerms(**(fields | _sequences(fields)))


class EditIn(Request):
    """What to change of a wish; what is left out stays."""

    kind: WishKind | None = None
    title: Title | None = None
    story: Story | None = None
    budget_fen: Fen | None = None
    helpers_needed: Helpers | None = None
    needed_by: Day | None = None
    window: Windows | None = None
    dialects: Annotated[list[Label], Field(max_length=10)] | None = None
    skills: Skills | None = None
    safeguarding: Annotated[list[Safeguarding], Field(max_length=3)] | None = None
    alias: Annotated[Name, Field(max_length=20)] | None = None

    def edit(self) -> WishEdit:
        """Return the changes. Null empties budget and alias, and stands for no change elsewhere."""
        return WishEdit(
            kind=_given(self.kind),
            title=_given(self.title),
            story=_given(self.story),
            alias=self.alias if "alias" in self.model_fields_set else UNSET,
            budget_fen=self.budget_fen
            if "budget_fen" in self.model_fields_set
            else UNSET,
            helpers_needed=_given(self.helpers_needed),
            needed_by=_given(self.needed_by),
            window=UNSET if self.window is None else _windows(self.window),
            dialects=UNSET if self.dialects is None else tuple(self.dialects),
            skills=UNSET if self.skills is None else _each_once(self.skills),
            safeguarding=UNSET
            if self.safeguarding is None
            else _each_once(self.safeguarding),
        )


def _given(value: T | None) -> Maybe[T]:
    return UNSET if value is None else value


def _windows(slots: Sequence[WindowIn]) -> tuple[Window, ...]:
    return tuple(Window(start=slot.start, end=slot.end) for slot in slots)


def _each_once(values: Sequence[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


def _sequences(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "window": _windows(fields["window"] or ()),
        "dialects": tuple(fields["dialects"] or ()),
        "skills": _each_once(fields["skills"] or ()),
        "safeguarding": _each_once(fields["safeguarding"] or ()),
    }


class ReasonIn(Request):
    """Why."""

    reason: Reason


class ReasonMaybeIn(Request):
    """Why, if one likes to say."""

    reason: Reason | None = None


class ReleaseIn(Request):
    """Why a claim is given back; `claim` names whose where there are several."""

    reason: Reason
    claim: ClaimId | None = None


class ClaimChoice(Request):
    """Whose claim, where there are several."""

    claim: ClaimId | None = None


class DeliverIn(Request):
    """What came of the delivery; with the resident's code it is confirmed at once."""

    note: Annotated[Line, Field(max_length=200)] | None = None
    code: Annotated[str, Field(pattern=r"^[0-9０-９]{4}$")] | None = None
    claim: ClaimId | None = None


class ConfirmIn(Request):
    """How it was, and a word for the helper."""

    rating: Annotated[int, Field(ge=1, le=5), WHOLE] | None = None
    thanks: Annotated[Line, Field(max_length=200)] | None = None


class WishQuery(PageQuery):
    """Which wishes."""

    place: PlaceCode
    state: State | None = None
    kind: WishKind | None = None
