"""Steps of changing a phone, as tests take them."""

from datetime import timedelta
from typing import Any

from chalicelib.kernel.access import Role
from chalicelib.people.model import Person
from chalicelib.phone_changes.model import (
    LIVE,
    CorrectionState,
    PhoneCorrection,
)

from ..cases import number
from ..world import BAIHUA, START, STREET, Answer, Phone, World

DAY = timedelta(hours=24)
REASON = {"reason": "登记时写错了号码"}
TERMS = {"consent": {"text_version": "2026-11"}}


def signed_in(world: World, name: str = "王秀英", **fields: Any) -> Phone:
    """Register somebody and let them sign in."""
    return world.sign_in(world.person(name, **fields).phone or "")


def later(world: World, phone: Phone) -> Phone:
    """Return somebody's phone with an access token of now."""
    return world.phone_of(stored(world, phone.me["id"]))


def codes(
    world: World, phone: Phone, wanted: str, **headers: str
) -> dict[str, str]:
    """Ask for the codes of a change; return them as they go back."""
    answer = phone.post("/v1/me/phone", {"phone": wanted}, **headers)
    assert answer.status == 202, answer.text
    challenge = answer.json["challenge"]
    return {
        "challenge": challenge,
        "code_old": derived(world, challenge),
        "code_new": derived(world, f"{challenge}.new"),
    }


def derived(world: World, challenge: str) -> str:
    """Return the code of a challenge, whether it was sent or not."""
    found = world.services.challenges.find(challenge)
    return str(world.services.challenges.code_of(found))


def verify(phone: Phone, body: dict[str, str], **headers: str) -> Answer:
    return phone.post("/v1/me/phone/verify", body, **headers)


def change(world: World, phone: Phone, wanted: str | None = None) -> str:
    """Change somebody's phone as they do; return the new number."""
    wanted = wanted or number(world)
    answer = verify(phone, codes(world, phone, wanted))
    assert answer.status == 200, answer.text
    return wanted


def a_correction(state: CorrectionState) -> PhoneCorrection:
    """Return a correction in a state, for tests of decisions."""
    is_over = state not in LIVE
    return PhoneCorrection(
        id="per_owner",
        created_at=START,
        updated_at=START,
        phone=None if is_over else "+8613900000009",
        old_keys=("key",),
        place=BAIHUA,
        asked_by="per_clerk",
        asked_at=START,
        state=state,
    )


def correct(
    staff: Phone, person_id: str, wanted: str, **headers: str
) -> Answer:
    body = {"phone": wanted, **REASON}
    return staff.post(f"/v1/people/{person_id}/phone", body, **headers)


def force(admin: Phone, person_id: str) -> Answer:
    body = {"reason": "本人到社区核实"}
    return admin.post(f"/v1/people/{person_id}/phone/force", body)


def pending(staff: Phone, person_id: str) -> Any:
    """Return the correction in the view of a person."""
    return staff.get(f"/v1/people/{person_id}").json["phone_change"]


def stored(world: World, person_id: str) -> Person:
    person = world.services.people.find(person_id)
    assert person
    return person


def second_admin(world: World) -> Phone:
    """Return another street administrator, who is on duty with the first."""
    admin = world.person("韩雪", (Role.STREET_ADMIN, STREET), home=BAIHUA)
    return world.phone_of(admin)


def asks(phone: Phone, wanted: str) -> Answer:
    return phone.post("/v1/auth/codes", {"phone": wanted})


def tries(world: World, wanted: str, **fields: Any) -> Answer:
    """Ask for a sign-in code and send it back; return the answer."""
    phone = Phone()
    asked = asks(phone, wanted)
    assert asked.status == 202, asked.text
    challenge = asked.json["challenge"]
    body = {
        "phone": wanted,
        "challenge": challenge,
        "code": derived(world, challenge),
    }
    return phone.post("/v1/auth/tokens", body | fields)
