"""Every relation that can end × everything that is held by it.

The rows follow from `Feature.holds`. A feature that exports data about people declares what they
hold there, and builds each thing in its `cases.py`.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.features import declarations
from chalicelib.kernel.ended_relations import RELATION_ENDED, RelationKind

from ..cases import cases_by_feature
from ..world import World
from .held import Held, end, jobs_wait

# Relations that can end without touching what somebody holds by another one.
BESIDE = (
    RelationKind.VETTING,
    RelationKind.CONTACT,
    RelationKind.HOUSEHOLD,
)


def rows(*, ends: bool) -> Iterator[object]:
    """Return (feature, thing, kind): relations with which things end, or do not."""
    for feature in declarations():
        for what, kinds in feature.holds.items():
            wanted = sorted(kinds) if ends else sorted({*BESIDE} - kinds)
            for kind in wanted:
                name = f"{feature.name}-{what}-{kind}"
                yield pytest.param(feature.name, what, kind, id=name)


def build(world: World, feature: str, what: str, kind: RelationKind) -> Held:
    return cases_by_feature()[feature].held[what](world, kind)


def sent(world: World, held: Held) -> Counter[str]:
    """Count what the holder's phone was sent, without codes and the end of an erasure."""
    letters = world.sms_to(held.phone.me["phone"] or "")
    kinds = Counter(letter.kind for letter in letters)
    del kinds["code.sign_in"], kinds["account.erased"]
    return kinds


def dependent_messages(world: World, held: Held) -> list[int]:
    return [len(world.sms_to(phone, kind)) for phone, kind in held.depend]


def opened(held: Held) -> set[str]:
    return {name for name, is_open in held.doors.items() if is_open()}


@pytest.mark.parametrize(("feature", "what", "kind"), [*rows(ends=True)])
def test_what_is_held_ends_with_its_relation(
    world: World, feature: str, what: str, kind: RelationKind
):
    held = build(world, feature, what, kind)
    for name, is_open in held.doors.items():
        assert name in held.once or is_open(), f"the control: {name}"
    assert not held.is_released(), "the control"
    before, already = sent(world, held), dependent_messages(world, held)
    with jobs_wait(world):
        end(world, kind, held)
        assert opened(held) == set()
        world.clock.advance(timedelta(minutes=20))
        assert opened(held) == set()
        exported = held.phone.get("/v1/me/data").text
        assert not [secret for secret in held.secrets if secret in exported]
    world.pass_time(minutes=5)
    assert held.is_released()
    assert opened(held) == set()
    world.pass_time(days=4)
    assert sent(world, held) == before
    now = dependent_messages(world, held)
    assert now == [number + 1 for number in already]


@pytest.mark.parametrize(("feature", "what", "kind"), [*rows(ends=False)])
def test_what_is_held_stays_with_other_relations(
    world: World, feature: str, what: str, kind: RelationKind
):
    held = build(world, feature, what, kind)
    gain(world, kind, held)
    end(world, kind, held)
    world.pass_time(minutes=5)
    assert not held.is_released()
    for name in held.doors.keys() - held.once:
        assert held.doors[name](), name


def gain(world: World, kind: RelationKind, held: Held) -> None:
    """Give the subject a relation beside the one by which something is held."""
    if kind is RelationKind.VETTING:
        world.vet(held.subject.id)
        return
    bond = {"household": None, "contact_via": held.subject.contact_via}
    if kind is RelationKind.HOUSEHOLD:
        bond["household"] = "hh-9"
    else:
        bond["contact_via"] = world.person("李娜").id
    answer = world.phone_of(world.admin).put(
        f"/v1/people/{held.subject.id}/household",
        bond | {"consent": {"how": "written"}},
    )
    assert answer.status == 200, answer.text


def test_every_feature_that_exports_data_declares_what_people_hold():
    for feature in declarations():
        assert feature.holds or not feature.exports, feature.name


def test_every_declared_thing_has_a_case_and_the_reverse():
    cases = cases_by_feature()
    for feature in declarations():
        held = cases[feature.name].held if feature.name in cases else {}
        assert held.keys() == feature.holds.keys(), feature.name


def test_every_relation_that_can_end_takes_something_with_it():
    ends = [
        kind
        for feature in declarations()
        for kinds in feature.holds.values()
        for kind in kinds
    ]
    assert {*ends} == {*RelationKind} - {RelationKind.HOUSEHOLD}


def test_a_feature_that_holds_something_for_longer_than_a_request_releases_it():
    for feature in declarations():
        if feature.holds and feature.name != "signin":
            assert RELATION_ENDED in feature.events, feature.name
