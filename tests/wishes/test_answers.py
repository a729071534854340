"""A resident answers 1 or 2 by SMS: their own move, once, and only while the question is open."""

import pytest

from chalicelib.catalogue import TEMPLATES
from chalicelib.kernel.job import Answer
from chalicelib.wishes.feature import on_answer
from chalicelib.wishes.model import ANSWERS, TABLE, Wish, WishState
from chalicelib.wishes.notifications import occasion_of
from chalicelib.wishes.repository import WishRepository

from ..store.scan import Reads
from ..world import Phone, World

find_wish = Reads(WishRepository).find_wish


def reply(
    world: World, wish_id: str, kind: str, answer: str, to: str, **params: str
) -> None:
    wish = find_wish(wish_id)
    assert wish
    on_answer(
        world.services.wish_sms_answers,
        Answer(
            id="due_r",
            question=kind,
            subject=wish_id,
            person_id=to,
            yes=answer == "yes",
            phone_of=params.get("phone_of", ""),
            occasion=occasion_of(wish, kind, _about(wish, kind)),
        ),
    )


def _about(wish: Wish, kind: str) -> str | None:
    """Return the claim that a question is about: the latest."""
    if kind == "wish.expiring" or not wish.claims:
        return None
    return wish.claims[-1].id


def delivered(world: World, resident: Phone) -> str:
    wish_id, helper = world.open_wish(resident), world.volunteer()
    helper.post(f"/v1/wishes/{wish_id}/claim")
    assert (
        helper.post(f"/v1/wishes/{wish_id}/deliver", {}).json["state"]
        == "delivered"
    )
    return wish_id


def expiring(world: World, resident: Phone) -> str:
    wish_id = world.open_wish(resident, needed_by="2026-11-25")
    until_asked(world, wish_id)
    return wish_id


def until_asked(world: World, wish_id: str) -> None:
    world.pass_time(days=3, hours=1)
    wish = find_wish(wish_id)
    assert wish
    assert wish.told == ("expiring",)


ASKED = {
    "wish.delivered": delivered,
    "wish.unconfirmed": delivered,
    "wish.expiring": expiring,
}


def last_event(world: World, wish_id: str) -> tuple[str, str, str, str | None]:
    page, _ = world.services.wish_queries.read_timeline(
        world.boss, wish_id, 100
    )
    last = page.items[-1]
    return last.tag, last.by, last.party, last.note


def test_every_question_can_be_answered_and_nothing_else():
    questions = {
        kind
        for kind, template in TEMPLATES.items()
        if template.asks and kind.startswith("wish.")
    }
    assert {kind for kind, _ in ANSWERS} == questions == set(ASKED)
    assert set(ANSWERS) == {
        (kind, yes) for kind in questions for yes in (True, False)
    }
    assert {answer.move for answer in ANSWERS.values()} <= {
        row.name for row in TABLE.rows
    }


@pytest.mark.parametrize(
    ("kind", "answer", "state", "event", "note"),
    [
        ("wish.delivered", "yes", WishState.FULFILLED, "wish.fulfilled", None),
        (
            "wish.delivered",
            "no",
            WishState.DISPUTED,
            "wish.disputed",
            "短信回复：未收到",
        ),
        (
            "wish.unconfirmed",
            "yes",
            WishState.FULFILLED,
            "wish.fulfilled",
            None,
        ),
        (
            "wish.unconfirmed",
            "no",
            WishState.DISPUTED,
            "wish.disputed",
            "短信回复：未收到",
        ),
        ("wish.expiring", "yes", WishState.OPEN, "wish.kept", None),
        (
            "wish.expiring",
            "no",
            WishState.WITHDRAWN,
            "wish.withdrawn",
            "短信回复：不需要了",
        ),
    ],
)
def test_an_answer_is_the_residents_own_move_and_a_doubled_one_does_nothing(
    world: World, kind, answer, state, event, note
):
    resident = world.resident()
    wish_id = ASKED[kind](world, resident)
    reply(world, wish_id, kind, answer, resident.me["id"])
    wish = find_wish(wish_id)
    assert wish
    assert wish.state is state
    assert last_event(world, wish_id) == (
        event,
        resident.me["id"],
        "owner",
        note,
    )
    world.pass_time(minutes=5)
    for doubled in (answer, "yes", "no"):
        reply(world, wish_id, kind, doubled, resident.me["id"])
    after = find_wish(wish_id)
    assert after
    assert (after.version, after.state) == (wish.version, wish.state)


def test_an_answer_that_comes_too_late_does_nothing_quietly(world: World):
    resident = world.resident()
    withdrawn, taken = (
        world.open_wish(resident, needed_by="2026-11-25") for _ in range(2)
    )
    until_asked(world, taken)
    confirmed = delivered(
        world, world.phone_of(world.services.people.find(resident.me["id"]))
    )
    staff = world.phone_of(world.admin)
    assert staff.post(f"/v1/wishes/{confirmed}/confirm", {}).status == 200
    assert staff.post(f"/v1/wishes/{withdrawn}/withdraw", {}).status == 200
    assert world.volunteer().post(f"/v1/wishes/{taken}/claim").status == 200
    before = [find_wish(wish_id) for wish_id in (confirmed, withdrawn, taken)]
    for kind in ASKED:
        for answer in ("yes", "no"):
            for wish_id in (confirmed, withdrawn, taken):
                reply(world, wish_id, kind, answer, resident.me["id"])
    assert [
        find_wish(wish_id) for wish_id in (confirmed, withdrawn, taken)
    ] == before


def test_an_answer_to_what_was_never_asked_does_nothing(world: World):
    resident = world.resident()
    wish_id = world.open_wish(resident)
    before = find_wish(wish_id)
    reply(world, wish_id, "wish.expiring", "no", resident.me["id"])
    assert find_wish(wish_id) == before


@pytest.mark.parametrize(
    "who", ["a stranger", "staff", "somebody blocked", "nobody"]
)
def test_only_the_resident_answers(world: World, who):
    resident = world.resident()
    wish_id = delivered(world, resident)
    if who == "somebody blocked":
        block = {"blocked": True, "reason": "手机丢了"}
        assert (
            world.phone_of(world.admin)
            .put(f"/v1/people/{resident.me['id']}/blocked", block)
            .status
            == 200
        )
    before = find_wish(wish_id)
    ids = {
        "a stranger": world.resident().me["id"],
        "staff": world.admin.id,
        "somebody blocked": resident.me["id"],
    }
    reply(world, wish_id, "wish.delivered", "yes", ids.get(who, "per_nobody"))
    assert find_wish(wish_id) == before


@pytest.mark.parametrize("kind", ["wish.delivered", "wish.unconfirmed"])
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_helper_does_not_answer_by_phone_for_the_resident(
    world: World, kind: str, answer: str
):
    """As `confirm` is refused to a helper (wish.own_delivery), after any question by phone."""
    resident = world.resident()
    wish_id = delivered(world, resident)
    wish = find_wish(wish_id)
    assert wish
    reply(
        world,
        wish_id,
        kind,
        answer,
        resident.me["id"],
        phone_of=wish.claims[0].helper,
    )
    assert find_wish(wish_id) == wish
    reply(
        world,
        wish_id,
        kind,
        answer,
        resident.me["id"],
        phone_of=world.person("李强").id,
    )  # a carer who has not helped
    after = find_wish(wish_id)
    assert after
    assert after.state is (
        WishState.FULFILLED if answer == "yes" else WishState.DISPUTED
    )
