"""The location of reports: written addresses and coordinates become a place of the tree."""

from datetime import UTC, datetime

import pytest

from chalicelib.kernel.errors import Invalid
from chalicelib.open311.location import Address, locate, matched, nearest
from chalicelib.places.model import Location, Place

AT = datetime(2026, 11, 23, tzinfo=UTC)
NAMES = {
    "c": "春晖路街道",
    "c.b": "柏华社区",
    "c.b.g01": "柏华第一网格",
    "c.b.g01.b05": "5号楼",
    "c.b.g01.b05.u1": "1单元",
    "c.b.g01.b05.u2": "2单元",
    "c.b.g01.b15": "15号楼",
    "c.b.g02": "柏华第二网格",
    "c.b.g02.b07": "7号楼",
    "c.b.g02.b08": "8号楼",
    "c.b.g01.b08": "8号楼",  # again: two grids count their buildings anew
    "c.j": "锦凤社区",
    "c.j.g01": "锦凤第一网格",
    "c.j.g01.b05": "5号楼",
    "c.j.g01.n5": "5",
}
POINTS = {
    "c.b.g01.b05": Location(30.25, 108.95),
    "c.b.g02.b07": Location(30.252, 108.95),
    "c.j": Location(30.3, 109.0),
}
TREE = [
    Place(
        id=id, created_at=AT, updated_at=AT, name=name, location=POINTS.get(id)
    )
    for id, name in NAMES.items()
]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("柏华社区5号楼1单元", "c.b.g01.b05.u1"),
        ("春晖路街道 柏华社区 5号楼 2单元 7楼电梯口", "c.b.g01.b05.u2"),
        ("柏华社区柏华第一网格5号楼1单元", "c.b.g01.b05.u1"),
        ("柏华第一网格5号楼", "c.b.g01.b05"),
        ("柏华社区，５号楼，１单元", "c.b.g01.b05.u1"),  # wide digits, commas
        (
            "1单元, 5号楼, 柏华社区",
            "c.b.g01.b05.u1",
        ),  # the specification's order: most specific first
        ("柏华社区15号楼", "c.b.g01.b15"),
        ("柏华社区25号楼", "c.b"),  # there is none
        ("柏华社区7号楼9单元", "c.b.g02.b07"),
        ("柏华第二网格", "c.b.g02"),
        ("柏华社区第二网格", "c.b"),
        ("锦凤社区5号楼", "c.j.g01.b05"),
        ("锦凤社区52号楼", "c.j"),  # no house called 5
        ("锦凤社区5", "c.j.g01.n5"),
        ("在柏华社区的门口", "c.b"),
        ("柏华社区8号楼", "c.b"),  # either of two: the place that holds both
        ("柏华第二网格8号楼", "c.b.g02.b08"),
        ("柏华社区和锦凤社区之间", "c"),
        ("5号楼1单元", None),  # of which community?
        ("155 9th Street", None),
        ("", None),
        (" ,，· ", None),
        ("春晖路街道", None),
    ],
)
def test_a_written_address_means_the_deepest_place_that_it_names(
    written, place
):
    assert matched(TREE, written) == place


@pytest.mark.parametrize(
    ("point", "place"),
    [
        ((30.25, 108.95), "c.b.g01.b05"),
        ((30.2508, 108.95), "c.b.g01.b05"),
        ((30.2512, 108.95), "c.b.g02.b07"),
        ((30.2545, 108.95), "c.b.g02.b07"),  # 278 m
        ((30.2550, 108.95), None),  # 334 m
        ((30.3001, 109.0), "c.j"),
        ((-30.25, -71.05), None),
    ],
)
def test_coordinates_mean_the_nearest_place_that_is_near_enough(point, place):
    assert nearest(TREE, Location(*point)) == place


def test_nothing_is_near_without_places_on_the_map():
    assert (
        nearest(
            [place for place in TREE if not place.location],
            Location(30.25, 108.95),
        )
        is None
    )
    assert nearest(TREE, None) is None


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (
            Address(
                id="c.b.g01.b15",
                written="柏华社区5号楼",
                point=Location(30.252, 108.95),
            ),
            "c.b.g01.b15",
        ),
        (
            Address(written="柏华社区5号楼", point=Location(30.252, 108.95)),
            "c.b.g01.b05",
        ),
        (
            Address(written="某某路12号", point=Location(30.252, 108.95)),
            "c.b.g02.b07",
        ),
        (Address(id="#NOTPINPOINTED#", written="某某路12号"), "c"),
        (Address(id="c.x", point=Location(0, 0)), "c"),
    ],
)
def test_what_names_a_place_goes_before_coordinates_and_the_street_takes_the_rest(
    address, place
):
    assert locate(TREE, address) == place


@pytest.mark.parametrize(
    ("address", "code", "loc"),
    [
        (Address(), "open311.location_missing", ("lat",)),
        (Address(id="c.x"), "open311.address_unknown", ("address_id",)),
        (Address(id="d"), "open311.address_unknown", ("address_id",)),
    ],
)
def test_a_report_says_where(address, code, loc):
    with pytest.raises(Invalid) as refused:
        locate(TREE, address)
    assert (refused.value.code, refused.value.location) == (code, loc)
