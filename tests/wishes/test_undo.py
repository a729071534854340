"""A decision about a wish is told a minute later, and only if it is still so."""

from datetime import timedelta

import pytest

from ..world import Phone, World

pytestmark = pytest.mark.usefixtures("time_to_undo")


class Case:
    """A wish that waits for staff, its resident, and the messages about it."""

    def __init__(self, world: World) -> None:
        self.world, self.owner = world, world.resident()
        made = self.owner.post("/v1/wishes", world.wish_body())
        assert made.status == 201, made.text
        self.id = made.json["id"]
        self.number = str(self.owner.me["phone"])
        world.pass_time(minutes=5)

    def act(self, move: str, **body: str) -> None:
        staff: Phone = self.world.staff()
        made = staff.post(f"/v1/wishes/{self.id}/{move}", body)
        assert made.status == 200, made.text

    def wait(self, seconds: int) -> None:
        self.world.pass_time(seconds=seconds)

    def told(self) -> list[str]:
        """Return the kinds of what the resident was sent about the wish, oldest first."""
        kinds = [letter.kind for letter in self.world.sms_to(self.number)]
        return [kind for kind in kinds[::-1] if kind.startswith("wish.")]


@pytest.fixture
def case(world: World) -> Case:
    return Case(world)


def test_an_approval_is_told_after_a_minute(
    case: Case, time_to_undo: timedelta
) -> None:
    case.act("approve")
    case.wait(int(time_to_undo.total_seconds()) - 1)
    assert case.told() == []
    case.wait(1)
    assert case.told() == ["wish.approved"]


def test_a_rejection_is_told_after_a_minute(case: Case) -> None:
    case.act("reject", reason="重复了")
    case.wait(59)
    assert case.told() == []
    case.wait(1)
    assert case.told() == ["wish.rejected"]


def test_what_is_undone_within_the_minute_is_never_told(case: Case) -> None:
    case.act("approve")
    case.wait(30)
    case.act("unpublish", reason="操作有误")
    case.wait(600)
    assert case.told() == []
    case.act("reject", reason="操作有误")
    case.wait(30)
    case.act("reopen")
    case.wait(600)
    assert case.told() == []


@pytest.mark.parametrize("seconds", [5, 30, 59])
def test_what_is_decided_again_is_told_once(case: Case, seconds: int) -> None:
    case.act("approve")
    case.wait(seconds)
    case.act("unpublish", reason="操作有误")
    case.act("approve")
    case.wait(600)
    assert case.told() == ["wish.approved"]


def test_the_other_decision_is_told_alone(case: Case) -> None:
    case.act("approve")
    case.wait(20)
    case.act("unpublish", reason="操作有误")
    case.act("reject", reason="重复了")
    case.wait(600)
    assert case.told() == ["wish.rejected"]


def test_what_was_told_is_taken_back_aloud(case: Case) -> None:
    case.act("approve")
    case.wait(61)
    case.act("unpublish", reason="请改文字")
    case.wait(600)
    assert case.told() == ["wish.approved", "wish.unpublished"]


def test_a_wish_that_was_kept_is_taken_back_aloud(case: Case) -> None:
    case.act("approve")
    case.wait(3600)
    case.act("keep")
    case.wait(10)
    case.act("unpublish", reason="请改文字")
    case.wait(600)
    assert case.told() == ["wish.approved", "wish.unpublished"]
