"""The cases of phone changes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.kernel.access import Role
from chalicelib.people.model import Person
from chalicelib.phone_changes.model import CorrectionState, PhoneCorrection

from ..cases import ADMIN, MEMBER, STAFF, Cases, Good, number
from ..store.scan import find, save
from ..world import NO_CHALLENGE, STREET, Phone, World
from .builders import REASON, codes, correct, signed_in


def _change(world: World) -> Good:
    return Good(signed_in(world), "/v1/me/phone", {"phone": number(world)})


def _verify(world: World) -> Good:
    phone = signed_in(world)
    body = codes(world, phone, number(world))
    return Good(phone, "/v1/me/phone/verify", body)


def _waiting(world: World) -> tuple[Phone, str]:
    """Return somebody whose phone is being corrected."""
    phone = signed_in(world)
    person_id = str(phone.me["id"])
    answer = correct(world.staff(), person_id, number(world))
    assert answer.status == 200, answer.text
    return phone, person_id


def _stop(world: World) -> Good:
    phone, _ = _waiting(world)
    return Good(phone, "/v1/me/phone")


def _correct(world: World) -> Good:
    person_id = str(signed_in(world).me["id"])
    body = {"phone": number(world), **REASON}
    path = f"/v1/people/{person_id}/phone"
    return Good(world.staff(), path, body, (person_id,))


def _force(world: World) -> Good:
    """Return the move on a correction that was stopped a day ago."""
    _, person_id = _waiting(world)
    correction = find(PhoneCorrection, person_id, "phone_change")
    assert correction
    now = world.clock.now()
    save(
        replace(
            correction,
            state=CorrectionState.STOPPED,
            asked_at=now - timedelta(hours=25),
            stopped_at=now,
            ends_at=now + timedelta(days=29),
        )
    )
    path = f"/v1/people/{person_id}/phone/force"
    admin = world.person("韩雪", (Role.STREET_ADMIN, STREET), home=STREET)
    body = {"reason": "本人到社区核实"}
    return Good(world.phone_of(admin), path, body, (person_id,))


def _withdraw(world: World) -> Good:
    _, person_id = _waiting(world)
    path = f"/v1/people/{person_id}/phone"
    return Good(world.staff(), path, path_values=(person_id,))


def _another_number(
    world: World, owner: Person, target: Person
) -> dict[str, Any]:
    return {"phone": number(world), **REASON}


def _stopped(world: World) -> None:
    phone, _ = _waiting(world)
    assert phone.delete("/v1/me/phone").status == 204


CASES = Cases(
    waiting={"phone_change.stopped": _stopped},
    who={
        "change_phone": MEMBER,
        "verify_phone": MEMBER,
        "stop_phone_correction": MEMBER,
        "correct_phone": STAFF,
        "force_phone_correction": ADMIN,
        "withdraw_phone_correction": STAFF,
    },
    bodies={
        "change_phone": {"phone": "+8613899999997"},
        "verify_phone": {
            "challenge": NO_CHALLENGE,
            "code_old": "123456",
            "code_new": "123456",
        },
        "force_phone_correction": {"reason": "本人到社区核实"},
    },
    made_bodies={"correct_phone": _another_number},
    good={
        "change_phone": _change,
        "verify_phone": _verify,
        "stop_phone_correction": _stop,
        "correct_phone": _correct,
        "force_phone_correction": _force,
        "withdraw_phone_correction": _withdraw,
    },
)
