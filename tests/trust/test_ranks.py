"""Nobody changes, reveals or renames a person of their own rank or a higher one.

The moves come from the declared actions on people: an action without a case fails the test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import pytest

from chalicelib.kernel.access import STAFF, Action, Relation, Role, Toward
from chalicelib.people.model import Person
from chalicelib.people.records import Consent

from ..cases import an_id, number
from ..every_permission import actions as every_action
from ..store.scan import find, save
from ..world import BAIHUA, GRID, STREET, UNIT, Answer, Phone, World

ACTORS: Mapping[str, tuple[Role, str]] = {
    "grid worker": (Role.GRID_WORKER, GRID),
    "staff": (Role.COMMUNITY_STAFF, BAIHUA),
    "administrator": (Role.STREET_ADMIN, STREET),
}
TARGETS: Mapping[str, tuple[Role, str]] = {
    "resident": (Role.RESIDENT, UNIT),
    "volunteer": (Role.VOLUNTEER, STREET),
    "property": (Role.PROPERTY, GRID),
    **ACTORS,
}
WORDS = {"reason": "核对登记"}
ROLE = {"role": "property", "place": GRID}


@dataclass(frozen=True)
class Try:
    """Somebody who tries something about a person."""

    world: World
    phone: Phone
    person: Person

    @property
    def at(self) -> str:
        return f"/v1/people/{self.person.id}"

    def without_phone(self) -> None:
        """Take the phone of the person: then staff act on their data."""
        kept = find(Person, self.person.id, "person")
        assert isinstance(kept, Person)
        save(replace(kept, phone=None))


def _export(a: Try) -> Answer:
    if a.phone.me["id"] != a.person.id:
        a.without_phone()
    return a.phone.get(f"{a.at}/data")


def _erase(a: Try) -> Answer:
    if a.phone.me["id"] != a.person.id:
        a.without_phone()
    return a.phone.post(f"{a.at}/erase", WORDS)


def _confirm_consent(a: Try) -> Answer:
    now = a.world.clock.now()
    consent = Consent(
        id=an_id(a.world, "con"),
        person_id=a.person.id,
        at=now,
        purpose="household",
        given=True,
        how="spoken",
        recorded_by=an_id(a.world, "per"),
        confirm_by=now.replace(year=now.year + 1),
        place=UNIT,
    )
    save(consent)
    return a.phone.post(f"{a.at}/consents/{consent.id}/confirm", {})


MOVES: Mapping[str, Callable[[Try], Answer]] = {
    "person.change": lambda a: a.phone.patch(a.at, {"name": "王改名"}),
    "person.grant": lambda a: a.phone.put(f"{a.at}/roles", []),
    "person.ask_role": lambda a: a.phone.post(f"{a.at}/role-code", ROLE),
    "person.reveal": lambda a: a.phone.post(f"{a.at}/reveal", WORDS),
    "person.let_reveal": lambda a: a.phone.put(
        f"{a.at}/reveal-right", WORDS | {"allowed": True, "place": STREET}
    ),
    "person.vet": lambda a: a.phone.put(
        f"{a.at}/vetting", {"level": "basic", "how": "in_person"}
    ),
    "person.limit": lambda a: a.phone.put(
        f"{a.at}/limits", WORDS | {"homes_7_days": 9}
    ),
    "person.block": lambda a: a.phone.put(
        f"{a.at}/blocked", WORDS | {"blocked": True}
    ),
    "person.household": lambda a: a.phone.put(
        f"{a.at}/household", {"household": None}
    ),
    "person.export": _export,
    "person.erase": _erase,
    "person.confirm_consent": _confirm_consent,
    "person.end_session": lambda a: a.phone.get(f"{a.at}/sessions"),
    "person.read_out_code": lambda a: a.phone.post(
        f"{a.at}/sign-in-code", WORDS
    ),
}
# These neither change nor reveal a person, or are about nobody who has a rank.
FREE = {
    "person.see",
    "person.read",  # masked
    "person.create",
    "person.act_for",  # by the person's consent
    "person.unseal",  # of an erased person
    # A colleague of the same rank does these; tests/factors and tests/staff_directory try them.
    "person.allow_reveals",
    "person.reset_factor",
    # As by rank, but administrators correct each other: tests/phone_changes/test_corrections.py.
    "person.correct_phone",
    "person.force_phone_correction",
    "person.withdraw_phone_correction",
}


def _actions() -> dict[str, Action]:
    return {
        action.name: action
        for action in every_action()
        if action.name.startswith("person.")
    }


def test_every_action_on_people_has_a_rank_or_a_reason():
    actions = _actions()
    ranked = {
        name
        for name, action in actions.items()
        if action.toward is not Toward.ANYONE
    }
    assert ranked == set(MOVES)
    assert actions.keys() - ranked == FREE


RELATIONS = {
    "grid worker": {Relation.GRID_WORKER},
    "staff": {Relation.GRID_WORKER, Relation.COMMUNITY_STAFF},
    "administrator": set(STAFF),
}


def refusal_of(action: Action, actor: str, target: str) -> str | None:
    """Return the code with which the rule refuses; None if it allows. "self" is a target, too."""
    if not action.allowed & RELATIONS[actor]:
        return "action.forbidden"
    if target == "self":
        own = action.toward is Toward.BELOW_OR_SELF
        return None if own else "role.above_own"
    if action.toward is Toward.OTHERS:
        return None
    if ACTORS[actor][0].rank <= TARGETS[target][0].rank:
        return "role.above_own"
    # Below them, but workers reveal for their own tasks only.
    has_no_task = action.name == "person.reveal" and actor == "grid worker"
    return "reveal.no_task" if has_no_task else None


def _person(world: World, role: Role, place: str) -> Person:
    roles = [] if role is Role.RESIDENT else [(role, place)]
    home = place if role.rank > Role.VOLUNTEER.rank else UNIT
    return world.person("王登记", *roles, home=home, phone=number(world))


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("target", [*TARGETS, "self"])
def test_rank_decides_about_every_move(world: World, actor: str, target: str):
    actions = _actions()
    for name, move in MOVES.items():
        me = _person(world, *ACTORS[actor])
        other = me if target == "self" else _person(world, *TARGETS[target])
        phone = world.phone_of(me)
        before = find(Person, other.id, "person")
        answer = move(Try(world, phone, other))
        cell = (actor, name, target, answer.status, answer.text[:200])
        refusal = refusal_of(actions[name], actor, target)
        if _is_out_of_reach(name, actor, target):
            assert answer.status == 404, cell
        elif refusal is None:
            assert answer.status < 300, cell
        else:
            assert (answer.status, answer.code) == (403, refusal), cell
            after = find(Person, other.id, "person")
            if name not in ("person.export", "person.erase"):
                assert after == before, cell


def _is_out_of_reach(name: str, actor: str, target: str) -> bool:
    """Say whether the person has no place that is the actor's."""
    depth = list(ACTORS)
    if target not in ACTORS:
        return False
    return depth.index(target) > depth.index(actor)


def test_a_volunteer_does_not_escape_by_the_places_of_their_choice(
    world: World,
):
    """Volunteers choose where they help, and staff of their home still act."""
    person = world.person("王登记", (Role.VOLUNTEER, STREET), home=UNIT)
    path = f"/v1/people/{person.id}/blocked"
    answer = world.staff().put(path, WORDS | {"blocked": True})
    assert answer.status == 200


def test_a_household_is_founded_for_nobody_above(world: World):
    """To name a member who has no household yet changes that member."""
    clerk = world.person("陈敏", (Role.COMMUNITY_STAFF, BAIHUA), home=UNIT)
    person = world.person("王秀英", home=UNIT)
    worker = world.staff(GRID, Role.GRID_WORKER)
    body = {"household": clerk.id, "consent": {"how": "written"}}
    answer = worker.put(f"/v1/people/{person.id}/household", body)
    assert (answer.status, answer.code) == (403, "role.above_own")
    assert find(Person, clerk.id, "person").household is None
