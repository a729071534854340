"""Routes about wishes."""

import unicodedata

from ..kernel.request import RequestContext
from ..web.fields import NoFields, PageQuery
from ..web.routes import Routes
from .model import ClaimState
from .queries import PublicWishLine, WishForViewer
from .schemas import (
    ClaimChoiceIn,
    ClaimReleaseIn,
    HoursIn,
    WishAnswerCheckIn,
    WishConfirmationIn,
    WishDayIn,
    WishDeliveryIn,
    WishDisputeIn,
    WishEditIn,
    WishIn,
    WishOptionalReasonIn,
    WishQuery,
    WishReasonIn,
    WishReopeningIn,
)
from .service import Wishes
from .texts import REFUSALS
from .views import (
    AnyWish,
    BookedHoursList,
    BookedHoursView,
    FiledWishList,
    FiledWishView,
    MyClaimList,
    MyClaimView,
    PublicWish,
    WishEventList,
    WishEventView,
    WishList,
    wish_view,
)

__all__ = ["routes"]


def _reread(wishes: Wishes, context: RequestContext, wish_id: str) -> AnyWish:
    return wish_view(wishes.queries.read_wish(context, wish_id))


routes: Routes[Wishes] = Routes("wishes", REFUSALS, _reread)


@routes.post("/v1/wishes", status=201)
def submit_wish(
    wishes: Wishes, context: RequestContext, body: WishIn
) -> AnyWish:
    """File a wish, for oneself or with consent for somebody else."""
    consent = body.consent.given() if body.consent else None
    return wish_view(
        wishes.submitter.submit_wish(
            context, body.terms(), body.on_behalf_of, consent
        )
    )


def _listed(line: WishForViewer | PublicWishLine) -> AnyWish:
    if isinstance(line, WishForViewer):
        return wish_view(line)
    return PublicWish.of(line)


@routes.get("/v1/wishes", public=True, token_counts=True)
def list_wishes(
    wishes: Wishes, context: RequestContext, query: WishQuery
) -> WishList:
    """List the wall of a street or community; for staff, all wishes of their place."""
    page = wishes.queries.list_wishes(
        context,
        query.place,
        states=query.state or (),
        kinds=query.kind or (),
        limit=query.limit,
    )
    items = [_listed(line) for line in page.items]
    return WishList(items=items, next=context.cursor_of(page.next))


@routes.get("/v1/wishes/{wish_id}", public=True, token_counts=True)
def read_wish(wishes: Wishes, context: RequestContext, wish_id: str) -> AnyWish:
    """Read a wish as the caller may see it."""
    return _reread(wishes, context, wish_id)


@routes.get("/v1/wishes/{wish_id}/timeline")
def read_timeline(
    wishes: Wishes, context: RequestContext, wish_id: str, query: PageQuery
) -> WishEventList:
    """Read the timeline of a wish, oldest first."""
    page, names = wishes.queries.read_timeline(context, wish_id, query.limit)
    items = [
        WishEventView.of(event, names=names, reader=context.actor.id)
        for event in page.items
    ]
    return WishEventList(items=items, next=context.cursor_of(page.next))


@routes.post("/v1/wishes/{wish_id}/approve")
def approve_wish(
    wishes: Wishes, context: RequestContext, wish_id: str, body: WishDayIn
) -> AnyWish:
    """Put a wish on the wall, for another day where its own has passed."""
    return wish_view(
        wishes.approve_wish(context, wish_id, body.needed_by, body.windows())
    )


@routes.post("/v1/wishes/{wish_id}/reject")
def reject_wish(
    wishes: Wishes, context: RequestContext, wish_id: str, body: WishReasonIn
) -> AnyWish:
    """Reject a wish with a reason."""
    return wish_view(wishes.reject_wish(context, wish_id, body.reason))


@routes.post("/v1/wishes/{wish_id}/edit")
def edit_wish(
    wishes: Wishes, context: RequestContext, wish_id: str, body: WishEditIn
) -> AnyWish:
    """Change what a wish says."""
    return wish_view(wishes.edit_wish(context, wish_id, body.edit()))


@routes.post("/v1/wishes/{wish_id}/keep")
def keep_wish(
    wishes: Wishes, context: RequestContext, wish_id: str, body: WishDayIn
) -> AnyWish:
    """Keep a wish on the wall for another week at least, as if it had come there today."""
    return wish_view(
        wishes.keep_wish(context, wish_id, body.needed_by, body.windows())
    )


@routes.post("/v1/wishes/{wish_id}/hide")
def hide_wish(
    wishes: Wishes, context: RequestContext, wish_id: str, body: NoFields
) -> AnyWish:
    """Take title, story and thanks back from the public."""
    return wish_view(wishes.hide_wish(context, wish_id))


@routes.post("/v1/wishes/{wish_id}/unpublish")
def unpublish_wish(
    wishes: Wishes, context: RequestContext, wish_id: str, body: WishReasonIn
) -> AnyWish:
    """Take a wish from the wall for another review."""
    return wish_view(wishes.unpublish_wish(context, wish_id, body.reason))


@routes.post("/v1/wishes/{wish_id}/claim", shows={"similar": PublicWish.of})
def claim_wish(
    wishes: Wishes, context: RequestContext, wish_id: str, body: NoFields
) -> AnyWish:
    """Claim a wish. A refusal that comes too late shows similar ones."""
    return wish_view(wishes.claims.claim_wish(context, wish_id))


@routes.post("/v1/wishes/{wish_id}/release")
def release_claim(
    wishes: Wishes, context: RequestContext, wish_id: str, body: ClaimReleaseIn
) -> AnyWish:
    """Give a claim back."""
    return wish_view(
        wishes.claims.release_claim(context, wish_id, body.claim, body.reason)
    )


@routes.post("/v1/wishes/{wish_id}/deliver")
def deliver_wish(
    wishes: Wishes, context: RequestContext, wish_id: str, body: WishDeliveryIn
) -> AnyWish:
    """Note a delivery; with the resident's code it is confirmed."""
    code = unicodedata.normalize("NFKC", body.code) if body.code else None
    return wish_view(
        wishes.claims.deliver_wish(
            context, wish_id, body.claim, body.note, code
        )
    )


@routes.post("/v1/wishes/{wish_id}/check-in")
def check_in(
    wishes: Wishes, context: RequestContext, wish_id: str, body: ClaimChoiceIn
) -> AnyWish:
    """Note the beginning of a visit."""
    return wish_view(
        wishes.claims.check_visit(context, wish_id, "check-in", body.claim)
    )


@routes.post("/v1/wishes/{wish_id}/check-out")
def check_out(
    wishes: Wishes, context: RequestContext, wish_id: str, body: ClaimChoiceIn
) -> AnyWish:
    """Note the end of a visit."""
    return wish_view(
        wishes.claims.check_visit(context, wish_id, "check-out", body.claim)
    )


@routes.post("/v1/wishes/{wish_id}/confirm")
def confirm_wish(
    wishes: Wishes,
    context: RequestContext,
    wish_id: str,
    body: WishConfirmationIn,
) -> AnyWish:
    """Confirm the delivery of one helper, with a rating and thanks."""
    return wish_view(
        wishes.confirm_wish(
            context,
            wish_id,
            body.rating,
            body.thanks,
            body.proven(),
            claim_id=body.claim,
        )
    )


@routes.post("/v1/wishes/{wish_id}/settle-hours")
def settle_hours(
    wishes: Wishes, context: RequestContext, wish_id: str, body: HoursIn
) -> AnyWish:
    """Book the hours of a stay that was longer than the appointment and an hour."""
    return wish_view(
        wishes.settle_hours(
            context, wish_id, body.claim, body.minutes, body.reason
        )
    )


@routes.post("/v1/wishes/{wish_id}/check")
def check_answer(
    wishes: Wishes,
    context: RequestContext,
    wish_id: str,
    body: WishAnswerCheckIn,
) -> AnyWish:
    """Note what the resident said about an answer that another member of staff recorded."""
    return wish_view(
        wishes.check_answer(context, wish_id, right=body.right, note=body.note)
    )


@routes.post("/v1/wishes/{wish_id}/dispute")
def dispute_wish(
    wishes: Wishes, context: RequestContext, wish_id: str, body: WishDisputeIn
) -> AnyWish:
    """Dispute the delivery of one helper."""
    return wish_view(
        wishes.dispute_wish(context, wish_id, body.reason, body.claim)
    )


@routes.post("/v1/wishes/{wish_id}/withdraw")
def withdraw_wish(
    wishes: Wishes,
    context: RequestContext,
    wish_id: str,
    body: WishOptionalReasonIn,
) -> AnyWish:
    """Withdraw a wish."""
    return wish_view(wishes.withdraw_wish(context, wish_id, body.reason))


@routes.post("/v1/wishes/{wish_id}/reopen")
def reopen_wish(
    wishes: Wishes,
    context: RequestContext,
    wish_id: str,
    body: WishReopeningIn,
) -> AnyWish:
    """Start a wish again, for another day where its own has passed."""
    return wish_view(
        wishes.reopen_wish(
            context,
            wish_id,
            body.reason,
            body.needed_by,
            window=body.windows(),
            claim_id=body.claim,
        )
    )


@routes.get("/v1/me/wishes")
def my_wishes(
    wishes: Wishes, context: RequestContext, query: PageQuery
) -> WishList:
    """List the caller's own wishes, newest first."""
    page = wishes.queries.my_wishes(context, query.limit)
    return WishList(
        items=[wish_view(seen) for seen in page.items],
        next=context.cursor_of(page.next),
    )


@routes.get("/v1/me/filed")
def filed_for_others(
    wishes: Wishes, context: RequestContext, query: PageQuery
) -> FiledWishList:
    """List the wishes that the caller filed for others, newest first."""
    page = wishes.submitter.filed_for_others(context, query.limit)
    return FiledWishList(
        items=[FiledWishView.of(wish) for wish in page.items],
        next=context.cursor_of(page.next),
    )


@routes.get("/v1/me/claims")
def my_claims(
    wishes: Wishes, context: RequestContext, query: PageQuery
) -> MyClaimList:
    """List the caller's own claims, newest first."""
    page = wishes.queries.my_claims(context, query.limit)
    return MyClaimList(
        items=[MyClaimView.of(claim, seen) for claim, seen in page.items],
        next=context.cursor_of(page.next),
    )


@routes.get("/v1/me/hours")
def my_hours(
    wishes: Wishes, context: RequestContext, query: PageQuery
) -> BookedHoursList:
    """List the time booked for the caller's confirmed claims, newest first."""
    page = wishes.queries.my_claims(context, query.limit)
    items = [
        BookedHoursView(
            wish=seen.wish.id,
            title=seen.wish.title,
            minutes=claim.minutes,
            booked_at=claim.delivered_at,
        )
        for claim, seen in page.items
        if claim.state is ClaimState.CONFIRMED
    ]
    return BookedHoursList(items=items, next=context.cursor_of(page.next))
