"""Wishes as clients send and see them: one view for each thing that somebody can be towards a wish."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import Field

from ..kernel.access import STAFF, Relation
from ..kernel.ids import ID_PATTERN
from ..kernel.unset import UNSET, Maybe
from ..people.model import Person, mask_phone
from ..people.schemas import ConsentIn
from ..web.fields import WHOLE, Day, Instant, Line, Moment, Name, PageQuery, PersonId, PlaceCode, Prose, Request, View
from .model import Claim, ClaimState, Kind, Safeguarding, State, WallEntry, Window, Wish, WishEdit
from .queries import PublicWishLine, WishForViewer
from .submitter import WishTerms

__all__ = [
    "AnyWish",
    "ClaimList",
    "ConfirmIn",
    "DeliverIn",
    "EditIn",
    "EventList",
    "HoursList",
    "PublicWish",
    "ReasonIn",
    "WishIn",
    "WishList",
    "WishQuery",
    "wish_view",
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
    Field(max_length=5, description="What a helper must be able to do; volunteers are asked who name the same."),
]


class WindowIn(Request):
    """When a visit would suit."""

    start: Moment = Field(alias="from")
    end: Moment = Field(alias="to")


class WindowView(View):
    """When a visit would suit."""

    start: Instant = Field(serialization_alias="from")
    end: Instant = Field(serialization_alias="to")


Windows = Annotated[list[WindowIn], Field(max_length=10)]


class WishIn(Request):
    """A wish as it is filed. Name nobody in it: title and story stand on the wall, with what looks personal blanked."""

    kind: Kind
    title: Title
    story: Story = ""
    budget_fen: Fen | None = Field(None, description="For goods only.")
    place: PlaceCode | None = Field(None, description="The resident's home, unless given.")
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

    kind: Kind | None = None
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
            budget_fen=self.budget_fen if "budget_fen" in self.model_fields_set else UNSET,
            helpers_needed=_given(self.helpers_needed),
            needed_by=_given(self.needed_by),
            window=UNSET if self.window is None else _windows(self.window),
            dialects=UNSET if self.dialects is None else tuple(self.dialects),
            skills=UNSET if self.skills is None else _each_once(self.skills),
            safeguarding=UNSET if self.safeguarding is None else _each_once(self.safeguarding),
        )


def _given(value: T | None) -> Maybe[T]:
    return UNSET if value is None else value


def _windows(slots: Sequence[WindowIn]) -> tuple[Window, ...]:
    return tuple(Window(start=slot.start, end=slot.end) for slot in slots)


def _each_once(values: Sequence[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


def _sequences(fields: dict[str, Any]) -> dict[str, Any]:
    slots = fields.get("window") or ()
    return {
        "window": tuple(Window(start=slot.start, end=slot.end) for slot in slots),
        "dialects": tuple(fields.get("dialects") or ()),
        "skills": tuple(dict.fromkeys(fields.get("skills") or ())),
        "safeguarding": tuple(dict.fromkeys(fields.get("safeguarding") or ())),
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
    kind: Kind | None = None


class PublicWish(View):
    """A wish as anybody may see it: no person, no building."""

    id: WishId
    version: int
    state: State
    kind: Kind
    community: PlaceCode
    community_name: str
    alias: str | None
    title: str
    story: str
    budget_fen: int | None
    helpers_needed: int
    places_left: int
    needed_by: date
    window: list[WindowView]
    dialects: list[str]
    skills: list[str]
    vetting_required: bool
    opened_at: Instant | None = Field(description="When it first stood on the wall.")
    age_days: int = Field(description="Whole days since it first stood on the wall, or was filed.")
    created_at: Instant
    updated_at: Instant
    moves: list[str]

    @classmethod
    def of(cls, line: PublicWishLine) -> "PublicWish":
        """Return the view of a line of the wall."""
        return cls(**_public(line.entry, line.now), moves=list(line.moves))


class ClaimView(View):
    """One helper's part. The name is shown to the resident, to staff and to herself."""

    id: ClaimId
    helper: PersonId
    helper_name: str | None
    state: ClaimState
    claimed_at: Instant
    checked_in_at: Instant | None
    checked_out_at: Instant | None
    delivered_at: Instant | None
    minutes: int


class TakenWish(PublicWish):
    """What somebody sees who helps, or has helped: her own part of it."""

    claims: list[ClaimView]
    thanks: str | None


class DeliveryWish(TakenWish):
    """What a helper sees from claim to delivery: to whom and where to bring it."""

    name: str | None
    phone: str | None
    address: str | None
    place: PlaceCode
    safeguarding: list[Safeguarding]


class InsideWish(DeliveryWish):
    """What the resident and staff see; to staff the phone is masked and the address is left out."""

    person_id: PersonId
    filed_by: PersonId
    possible_duplicates: list[WishId]
    reason: str | None
    rating: int | None


AnyWish = InsideWish | DeliveryWish | TakenWish | PublicWish


def wish_view(seen: WishForViewer) -> AnyWish:
    """Return the view that fits what the caller is towards the wish."""
    wish = seen.wish
    fields = _public(wish, seen.now) | {"moves": wish.moves(seen.actor_id, seen.relations), "thanks": wish.thanks}
    if seen.relations & (STAFF | {Relation.OWNER}):
        claims = [_claim(claim, seen) for claim in wish.claims]
        return InsideWish(**(fields | _as_written(wish) | _inside(wish, seen)), claims=claims)
    mine = [claim for claim in wish.held if claim.helper == seen.actor_id]
    claims = [_claim(claim, seen) for claim in mine]
    if any(claim.state is ClaimState.ACTIVE for claim in mine):
        return DeliveryWish(**(fields | _as_written(wish) | _recipient(wish, seen)), claims=claims)
    return TakenWish(**fields, claims=claims) if mine else PublicWish(**fields)


class WishList(View):
    """A page of wishes."""

    items: list[AnyWish]
    next: str | None


class ClaimedView(View):
    """One of one's own claims, and its wish as one may see it now."""

    id: ClaimId
    state: ClaimState
    claimed_at: Instant
    delivered_at: Instant | None
    minutes: int
    wish: AnyWish

    @classmethod
    def of(cls, claim: Claim, seen: WishForViewer) -> "ClaimedView":
        """Return the view of a claim."""
        fields = {name: getattr(claim, name) for name in ("id", "state", "claimed_at", "delivered_at", "minutes")}
        return cls(**fields, wish=wish_view(seen))


class ClaimList(View):
    """A page of one's own claims."""

    items: list[ClaimedView]
    next: str | None


class HoursView(View):
    """Time booked for one fulfilled claim."""

    wish: WishId
    title: str
    minutes: int
    booked_at: Instant | None


class HoursList(View):
    """A page of booked time; pages may be short."""

    items: list[HoursView]
    next: str | None


class EventView(View):
    """One line of a timeline. `by` is shown to staff."""

    at: Instant
    version: int
    event: str
    party: str
    by: str | None
    note: str | None


class EventList(View):
    """A page of a timeline, oldest first."""

    items: list[EventView]
    next: str | None


def _public(wish: Wish | WallEntry, now: datetime) -> dict[str, Any]:
    """What both the wall's index and the wish itself hold for everybody."""
    same = ["id", "version", "state", "kind", "community", "community_name", "budget_fen", "helpers_needed", "places_left"]
    same += ["title", "story", "alias", "needed_by", "dialects", "skills", "vetting_required", "created_at", "updated_at"]
    return {name: getattr(wish, name) for name in same} | {
        "window": [WindowView(start=slot.start, end=slot.end) for slot in wish.window],
        "opened_at": wish.opened_at,
        "age_days": (now - (wish.opened_at or wish.submitted_at)).days,
    }


def _as_written(wish: Wish) -> dict[str, Any]:
    """The words that the wall shows with what is personal blanked out, and where to go."""
    words = {name: getattr(wish.written, name) for name in ("title", "story", "alias")}
    return words | {"place": wish.place, "safeguarding": wish.safeguarding}


def _inside(wish: Wish, seen: WishForViewer) -> dict[str, Any]:
    person = seen.people.get(wish.person_id)
    same = ("person_id", "filed_by", "possible_duplicates", "reason", "rating")
    fields: dict[str, Any] = {name: getattr(wish, name) for name in same}
    full = Relation.OWNER in seen.relations or any(claim.helper == seen.actor_id for claim in wish.active)
    fields["name"] = person.name if person else None
    fields["phone"] = (person.phone if full else mask_phone(person.phone)) if person else None
    return fields | {"address": person.address if person and full else None}


def _recipient(wish: Wish, seen: WishForViewer) -> dict[str, Any]:
    person = seen.people.get(wish.person_id)
    phone = (person.phone or _phone_of_contact(person, seen)) if person else None
    return {"name": person.name if person else None, "phone": phone, "address": person.address if person else None}


def _phone_of_contact(person: Person, seen: WishForViewer) -> str | None:
    contact = seen.people.get(person.contact_via or "")
    return contact.phone if contact else None


def _claim(claim: Claim, seen: WishForViewer) -> ClaimView:
    helper = seen.people.get(claim.helper)
    same = ("id", "helper", "state", "claimed_at", "checked_in_at", "checked_out_at", "delivered_at", "minutes")
    return ClaimView(**{name: getattr(claim, name) for name in same}, helper_name=helper.name if helper else None)
