"""Permissions: the relations of an actor to a resource, and the actions they allow."""

from dataclasses import replace

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
    return Actor(
        id=id, grants=tuple(Grant(role, place) for role, place in grants)
    )


def a_wish(**fields) -> Resource:
    owned = {Relation.OWNER: frozenset({"per_owner"})}
    return Resource(
        **({"see": wishes.SEE, "places": (PLACE,), "relations": owned} | fields)
    )


def test_roles_are_ordered_as_the_contract_lists_them():
    assert [
        role.value for role in sorted(Role, key=lambda role: role.rank)
    ] == [
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


def test_a_higher_role_includes_the_lower_ones_within_its_place():
    found = relations(somebody((Role.STREET_ADMIN, "chunhui")), a_wish())
    assert found >= STAFF
    assert Relation.COMMUNITY_STAFF not in relations(
        somebody((Role.GRID_WORKER, "chunhui.baihua.g01")), a_wish()
    )


def test_the_highest_role_that_covers_a_place_counts():
    both = somebody(
        (Role.GRID_WORKER, "chunhui.baihua"),
        (Role.COMMUNITY_STAFF, "chunhui.jinfeng"),
    )
    assert both.role_at(PLACE) is Role.GRID_WORKER
    assert both.role_at("chunhui.jinfeng.g01") is Role.COMMUNITY_STAFF
    assert both.role_at("elsewhere") is Role.RESIDENT


def test_a_volunteer_helps_in_the_whole_street_and_no_other():
    assert Relation.VOLUNTEER in relations(
        somebody((Role.VOLUNTEER, "chunhui.jinfeng")), a_wish()
    )
    assert Relation.VOLUNTEER not in relations(
        somebody((Role.VOLUNTEER, "qingyang.baihua")), a_wish()
    )


def test_property_is_not_staff():
    assert not relations(somebody((Role.PROPERTY, "chunhui")), a_wish()) & STAFF


def test_owners_and_helpers_are_known_by_id():
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


def test_the_system_has_only_the_system_relation():
    assert relations(SYSTEM, a_wish(public=True)) == {Relation.SYSTEM}
    assert not relations(Actor(id="system"), a_wish()) & {
        Relation.SYSTEM
    }  # the id alone does not make an actor the system


def test_a_resource_that_an_actor_may_not_see_is_not_found():
    for actor in (
        ANONYMOUS,
        somebody(),
        somebody((Role.COMMUNITY_STAFF, "chunhui.jinfeng")),
    ):
        for action in (wishes.SEE, wishes.APPROVE, wishes.EDIT):
            with pytest.raises(NotFound):
                authorize(actor, action, a_wish())


def test_a_volunteers_role_does_not_reveal_a_hidden_wish():
    with pytest.raises(NotFound):
        authorize(
            somebody((Role.VOLUNTEER, "chunhui.baihua")), wishes.CLAIM, a_wish()
        )


def test_on_a_public_resource_anonymous_is_401_and_signed_in_is_403():
    wish = a_wish(public=True)
    assert authorize(ANONYMOUS, wishes.SEE, wish) == {Relation.PUBLIC}
    with pytest.raises(Unauthenticated):
        authorize(ANONYMOUS, wishes.CLAIM, wish)
    with pytest.raises(Forbidden):
        authorize(somebody(), wishes.CLAIM, wish)


def test_an_allowed_action_returns_the_relations():
    assert Relation.OWNER in authorize(
        somebody(id="per_owner"), wishes.WITHDRAW, a_wish()
    )


def test_every_action_has_a_unique_name_and_some_relation():
    names = [action.name for action in actions()]
    assert len(names) == len(set(names))
    assert all(action.allowed for action in actions())


def test_every_kind_of_resource_has_its_see_action():
    names = {action.name for action in actions()}
    kinds = {name.partition(".")[0] for name in names} - {"me"}
    assert {f"{kind}.see" for kind in kinds} <= names


def test_only_plain_reading_trusts_the_token_alone():
    stale = {action.name for action in actions() if not action.fresh}
    assert stale == {
        "wish.see",
        "wish.list",
        "ticket.see",
        "place.see",
        "place.read",
    }


@pytest.mark.parametrize("feature", permissions())
def test_a_feature_lists_every_action_that_it_names(feature):
    import importlib

    from chalicelib.kernel.access import Action

    module = importlib.import_module(f"chalicelib.{feature}.permissions")
    named = {
        value.name
        for value in vars(module).values()
        if isinstance(value, Action)
    }  # one may be asked fresh or not
    assert named == {action.name for action in module.PERMISSIONS}
    assert set(module.__all__) >= {
        name
        for name, value in vars(module).items()
        if isinstance(value, Action)
    }


# relations count only as they are now


@pytest.mark.parametrize(
    ("grants", "vetted", "helps"),
    [
        ([(Role.VOLUNTEER, "chunhui.baihua")], True, True),
        ([(Role.VOLUNTEER, "chunhui.jinfeng")], True, True),
        ([(Role.VOLUNTEER, "chunhui.baihua")], False, False),
        ([(Role.VOLUNTEER, "qingyang.baihua")], True, False),
        ([(Role.GRID_WORKER, "chunhui")], True, False),
        ([], True, False),
    ],
)
def test_a_helper_counts_while_they_are_a_vetted_volunteer_of_the_street(
    grants, vetted, helps
):
    wish = a_wish(
        relations={Relation.HELPER: frozenset({"per_a"})},
        roles={Relation.HELPER: Role.VOLUNTEER},
    )
    actor = replace(somebody(*grants), vetted=vetted)
    assert (Relation.HELPER in relations(actor, wish)) is helps
    assert wish.concerns(actor), "by the token alone it is not certain"


@pytest.mark.parametrize(
    ("role", "place", "serves"),
    [
        (Role.PROPERTY, PLACE, True),
        (Role.GRID_WORKER, "chunhui.baihua", True),
        (Role.GRID_WORKER, "chunhui.jinfeng", False),
        (Role.VOLUNTEER, PLACE, False),
    ],
)
def test_an_assignee_counts_while_a_grant_reaches_the_place(
    role, place, serves
):
    ticket = a_wish(
        relations={Relation.HELPER: frozenset({"per_a"})},
        roles={Relation.HELPER: Role.PROPERTY},
    )
    found = relations(somebody((role, place)), ticket)
    assert (Relation.HELPER in found) is serves


def test_a_proxy_is_an_owner_only_while_they_represent_that_owner():
    wish = a_wish(proxies={"per_a": "per_owner"})
    assert Relation.OWNER not in relations(somebody(), wish)
    for resident, owns in (("per_owner", True), ("per_other", False)):
        actor = somebody().representing(resident)
        assert (Relation.OWNER in relations(actor, wish)) is owns
    stranger = somebody(id="per_b").representing("per_owner")
    assert Relation.OWNER not in relations(stranger, wish)


def test_a_resource_does_not_concern_strangers():
    assert not a_wish(public=True).concerns(somebody())
    assert not a_wish(public=True).concerns(ANONYMOUS)
