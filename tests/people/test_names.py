"""A name that imitates an office is refused in any spelling, except to people of that office."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.access import Grant, Role
from chalicelib.people.names import may_be_named

from ..signin.builders import sign_up
from ..world import BAIHUA, CHALLENGES, UNIT, World

OFFICES = [
    "民警",
    "警察",
    "社区",
    "街道",
    "居委会",
    "网格员",
    "官方",
    "客服",
    "政府",
]
# Traditional, full-width, spaced, in radicals, and in letters of other scripts.
SPELT = [
    "社區",
    "網格員",
    "民 警",
    "社·区",
    "居-委-会",
    "客　服",
    "⼯作人员",
    "社區王姐",
]
LATIN = [
    "Police",
    "ＰＯＬＩＣＥ",
    "роliсe",
    "p.o.l.i.c.e",
    "Official 柏华",
    "min jing",
]
# People who are really called so.
NAMES = [
    "王秀英",
    "上官方明",
    "李保安",
    "王建国",
    "阿依古丽·买买提",
    "Ann-Marie O'Neil",
    "李民政",
]
GAPS = st.lists(st.sampled_from(" ·.-—　_*"), max_size=2).map("".join)


@pytest.mark.parametrize("name", [*OFFICES, *SPELT, *LATIN])
def test_an_office_is_nobodys_name(name: str):
    assert not may_be_named(name)
    assert not may_be_named(f"柏华{name}小王")


@pytest.mark.parametrize("name", NAMES)
def test_names_of_people_are_taken(name: str):
    assert may_be_named(name)


@given(st.sampled_from(OFFICES), st.data())
def test_gaps_hide_no_office(office: str, data: st.DataObject):
    spelt = "".join(data.draw(GAPS) + character for character in office)
    assert not may_be_named(spelt)


@pytest.mark.parametrize(
    ("role", "office", "company"),
    [
        (Role.VOLUNTEER, False, False),
        (Role.PROPERTY, False, True),
        (Role.GRID_WORKER, True, True),
        (Role.STREET_ADMIN, True, True),
    ],
)
def test_a_role_allows_the_name_of_its_office(
    role: Role, office: bool, company: bool
):
    grants = [Grant(role, BAIHUA)]
    assert may_be_named("柏华社区小王", grants) is office
    assert may_be_named("华安物业", grants) is company


def test_the_name_is_checked_wherever_it_is_given(world: World):
    staff, resident = world.staff(), world.resident()
    refused = [
        resident.patch("/v1/me", {"name": "民警小王"}),
        resident.patch("/v1/me", {"name": "华安物业"}),
        staff.post("/v1/people", {"name": "社区老李", "home": UNIT}),
        staff.patch(f"/v1/people/{resident.me['id']}", {"name": "网格员"}),
    ]
    assert {(answer.status, answer.code) for answer in refused} == {
        (422, "person.name_office")
    }
    assert staff.patch("/v1/me", {"name": "柏华社区陈敏"}).status == 200


def test_nobody_signs_up_under_the_name_of_an_office(world: World):
    number = "+8613812345678"
    phone = sign_up(world)
    assert phone.post("/v1/auth/codes", {"phone": number}).status == 202
    body = {
        "phone": number,
        "code": world.code_in_sms(number),
        "challenge": CHALLENGES[number],
        "consent": {"text_version": "2026-11"},
    }
    refused = phone.post("/v1/auth/tokens", body | {"name": "官方客服"})
    assert (refused.status, refused.code) == (422, "person.name_office")
    assert phone.post("/v1/auth/tokens", body | {"name": "王姐"}).status == 201
