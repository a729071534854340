"""Wishes as clients send them."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import Field

from ..kernel.ids import ID_PATTERN
from ..kernel.unset import UNSET, Maybe
from ..people.consent_schemas import ConsentIn
from ..web.fields import (
    WHOLE,
    Day,
    Flag,
    Line,
    Moment,
    Name,
    PageQuery,
    PersonId,
    PlaceCode,
    Prose,
    Repeated,
    Request,
    UploadId,
)
from .edits import WishEdit
from .model import (
    AnswerProof,
    Safeguarding,
    VisitWindow,
    WishKind,
    WishState,
)
from .service import AnswerProven
from .submitter import WishTerms

__all__ = [
    "ClaimChoiceIn",
    "ClaimId",
    "ClaimReleaseIn",
    "HoursIn",
    "WishAnswerCheckIn",
    "WishConfirmationIn",
    "WishDayIn",
    "WishDeliveryIn",
    "WishDisputeIn",
    "WishEditIn",
    "WishId",
    "WishIn",
    "WishOptionalReasonIn",
    "WishQuery",
    "WishReasonIn",
    "WishReopeningIn",
]

S = TypeVar("S")
T = TypeVar("T")
WishId = Annotated[str, Field(pattern=f"^wsh_{ID_PATTERN}$")]
ClaimId = Annotated[str, Field(pattern=f"^clm_{ID_PATTERN}$")]
Title = Annotated[
    Line, Field(min_length=2, max_length=40, examples=["电热水壶一个"])
]
Story = Annotated[Prose, Field(max_length=500)]
Reason = Annotated[Line, Field(min_length=2, max_length=200)]
Fen = Annotated[
    int, Field(ge=1, le=10_000_000, description="Chinese cents."), WHOLE
]
Helpers = Annotated[int, Field(ge=1, le=5), WHOLE]
Label = Annotated[Line, Field(max_length=20)]
Skills = Annotated[
    list[Label],
    Field(
        max_length=5,
        description="Skills that the helper needs; only volunteers with them are asked.",
    ),
]


class VisitWindowIn(Request):
    """A window in which a visit would suit."""

    start: Moment = Field(alias="from")
    end: Moment = Field(alias="to")


Windows = Annotated[list[VisitWindowIn], Field(max_length=10)]


class WishIn(Request):
    """A wish to submit.

    Title and story are public, with personal data redacted. They should name nobody.
    """

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
    safeguarding: Annotated[list[Safeguarding], Field(max_length=3)] | None = (
        None
    )
    alias: Annotated[Name, Field(max_length=20)] | None = None
    on_behalf_of: PersonId | None = None
    consent: ConsentIn | None = None

    def terms(self) -> WishTerms:
        """Return the terms of the wish."""
        fields = {
            name: getattr(self, name) for name in WishTerms.__dataclass_fields__
        }
        return WishTerms(**(fields | _sequences(fields)))


class WishEditIn(Request):
    """The fields of a wish to change; a field that is left out stays."""

    kind: WishKind | None = None
    title: Title | None = None
    story: Story | None = None
    budget_fen: Fen | None = None
    helpers_needed: Helpers | None = None
    needed_by: Day | None = None
    window: Windows | None = None
    dialects: Annotated[list[Label], Field(max_length=10)] | None = None
    skills: Skills | None = None
    safeguarding: Annotated[list[Safeguarding], Field(max_length=3)] | None = (
        None
    )
    alias: Annotated[Name, Field(max_length=20)] | None = None

    def edit(self) -> WishEdit:
        """Return the changes. Null empties budget and alias only."""
        return WishEdit(
            kind=_given(self.kind),
            title=_given(self.title),
            story=_given(self.story),
            alias=self._if_named("alias"),
            budget_fen=self._if_named("budget_fen"),
            helpers_needed=_given(self.helpers_needed),
            needed_by=_given(self.needed_by),
            window=_converted(self.window, _windows),
            dialects=_converted(self.dialects, tuple),
            skills=_converted(self.skills, _each_once),
            safeguarding=_converted(self.safeguarding, _each_once),
        )

    def _if_named(self, name: str) -> Any:
        """Return a field that the request names, where null empties it."""
        if name in self.model_fields_set:
            return getattr(self, name)
        return UNSET


def _given(value: T | None) -> Maybe[T]:
    return UNSET if value is None else value


def _converted(
    values: Sequence[S] | None, convert: Callable[[Sequence[S]], tuple[T, ...]]
) -> Maybe[tuple[T, ...]]:
    return UNSET if values is None else convert(values)


def _windows(slots: Sequence[VisitWindowIn]) -> tuple[VisitWindow, ...]:
    return tuple(VisitWindow(start=slot.start, end=slot.end) for slot in slots)


def _each_once(values: Sequence[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


def _sequences(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "window": _windows(fields["window"] or ()),
        "dialects": tuple(fields["dialects"] or ()),
        "skills": _each_once(fields["skills"] or ()),
        "safeguarding": _each_once(fields["safeguarding"] or ()),
    }


class WishReasonIn(Request):
    """A reason."""

    reason: Reason


class WishOptionalReasonIn(Request):
    """An optional reason."""

    reason: Reason | None = None


class WishDayIn(Request):
    """Another day, and other windows, for a wish whose own have passed."""

    needed_by: Day | None = None
    window: Windows | None = None

    def windows(self) -> tuple[VisitWindow, ...] | None:
        """Return the windows as values of the service."""
        return None if self.window is None else _windows(self.window)


class WishReopeningIn(WishDayIn):
    """An optional reason, and the new day of a wish whose own has passed.

    `claim` names the disputed delivery that staff do not believe, if there are several.
    """

    reason: Reason | None = None
    claim: ClaimId | None = None


class WishDisputeIn(WishReasonIn):
    """The reason of a dispute; `claim` names the delivery if several wait for an answer."""

    claim: ClaimId | None = None


class HoursIn(Request):
    """The time to book for a long stay; `claim` names it if there are several."""

    minutes: Annotated[
        int, Field(ge=0, le=1440, multiple_of=30, examples=[240]), WHOLE
    ]
    reason: Reason
    claim: ClaimId | None = None


class ClaimReleaseIn(Request):
    """The reason for releasing a claim; `claim` names it if there are several."""

    reason: Reason
    claim: ClaimId | None = None


class ClaimChoiceIn(Request):
    """The claim that is meant, if there are several."""

    claim: ClaimId | None = None


class WishDeliveryIn(Request):
    """A delivery. With the resident's code it is confirmed at once."""

    note: Annotated[Line, Field(max_length=200)] | None = None
    code: Annotated[str, Field(pattern=r"^[0-9０-９]{4}$")] | None = None
    claim: ClaimId | None = None


class AnswerProofIn(Request):
    """A proof of an answer: a photo of the caller's own that has arrived."""

    how: AnswerProof
    upload: UploadId


class WishAnswerCheckIn(Request):
    """What the resident said when asked about an answer that was recorded for them."""

    right: Flag
    note: Annotated[Line, Field(max_length=200)] | None = None


class WishConfirmationIn(Request):
    """A rating, and thanks to the helper.

    Staff who filed the wish add a `proof` where they record the answer of a resident without a
    phone. Others check one in ten of these.
    """

    rating: Annotated[int, Field(ge=1, le=5), WHOLE] | None = None
    thanks: Annotated[Line, Field(max_length=200)] | None = None
    proof: AnswerProofIn | None = None
    claim: ClaimId | None = Field(
        None, description="The delivery, if several wait for an answer."
    )

    def proven(self) -> AnswerProven | None:
        """Return the proof as a value of the service."""
        if self.proof is None:
            return None
        return AnswerProven(self.proof.how, self.proof.upload)


class WishQuery(PageQuery):
    """The place of wishes to list, and their states and kinds. Without any, all are listed."""

    place: PlaceCode
    state: Repeated[WishState] | None = None
    kind: Repeated[WishKind] | None = None
