"""The cases of signing in."""

import re

from chalicelib.kernel.ended_relations import RelationKind
from chalicelib.people.model import Person

from ..cases import ANYONE, MEMBER, OWNER, STAFF, WORKER, Cases, Good, number
from ..trust.held import Held, succeeds
from ..world import CHALLENGES, GRID, NO_CHALLENGE, UNIT, Phone, World


def _send_code(world: World) -> Good:
    return Good(Phone(), "/v1/auth/codes", {"phone": number(world)})


def _sign_in(world: World) -> Good:
    phone = number(world)
    Phone().post("/v1/auth/codes", {"phone": phone})
    body = {
        "phone": phone,
        "code": world.code_in_sms(phone),
        "challenge": CHALLENGES[phone],
        "name": "王秀英",
        "consent": {"text_version": "2026-11"},
    }
    return Good(Phone(), "/v1/auth/tokens", body)


def _sign_out(world: World) -> Good:
    return Good(
        world.sign_in(number(world), consent="2026-11"), "/v1/auth/tokens"
    )


def _end_session(world: World) -> Good:
    phone = world.sign_in(number(world), consent="2026-11")
    (session,) = phone.get("/v1/me/sessions").json["items"]
    path = f"/v1/me/sessions/{session['id']}"
    return Good(phone, path, path_values=(session["id"],))


def _end_person_session(world: World) -> Good:
    owner = world.sign_in(number(world), consent="2026-11")
    assert owner.patch("/v1/me", {"home": UNIT}).status == 200
    (session,) = owner.get("/v1/me/sessions").json["items"]
    ids = (owner.me["id"], session["id"])
    return Good(
        world.staff(), "/v1/people/{}/sessions/{}".format(*ids), path_values=ids
    )


def _read_out_code(world: World) -> Good:
    person = world.person()
    path = f"/v1/people/{person.id}/sign-in-code"
    return Good(world.staff(), path, {"reason": "收不到短信"}, (person.id,))


ROLE = {"role": "grid_worker", "place": GRID}


def _send_role_code(world: World) -> Good:
    person = world.person()
    path = f"/v1/people/{person.id}/role-code"
    return Good(world.staff(), path, ROLE, (person.id,))


def role_code(world: World, staff: Phone, person: Person) -> dict[str, str]:
    """Have a code sent to a newcomer; return it with its challenge."""
    path = f"/v1/people/{person.id}/role-code"
    answer = staff.post(path, ROLE)
    assert answer.status == 202, answer.text
    text = world.sms_to(person.phone or "", "code.role")[0].text
    found = re.search(r"\d{6}", text)
    assert found
    return {"code": found[0], "challenge": answer.json["challenge"]}


def _agree_to_role(world: World) -> Good:
    person, staff = world.person(), world.staff()
    body = role_code(world, staff, person)
    path = f"/v1/people/{person.id}/role-code/verify"
    return Good(staff, path, body, (person.id,))


def _session(world: World, owner: Person, target: Person) -> str:
    """Return a session of the owner."""
    phone = world.sign_in(owner.phone or "")
    (session, *_) = phone.get("/v1/me/sessions").json["items"]
    return str(session["id"])


def _send_email_code(world: World) -> Good:
    return Good(
        world.resident(), "/v1/me/email", {"address": "wang@example.com"}
    )


def _verify_email(world: World) -> Good:
    phone, address = world.resident(), f"a{next(world.numbers)}@example.com"
    phone.post("/v1/me/email", {"address": address})
    letter = world.mailbox.read(address)[0].text
    return Good(
        phone,
        "/v1/me/email/verify",
        {
            "code": "".join(
                c for c in letter.split("验证码")[1] if c.isdigit()
            )[:6]
        },
    )


def _held_session(world: World, kind: RelationKind) -> Held:
    phone = world.sign_in(number(world), consent="2026-11", name="王秀英")
    assert phone.patch("/v1/me", {"home": UNIT}).status == 200

    def refresh() -> bool:
        body = {"refresh_token": phone.refresh}
        return Phone().post("/v1/auth/tokens", body).status == 201

    return Held(
        subject=world.services.people.find(phone.me["id"]),
        phone=phone,
        doors={
            "account": succeeds(lambda: phone.get("/v1/me")),
            "export": succeeds(lambda: phone.get("/v1/me/data")),
            "inbox": succeeds(lambda: phone.get("/v1/me/inbox")),
            "refresh": refresh,
        },
        once=frozenset({"refresh"}),
        is_released=lambda: not refresh(),
    )


CASES = Cases(
    who={
        "send_code": ANYONE,
        "sign_in": ANYONE,
        "sign_out": MEMBER,
        "list_sessions": MEMBER,
        "end_session": OWNER,
        "list_person_sessions": STAFF,
        "end_person_session": STAFF,
        "read_out_code": WORKER,
        "send_role_code": STAFF,
        "agree_to_role": WORKER,
        "send_email_code": MEMBER,
        "verify_email": MEMBER,
    },
    bodies={
        "send_code": {"phone": "+8613899999999"},
        "sign_in": {
            "phone": "+8613899999998",
            "code": "123456",
            "challenge": NO_CHALLENGE,
        },
        "read_out_code": {"reason": "收不到短信"},
        "send_role_code": ROLE,
        "agree_to_role": {"code": "123456", "challenge": NO_CHALLENGE},
        "send_email_code": {"address": "a@example.org"},
        "verify_email": {"code": "123456"},
    },
    path_values={
        "session_id": _session,
        "end_person_session.session_id": lambda world, owner, target: _session(
            world, target, owner
        ),
    },
    good={
        "send_code": _send_code,
        "sign_in": _sign_in,
        "sign_out": _sign_out,
        "end_session": _end_session,
        "end_person_session": _end_person_session,
        "read_out_code": _read_out_code,
        "send_role_code": _send_role_code,
        "agree_to_role": _agree_to_role,
        "send_email_code": _send_email_code,
        "verify_email": _verify_email,
    },
    held={"session": _held_session},
)
