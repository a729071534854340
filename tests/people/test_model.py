"""A person: the fields that may change, and those that are left after erasure; without a store."""

from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from chalicelib.kernel.access import Actor, Grant, Role
from chalicelib.kernel.errors import Conflict, Forbidden, Unauthenticated
from chalicelib.people.model import mask_phone
from chalicelib.people.moves import end_session, erase, make_volunteer
from chalicelib.people.volunteer_profile import VolunteerProfile
from chalicelib.staff_directory.grants import regrant

from ..world import BAIHUA, GRID, JINFENG, START, STREET, UNIT
from .builders import a_person

ADMIN = Actor(id="per_admin", grants=(Grant(Role.STREET_ADMIN, STREET),))
STAFF = Actor(id="per_staff", grants=(Grant(Role.COMMUNITY_STAFF, BAIHUA),))
GRID_WORKER = Actor(id="per_grid", grants=(Grant(Role.GRID_WORKER, GRID),))


def granted(actor, person, *wanted):
    return set(
        regrant(
            actor, person, [Grant(role, place) for role, place in wanted]
        ).grants
    )


@pytest.mark.parametrize(
    ("phone", "shown"), [("+8613812348000", "+86138****8000"), (None, None)]
)
def test_a_phone_is_shown_with_its_middle_hidden(phone, shown):
    assert mask_phone(phone) == shown


def test_a_person_belongs_to_their_home_first_and_then_to_where_they_serve():
    person = a_person(
        home=UNIT,
        grants=(Grant(Role.VOLUNTEER, BAIHUA), Grant(Role.PROPERTY, BAIHUA)),
    )
    assert person.places == (UNIT, BAIHUA)
    assert replace(person, home=None).places == (BAIHUA,)


@pytest.mark.parametrize(
    ("actor", "role", "place"),
    [
        (ADMIN, Role.STREET_ADMIN, STREET),  # another of the same street
        (ADMIN, Role.COMMUNITY_STAFF, JINFENG),
        (STAFF, Role.GRID_WORKER, GRID),
        (STAFF, Role.PROPERTY, BAIHUA),
        (GRID_WORKER, Role.VOLUNTEER, GRID),
    ],
)
def test_one_grants_roles_below_ones_own_inside_ones_own_place(
    actor, role, place
):
    assert granted(actor, a_person(), (role, place)) == {Grant(role, place)}


@pytest.mark.parametrize(
    ("actor", "role", "place"),
    [
        (ADMIN, Role.COMMUNITY_STAFF, "qingyang.tong"),
        (ADMIN, Role.STREET_ADMIN, "qingyang"),
        (STAFF, Role.COMMUNITY_STAFF, BAIHUA),
        (STAFF, Role.GRID_WORKER, JINFENG),
        (STAFF, Role.GRID_WORKER, STREET),  # above their own place
        (GRID_WORKER, Role.GRID_WORKER, GRID),
        (GRID_WORKER, Role.PROPERTY, BAIHUA),
        (
            Actor(id="p", grants=(Grant(Role.PROPERTY, BAIHUA),)),
            Role.VOLUNTEER,
            BAIHUA,
        ),
    ],
)
def test_one_does_not_grant_ones_own_role_or_elsewhere(actor, role, place):
    with pytest.raises(Forbidden):
        granted(actor, a_person(), (role, place))


def test_roles_outside_the_actors_remit_stay_though_they_were_not_named():
    person = a_person(
        grants=(
            Grant(Role.COMMUNITY_STAFF, BAIHUA),
            Grant(Role.GRID_WORKER, JINFENG),
            Grant(Role.PROPERTY, BAIHUA),
        )
    )
    assert granted(STAFF, person, (Role.GRID_WORKER, GRID)) == {
        Grant(Role.COMMUNITY_STAFF, BAIHUA),
        Grant(Role.GRID_WORKER, JINFENG),
        Grant(Role.GRID_WORKER, GRID),
    }


def test_naming_a_role_that_is_not_ones_to_give_is_fine_where_it_is_there_already():
    person = a_person(grants=(Grant(Role.COMMUNITY_STAFF, JINFENG),))
    assert granted(STAFF, person, (Role.COMMUNITY_STAFF, JINFENG)) == set(
        person.grants
    )


def test_resident_is_no_role_to_be_given():
    assert granted(ADMIN, a_person(), (Role.RESIDENT, UNIT)) == set()


def test_a_volunteer_serves_exactly_where_they_say():
    person = a_person(
        grants=(Grant(Role.VOLUNTEER, JINFENG), Grant(Role.GRID_WORKER, GRID))
    )
    changed = make_volunteer(person, VolunteerProfile(places=(BAIHUA, GRID)))
    assert set(changed.grants) == {
        Grant(Role.GRID_WORKER, GRID),
        Grant(Role.VOLUNTEER, BAIHUA),
        Grant(Role.VOLUNTEER, GRID),
    }


def test_an_ended_session_is_remembered_as_long_as_its_tokens_live():
    person = end_session(a_person(), "ses_1", START)
    with pytest.raises(Unauthenticated):
        person.check_still_valid(person.as_actor("ses_1"))
    assert person.check_still_valid(person.as_actor("ses_2"))
    later = end_session(person, "ses_2", START + timedelta(minutes=30))
    assert [session.id for session in later.ended_sessions] == ["ses_2"]


def test_a_token_counts_only_in_the_version_that_is_in_force():
    person = a_person(token_version=2)
    for version in (1, 3):
        with pytest.raises(Unauthenticated):
            person.check_still_valid(
                replace(person.as_actor(), token_version=version)
            )


def test_who_is_blocked_is_known_but_not_let_in():
    person = a_person(blocked=True)
    with pytest.raises(Forbidden):
        person.check_still_valid(person.as_actor())


def test_an_actor_has_the_rights_of_now_and_not_of_the_token():
    person = a_person(grants=(Grant(Role.VOLUNTEER, BAIHUA),))
    stale = Actor(id=person.id, grants=(Grant(Role.STREET_ADMIN, STREET),))
    assert person.check_still_valid(stale).grants == person.grants


def test_what_is_left_of_somebody_is_an_id_and_a_community():
    person = a_person(
        version=7,
        address="3楼302室",
        household="hh-1",
        email_address="a@example.com",
        grants=(Grant(Role.VOLUNTEER, BAIHUA),),
    )
    left = erase(person, START)
    kept = {
        name
        for name, value in asdict(left).items()
        if value not in ("", None, False, 0, (), {})
    }
    assert kept == {
        "id",
        "version",
        "created_at",
        "updated_at",
        "home",
        "locale",
        "token_version",
        "erased_at",
    }
    assert (left.home, left.token_version, left.version) == (BAIHUA, 1, 7)
    assert left.locale == "zh-CN"
    with pytest.raises(Conflict):
        erase(left, START)
