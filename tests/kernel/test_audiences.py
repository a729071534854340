"""The audience of a deferred message."""

import pytest

from chalicelib.kernel.audiences import (
    ChallengeTarget,
    OnePerson,
    SeveralPeople,
    StaffOnDuty,
    narrowed,
)


@pytest.mark.parametrize(
    ("audience", "people", "later"),
    [
        pytest.param(
            SeveralPeople(("a", "b")),
            ("a",),
            OnePerson("a"),
            id="one of several",
        ),
        pytest.param(
            SeveralPeople(("a", "b", "c")),
            ("a", "b"),
            SeveralPeople(("a", "b")),
            id="two of several",
        ),
        pytest.param(
            StaffOnDuty("x"),
            ("a",),
            StaffOnDuty("x", ("a",)),
            id="staff are looked up again",
        ),
        pytest.param(
            ChallengeTarget("c"),
            ("c",),
            ChallengeTarget("c"),
            id="a code goes to its challenge",
        ),
    ],
)
def test_a_later_delivery_is_for_some_people_of_the_audience(
    audience, people, later
):
    assert narrowed(audience, people) == later
