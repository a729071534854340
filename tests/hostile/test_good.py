"""Every write has a good request, and it succeeds."""

import pytest

from chalicelib.web.routes import Operation

from ..cases import cases_by_feature
from ..world import World
from .good import GOOD, WRITES, by_name


def test_every_write_has_a_good_request_and_nothing_else_has_one():
    assert GOOD.keys() == {operation.name for operation in WRITES}


def test_a_feature_brings_cases_of_its_own_operations_only():
    for feature, cases in cases_by_feature().items():
        own = cases.who.keys() | cases.elsewhere
        for named in (
            cases.bodies,
            cases.made_bodies,
            cases.queries,
            cases.good,
            cases.story_queries,
        ):
            assert named.keys() <= own, feature


@pytest.mark.parametrize("operation", WRITES, ids=by_name)
def test_the_good_request_succeeds(operation: Operation, world: World):
    answer = GOOD[operation.name](world).send(operation.method)
    assert answer.status < 300, answer.text
