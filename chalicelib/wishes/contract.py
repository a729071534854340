"""The texts of wishes in the contract."""

from collections.abc import Mapping

from ..kernel.access import Relation
from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

_OPERATIONS: Mapping[str, About | str] = {
    "submit_wish": About(
        can.SUBMIT,
        "Staff file it with the consent of the resident. Staff are asked to approve the wish.",
    ),
    "list_wishes": (
        "For anybody: open, claimed and fulfilled wishes of a street or community. Staff of the "
        "place see all wishes there. It changes nothing."
    ),
    "read_wish": About(
        can.SEE,
        "The view depends on the caller. A wish that is not public is 404 for others.",
    ),
    "read_timeline": About(
        can.READ_TIMELINE,
        "Names of people are shown to staff. It changes nothing.",
    ),
    "approve_wish": About(
        can.APPROVE, "The wish comes to the wall, and its resident is told."
    ),
    "reject_wish": About(
        can.REJECT, "The wish ends, and its resident is told."
    ),
    "edit_wish": About(
        can.EDIT, "An open wish that its resident edits is approved again."
    ),
    "keep_wish": About(can.KEEP, "The wish stays on the wall for a week more."),
    "unpublish_wish": About(
        can.UNPUBLISH, "The wish leaves the wall and waits for approval."
    ),
    "hide_wish": About(can.HIDE, "The public reads its texts no more."),
    "claim_wish": About(
        can.CLAIM,
        "The volunteer becomes a helper and sees name, phone and address. The resident is told, "
        "with a delivery code. A claim that comes too late is refused with similar wishes.",
    ),
    "release_claim": About(
        can.RELEASE, "The place is free again, and the resident is told."
    ),
    "deliver_wish": About(
        can.DELIVER,
        "The resident is asked to confirm. With the right code the delivery is confirmed at once.",
    ),
    "confirm_wish": About(
        can.CONFIRM,
        "The hours of the helper are booked. The wish is fulfilled when nobody is still to come.",
    ),
    "check_answer": About(
        can.CHECK, "A wrong answer opens a dispute for staff."
    ),
    "dispute_wish": About(can.DISPUTE, "Staff are asked to decide."),
    "withdraw_wish": About(
        can.WITHDRAW, "The wish ends, and its helpers are told."
    ),
    "reopen_wish": About(
        can.REOPEN,
        "An ended wish is approved again. A disputed one returns to the wall.",
    ),
    "check_in": About(can.CHECK_IN, "The time of the visit begins."),
    "check_out": About(can.CHECK_OUT, "The time of the visit ends."),
    "settle_hours": About(
        can.SETTLE_HOURS, "The hours are booked for the helper."
    ),
    "my_wishes": "For anybody who is signed in: their own wishes. It changes nothing.",
    "filed_for_others": "For anybody who is signed in: what they filed. It changes nothing.",
    "my_claims": "For anybody who is signed in: their own claims. It changes nothing.",
    "my_hours": "For anybody who is signed in: their own booked time. It changes nothing.",
}
_FIELDS = {
    "alias": "The name under which the public reads the resident.",
    "story": "The story of the wish.",
    "helpers_needed": "The number of helpers that are needed.",
    "places_left": "The number of helpers that may still claim.",
    "needed_by": "The local day by which help is needed.",
    "window": "When a visit would suit.",
    "safeguarding": "Why a visit needs care.",
    "vetting_required": "Whether a helper needs the higher vetting.",
    "claims": "The claims of helpers: one's own, or all.",
    "instructions": "What the helper needs to know for the visit.",
    "helper": "The id of the helper.",
    "helper_name": "The name of the helper.",
    "claimed_at": "When it was claimed (UTC).",
    "checked_in_at": "When the visit began (UTC).",
    "checked_out_at": "When the visit ended (UTC).",
    "delivered_at": "When it was delivered (UTC).",
    "disputed_at": "When it was disputed (UTC).",
    "booked_at": "When the time was booked (UTC).",
    "checked_by": "The id of the member of staff who checked it.",
    "event": "The kind of event.",
    "party": "The side that caused it.",
    "by": "The id of the person who did it.",
    "how": "How it was proven or given.",
    "upload": "The id of the photo that proves it.",
    "right": "Whether the recorded answer was right.",
    "PublicWish.kind": "What is wished for.",
    "HelperWish.name": "The name of the resident; only with an active claim.",
    "HelperWish.phone": "Their phone, in E.164; only with an active claim.",
    "HelperWish.address": "Their address; only with an active claim.",
    "HelperWish.place": "The code of their building; only with an active claim.",
    "StaffWish.phone": "The phone of the resident, masked.",
    "StaffWish.address": "The address; null for staff who are not their helper.",
    "WishEventView.version": "The version of the wish after the event.",
    "WishDeliveryIn.code": "The four digits that the resident was told.",
    "RecordedAnswerView.checked_at": "When it was checked (UTC).",
    "WishConfirmationIn.proof": "The proof, where staff record the resident's answer.",
    "FiledWishView.kind": "What is wished for.",
    "FiledWishView.ended_at": "When it ended (UTC).",
    "MyClaimView.wish": "The wish, as the caller may see it.",
}
_EXAMPLES = {
    "title": "电热水壶一个",
    "story": "旧的坏了，冬天想喝口热水。",
    "alias": "春晖路的奶奶",
    "budget_fen": 12000,
    "helper_name": "李明",
    "instructions": ["到了请先按门铃。"],
    "age_days": 3,
    "HoursIn.minutes": 60,
    "WishIn.kind": "goods",
    "WishIn.place": "chunhui.baihua.g01.b12",
    "WishIn.story": "旧的坏了，冬天想喝口热水。",
    "WishIn.budget_fen": 12000,
    "WishDeliveryIn.code": "4821",
    "by": "per_b3b3b3b3b3b3b3b3b3b3b3b3",
    "word": "春暖花开",
}
CONTRACT = FeatureTexts(
    tag="Small wishes of residents, and the volunteers who fulfil them.",
    operations=_OPERATIONS,
    fields=_FIELDS,
    examples=_EXAMPLES,
    relations={
        Relation.PUBLIC: "anybody, while the wish is public",
        Relation.OWNER: "the resident",
        Relation.HELPER: "its helpers",
    },
)
