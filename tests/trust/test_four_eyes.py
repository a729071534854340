"""Who filed, whose household it is, or who serves: they neither approve nor confirm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.kernel.access import Role
from chalicelib.people.model import Person
from chalicelib.wishes.model import ClaimState, WishState

from ..replies.builders import reply
from ..store.scan import find, save
from ..tickets.street import TicketStreet, act, done
from ..tickets.street import stored as stored_ticket
from ..wishes.recorded import (
    WRITTEN,
    confirm,
    delivered_to,
    draw,
    filed_for,
    on_duty,
    stored,
)
from ..world import BAIHUA, GRID, Answer, Phone, World

NO_PHONE: dict[str, Any] = {"phone": None}


@dataclass
class Scene:
    """A resident without a phone, staff who file for them, and a helper who is staff, too."""

    world: World
    filer: Phone = field(init=False)
    helper: Phone = field(init=False)
    old: Person = field(init=False)

    def __post_init__(self) -> None:
        world = self.world
        self.filer = world.staff()
        self.old = world.person("李奶奶", **NO_PHONE)
        volunteer = world.volunteer()
        self.helper = self.with_role(volunteer)

    def with_role(self, phone: Phone) -> Phone:
        """Make somebody staff of the community, besides what they are."""
        person = self.person(phone)
        clerk = self.person(self.world.staff())
        grants = (*person.grants, *clerk.grants)
        return self.changed(person, grants=grants)

    def person(self, phone: Phone) -> Person:
        """Return a person as they are stored."""
        found = find(Person, phone.me["id"], "person")
        assert isinstance(found, Person)
        return found

    def changed(self, person: Person, **fields: Any) -> Phone:
        """Store a change of a person; return their phone."""
        save(replace(person, **fields))
        return self.world.phone_of(replace(person, **fields))

    def kin_of(self, other: Person) -> Phone:
        """Return staff who live in the household of somebody."""
        save(replace(other, household="hsh_one"))
        return self.changed(
            self.person(self.world.staff()), household="hsh_one"
        )


def _second_account(scene: Scene) -> Phone:
    """The same phone had both accounts: one was erased, or the number moved on."""
    keys = scene.person(scene.filer).phone_keys
    other = scene.person(scene.world.staff())
    return scene.changed(other, phone_keys=(*other.phone_keys, *keys))


def _contact(scene: Scene) -> Phone:
    contact = scene.world.staff()
    save(
        replace(
            scene.old,
            contact_via=contact.me["id"],
            consents={**scene.old.consents, "contact_via": "2026-11"},
        )
    )
    return contact


def _guardian(scene: Scene) -> Phone:
    guardian = scene.world.staff()
    save(replace(scene.old, guardian_id=guardian.me["id"]))
    return guardian


SIDES: Mapping[str, Callable[[Scene], Phone]] = {
    "filer": lambda scene: scene.filer,
    "second account of the filer": _second_account,
    "household of the filer": lambda scene: scene.kin_of(
        scene.person(scene.filer)
    ),
    "household of the resident": lambda scene: scene.kin_of(scene.old),
    "contact of the resident": _contact,
    "guardian of the resident": _guardian,
    "helper": lambda scene: scene.helper,
    "household of the helper": lambda scene: scene.kin_of(
        scene.person(scene.helper)
    ),
    "other staff": lambda scene: scene.world.staff(),
}
FILERS = {name for name in SIDES if "filer" in name or "resident" in name}
HELPERS = {name for name in SIDES if "helper" in name}


@pytest.fixture
def street(world: World) -> TicketStreet:
    return TicketStreet(world)


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def _at(scene: Scene, state: str) -> str:
    if state == "submitted":
        return filed_for(scene.world, scene.filer, scene.old)
    wish_id = delivered_to(scene.world, scene.filer, scene.old, scene.helper)
    if state == "checked":
        boss = scene.world.phone_of(scene.world.admin)
        save(replace(stored(wish_id), filed_by=scene.old.id))
        assert confirm(scene.world, boss, wish_id).status == 200
        save(replace(stored(wish_id), filed_by=scene.filer.me["id"]))
        draw(scene.world, wish_id)
    return wish_id


MOVES: Mapping[str, tuple[str, dict[str, Any], Mapping[str, int]]] = {
    "approve": ("submitted", {}, dict.fromkeys(FILERS, 409)),
    "confirm": (
        "delivered",
        {"rating": 5},
        dict.fromkeys(FILERS, 409) | dict.fromkeys(HELPERS, 403),
    ),
    "check": (
        "checked",
        {"right": True},
        dict.fromkeys(FILERS | HELPERS, 409),
    ),
}
CODES = {"approve": "wish.approve_own", "check": "wish.check_own"}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("side", SIDES)
def test_nobody_judges_a_wish_of_their_own_side(
    scene: Scene, side: str, move: str
):
    state, body, refused = MOVES[move]
    phone = SIDES[side](scene)
    wish_id = _at(scene, state)
    path = f"/v1/wishes/{wish_id}"
    before = stored(wish_id)
    answer = phone.post(f"{path}/{move}", body)
    status = refused.get(side, 200)
    assert answer.status == status, answer.text
    if status == 200:
        return
    own = "wish.confirm_own" if status == 409 else "wish.own_delivery"
    assert answer.code == CODES.get(move, own)
    assert stored(wish_id) == before
    if side in ("filer", "helper"):  # who is named needs no further read
        assert move not in phone.get(path).json["moves"]


def test_a_resident_who_is_staff_confirms_their_own_wish_and_no_more(
    scene: Scene,
):
    resident = scene.with_role(scene.world.resident())
    wish_id = resident.post("/v1/wishes", scene.world.wish_body()).json["id"]
    path = f"/v1/wishes/{wish_id}"
    assert resident.post(f"{path}/approve").code == "wish.approve_own"
    boss = scene.world.phone_of(scene.world.admin)
    assert boss.post(f"{path}/approve").status == 200
    assert scene.helper.post(f"{path}/claim").status == 200
    assert scene.helper.post(f"{path}/deliver", {}).status == 200
    assert resident.post(f"{path}/confirm", {}).status == 200


def test_staff_who_filed_a_wish_do_not_change_it_on_the_wall(scene: Scene):
    """Otherwise a harmless wish would be approved, and another one be read."""
    wish_id = filed_for(scene.world, scene.filer, scene.old)
    path = f"/v1/wishes/{wish_id}"
    boss = scene.world.phone_of(scene.world.admin)
    assert boss.post(f"{path}/approve").status == 200
    body = {"title": "一台大电视"}
    edited = scene.filer.post(f"{path}/edit", body)
    assert (edited.status, edited.json["state"]) == (200, "submitted")
    assert scene.filer.post(f"{path}/approve").status == 409
    assert boss.post(f"{path}/approve").status == 200
    kept = boss.post(f"{path}/edit", {"title": "一台小电视"})
    assert kept.json["state"] == "open"


def test_the_delivery_code_is_no_way_around(scene: Scene):
    """Staff read the code to residents without a phone, so those who filed know it."""
    wish_id = filed_for(scene.world, scene.filer, scene.old)
    path = f"/v1/wishes/{wish_id}"
    boss = scene.world.phone_of(scene.world.admin)
    boss.post(f"{path}/approve")
    assert scene.helper.post(f"{path}/claim").status == 200
    with_code = scene.filer.post(f"{path}/deliver", {"code": "0000"})
    assert (with_code.status, with_code.code) == (409, "wish.confirm_own")
    assert scene.filer.post(f"{path}/deliver", {}).status == 200


def _no_proof(scene: Scene, wish_id: str) -> Answer:
    return scene.filer.post(f"/v1/wishes/{wish_id}/confirm", {})


def _proof(upload: str) -> dict[str, Any]:
    return {"proof": {"how": "slip", "upload": upload}}


def test_the_filer_records_an_answer_with_a_photo_of_their_own(scene: Scene):
    wish_id = delivered_to(scene.world, scene.filer, scene.old)
    path = f"/v1/wishes/{wish_id}/confirm"
    other = scene.world.staff()
    photo = {
        "kind": "photo",
        "content_type": "image/jpeg",
        "size": 1000,
    }
    pending = scene.filer.post("/v1/uploads", photo).json["id"]
    others = other.post("/v1/uploads", photo).json["id"]
    refused = {
        "upl_" + "a" * 24: "upload.unknown",
        others: "upload.unknown",
        pending: "upload.not_ready",
    }
    for upload, code in refused.items():
        answer = scene.filer.post(path, _proof(upload))
        assert (answer.status, answer.code) == (422, code), answer.text
    assert _no_proof(scene, wish_id).code == "wish.confirm_own"
    recorded = confirm(scene.world, scene.filer, wish_id)
    assert (recorded.status, recorded.json["state"]) == (200, "fulfilled")
    shown = other.get(f"/v1/wishes/{wish_id}").json["answer"]
    assert (shown["by"], shown["how"], shown["right"]) == (
        scene.filer.me["id"],
        "slip",
        None,
    )
    slip = f"/v1/uploads/{shown['upload']}"
    assert other.get(slip).json["url"]
    assert scene.world.resident().get(slip).status == 404


def test_a_resident_with_a_phone_answers_themself(scene: Scene):
    save(replace(scene.old, phone="+8613800099999"))
    wish_id = delivered_to(scene.world, scene.filer, scene.old)
    answer = confirm(scene.world, scene.filer, wish_id)
    assert (answer.status, answer.code) == (422, "wish.proof_not_taken")


def test_a_helper_records_no_answer_to_their_own_delivery(scene: Scene):
    wish_id = delivered_to(scene.world, scene.filer, scene.old, scene.helper)
    answer = confirm(scene.world, scene.helper, wish_id)
    assert (answer.status, answer.code) == (403, "wish.own_delivery")


def _tasks(phone: Phone) -> list[Any]:
    queue = phone.get(f"/v1/admin/queue?place={BAIHUA}").json
    return [task for task in queue["items"] if task["kind"] == "wish.check"]


def test_another_checks_what_was_drawn_and_a_no_undoes_it(scene: Scene):
    world = scene.world
    wish_id = delivered_to(world, scene.filer, scene.old, scene.helper)
    assert confirm(world, scene.filer, wish_id).status == 200
    draw(world, wish_id)
    other = on_duty(world)  # so that the administrator gets one message
    (own,), (task,) = _tasks(scene.filer), _tasks(other)
    assert "check" not in own["moves"]
    assert "check" in task["moves"]
    path = f"/v1/wishes/{wish_id}"
    body = {"right": False, "note": "老人说没有收到"}
    checked = other.post(f"{path}/check", body)
    assert (checked.status, checked.json["state"]) == (200, "disputed")
    assert checked.json["answer"]["right"] is False
    (claim,) = stored(wish_id).claims
    assert (claim.state, claim.minutes) == (ClaimState.DELIVERED, 0)
    hours = scene.helper.get("/v1/me/hours").json["items"]
    assert hours == []
    assert _tasks(other) == []
    assert other.post(f"{path}/check", body).status == 409
    # The dispute is for others, too: neither as staff nor with another slip.
    assert scene.filer.post(f"{path}/confirm", {}).status == 409
    assert confirm(world, scene.filer, wish_id).status == 422
    world.pass_time(minutes=21)
    assert world.sms_to(world.admin.phone or "", "wish.check_failed_staff")


def test_a_check_that_is_right_ends_the_matter(scene: Scene):
    wish_id = delivered_to(scene.world, scene.filer, scene.old)
    assert confirm(scene.world, scene.filer, wish_id).status == 200
    draw(scene.world, wish_id)
    other = scene.world.staff()
    checked = other.post(f"/v1/wishes/{wish_id}/check", {"right": True})
    assert (checked.json["state"], checked.json["answer"]["right"]) == (
        "fulfilled",
        True,
    )
    assert _tasks(other) == []


def test_what_was_not_drawn_needs_no_check(scene: Scene):
    wish_id = delivered_to(scene.world, scene.filer, scene.old)
    assert confirm(scene.world, scene.filer, wish_id).status == 200
    wish = stored(wish_id)
    assert wish.answer
    save(replace(wish, answer=replace(wish.answer, check_by=None)))
    other = scene.world.staff()
    assert _tasks(other) == []
    answer = other.post(f"/v1/wishes/{wish_id}/check", {"right": True})
    assert (answer.status, answer.code) == (409, "wish.wrong_state")


def _replies(scene: Scene, phone: Phone, wish_id: str) -> WishState:
    reply(scene.world, phone.me["phone"], "1")
    return stored(wish_id).state


def _contact_of_old(scene: Scene, person: Person) -> None:
    save(
        replace(
            scene.old,
            contact_via=person.id,
            consents={**scene.old.consents, "contact_via": "2026-11"},
        )
    )


@pytest.mark.parametrize("bond", ["same", "household", "stranger"])
def test_no_phone_of_the_helpers_side_confirms_by_sms(scene: Scene, bond: str):
    """The helper registers a phone as the resident's contact, and would answer themself."""
    world = scene.world
    helper = world.volunteer()
    carer = world.person("李强")
    if bond == "same":
        carer = scene.person(helper)
    if bond == "household":
        save(replace(scene.person(helper), household="hsh_one"))
        carer = replace(carer, household="hsh_one")
        save(carer)
    _contact_of_old(scene, carer)
    wish_id = delivered_to(world, scene.filer, scene.old, helper)
    world.pass_time(minutes=1)
    asked = world.sms_to(carer.phone or "", "wish.delivered")
    assert bool(asked) is (bond == "stranger")
    state = _replies(scene, world.phone_of(carer), wish_id)
    done = state is WishState.FULFILLED
    assert done is (bond == "stranger")


def test_staff_who_filed_do_not_answer_by_the_residents_contact(
    scene: Scene,
):
    _contact_of_old(scene, scene.person(scene.filer))
    wish_id = delivered_to(scene.world, scene.filer, scene.old)
    scene.world.pass_time(minutes=1)
    state = _replies(scene, scene.filer, wish_id)
    assert state is WishState.DELIVERED


# tickets


def _resolved(street: TicketStreet, **fields: Any) -> str:
    id = street.report(**fields)
    done(street.worker, id, "accept")
    done(street.worker, id, "resolve")
    return id


@pytest.mark.parametrize("move", ["confirm", "close"])
@pytest.mark.parametrize("side", ["solver", "household", "colleague"])
def test_nobody_judges_a_solution_of_their_own_side(
    street: TicketStreet, side: str, move: str
):
    world = street.world
    phone = street.worker
    id = _resolved(street)
    if side != "solver":
        phone = world.staff(GRID, Role.GRID_WORKER)
    if side == "household":
        worker = world.services.people.find(street.ids["worker"])
        mate = world.services.people.find(phone.me["id"])
        assert worker
        assert mate
        save(replace(worker, household="hsh_one"))
        save(replace(mate, household="hsh_one"))
    body = {
        "confirm": {"on_behalf_of": street.ids["resident"]},
        "close": {"reason": "已处理"},
    }[move]
    answer = act(phone, id, move, **body)
    if side == "colleague":
        assert (answer.status, answer.json["state"]) == (200, "closed")
        return
    assert (answer.status, answer.code) == (409, "ticket.own_solution")
    assert stored_ticket(id).ending is None


def test_who_solves_their_own_report_leaves_it_to_the_others(
    street: TicketStreet,
):
    body = {"category": "rubbish", "text": "楼道里堆了垃圾", "place": GRID}
    id = street.worker.post("/v1/tickets", body).json["id"]
    done(street.worker, id, "accept")
    done(street.worker, id, "resolve")
    answer = act(street.worker, id, "confirm", satisfied=5)
    assert (answer.status, answer.code) == (409, "ticket.own_solution")
    street.world.pass_time(days=15)
    over = stored_ticket(id)
    assert (over.ending, over.ratings) == ("silent", ())


def test_the_solver_does_not_answer_by_the_reporters_contact(
    street: TicketStreet,
):
    world, worker = street.world, street.ids["worker"]
    old = world.person("李奶奶", phone=None, contact_via=worker)
    body = {"on_behalf_of": old.id, "consent": WRITTEN}
    body |= {"category": "rubbish", "text": "楼道里堆了垃圾", "place": GRID}
    id = street.clerk.post("/v1/tickets", body).json["id"]
    done(street.worker, id, "accept")
    done(street.worker, id, "resolve")
    world.pass_time(minutes=1)
    reply(world, street.worker.me["phone"], "1")
    assert stored_ticket(id).ending is None
