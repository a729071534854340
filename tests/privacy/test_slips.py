"""A signed slip proves a spoken consent: a clean photo of the recorder's own, used once."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.people.model import Person
from chalicelib.uploads.model import Upload, UploadState

from ..adapters.pictures import jpeg
from ..admin.test_queue import exact_counts
from ..store.scan import find
from ..world import BAIHUA, BUILDING, JINFENG, UNIT, Answer, Phone, World

_SECOND = timedelta(seconds=1)
PHOTO = {"kind": "photo", "content_type": "image/jpeg", "size": 1000}


def a_slip(world: World, phone: Phone) -> str:
    return world.upload(phone, jpeg((320, 240)))


def _wish(world: World, staff: Phone, old: Person, consent: Any) -> Answer:
    body = world.wish_body(on_behalf_of=old.id, consent=consent)
    return staff.post("/v1/wishes", body)


def _ticket(world: World, staff: Phone, old: Person, consent: Any) -> Answer:
    body = {"category": "rubbish", "text": "楼道有纸箱", "place": BUILDING}
    own = {"on_behalf_of": old.id, "consent": consent}
    return staff.post("/v1/tickets", body | own)


def _household(world: World, staff: Phone, old: Person, consent: Any) -> Answer:
    carer = world.person("李强")
    body = {"household": "h7", "contact_via": carer.id, "consent": consent}
    return staff.put(f"/v1/people/{old.id}/household", body)


def _person(world: World, staff: Phone, old: Person, consent: Any) -> Answer:
    carer = world.person("李强")
    body = {"name": "周小红", "home": UNIT, "consent": consent | {"care": True}}
    more = {"household": "h7", "contact_via": carer.id, "birth_year": 2016}
    more |= {"guardian": {"name": "王芳"}, "address": "3楼302室"}
    return staff.post("/v1/people", body | more)


def _age(world: World, staff: Phone, old: Person, consent: Any) -> Answer:
    body = {"birth_year": 2016, "guardian": {"name": "王芳"}}
    return staff.patch(f"/v1/people/{old.id}", body | {"consent": consent})


USES = {
    "wish": _wish,
    "ticket": _ticket,
    "household": _household,
    "person": _person,
    "age": _age,
}


def waiting(world: World) -> int:
    answer = world.staff().get(f"/v1/admin/queue?place={BAIHUA}")
    return exact_counts(answer).get("consent.call_back", 0)


@pytest.mark.parametrize("use", USES)
def test_a_slip_replaces_the_witness_in_every_use_case(world: World, use: str):
    staff, old = world.staff(), world.person("李奶奶", phone=None)
    slip = a_slip(world, staff)
    answer = USES[use](world, staff, old, {"how": "spoken", "slip": slip})
    assert answer.status < 300, answer.text
    assert waiting(world) == 0
    subject = answer.json["id"] if use == "person" else old.id
    upload = find(Upload, slip, "upload")
    assert upload
    assert (upload.bound_to, upload.is_proof) == (subject, True)
    ledger = world.services.consents.read_all(subject)
    assert {line.slip for line in ledger if line.how == "spoken"} == {slip}


@pytest.mark.parametrize("use", USES)
def test_a_slip_is_clean_here_and_the_recorders_own(world: World, use: str):
    staff, old = world.staff(), world.person("李奶奶", phone=None)
    used = a_slip(world, staff)
    other = world.person("周奶奶", phone=None)
    first = _wish(world, staff, other, {"how": "spoken", "slip": used})
    assert first.status == 201
    refused = {
        "upl_" + "a" * 24: "upload.unknown",
        a_slip(world, world.staff()): "upload.unknown",
        staff.post("/v1/uploads", PHOTO).json["id"]: "upload.not_ready",
        world.upload(staff, b"no photo at all"): "upload.refused",
        used: "upload.already_used",
    }
    for slip, code in refused.items():
        consent = {"how": "spoken", "slip": slip}
        answer = USES[use](world, staff, old, consent)
        assert (answer.status, answer.code) == (422, code), answer.text


def test_a_slip_is_used_once_also_for_the_same_person(world: World):
    staff, old = world.staff(), world.person("李奶奶", phone=None)
    consent = {"how": "spoken", "slip": a_slip(world, staff)}
    assert _wish(world, staff, old, consent).status == 201
    again = _ticket(world, staff, old, consent)
    assert (again.status, again.code) == (422, "upload.already_used")


def test_staff_of_the_home_read_a_slip_and_nobody_else(world: World):
    staff, old = world.staff(), world.person("李奶奶", phone=None)
    slip = a_slip(world, staff)
    path = f"/v1/uploads/{slip}"
    assert world.staff().get(path).status == 404  # no proof of anything yet
    _wish(world, staff, old, {"how": "spoken", "slip": slip})
    assert world.staff().get(path).json["url"]
    for stranger in (world.staff(JINFENG), world.resident()):
        assert stranger.get(path).status == 404


def test_a_slip_stays_with_the_person_and_goes_with_them(world: World):
    """The recorder may leave. An erasure of the person removes it."""
    staff = world.staff()
    resident = world.resident(name="李奶奶")
    old = world.services.people.find(resident.me["id"])
    slips = [a_slip(world, staff) for _ in range(3)]
    for slip in slips:
        consent = {"how": "spoken", "slip": slip}
        assert _wish(world, staff, old, consent).status == 201
    boss = world.phone_of(world.admin)
    block = {"blocked": True, "reason": "离职"}
    assert boss.put(f"/v1/people/{staff.me['id']}/blocked", block).status == 200
    world.pass_time(minutes=5)
    assert {_state(slip) for slip in slips} == {UploadState.READY}
    assert world.erase(resident).status == 202
    world.pass_time(minutes=5)
    assert {_state(slip) for slip in slips} == {UploadState.GONE}


def _state(upload_id: str) -> UploadState:
    upload = find(Upload, upload_id, "upload")
    assert upload
    return upload.state


def test_many_photos_witnesses_and_sessions_are_forgotten_in_steps(
    world: World,
):
    person = world.person()
    photos = []
    for n in range(45):
        if n % 15 == 0:
            world.clock.advance(61 * 60 * _SECOND)
            resident = world.phone_of(person)  # a token lives for 30 minutes
        photos.append(resident.post("/v1/uploads", PHOTO).json["id"])
    staff = world.staff()
    for n in range(45):
        consent = {"how": "spoken", "witness": "许见证"}
        body = {"household": f"h{n}", "consent": consent}
        answer = staff.put(f"/v1/people/{person.id}/household", body)
        assert answer.status == 200
        world.clock.advance(_SECOND)
    assert world.erase(resident).status == 202
    world.pass_time(minutes=10)
    assert {_state(photo) for photo in photos} <= {
        UploadState.GONE,
        UploadState.REFUSED,
    }
    ledger = world.services.consents.read_all(person.id)
    assert len(ledger) > 45
    assert {line.witness for line in ledger} == {None}
