"""What somebody is towards a resource, and what the one table lets her do."""

import pytest

from chalicelib.kernel.access import (
    ANONYMOUS,
    STAFF,
    SYSTEM,
    Actor,
    Grant,
    Relation,
    Resource,
    Role,
    authorize,
    relations,
)
from chalicelib.kernel.errors import Forbidden, NotFound, Unauthenticated
from chalicelib.wishes import permissions as wishes

from ..every_permission import actions, permissions

PLACE = "chunhui.baihua.g01.b05"


def somebody(*grants: tuple[Role, str], id: str = "per_a") -> Actor:
    return Actor(id=id, grants=tuple(Grant(role, place) for role, place in grants))


def a_wish(**fields) -> Resource:
    owned = {Relation.OWNER: frozenset({"per_owner"})}
    return Resource(
        **({"see": wishes.SEE, "places": (PLACE,), "relations": owned} | fields)
    )


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
    ("scope", "reaches"),
    [
        ("chunhui", True),
        (PLACE, True),
        ("chunhui.jinfeng", False),
        (f"{PLACE}.u1", False),
    ],
)
def test_a_grant_covers_its_place_and_everything_below(scope, reaches):
    assert (
        bool(relations(somebody((Role.GRID_WORKER, scope)), a_wish()) & STAFF)
        is reaches
    )


def test_a_higher_role_is_everything_below_it_within_its_own_place():
    found = relations(somebody((Role.STREET_ADMIN, "chunhui")), a_wish())
    assert found >= STAFF
    assert Relation.COMMUNITY_STAFF not in relations(
        somebody((Role.GRID_WORKER, "chunhui.baihua.g01")), a_wish()
    )


def test_the_highest_role_that_covers_a_place_counts():
    both = somebody(
        (Role.GRID_WORKER, "chunhui.baihua"), (Role.COMMUNITY_STAFF, "chunhui.jinfeng")
    )
    assert both.role_at(PLACE) is Role.GRID_WORKER
    assert both.role_at("chunhui.jinfeng.g01") is Role.COMMUNITY_STAFF
    assert both.role_at("elsewhere") is Role.RESIDENT


def test_a_volunteer_helps_in_her_whole_street_and_in_no_other():
    assert Relation.VOLUNTEER in relations(
        somebody((Role.VOLUNTEER, "chunhui.jinfeng")), a_wish()
    )
    assert Relation.VOLUNTEER not in relations(
        somebody((Role.VOLUNTEER, "qingyang.baihua")), a_wish()
    )


def test_property_is_not_staff():
    assert not relations(somebody((Role.PROPERTY, "chunhui")), a_wish()) & STAFF


def test_owner_and_helper_are_by_id_and_nobody_is_neither():
    ids = {
        Relation.HELPER: frozenset({"per_a"}),
        Relation.OWNER: frozenset({"per_a", ""}),
    }
    wish = a_wish(relations=ids)
    assert relations(somebody(), wish) >= {
        Relation.OWNER,
        Relation.HELPER,
        Relation.SIGNED_IN,
    }
    assert relations(ANONYMOUS, wish) == frozenset()


def test_the_system_is_nothing_but_the_system():
    assert relations(SYSTEM, a_wish(public=True)) == {Relation.SYSTEM}
    assert not relations(Actor(id="system"), a_wish()) & {
        Relation.SYSTEM
    }  # an id alone does not make one the house itself


def test_what_one_may_not_see_is_not_there_whoever_asks():
    for actor in (
        ANONYMOUS,
        somebody(),
        somebody((Role.COMMUNITY_STAFF, "chunhui.jinfeng")),
    ):
        for action in (wishes.SEE, wishes.APPROVE, wishes.EDIT):
            with pytest.raises(NotFound):
                authorize(actor, action, a_wish())


def test_a_stranger_is_not_told_by_a_volunteers_role_that_a_hidden_wish_exists():
    with pytest.raises(NotFound):
        authorize(somebody((Role.VOLUNTEER, "chunhui.baihua")), wishes.CLAIM, a_wish())


def test_what_is_public_asks_the_anonymous_to_sign_in_and_forbids_the_known():
    wish = a_wish(public=True)
    assert authorize(ANONYMOUS, wishes.SEE, wish) == {Relation.PUBLIC}
    with pytest.raises(Unauthenticated):
        authorize(ANONYMOUS, wishes.CLAIM, wish)
    with pytest.raises(Forbidden):
        authorize(somebody(), wishes.CLAIM, wish)


def test_what_is_allowed_says_as_what():
    assert Relation.OWNER in authorize(
        somebody(id="per_owner"), wishes.WITHDRAW, a_wish()
    )


def test_every_action_has_a_name_of_its_own_and_somebody_who_may():
    names = [action.name for action in actions()]
    assert len(names) == len(set(names))
    assert all(action.allowed for action in actions())


def test_every_kind_of_resource_has_its_see_action():
    for listed in permissions().values():
        kinds = {action.name.partition(".")[0] for action in listed} - {"me"}
        assert {f"{kind}.see" for kind in kinds} <= {action.name for action in listed}


def test_only_plain_reading_goes_by_a_token_alone():
    stale = {action.name for action in actions() if not action.fresh}
    assert stale == {"wish.see", "wish.list", "ticket.see", "place.see", "place.read"}


@pytest.mark.parametrize("feature", permissions())
def test_a_feature_lists_every_action_that_it_names(feature):
    import importlib

    from chalicelib.kernel.access import Action

    module = importlib.import_module(f"chalicelib.{feature}.permissions")
    named = {
        value.name for value in vars(module).values() if isinstance(value, Action)
    }  # one may be asked fresh or not
    assert named == {action.name for action in module.PERMISSIONS}
    assert set(module.__all__) >= {
        name for name, value in vars(module).items() if isinstance(value, Action)
    }
