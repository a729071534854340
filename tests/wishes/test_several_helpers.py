"""A wish with several helpers over its routes: each claim is delivered and answered by itself."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.wishes.codes import delivery_code
from chalicelib.wishes.model import Claim, ClaimState, Wish

from ..replies.builders import PROVIDERS, a_world, reply
from ..world import Phone, World
from .recorded import stored


def fresh(world: World, phone: Phone) -> Phone:
    """Return the phone of somebody with a token that still lives."""
    return world.phone_of(world.services.people.find(phone.me["id"]))


def done(world: World, phone: Phone, id: str, move: str, **body: Any) -> Any:
    answer = fresh(world, phone).post(f"/v1/wishes/{id}/{move}", body)
    assert answer.status == 200, answer.text
    return answer.json


def refused(
    world: World, phone: Phone, id: str, move: str, **body: Any
) -> tuple[int, str]:
    answer = fresh(world, phone).post(f"/v1/wishes/{id}/{move}", body)
    assert answer.status >= 400, answer.text
    return answer.status, answer.code


class Shared:
    """A wish for some helpers, and those who have taken it."""

    def __init__(self, world: World, needed: int, helping: int) -> None:
        self.world, self.resident = world, world.resident()
        self.id = world.open_wish(
            self.resident, helpers_needed=needed, needed_by="2026-12-07"
        )
        self.helpers = [world.volunteer() for _ in range(helping)]
        for helper in self.helpers:
            self.does(helper, "claim")
        world.pass_time(minutes=1)

    def does(self, phone: Phone, move: str, **body: Any) -> Any:
        return done(self.world, phone, self.id, move, **body)

    def refuses(self, phone: Phone, move: str, **body: Any) -> tuple[int, str]:
        return refused(self.world, phone, self.id, move, **body)

    def owner(self, move: str, **body: Any) -> Any:
        return self.does(self.resident, move, **body)

    def staff(self, move: str, **body: Any) -> Any:
        return self.does(self.world.phone_of(self.world.admin), move, **body)

    @property
    def wish(self) -> Wish:
        return stored(self.id)

    def claim(self, n: int) -> Claim:
        found = [
            claim
            for claim in self.wish.claims
            if claim.helper == self.helpers[n].me["id"]
        ]
        return found[-1]

    def code(self, n: int) -> str:
        return delivery_code(self.world.services.keys, self.claim(n))

    def deliver(self, n: int, *, with_code: bool = False) -> Any:
        body = {"code": self.code(n)} if with_code else {}
        return self.does(self.helpers[n], "deliver", **body)

    @property
    def states(self) -> list[str]:
        return [claim.state.value for claim in self.wish.claims]

    def heard(self, phone: Phone) -> list[str]:
        """Return the kinds of messages to a phone about wishes, the oldest first."""
        letters = self.world.sms_to(phone.me["phone"])
        return [
            one.kind.removeprefix("wish.")
            for one in reversed(letters)
            if one.kind.startswith("wish.")
        ]


# one of two


def test_one_of_two_who_comes_with_the_code_is_a_delivery(world: World):
    shared = Shared(world, 2, 1)
    view = shared.deliver(0, with_code=True)
    assert (view["state"], view["places_left"]) == ("fulfilled", 0)
    assert view["claims"][0]["minutes"] == 60
    world.pass_time(days=30)
    heard = shared.heard(shared.resident)
    assert heard.count("partly") == 1
    assert "expired" not in heard


def test_what_one_of_two_brought_is_confirmed_while_the_other_is_awaited(
    world: World,
):
    shared = Shared(world, 2, 1)
    assert shared.deliver(0)["state"] == "open"
    moves = fresh(world, shared.resident).get(f"/v1/wishes/{shared.id}").json
    assert {"confirm", "dispute"} <= set(moves["moves"])
    assert shared.owner("confirm", rating=5)["state"] == "fulfilled"


@pytest.mark.parametrize("with_code", [False, True])
def test_the_other_helper_goes_on_when_one_has_come(world: World, with_code):
    shared = Shared(world, 2, 2)
    view = shared.deliver(0, with_code=with_code)
    assert view["state"] == "claimed"
    if not with_code:
        assert shared.owner("confirm")["state"] == "claimed"
    assert shared.states == ["confirmed", "active"]
    assert shared.deliver(1, with_code=True)["state"] == "fulfilled"
    booked = [claim.minutes for claim in shared.wish.claims]
    assert booked == [60, 60]


def test_a_place_given_back_stays_open_and_ends_with_a_message_of_its_own(
    world: World,
):
    shared = Shared(world, 2, 2)
    shared.deliver(0, with_code=True)
    view = shared.does(shared.helpers[1], "release", reason="来不了")
    assert (view["state"], view["places_left"]) == ("open", 1)
    world.pass_time(days=30)
    assert (shared.wish.state, shared.wish.places_left) == ("fulfilled", 0)
    heard = shared.heard(shared.resident)
    assert heard.count("partly") == 1
    assert not {"expired", "expiring"} & set(heard)


def test_the_resident_does_without_the_one_who_is_missing(world: World):
    shared = Shared(world, 2, 2)
    shared.deliver(0, with_code=True)
    shared.does(shared.helpers[1], "release", reason="来不了")
    assert shared.owner("confirm")["state"] == "fulfilled"
    assert shared.wish.places_left == 0


def test_at_the_end_an_active_helper_stays_and_staff_know(world: World):
    shared = Shared(world, 3, 2)
    shared.deliver(0, with_code=True)
    world.pass_time(days=30)
    wish = shared.wish
    assert (wish.state, wish.places_left) == ("claimed", 0)
    assert shared.states == ["confirmed", "active"]
    assert wish.waits_for_staff() == ("wish.late", wish.late_at)
    shared.staff("release", reason="联系不上")
    assert shared.wish.state == "fulfilled"
    world.pass_time(minutes=30)
    assert shared.heard(shared.helpers[1]).count("claim_ended") == 1
    assert "released" in shared.heard(shared.resident)


def test_at_the_end_an_unanswered_delivery_waits_for_its_answer(world: World):
    shared = Shared(world, 2, 1)
    world.pass_time(days=16, hours=10)
    shared.deliver(0)
    world.pass_time(days=1)
    assert shared.wish.state == "delivered"
    assert shared.owner("confirm")["state"] == "fulfilled"


# codes


def test_each_code_confirms_the_claim_of_its_own_helper_only(world: World):
    shared = Shared(world, 5, 5)
    codes = [shared.code(n) for n in range(5)]
    assert len(set(codes)) == 5
    answer = shared.refuses(shared.helpers[1], "deliver", code=codes[0])
    assert answer == (422, "wish.code_wrong")
    assert shared.states == ["active"] * 5
    for _ in range(4):
        shared.refuses(shared.helpers[1], "deliver", code=codes[0])
    locked = shared.refuses(shared.helpers[1], "deliver", code=codes[1])
    assert locked == (409, "wish.code_locked")
    shared.does(shared.helpers[0], "deliver", code=codes[0])  # not locked
    assert shared.states == ["confirmed"] + ["active"] * 4


def test_a_new_claim_never_has_the_code_of_another(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    """By chance one pair of helpers in ten thousand would have the same."""
    shared = Shared(world, 2, 1)
    service, original = world.services.wishes.claims, delivery_code
    tried = []

    def clashing(keys: Any, claim: Claim) -> str:
        tried.append(claim.id)
        taken = original(keys, shared.claim(0))
        return taken if len(set(tried)) <= 2 else original(keys, claim)

    monkeypatch.setattr(
        "chalicelib.wishes.claim_service.delivery_code", clashing
    )
    helper = world.volunteer()
    claim_id = "clm_" + "z" * 24
    again = service._with_own_code(shared.wish, claim_id, world.clock.now())
    assert again != claim_id
    assert helper.post(f"/v1/wishes/{shared.id}/claim").status == 200


# naming a claim


@pytest.mark.parametrize("move", ["confirm", "dispute"])
@pytest.mark.parametrize("who", ["owner", "staff"])
def test_the_delivery_is_named_where_several_wait(world: World, move, who):
    shared = Shared(world, 2, 2)
    for n in range(2):
        shared.deliver(n)
    phone = shared.resident
    if who == "staff":
        phone = world.phone_of(world.admin)
    body = {"reason": "没收到"} if move == "dispute" else {}
    assert shared.refuses(phone, move, **body) == (
        422,
        "wish.claim_ambiguous",
    )
    stranger = {"claim": "clm_" + "a" * 24}
    assert shared.refuses(phone, move, **body, **stranger) == (
        422,
        "wish.claim_unknown",
    )
    shared.does(phone, move, **body, claim=shared.claim(1).id)
    assert shared.claim(0).is_unanswered
    assert not shared.claim(1).is_unanswered


def test_a_dispute_concerns_one_claim(world: World):
    shared = Shared(world, 2, 2)
    shared.deliver(0)
    view = shared.owner("dispute", reason="没收到")
    assert (view["state"], view["claims"][0]["state"]) == (
        "claimed",
        "delivered",
    )
    assert view["claims"][0]["disputed_at"]
    assert shared.wish.waits_for_staff()[0] == "wish.dispute"
    shared.deliver(1, with_code=True)
    assert shared.wish.state == "disputed"
    view = shared.staff("reopen", reason="没有送到")
    assert (view["state"], view["places_left"]) == ("open", 1)
    assert shared.states == ["released", "confirmed"]


def test_a_settled_dispute_books_one_claim(world: World):
    shared = Shared(world, 2, 2)
    shared.deliver(0)
    shared.owner("dispute", reason="没收到")
    shared.staff("confirm")
    assert shared.states == ["confirmed", "active"]
    assert [claim.minutes for claim in shared.wish.claims] == [60, 0]


def test_a_release_leaves_the_others_as_they_are(world: World):
    shared = Shared(world, 3, 3)
    shared.deliver(0)
    shared.does(shared.helpers[1], "release", reason="来不了")
    assert shared.states == ["delivered", "released", "active"]


def test_a_withdrawn_wish_tells_every_active_helper_once(world: World):
    shared = Shared(world, 3, 3)
    shared.deliver(0)
    view = shared.owner("withdraw", reason="够了")
    assert (view["state"], view["places_left"]) == ("delivered", 0)
    world.pass_time(minutes=30)
    told = [
        shared.heard(helper).count("withdrawn") for helper in shared.helpers
    ]
    assert told == [0, 1, 1]
    assert shared.owner("confirm")["state"] == "fulfilled"


def test_rating_and_thanks_are_those_of_one_helper(world: World):
    shared = Shared(world, 2, 2)
    for n in range(2):
        shared.deliver(n)
    shared.owner(
        "confirm", rating=5, thanks="谢谢小赵", claim=shared.claim(0).id
    )
    shared.owner("confirm", rating=2, claim=shared.claim(1).id)
    rated = [(claim.rating, claim.thanks) for claim in shared.wish.claims]
    assert rated == [(5, "谢谢小赵"), (2, None)]
    path = f"/v1/wishes/{shared.id}"
    views = [fresh(world, helper).get(path).json for helper in shared.helpers]
    assert [view["thanks"] for view in views] == ["谢谢小赵", None]
    assert [view["claims"][0]["rating"] for view in views] == [None, None]


def test_a_wish_is_not_edited_away_from_under_a_delivery(world: World):
    shared = Shared(world, 2, 1)
    shared.deliver(0)
    assert shared.refuses(shared.resident, "edit", title="换一个") == (
        409,
        "wish.delivery_unanswered",
    )
    admin = world.phone_of(world.admin)
    assert shared.refuses(admin, "unpublish", reason="再看看") == (
        409,
        "wish.delivery_unanswered",
    )
    view = shared.staff("edit", helpers_needed=1)
    assert view["state"] == "delivered"


# questions by SMS


@pytest.fixture
def street() -> Iterator[World]:
    """Return a street whose provider of SMS reports replies."""
    with a_world(sms_providers=PROVIDERS) as world:
        yield world


def test_a_question_names_the_helper_and_is_about_their_claim_only(
    street: World,
):
    shared = Shared(street, 2, 2)
    phone = shared.resident.me["phone"]
    for n in range(2):
        shared.deliver(n)
        street.pass_time(minutes=1)
    second, first = street.sms_to(phone, "wish.delivered")
    assert "赵志强" in first.text
    assert ("回复1" in first.text, "回复71" in second.text) == (True, True)
    reply(street, phone, "72")
    street.pass_time(minutes=1)
    assert shared.claim(0).is_unanswered
    assert shared.claim(1).is_disputed
    reply(street, phone, "1")
    street.pass_time(minutes=1)
    assert shared.claim(0).state is ClaimState.CONFIRMED
    assert shared.wish.state == "disputed"


def test_a_reminder_asks_about_the_claim_without_an_answer(street: World):
    shared = Shared(street, 2, 2)
    shared.deliver(0)
    street.pass_time(minutes=5)
    shared.owner("confirm")
    shared.deliver(1)
    street.pass_time(days=1, hours=1)
    heard = shared.heard(shared.resident)
    assert heard.count("unconfirmed") == 1
    reply(street, shared.resident.me["phone"], "1")
    street.pass_time(minutes=1)
    assert shared.wish.state in ("fulfilled", "delivered")


def test_the_claim_of_one_does_not_end_the_question_about_another(
    street: World,
):
    shared = Shared(street, 3, 1)
    shared.deliver(0)
    street.pass_time(minutes=1)
    shared.does(street.volunteer(), "claim")
    street.clock.advance(timedelta(minutes=5))
    reply(street, shared.resident.me["phone"], "1")
    street.pass_time(minutes=1)
    assert shared.states == ["confirmed", "active"]
