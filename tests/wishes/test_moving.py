"""A resident who moves home: what helpers read, who is told, and where the wish goes."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.wishes.feature import homes
from chalicelib.wishes.helpers import HelperRecord, HelperRecords
from chalicelib.wishes.model import ClaimState, WishState
from chalicelib.wishes.moving import NewHome, follow_home

from ..store.scan import find, save
from ..world import (
    BUILDING,
    GRID,
    JINFENG,
    OTHER_GRID,
    START,
    UNIT,
    Phone,
    World,
)
from .builders import a_claim, a_wish
from .recorded import stored
from .test_several_helpers import done, fresh

S, C = WishState, ClaimState
OLD, NEW = "9楼917室", "2楼201室"
ELSEWHERE = f"{OTHER_GRID}.b01"  # another community of the street


class Move:
    """A resident whose wish was taken, and their helper."""

    def __init__(self, world: World, **fields: Any) -> None:
        self.world = world
        self.resident = world.resident(address=OLD)
        self.helper = world.volunteer()
        self.id = world.open_wish(self.resident, **fields)

    def claim(self) -> "Move":
        done(self.world, self.helper, self.id, "claim")
        return self

    def to(self, home: str | None = None, address: str | None = None) -> None:
        """Move, without letting any job run."""
        body: dict[str, Any] = {"address": address} if address else {}
        body |= {"home": home} if home else {}
        phone = fresh(self.world, self.resident)
        answer = phone.patch("/v1/me", body)
        assert answer.status == 200, answer.text

    def to_unnoticed(self, home: str, address: str) -> None:
        """Move, before any job has seen it."""
        person = self.world.services.people.find(self.resident.me["id"])
        save(replace(person, home=home, address=address))

    def follow(self) -> None:
        """Run the job that a move leads to."""
        service = self.world.services.container.get(homes)
        assert service.follow(self.resident.me["id"], None) is None

    def run(self) -> None:
        self.world.pass_time(minutes=30)

    def read(self) -> tuple[str, str | None]:
        """Return the place and the door that the helper reads."""
        phone = fresh(self.world, self.helper)
        view = phone.get(f"/v1/wishes/{self.id}").json
        return view["place"], view.get("address")

    def heard(self, phone: Phone, kind: str) -> int:
        return len(self.world.sms_to(phone.me["phone"], f"wish.{kind}"))

    @property
    def homes_shown(self) -> int:
        record = find(HelperRecord, self.helper.me["id"], "helper")
        assert isinstance(record, HelperRecord)
        return len(record.homes)


def test_the_new_home_of_a_resident_is_shown_to_helper_and_staff(world: World):
    move = Move(world).claim()
    move.to(ELSEWHERE, NEW)
    move.run()
    assert move.read() == (ELSEWHERE, NEW)
    assert move.heard(move.helper, "moved") == 1
    assert move.heard(world.phone_of(world.admin), "moved_staff") == 1
    wish = stored(move.id)
    assert (wish.community, wish.state) == (JINFENG, "claimed")
    assert wish.community_name == "锦凤社区"


@pytest.mark.parametrize(
    "home", [ELSEWHERE, BUILDING, None], ids=["far", "wider", "same"]
)
def test_place_and_door_are_of_one_home_at_every_moment(world: World, home):
    move = Move(world).claim()
    seen = [move.read()]
    move.to_unnoticed(home or UNIT, NEW)
    seen.append(move.read())
    move.follow()
    seen.append(move.read())
    assert seen[0] == (UNIT, OLD)
    assert seen[2] == (home or UNIT, NEW)
    assert set(seen) <= {(UNIT, OLD), (UNIT, None), (home or UNIT, NEW)}


def test_a_new_flat_in_the_same_building_is_told_too(world: World):
    move = Move(world).claim()
    move.to(address=NEW)
    move.run()
    assert (move.read(), move.heard(move.helper, "moved")) == ((UNIT, NEW), 1)


def test_moving_twice_tells_of_each_home(world: World):
    move = Move(world).claim()
    for home, door in ((ELSEWHERE, NEW), (BUILDING, OLD)):
        move.to(home, door)
        move.run()
        assert move.read() == (home, door)
    assert move.heard(move.helper, "moved") == 2


def test_back_and_forth_before_a_job_runs_tells_nobody(world: World):
    move = Move(world).claim()
    move.to_unnoticed(ELSEWHERE, NEW)
    move.to_unnoticed(UNIT, OLD)
    move.follow()
    move.run()
    assert (move.read(), move.heard(move.helper, "moved")) == ((UNIT, OLD), 0)


def test_the_job_of_a_move_may_come_twice(world: World):
    move = Move(world).claim()
    move.to_unnoticed(ELSEWHERE, NEW)
    for _ in range(2):
        move.follow()
    move.run()
    assert move.heard(move.helper, "moved") == 1


def test_an_address_that_staff_correct_reaches_the_helper(world: World):
    move = Move(world).claim()
    staff = world.staff()
    path = f"/v1/people/{move.resident.me['id']}"
    assert staff.patch(path, {"address": NEW}).status == 200
    move.run()
    assert (move.read(), move.heard(move.helper, "moved")) == ((UNIT, NEW), 1)


def test_a_new_name_reaches_the_helper(world: World):
    move = Move(world).claim()
    fresh(world, move.resident).patch("/v1/me", {"name": "李桂兰"})
    view = move.helper.get(f"/v1/wishes/{move.id}").json
    assert view["name"] == "李桂兰"


def test_another_name_or_channel_tells_nobody_of_a_move(world: World):
    move = Move(world).claim()
    fresh(world, move.resident).patch("/v1/me", {"name": "李桂兰"})
    move.run()
    assert move.heard(move.helper, "moved") == 0


@pytest.mark.parametrize("state", ["submitted", "open"])
def test_a_wish_that_nobody_has_taken_follows_quietly(world: World, state):
    if state == "open":
        move = Move(world)
    else:
        move = object.__new__(Move)
        move.world, move.resident = world, world.resident(address=OLD)
        answer = move.resident.post("/v1/wishes", world.wish_body())
        move.id = answer.json["id"]
    move.to(ELSEWHERE, NEW)
    move.run()
    wish = stored(move.id)
    assert (wish.place, wish.state) == (ELSEWHERE, state)
    assert move.heard(world.phone_of(world.admin), "moved_staff") == 0


def test_a_wish_for_another_place_does_not_follow(world: World):
    move = Move(world, place=ELSEWHERE).claim()
    assert move.read() == (ELSEWHERE, None)  # the door is at home
    move.to(BUILDING, NEW)
    move.run()
    assert move.read() == (ELSEWHERE, None)


def test_a_wider_place_stays_while_the_home_lies_in_it(world: World):
    move = Move(world, place=GRID).claim()
    assert move.read() == (GRID, OLD)
    move.to(BUILDING, NEW)
    move.run()
    assert move.read() == (GRID, NEW)
    assert move.heard(move.helper, "moved") == 1


def test_what_was_delivered_stays_where_it_was(world: World):
    move = Move(world).claim()
    done(world, move.helper, move.id, "deliver")
    move.to(ELSEWHERE, NEW)
    move.run()
    assert stored(move.id).place == UNIT
    assert (
        done(world, move.resident, move.id, "confirm")["state"] == "fulfilled"
    )


def test_a_second_home_is_counted_and_refused_to_nobody(world: World):
    move = Move(world)
    move.helper = world.volunteer(homes=None)  # two homes for a newcomer
    move.claim()
    other = world.open_wish(world.resident(address="3楼301室"))
    done(world, move.helper, other, "claim")
    move.to(ELSEWHERE, NEW)
    move.run()
    assert (move.read(), move.homes_shown) == ((ELSEWHERE, NEW), 3)


def test_an_offer_made_for_the_old_home_ends(world: World):
    move = Move(world)
    offer = world.offer(move.id, move.helper)
    move.to(ELSEWHERE, NEW)
    move.run()
    view = fresh(world, move.helper).get(f"/v1/offers/{offer}").json
    assert view["state"] == "superseded"


# another street, decided without a store


def a_home(place: str, *helpers: str) -> NewHome:
    nothing = HelperRecords(subjects=("per_helper",), known={})
    return NewHome(
        place=place,
        keys=("home-b",),
        counted_as="home-b",
        community_name="古渡社区",
        zone="Asia/Shanghai",
        reached_by=dict.fromkeys(helpers, nothing),
    )


FAR = "gudu.a.g01"


def test_in_another_street_staff_look_at_the_wish_again():
    wish = a_wish(S.CLAIMED, a_claim(), home="home-a")
    moved = follow_home(wish, a_home(FAR), START)
    after = moved.entity
    assert (after.state, after.place, after.submitted_at) == (
        S.SUBMITTED,
        FAR,
        START,
    )
    assert [claim.state for claim in after.claims] == [C.RELEASED]
    assert [message.kind for message in moved.messages] == [
        "wish.claim_ended",
        "wish.moved_staff",
        "wish.unpublished",
    ]


def test_a_helper_who_serves_there_too_keeps_the_claim():
    wish = a_wish(
        S.CLAIMED,
        a_claim("per_helper"),
        a_claim("per_b"),
        home="home-a",
        helpers_needed=2,
    )
    moved = follow_home(wish, a_home(FAR, "per_helper"), START)
    assert (moved.entity.state, moved.entity.place) == (S.OPEN, FAR)
    told = [(one.kind, one.params.get("claim")) for one in moved.messages]
    assert told == [
        ("wish.moved", "clm_per_helper"),
        ("wish.claim_ended", "clm_per_b"),
        ("wish.moved_staff", None),
    ]


@pytest.mark.parametrize(
    ("came", "state"),
    [(C.DELIVERED, S.DELIVERED), (C.CONFIRMED, S.FULFILLED)],
)
def test_what_was_brought_before_is_settled_in_the_old_street(came, state):
    wish = a_wish(
        S.CLAIMED,
        a_claim("per_a", came),
        a_claim("per_b"),
        home="home-a",
        helpers_needed=2,
    )
    after = follow_home(wish, a_home(FAR), START).entity
    assert (after.state, after.place, after.home) == (state, UNIT, "")
    assert [claim.state for claim in after.claims] == [came, C.RELEASED]


@pytest.mark.parametrize(
    "wish",
    [
        a_wish(S.CLAIMED, a_claim(), home=""),
        a_wish(S.CLAIMED, a_claim(), home="home-b"),
        a_wish(S.DELIVERED, a_claim(state=C.DELIVERED), home="home-a"),
        a_wish(S.WITHDRAWN, home="home-a"),
        a_wish(S.OPEN, home="home-a", title=""),
    ],
    ids=["elsewhere", "known", "delivered", "over", "erased"],
)
def test_what_does_not_follow(wish):
    assert follow_home(wish, a_home(FAR), START).entity == wish
