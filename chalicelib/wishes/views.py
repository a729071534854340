"""Wishes as clients see them: one view for each relation of the viewer to a wish."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field
from typing_extensions import TypeAliasType

from ..kernel.access import STAFF, Relation
from ..people.model import Person, mask_phone
from ..web.fields import (
    Instant,
    PersonId,
    PlaceCode,
    UploadId,
    VersionedView,
    View,
)
from .choices import WishEventTag, WishMove, WishParty
from .model import (
    AnswerProof,
    Claim,
    ClaimState,
    Safeguarding,
    Wish,
    WishKind,
    WishState,
    is_seen,
)
from .moving import shows_door
from .queries import PublicWishLine, WishForViewer
from .repository import WishEvent
from .schemas import ClaimId, WishId
from .texts import INSTRUCTIONS
from .wall import WallEntry

__all__ = [
    "AnyWish",
    "BookedHoursList",
    "BookedHoursView",
    "FiledWishList",
    "FiledWishView",
    "MyClaimList",
    "MyClaimView",
    "PublicWish",
    "VisitWindowView",
    "WishEventList",
    "WishEventView",
    "WishList",
    "wish_view",
]


class VisitWindowView(View):
    """When a visit would suit."""

    start: Instant = Field(serialization_alias="from")
    end: Instant = Field(serialization_alias="to")


class WishFields(VersionedView):
    """The fields of a wish in every view: no person, no building."""

    id: WishId
    state: WishState
    kind: WishKind
    community: PlaceCode
    community_name: str
    alias: str | None
    title: str
    story: str
    budget_fen: int | None
    helpers_needed: int
    places_left: int
    needed_by: date
    window: list[VisitWindowView]
    dialects: list[str]
    skills: list[str]
    opened_at: Instant | None = Field(
        description="The time of its first publication."
    )
    age_days: int = Field(
        description="Whole days since its first publication, or since submission."
    )
    created_at: Instant
    updated_at: Instant
    moves: list[WishMove]


class PublicWish(WishFields):
    """A wish as anybody may see it: no person, no building."""

    view: Literal["public"] = "public"

    @classmethod
    def of(cls, line: PublicWishLine) -> "PublicWish":
        """Return the view of a line of the wall."""
        return cls(**_public(line.entry, line.now), moves=list(line.moves))


class ClaimView(View):
    """One helper's part. The name is shown to the resident, to staff and to the helper.

    A `delivered` claim with `disputed_at` waits for staff.
    """

    id: ClaimId
    word: str | None = Field(
        description="The helper says it first at the door; the resident knows it, too."
    )
    helper: PersonId
    helper_name: str | None
    state: ClaimState
    claimed_at: Instant
    checked_in_at: Instant | None
    checked_out_at: Instant | None
    delivered_at: Instant | None
    disputed_at: Instant | None
    minutes: int
    hours_by: Instant | None = Field(
        description="Staff settle the hours of a longer stay until then."
    )
    rating: int | None = Field(
        description="Of this helper; shown to the resident and to staff."
    )
    thanks: str | None = Field(description="To this helper.")


def _is_not_shown(value: object) -> bool:
    return value is None


class HelperWish(WishFields):
    """A wish as its helper sees it, with their own claims.

    Name, phone, address, place, word and instructions are there while a claim is active.
    """

    view: Literal["helper"] = "helper"
    claims: list[ClaimView]
    thanks: str | None
    name: str | None = Field(None, exclude_if=_is_not_shown)
    phone: str | None = Field(None, exclude_if=_is_not_shown)
    address: str | None = Field(None, exclude_if=_is_not_shown)
    place: PlaceCode | None = Field(None, exclude_if=_is_not_shown)
    word: str | None = Field(
        None,
        exclude_if=_is_not_shown,
        description="The helper says it first at the door; the resident knows it, too.",
    )
    instructions: list[str] | None = Field(
        None,
        exclude_if=_is_not_shown,
        description="What the helper needs to know for the visit.",
    )


class RecordedAnswerView(View):
    """An answer that staff recorded for the resident, with what a check has found."""

    by: PersonId
    at: Instant
    how: AnswerProof
    upload: UploadId = Field(
        description="The proof; see GET /v1/uploads/{upload_id}."
    )
    checked_by: PersonId | None
    checked_at: Instant | None
    right: bool | None


class InsideWish(WishFields):
    """The fields of a wish for the resident and for staff."""

    claims: list[ClaimView]
    thanks: str | None
    name: str | None
    phone: str | None
    address: str | None
    place: PlaceCode
    word: str | None = Field(
        description="The helper says it first at the door; the resident knows it, too."
    )
    instructions: list[str] = Field(
        description="What the helper needs to know for the visit."
    )
    safeguarding: list[Safeguarding]
    vetting_required: bool
    person_id: PersonId
    filed_by: PersonId
    possible_duplicates: list[WishId]
    reason: str | None
    rating: int | None
    hidden: bool = Field(
        description="Staff took title, story and thanks back from the public."
    )


class OwnerWish(InsideWish):
    """A wish as its resident and their trusted contact see it, with phone and address."""

    view: Literal["owner"] = "owner"


class StaffWish(InsideWish):
    """A wish as staff of its place see it: a masked phone and no address.

    Phone and address are shown to those who are also its resident or its helper.
    """

    view: Literal["staff"] = "staff"
    public_title: str = Field(
        description="The words as the wall shows them, or would."
    )
    public_story: str = Field(description="The story, without personal data.")
    public_alias: str | None = Field(
        description="The alias, without personal data."
    )
    held_for_review: bool = Field(
        description="The words may tell of an empty home or of health."
    )
    answer: RecordedAnswerView | None = Field(
        description="The resident's answer, recorded by staff with a proof."
    )


AnyWish = TypeAliasType(
    "AnyWish",
    Annotated[
        PublicWish | HelperWish | OwnerWish | StaffWish,
        Discriminator("view"),
    ],
)


def wish_view(seen: WishForViewer) -> AnyWish:
    """Return the view that fits what the caller is towards the wish."""
    wish = seen.wish
    fields = _public(wish, seen.now) | {
        "moves": wish.moves(seen.actor_id, seen.relations),
        "thanks": None if wish.hidden else wish.thanks,
    }
    if seen.relations & (STAFF | {Relation.OWNER}):
        return _inside_view(fields, seen)
    if Relation.HELPER not in seen.relations:
        return PublicWish(**fields)
    mine = [claim for claim in wish.held if claim.helper == seen.actor_id]
    if not mine:
        return PublicWish(**fields)
    return _helper_view(fields, mine, seen)


def _inside_view(
    fields: dict[str, Any], seen: WishForViewer
) -> OwnerWish | StaffWish:
    """Return the view of the resident or of staff; of staff for one who is both."""
    wish = seen.wish
    claims = [_claim(claim, seen) for claim in wish.claims]
    fields |= _as_written(wish) | _inside(wish, seen) | _visit(claims, seen)
    fields["claims"] = claims
    if not seen.relations & STAFF:
        return OwnerWish(**fields)
    answer = None
    if wish.answer:
        answer = RecordedAnswerView.model_validate(wish.answer)
    return StaffWish(
        **fields,
        public_title=wish.title,
        public_story=wish.story,
        public_alias=wish.alias,
        held_for_review=wish.held_for_review,
        answer=answer,
    )


def _helper_view(
    fields: dict[str, Any], mine: Sequence[Claim], seen: WishForViewer
) -> HelperWish:
    """Return the view of a helper; only an active claim shows whose wish it is, and where."""
    claims = [_claim(claim, seen) for claim in mine]
    visit: dict[str, Any] = {}
    if any(claim.state is ClaimState.ACTIVE for claim in mine):
        visit = _as_written(seen.wish) | _recipient(seen.wish, seen)
        visit |= _visit(claims, seen)
    fields["thanks"] = _thanks_to(mine, seen.wish)
    return HelperWish(**(fields | visit), claims=claims)


def _thanks_to(claims: Sequence[Claim], wish: Wish) -> str | None:
    """Return the thanks to a helper, apart from those to others."""
    words = [claim.thanks for claim in claims if claim.thanks]
    return words[-1] if words and not wish.hidden else None


class WishList(View):
    """A page of wishes."""

    items: list[AnyWish]
    next: str | None


class FiledWishView(View):
    """A wish that the caller filed for another person: its state, and no more.

    They may be no staff, and the resident may have changed the words since.
    """

    id: WishId
    kind: WishKind
    state: WishState
    title: str | None = Field(
        description="The title that the public reads; null before and after."
    )
    needed_by: date
    created_at: Instant
    ended_at: Instant | None

    @classmethod
    def of(cls, wish: Wish) -> "FiledWishView":
        """Return the view of a wish."""
        title = wish.title if is_seen(wish) else None
        names = ("id", "kind", "state", "needed_by", "created_at", "ended_at")
        return cls(**{name: getattr(wish, name) for name in names}, title=title)


class FiledWishList(View):
    """A page of the wishes that the caller filed for others."""

    items: list[FiledWishView]
    next: str | None


class MyClaimView(View):
    """A claim of the caller, and its wish as they may see it now."""

    id: ClaimId
    state: ClaimState
    claimed_at: Instant
    delivered_at: Instant | None
    minutes: int
    wish: AnyWish

    @classmethod
    def of(cls, claim: Claim, seen: WishForViewer) -> "MyClaimView":
        """Return the view of a claim."""
        fields = {
            name: getattr(claim, name)
            for name in ("id", "state", "claimed_at", "delivered_at", "minutes")
        }
        return cls(**fields, wish=wish_view(seen))


class MyClaimList(View):
    """A page of the caller's own claims."""

    items: list[MyClaimView]
    next: str | None


class BookedHoursView(View):
    """Time booked for one fulfilled claim."""

    wish: WishId
    title: str
    minutes: int
    booked_at: Instant | None


class BookedHoursList(View):
    """A page of booked time; pages may be short."""

    items: list[BookedHoursView]
    next: str | None


class WishEventView(View):
    """One line of a timeline. `by` and `by_name` are shown to staff."""

    at: Instant
    version: int
    event: WishEventTag
    party: WishParty
    by: str | None
    by_name: str | None = Field(
        description="The name of that person, as it is now."
    )
    note: str | None

    @classmethod
    def of(
        cls, event: WishEvent, *, names: Mapping[str, str] | None, reader: str
    ) -> "WishEventView":
        """Return the view of an event; with `names` staff see the actor and the whole note.

        Others get a note without personal data, unless they wrote it.
        """
        with_names = names is not None
        whole = with_names or event.by == reader
        return cls(
            at=event.at,
            version=event.version,
            event=event.tag,
            party=event.party,
            by=event.by if with_names else None,
            by_name=(names or {}).get(event.by or ""),
            note=event.note if whole else event.shown,
        )


class WishEventList(View):
    """A page of a timeline, oldest first."""

    items: list[WishEventView]
    next: str | None


def _public(wish: Wish | WallEntry, now: datetime) -> dict[str, Any]:
    """Return the public fields of a wish or of its entry on the wall."""
    same = [
        "id",
        "version",
        "state",
        "kind",
        "community",
        "community_name",
        "budget_fen",
        "helpers_needed",
        "places_left",
    ]
    same += [
        "title",
        "story",
        "alias",
        "needed_by",
        "dialects",
        "skills",
        "created_at",
        "updated_at",
    ]
    return {name: getattr(wish, name) for name in same} | {
        "window": [
            VisitWindowView(start=slot.start, end=slot.end)
            for slot in wish.window
        ],
        "opened_at": wish.opened_at,
        "age_days": (now - (wish.opened_at or wish.submitted_at)).days,
    }


def _as_written(wish: Wish) -> dict[str, Any]:
    """Return the unredacted texts, and the place."""
    words = {
        name: getattr(wish.written, name)
        for name in ("title", "story", "alias")
    }
    return words | {"place": wish.place}


def _visit(claims: Sequence[ClaimView], seen: WishForViewer) -> dict[str, Any]:
    """Return the word of the only visit that is due, and the instructions for a visit."""
    words = [claim.word for claim in claims if claim.word]
    named = ["ring_first"]
    if seen.wish.vetting_required:
        named.append("in_pairs")
    return {
        "word": words[0] if len(words) == 1 else None,
        "instructions": [
            INSTRUCTIONS[name].format(seen.locale) for name in named
        ],
    }


def _inside(wish: Wish, seen: WishForViewer) -> dict[str, Any]:
    person = seen.people.get(wish.person_id)
    same = (
        "person_id",
        "filed_by",
        "reason",
        "rating",
        "thanks",
        "hidden",
        "safeguarding",
        "vetting_required",
    )
    fields: dict[str, Any] = {name: getattr(wish, name) for name in same}
    fields["possible_duplicates"] = _duplicates(wish, seen)
    if person is None:
        return fields | dict.fromkeys(("name", "phone", "address"))
    fields["name"] = person.name
    helps = Relation.HELPER in seen.relations and any(
        claim.helper == seen.actor_id for claim in wish.active
    )
    if helps or Relation.OWNER in seen.relations:
        return fields | {
            "phone": person.phone,
            "address": _address(wish, person),
        }
    return fields | {"phone": mask_phone(person.phone), "address": None}


def _duplicates(wish: Wish, seen: WishForViewer) -> list[str]:
    """Return hints: all for staff; a resident may read those of their own wishes only."""
    own: tuple[str, ...] = ()
    if seen.actor_id == wish.person_id:
        own = wish.possible_duplicates
    if not seen.relations & STAFF:
        return [*own]
    return list(
        dict.fromkeys((*wish.possible_duplicates, *wish.kin_duplicates))
    )


def _recipient(wish: Wish, seen: WishForViewer) -> dict[str, Any]:
    person = seen.people.get(wish.person_id)
    if person is None:
        return dict.fromkeys(("name", "phone", "address"))
    return {
        "name": person.name,
        "phone": person.phone or _phone_of_contact(person, seen),
        "address": _address(wish, person),
    }


def _address(wish: Wish, person: Person) -> str | None:
    """Return the door of the resident as it is now, if it lies at the place of the wish."""
    return person.address if shows_door(wish, person.home) else None


def _phone_of_contact(person: Person, seen: WishForViewer) -> str | None:
    contact = seen.people.get(person.contact or "")
    return contact.phone if contact and contact.may_act else None


def _claim(claim: Claim, seen: WishForViewer) -> ClaimView:
    helper = seen.people.get(claim.helper)
    same = (
        "id",
        "helper",
        "state",
        "claimed_at",
        "checked_in_at",
        "checked_out_at",
        "delivered_at",
        "disputed_at",
        "minutes",
        "hours_by",
    )
    judges = STAFF | {Relation.OWNER}
    is_party = claim.helper == seen.actor_id or Relation.OWNER in seen.relations
    return ClaimView(
        **{name: getattr(claim, name) for name in same},
        word=seen.words.get(claim.id) if is_party else None,
        helper_name=helper.name if helper else None,
        rating=claim.rating if seen.relations & judges else None,
        thanks=None if seen.wish.hidden else claim.thanks,
    )
