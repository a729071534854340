"""The relations that end with a change of a person, whichever use case makes it."""

from dataclasses import replace

import pytest

from chalicelib.kernel.access import Grant, Role
from chalicelib.kernel.changes import Changes, Put
from chalicelib.kernel.ended_relations import (
    RELATION_ENDED,
    EndedRelation,
    RelationKind,
)
from chalicelib.kernel.request import RequestContext
from chalicelib.people.ended_relations import ended_relations
from chalicelib.people.model import Person
from chalicelib.people.moves import TERMS, agree, erase
from chalicelib.people.vetting import Vetting, VettingMethod, VettingRecord

from ..store.scan import save, scheduled
from ..trust.held import jobs_wait
from ..world import BAIHUA, GRID, START, World
from .builders import a_person

K = RelationKind
SERVES = Grant(Role.GRID_WORKER, GRID)
HELPS = Grant(Role.VOLUNTEER, BAIHUA)


def _vetted(level: Vetting) -> VettingRecord:
    return VettingRecord(
        level=level, how=VettingMethod.IN_PERSON, at=START, by="per_staff"
    )


BEFORE = a_person(
    version=1,
    grants=(HELPS,),
    vetted=_vetted(Vetting.BASIC),
    household="hh-1",
    contact_via="per_x",
    consents={TERMS: "1", "contact_via": "1", "household": "1"},
)
CHANGES: dict[str, tuple[Person, set[EndedRelation]]] = {
    "blocked": (replace(BEFORE, blocked=True), {EndedRelation(K.BLOCKED)}),
    "terms": (agree(BEFORE, TERMS, None), {EndedRelation(K.TERMS)}),
    "role": (
        replace(BEFORE, grants=()),
        {EndedRelation(K.ROLE, "volunteer@chunhui.baihua")},
    ),
    "vetting": (
        replace(BEFORE, vetted=_vetted(Vetting.NONE)),
        {EndedRelation(K.VETTING)},
    ),
    "more vetting": (
        replace(BEFORE, vetted=_vetted(Vetting.SAFEGUARDING)),
        set(),
    ),
    "another contact": (
        replace(BEFORE, contact_via="per_y"),
        {EndedRelation(K.CONTACT, "per_x")},
    ),
    "no consent": (
        agree(BEFORE, "contact_via", None),
        {EndedRelation(K.CONTACT, "per_x")},
    ),
    "household": (
        replace(BEFORE, household="hh-2"),
        {EndedRelation(K.HOUSEHOLD)},
    ),
    "a name": (replace(BEFORE, name="李秀英", address="1楼"), set()),
    "erased": (
        erase(BEFORE, START),
        {
            EndedRelation(K.ERASED),
            EndedRelation(K.ROLE, "volunteer@chunhui.baihua"),
            EndedRelation(K.VETTING),
            EndedRelation(K.CONTACT, "per_x"),
            EndedRelation(K.HOUSEHOLD),
        },
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_ends_its_relations_and_no_other(change: str):
    after, ended = CHANGES[change]
    assert set(ended_relations(BEFORE, after)) == ended
    assert ended_relations(after, after) == ()


def test_staff_who_withdraw_the_terms_are_still_bound_until_their_role_ends():
    staff = replace(BEFORE, grants=(SERVES,))
    without = agree(staff, TERMS, None)
    assert without.may_act
    assert ended_relations(staff, without) == ()
    former = replace(without, grants=())
    assert not former.may_act
    kinds = {one.kind for one in ended_relations(without, former)}
    assert kinds == {K.ROLE, K.TERMS}


def test_who_agrees_to_the_terms_again_may_act_again():
    back = agree(agree(BEFORE, TERMS, None), TERMS, "2")
    assert back.may_act


@pytest.mark.parametrize("is_related", [False, True])
@pytest.mark.parametrize("change", [c for c in CHANGES if CHANGES[c][1]])
def test_every_commit_of_a_person_writes_the_event_whatever_it_is_for(
    world: World, change: str, is_related: bool
):
    save(BEFORE)
    changes = Changes(entity=CHANGES[change][0], previous=BEFORE)
    if is_related:
        admin = world.services.people.find(world.admin.id)
        assert admin
        changes = Changes(entity=admin, previous=admin, related=(changes,))
    with jobs_wait(world):
        world.services.transaction.run(lambda: changes, RequestContext())
    kinds = [job.kind for job in scheduled()]
    assert kinds == [f"event.{RELATION_ENDED}"]


def test_a_person_is_not_replaced_beside_another_change(world: World):
    save(BEFORE)
    put = Put(row=replace(BEFORE, blocked=True))
    changes = Changes(entity=world.admin, previous=world.admin, writes=(put,))
    with pytest.raises(TypeError):
        world.services.transaction.run(lambda: changes, RequestContext())
