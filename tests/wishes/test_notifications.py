"""Relevance at the moment of sending: every kind of message, and what makes it irrelevant."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.kernel.message_context import MessageSubject
from chalicelib.kernel.template import Urgency
from chalicelib.kernel.user_text import fact_for
from chalicelib.wishes.message_texts import MESSAGES
from chalicelib.wishes.model import ClaimState, WishState
from chalicelib.wishes.notifications import (
    RELEVANT_WHILE,
    is_relevant,
    template_context,
    title_of,
)

from ..people.phones import give_another_phone
from ..world import START, Phone, World
from .builders import a_claim, a_dispute, a_wish
from .recorded import drawn, on_duty

S, C = WishState, ClaimState
CLAIM = "clm_per_helper"
NOON = datetime(
    2026, 12, 5, 4, tzinfo=UTC
)  # two days before it is needed, in Shanghai
DAY = timedelta(days=1)


def wish(
    state: WishState, claim: ClaimState | None = None, *told: str, **fields
):
    return a_wish(
        state, *([a_claim(state=claim)] if claim else []), told=told, **fields
    )


def marked(state: WishState, claim: ClaimState, mark: str):
    """Return a wish about whose claim something was said."""
    return a_wish(state, a_claim(state=claim, told=(mark,)))


DISPUTED = a_wish(S.DISPUTED, a_dispute(), reason="没收到")
PARTLY = wish(S.FULFILLED, C.CONFIRMED, places_closed=True, helpers_needed=2)
# Of which wish each kind is true, and when.
TRUE = {
    "approved": (wish(S.OPEN), START),
    "rejected": (wish(S.REJECTED), START),
    "unpublished": (wish(S.SUBMITTED, reason="再看看"), START),
    "claimed": (wish(S.CLAIMED, C.ACTIVE), START),
    "yours": (wish(S.CLAIMED, C.ACTIVE), START),
    "due_in_2_days": (wish(S.CLAIMED, C.ACTIVE), NOON),
    "due_tomorrow": (wish(S.CLAIMED, C.ACTIVE), NOON + DAY),
    "overdue": (wish(S.CLAIMED, C.ACTIVE), NOON + 3 * DAY),
    "released": (wish(S.OPEN, C.RELEASED), START),
    "released_staff": (wish(S.OPEN, C.RELEASED), START),
    "claim_ended": (wish(S.OPEN, C.RELEASED), START),
    "withdrawn": (wish(S.WITHDRAWN, C.RELEASED), START),
    "delivered": (wish(S.DELIVERED, C.DELIVERED), START),
    "unconfirmed": (wish(S.DELIVERED, C.DELIVERED), START),
    "partly": (PARTLY, START),
    "moved": (wish(S.CLAIMED, C.ACTIVE), START),
    "moved_staff": (wish(S.CLAIMED, C.ACTIVE), START),
    "hours_settled": (wish(S.FULFILLED, C.CONFIRMED), START),
    "thanks": (wish(S.FULFILLED, C.CONFIRMED), START),
    "thanked": (wish(S.FULFILLED, C.CONFIRMED), START),
    "disputed_staff": (DISPUTED, START),
    "check_failed_staff": (DISPUTED, START),
    "suspended_staff": (wish(S.CLAIMED, C.ACTIVE, suspended=True), START),
    "reopened": (wish(S.OPEN, C.RELEASED), START),
    "filed_ended": (wish(S.EXPIRED), START),
    "expiring": (wish(S.OPEN, None, "expiring"), START),
    "expiring_staff": (wish(S.OPEN, None, "expiring"), START),
    "expired": (wish(S.EXPIRED), START),
    "expired_staff": (wish(S.EXPIRED), START),
    "late_staff": (marked(S.CLAIMED, C.ACTIVE, "late"), NOON + 3 * DAY),
    "unconfirmed_staff": (
        marked(S.DELIVERED, C.DELIVERED, "unconfirmed"),
        START,
    ),
    "new_phone_staff": (marked(S.DELIVERED, C.DELIVERED, "new_phone"), START),
}
NOT_DUE = [
    wish(S.OPEN, C.RELEASED),
    wish(S.DELIVERED, C.DELIVERED),
    wish(S.FULFILLED, C.CONFIRMED),
    wish(S.CLAIMED, C.ACTIVE, needed_by=date(2026, 12, 30)),
]
NOT_EXPIRING = [
    wish(S.OPEN),
    wish(S.OPEN, C.ACTIVE, "expiring"),
    *(wish(s, None, "expiring") for s in (S.EXPIRED, S.WITHDRAWN)),
]
# What may have happened by the time it is sent.
SINCE = {
    "approved": [
        wish(S.WITHDRAWN),
        wish(S.SUBMITTED),
        wish(S.CLAIMED, C.ACTIVE),
        wish(S.EXPIRED),
    ],
    "rejected": [wish(S.SUBMITTED), wish(S.OPEN)],
    "unpublished": [
        wish(S.SUBMITTED),
        wish(S.OPEN),
        wish(S.REJECTED, reason="超出范围"),
        wish(S.WITHDRAWN, reason="再看看"),
    ],
    "claimed": [
        wish(S.OPEN, C.RELEASED),
        wish(S.FULFILLED, C.CONFIRMED),
        wish(S.DELIVERED, C.DELIVERED),
        wish(S.OPEN),
    ],
    "yours": [
        wish(S.OPEN, C.RELEASED),
        wish(S.WITHDRAWN, C.RELEASED),
        wish(S.DELIVERED, C.DELIVERED),
    ],
    "due_in_2_days": NOT_DUE,
    "due_tomorrow": NOT_DUE,
    "overdue": NOT_DUE,
    "released": [wish(S.CLAIMED, C.ACTIVE), wish(S.WITHDRAWN, C.RELEASED)],
    "released_staff": [
        wish(S.CLAIMED, C.ACTIVE),
        wish(S.WITHDRAWN, C.RELEASED),
    ],
    "claim_ended": [
        a_wish(S.CLAIMED, a_claim(state=C.RELEASED), a_claim(id="clm_again")),
        wish(S.CLAIMED, C.ACTIVE),
        wish(S.OPEN),
    ],
    "withdrawn": [
        a_wish(S.CLAIMED, a_claim(state=C.RELEASED), a_claim(id="clm_again"))
    ],
    "partly": [wish(S.OPEN, C.CONFIRMED), wish(S.WITHDRAWN)],
    "moved": [wish(S.DELIVERED, C.DELIVERED), wish(S.OPEN, C.RELEASED)],
    "moved_staff": [],
    "hours_settled": [wish(S.OPEN), DISPUTED],
    "delivered": [
        wish(S.FULFILLED, C.CONFIRMED),
        DISPUTED,
        wish(S.OPEN, C.RELEASED),
    ],
    "unconfirmed": [
        wish(S.FULFILLED, C.CONFIRMED),
        DISPUTED,
        wish(S.OPEN, C.RELEASED),
    ],
    "thanks": [wish(S.OPEN, C.RELEASED), wish(S.OPEN)],
    "thanked": [wish(S.OPEN, C.ACTIVE), wish(S.FULFILLED, C.RELEASED)],
    "disputed_staff": [
        wish(S.FULFILLED, C.CONFIRMED),
        wish(S.OPEN, C.RELEASED),
    ],
    "check_failed_staff": [wish(S.OPEN, C.RELEASED), wish(S.FULFILLED)],
    "suspended_staff": [
        wish(S.CLAIMED, C.ACTIVE),
        wish(S.OPEN, C.RELEASED, suspended=True),
    ],
    "reopened": [wish(S.CLAIMED, C.ACTIVE), wish(S.WITHDRAWN)],
    "filed_ended": [
        wish(S.OPEN),
        wish(S.CLAIMED, C.ACTIVE),
        DISPUTED,
    ],
    "expiring": NOT_EXPIRING,
    "expiring_staff": NOT_EXPIRING,
    "expired": [wish(S.SUBMITTED), wish(S.OPEN)],
    "expired_staff": [wish(S.SUBMITTED), wish(S.OPEN)],
    "late_staff": [
        wish(S.CLAIMED, C.ACTIVE),
        marked(S.DELIVERED, C.DELIVERED, "late"),
        wish(S.OPEN, C.RELEASED),
    ],
    "unconfirmed_staff": [
        wish(S.DELIVERED, C.DELIVERED),
        marked(S.FULFILLED, C.CONFIRMED, "unconfirmed"),
    ],
    "new_phone_staff": [
        wish(S.DELIVERED, C.DELIVERED),
        marked(S.FULFILLED, C.CONFIRMED, "new_phone"),
    ],
}


def test_of_every_message_it_is_known_while_what_it_is_true():
    kinds = {f"wish.{kind}" for kind in TRUE}
    assert (
        set(RELEVANT_WHILE)
        == set(MESSAGES)
        == kinds
        == {f"wish.{kind}" for kind in SINCE}
    )


@pytest.mark.parametrize("kind", TRUE)
def test_a_message_is_sent_while_it_is_true_with_all_its_facts(kind):
    told, now = TRUE[kind]
    assert is_relevant(told, f"wish.{kind}", CLAIM, now)
    facts = template_context(told, CLAIM) | {
        "code": "1234",
        "word": "苹果",
        "helper": "赵志强",
    }
    for locale in ("zh-CN", "en"):
        assert "{" not in MESSAGES[f"wish.{kind}"].fill(locale, facts)


@pytest.mark.parametrize(
    ("kind", "since"),
    [(kind, since) for kind, all_of in SINCE.items() for since in all_of],
)
def test_a_message_that_is_no_longer_true_is_not_sent(kind, since):
    assert not is_relevant(since, f"wish.{kind}", CLAIM, TRUE[kind][1])


def test_nothing_is_said_of_a_claim_that_is_not_known():
    for kind in (
        "claimed",
        "yours",
        "due_tomorrow",
        "overdue",
        "claim_ended",
        "thanks",
        "thanked",
    ):
        told, now = TRUE[kind]
        assert not is_relevant(told, f"wish.{kind}", "clm_other", now)
        assert not is_relevant(told, f"wish.{kind}", None, now)


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        (
            "due_in_2_days",
            datetime(2026, 12, 4, 16, tzinfo=UTC),
            datetime(2026, 12, 5, 16, tzinfo=UTC),
        ),
        (
            "due_tomorrow",
            datetime(2026, 12, 5, 16, tzinfo=UTC),
            datetime(2026, 12, 6, 16, tzinfo=UTC),
        ),
    ],
)
def test_a_message_that_names_a_day_is_sent_on_that_day_only(kind, first, last):
    told, second = wish(S.CLAIMED, C.ACTIVE), timedelta(seconds=1)
    said = [
        is_relevant(told, f"wish.{kind}", CLAIM, at)
        for at in (first - second, first, last - second, last)
    ]
    assert said == [False, True, True, False]


def test_nothing_is_overdue_before_its_day_is_over():
    told = wish(S.CLAIMED, C.ACTIVE)
    assert not is_relevant(
        told, "wish.overdue", CLAIM, told.late_at - timedelta(seconds=1)
    )
    assert is_relevant(told, "wish.overdue", CLAIM, told.late_at)


def test_the_hours_of_a_message_are_those_that_were_booked():
    told = replace(
        wish(S.FULFILLED), claims=(a_claim(state=C.CONFIRMED, minutes=90),)
    )
    assert template_context(told, CLAIM)["hours"] == "1.5"


@pytest.mark.parametrize("kind", ["rejected", "unpublished"])
def test_a_reason_is_read_at_the_residents_own_phone_only(kind):
    """A carer's phone is read by others."""
    told = replace(TRUE[kind][0], reason="没收到，看 www.evil.example")
    facts, template = template_context(told, CLAIM), MESSAGES[f"wish.{kind}"]
    own = template.fill("zh-CN", facts, told.person_id)
    assert own.endswith("没收到，看 …")
    for reader in ("", "per_contact"):
        assert template.fill("zh-CN", facts, reader).endswith("理由见应用")


def test_a_title_is_read_by_others_once_staff_released_it():
    unreleased = wish(S.SUBMITTED)
    unreleased = replace(unreleased, opened_at=None, title="给奶奶的水壶")
    released = replace(unreleased, opened_at=NOON)
    hidden = replace(released, hidden=True)
    read = [
        fact_for(reader, "zh-CN", title_of(one))
        for one in (unreleased, released, hidden)
        for reader in (unreleased.person_id, "per_helper")
    ]
    assert (
        read
        == ["给奶奶的水壶", "一件物品"]
        + ["给奶奶的水壶"] * 2
        + ["一件物品"] * 2
    )


def test_a_reminder_that_was_put_off_until_after_the_delivery_is_not_sent(
    world: World,
):
    wish_id, helper = world.open_wish(), world.volunteer()
    claim = helper.post(f"/v1/wishes/{wish_id}/claim").json["claims"][0]["id"]
    world.clock.move_to(NOON)

    def words(*asked):
        about, kind, params = asked
        subject = MessageSubject(kind=kind, subject=about, params=params)
        (context,) = world.services.wish_jobs.message_contexts([subject])
        return context and context.facts

    facts = words(wish_id, "wish.due_in_2_days", {"claim": claim})
    assert facts
    assert facts["title"].public == "一个电热水壶"
    assert facts["needed_by"] == "12-07"
    assert "code" not in facts
    world.phone_of(world.services.people.find(helper.me["id"])).post(
        f"/v1/wishes/{wish_id}/deliver", {}
    )
    assert words(wish_id, "wish.due_in_2_days", {"claim": claim}) is None


def test_helpers_are_reminded_in_time_and_once(world: World):
    wish_id, helper = world.open_wish(needed_by="2026-11-30"), world.volunteer()
    helper.post(f"/v1/wishes/{wish_id}/claim")
    version = world.services.wish_queries.read_wish(
        world.boss, wish_id
    ).wish.version
    world.pass_time(days=6)
    assert (
        world.services.wish_queries.read_wish(world.boss, wish_id).wish.version
        == version
    )  # no phone need read it again
    world.pass_time(days=10)
    kinds = [letter.kind for letter in world.sms_to(helper.me["phone"])][::-1]
    assert kinds == [
        "wish.yours",
        "wish.due_in_2_days",
        "wish.due_tomorrow",
        "wish.overdue",
    ]


def _one_of_two(world: World) -> None:
    """One of two comes after the resident has moved, and stays for long."""
    resident, helper = world.resident(), world.volunteer(kinds=["learning"])
    wish_id = world.open_wish(resident, title="陪聊天", helpers_needed=2)
    path = f"/v1/wishes/{wish_id}"
    assert helper.post(f"{path}/claim").status == 200
    assert helper.post(f"{path}/check-in", {}).status == 200
    assert resident.patch("/v1/me", {"address": "3楼301室"}).status == 200
    world.pass_time(hours=5)
    helper, resident = (
        world.phone_of(world.services.people.find(phone.me["id"]))
        for phone in (helper, resident)
    )
    assert helper.post(f"{path}/check-out", {}).status == 200
    body = {"code": world.delivery_code(resident.me["phone"])}
    assert helper.post(f"{path}/deliver", body).json["state"] == "fulfilled"
    settled = world.phone_of(world.admin).post(
        f"{path}/settle-hours", {"minutes": 300, "reason": "核实过"}
    )
    assert settled.status == 200, settled.text
    world.pass_time(days=1)


def _one_filed_for_somebody(world: World) -> None:
    """Staff file a wish, which the resident then takes back."""
    resident = world.resident()
    body = world.wish_body(
        on_behalf_of=resident.me["id"],
        consent={"how": "spoken", "witness": "李明"},
    )
    filed = world.staff().post("/v1/wishes", body)
    assert filed.status == 201, filed.text
    path = f"/v1/wishes/{filed.json['id']}/withdraw"
    assert resident.post(path).status == 200
    world.pass_time(days=1)


def test_every_message_is_really_sent_to_somebody(world: World):
    helper = world.volunteer(
        kinds=["learning"]
    )  # this person gets none of these, which would fill their week
    staff = world.phone_of(world.admin)
    residents = [
        world.resident() for _ in range(8)
    ]  # with too many messages in a week the rest would come in a digest

    def act(phone: Phone, wish_id: str, move: str, **body: object) -> None:
        fresh = (
            world.phone_of(world.services.people.find(phone.me["id"]))
            if phone.me
            else phone
        )
        answer = fresh.post(f"/v1/wishes/{wish_id}/{move}", body)
        assert answer.status == 200, answer.text

    wishes = [
        world.open_wish(resident, needed_by="2026-11-27")
        for resident in residents
    ]
    whose = dict(zip(wishes, residents, strict=True))
    withdrawn, unpublished, edited, disputed, _late, unanswered, *others = (
        wishes
    )
    renumbered = others[-1]
    for wish_id in wishes[:6]:
        act(helper, wish_id, "claim")
        if wish_id in (withdrawn, edited):
            act(whose[wish_id], wish_id, "withdraw")
    act(helper, unpublished, "release", reason="来不了")
    act(staff, unpublished, "unpublish", reason="再看看")
    act(staff, unpublished, "reject", reason="超出范围")
    for wish_id in (disputed, unanswered):
        act(helper, wish_id, "deliver")
    world.pass_time(minutes=21)  # past the bundle that the release opened
    act(whose[disputed], disputed, "dispute", reason="没收到")
    act(staff, disputed, "reopen")
    other = world.volunteer(kinds=["learning"])
    act(other, disputed, "claim")
    act(staff, disputed, "release", reason="联系不上")
    act(other, disputed, "claim")
    act(
        other,
        disputed,
        "deliver",
        code=world.delivery_code(whose[disputed].me["phone"]),
    )
    act(whose[disputed], disputed, "confirm", rating=5)
    other = world.volunteer(kinds=["learning"])
    act(other, renumbered, "claim")
    world.pass_time(minutes=21)  # past the bundle of the second release
    give_another_phone(world, whose[renumbered])
    act(other, renumbered, "deliver")
    act(whose[renumbered], renumbered, "confirm")
    world.pass_time(days=14)
    recorded, _, _ = drawn(world)
    on_duty(world)  # the administrator gets one message then, no bundle
    world.pass_time(minutes=21)
    act(staff, recorded, "check", right=False)
    world.pass_time(minutes=21)
    resident = world.resident()
    claimed = world.open_wish(resident)
    act(helper, claimed, "claim")
    words = {"blocked": True, "reason": "冒用"}
    path = f"/v1/people/{resident.me['id']}/blocked"
    boss = world.phone_of(world.admin)
    assert boss.put(path, words).status == 200
    world.pass_time(minutes=21)
    _one_of_two(world)
    _one_filed_for_somebody(world)
    at_once = {
        kind
        for kind, template in MESSAGES.items()
        if template.urgency is not Urgency.LOW
    }
    assert {letter.kind for letter in world.mailbox.read()} >= at_once
    ended = [
        letter.kind
        for letter in world.sms_to(helper.me["phone"])
        if letter.kind in ("wish.withdrawn", "wish.claim_ended")
    ]
    assert sorted(ended) == [
        "wish.claim_ended",
        "wish.withdrawn",
        "wish.withdrawn",
    ]
