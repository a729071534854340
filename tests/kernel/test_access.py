"""What somebody is towards a resource, and what the one table lets her do."""

import pytest

from chalicelib.kernel.access import ACTIONS, ANONYMOUS, STAFF, SYSTEM, Actor, Grant, Party, Resource, Role, authorize, parties
from chalicelib.kernel.errors import Forbidden, NotFound, Unauthenticated

PLACE = "chunhui.baihua.g01.b05"


def somebody(*grants: tuple[Role, str], id: str = "per_a") -> Actor:
    return Actor(id=id, grants=tuple(Grant(role, place) for role, place in grants))


def a_wish(**fields) -> Resource:
    return Resource(**({"kind": "wish", "places": (PLACE,), "owners": frozenset({"per_owner"})} | fields))


def test_roles_are_ordered_as_the_contract_lists_them():
    assert [role.value for role in sorted(Role, key=lambda role: role.rank)] == [
        "resident",
        "volunteer",
        "property",
        "grid_worker",
        "community_staff",
        "street_admin",
    ]


@pytest.mark.parametrize(
    ("scope", "reaches"), [("chunhui", True), (PLACE, True), ("chunhui.jinfeng", False), (f"{PLACE}.u1", False)]
)
def test_a_grant_covers_its_place_and_everything_below(scope, reaches):
    assert bool(parties(somebody((Role.GRID_WORKER, scope)), a_wish()) & STAFF) is reaches


def test_a_higher_role_is_everything_below_it_within_its_own_place():
    found = parties(somebody((Role.STREET_ADMIN, "chunhui")), a_wish())
    assert found >= STAFF
    assert Party.COMMUNITY_STAFF not in parties(somebody((Role.GRID_WORKER, "chunhui.baihua.g01")), a_wish())


def test_the_highest_role_that_covers_a_place_counts():
    both = somebody((Role.GRID_WORKER, "chunhui.baihua"), (Role.COMMUNITY_STAFF, "chunhui.jinfeng"))
    assert both.role_at(PLACE) is Role.GRID_WORKER
    assert both.role_at("chunhui.jinfeng.g01") is Role.COMMUNITY_STAFF
    assert both.role_at("elsewhere") is Role.RESIDENT


def test_a_volunteer_helps_in_her_whole_street_and_in_no_other():
    assert Party.VOLUNTEER in parties(somebody((Role.VOLUNTEER, "chunhui.jinfeng")), a_wish())
    assert Party.VOLUNTEER not in parties(somebody((Role.VOLUNTEER, "qingyang.baihua")), a_wish())


def test_property_is_not_staff():
    assert not parties(somebody((Role.PROPERTY, "chunhui")), a_wish()) & STAFF


def test_owner_and_helper_are_by_id_and_nobody_is_neither():
    wish = a_wish(helpers=frozenset({"per_a"}), owners=frozenset({"per_a", ""}))
    assert parties(somebody(), wish) >= {Party.OWNER, Party.HELPER, Party.SIGNED_IN}
    assert parties(ANONYMOUS, wish) == frozenset()


def test_the_system_is_nothing_but_the_system():
    assert parties(SYSTEM, a_wish(public=True)) == {Party.SYSTEM}
    assert not parties(Actor(id="system"), a_wish()) & {Party.SYSTEM}  # an id alone does not make one the house itself


def test_what_one_may_not_see_is_not_there_whoever_asks():
    for actor in (ANONYMOUS, somebody(), somebody((Role.COMMUNITY_STAFF, "chunhui.jinfeng"))):
        for action in ("wish.see", "wish.approve", "wish.edit"):
            with pytest.raises(NotFound):
                authorize(actor, action, a_wish())


def test_a_stranger_is_not_told_by_a_volunteers_role_that_a_hidden_wish_exists():
    with pytest.raises(NotFound):
        authorize(somebody((Role.VOLUNTEER, "chunhui.baihua")), "wish.claim", a_wish())


def test_what_is_public_asks_the_anonymous_to_sign_in_and_forbids_the_known():
    wish = a_wish(public=True)
    assert authorize(ANONYMOUS, "wish.see", wish) == {Party.PUBLIC}
    with pytest.raises(Unauthenticated):
        authorize(ANONYMOUS, "wish.claim", wish)
    with pytest.raises(Forbidden):
        authorize(somebody(), "wish.claim", wish)


def test_what_is_allowed_says_as_what():
    assert Party.OWNER in authorize(somebody(id="per_owner"), "wish.withdraw", a_wish())


def test_every_action_has_a_see_action_of_its_kind_and_somebody_who_may():
    assert all(who for who in ACTIONS.values())
    for action in ACTIONS:
        kind = action.partition(".")[0]
        assert kind == "me" or f"{kind}.see" in ACTIONS
