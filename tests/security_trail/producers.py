"""One deed for each kind of security event. A kind without a deed fails the tests."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from chalicelib.security_trail.kinds import EventKind
from chalicelib.signin.model import LastSeen

from ..cases import Cases, number
from ..exports.builders import ASKED, QUERY
from ..factors.builders import App, administrator, clerk, enrolled, show
from ..phone_changes.cases import CASES as PHONE_CHANGES
from ..privacy.cases import erased_helper, spoken_consent
from ..signin.builders import ask, exchange, refresh, wrong
from ..signin.cases import CASES as SIGNIN
from ..staff_directory.cases import CASES as STAFF_DIRECTORY
from ..store.scan import save
from ..wishes.cases import long_stay
from ..world import BAIHUA, UNIT, Answer, Phone, World


@dataclass(frozen=True, kw_only=True)
class Deed:
    """A request that makes one event. `send` takes the headers of the request."""

    send: Callable[..., Answer]
    actor: str | None
    subject: str | None
    status: int = 200
    result: str = "ok"
    takes_key: bool = False  # an Idempotency-Key


def _by_staff(
    method: str, part: str, body: Any = None, **more: Any
) -> Callable[[World], Deed]:
    """Return what makes a deed of staff about a resident."""

    def make(world: World) -> Deed:
        staff, person = world.staff(), world.person()
        path = f"/v1/people/{person.id}{part}"

        def send(**headers: str) -> Answer:
            return staff.call(method, path, body, **headers)

        return Deed(send=send, actor=staff.me["id"], subject=person.id, **more)

    return make


def sign_in(world: World) -> Deed:
    person = world.person()
    phone = person.phone or ""
    ask(Phone(), phone)

    def send(**headers: str) -> Answer:
        return exchange(Phone(), world.code_in_sms(phone), phone)

    return Deed(send=send, actor=person.id, subject=person.id, status=201)


def code_wrong(world: World) -> Deed:
    person = world.person()
    phone = person.phone or ""
    ask(Phone(), phone)

    def send(**headers: str) -> Answer:
        return exchange(Phone(), wrong(world.code_in_sms(phone)), phone)

    return Deed(
        send=send,
        actor=None,
        subject=person.id,
        status=422,
        result="auth.code_wrong",
    )


def refresh_reused(world: World) -> Deed:
    phone = world.sign_in(number(world), consent="2026-11", name="王秀英")
    assert phone.patch("/v1/me", {"home": UNIT}).status == 200
    spent = phone.refresh
    for _ in range(2):
        world.clock.advance(timedelta(minutes=20))
        phone.refresh = refresh(phone).json["refresh_token"]
    return Deed(
        send=lambda **headers: refresh(phone, spent),
        actor=None,
        subject=phone.me["id"],
        status=401,
        result="auth.refresh_reused",
    )


def phone_lost(world: World) -> Deed:
    person = world.person()
    phone = person.phone or ""
    long_ago = world.clock.now() - timedelta(days=200)
    save(replace(person, phone_since=long_ago, created_at=long_ago))
    save(LastSeen(person_id=person.id, at=long_ago))
    ask(Phone(), phone)
    account = {"name": "张伟", "consent": {"text_version": "2026-11"}}

    def send(**headers: str) -> Answer:
        return exchange(Phone(), world.code_in_sms(phone), phone, **account)

    return Deed(send=send, actor="system", subject=person.id, status=201)


def listed(world: World) -> Deed:
    staff, person = world.staff(), world.person("王秀英")
    path = f"/v1/people?place={BAIHUA}&q={person.name}"
    return Deed(
        send=lambda **headers: staff.get(path),
        actor=staff.me["id"],
        subject=None,
    )


def trail_read(world: World) -> Deed:
    staff = world.staff()
    path = f"/v1/admin/audit?place={BAIHUA}"
    return Deed(
        send=lambda **headers: staff.get(path),
        actor=staff.me["id"],
        subject=None,
    )


def list_fetched(world: World) -> Deed:
    staff = world.staff()
    path = f"/v1/admin/exports/wishes.csv?{QUERY}"
    return Deed(
        send=lambda **headers: staff.get(path),
        actor=staff.me["id"],
        subject=None,
    )


def list_exported(world: World) -> Deed:
    staff = world.staff()
    return Deed(
        send=lambda **headers: staff.post(
            "/v1/admin/exports",
            ASKED | {"full": True, "reason": "汇报"},
            **headers,
        ),
        actor=staff.me["id"],
        subject=None,
        status=202,
        takes_key=True,
    )


def exported(world: World) -> Deed:
    phone = world.resident()
    me = phone.me["id"]
    return Deed(
        send=lambda **headers: phone.get("/v1/me/data"), actor=me, subject=me
    )


def erased(world: World) -> Deed:
    phone = world.resident()
    me, body = phone.me["id"], world.fresh_code(phone)
    return Deed(
        send=lambda **headers: phone.call("DELETE", "/v1/me", body),
        actor=me,
        subject=me,
        status=202,
    )


def unsealed(world: World) -> Deed:
    subject = erased_helper(world)
    admin = world.phone_of(world.admin)
    path, body = f"/v1/people/{subject}/unseal", {"reason": "居民报失窃"}
    return Deed(
        send=lambda **headers: admin.post(path, body, **headers),
        actor=world.admin.id,
        subject=subject,
        takes_key=True,
    )


def erasure_requested(world: World) -> Deed:
    staff, person = world.staff(), world.person(phone=None)
    path, body = f"/v1/people/{person.id}/erase", {"reason": "本人申请"}
    return Deed(
        send=lambda **headers: staff.post(path, body, **headers),
        actor=staff.me["id"],
        subject=person.id,
        status=202,
        takes_key=True,
    )


def called_back(world: World) -> Deed:
    staff, person = world.staff(), world.person(phone=None)
    consent = spoken_consent(world, person)
    path = f"/v1/people/{person.id}/consents/{consent}/confirm"
    return Deed(
        send=lambda **headers: staff.post(path, {"given": True}, **headers),
        actor=staff.me["id"],
        subject=person.id,
        status=204,
        takes_key=True,
    )


def claimed(world: World) -> Deed:
    helper = world.volunteer()
    path = f"/v1/wishes/{world.open_wish()}/claim"
    return Deed(
        send=lambda **headers: helper.post(path, **headers),
        actor=helper.me["id"],
        subject=None,
        takes_key=True,
    )


def factor_set(world: World) -> Deed:
    phone = clerk(world)
    secret = phone.post("/v1/me/factor").json["secret"]
    app = App(world, phone, secret, [])
    me = phone.me["id"]
    return Deed(send=lambda **headers: app.show(), actor=me, subject=me)


def factor_recovered(world: World) -> Deed:
    app = enrolled(world, clerk(world))
    me, code = app.phone.me["id"], app.recovery_codes[0]
    return Deed(
        send=lambda **headers: show(app.phone, code), actor=me, subject=me
    )


def factor_wrong(world: World) -> Deed:
    app = enrolled(world, clerk(world))
    me, code = app.phone.me["id"], wrong(app.code())
    return Deed(
        send=lambda **headers: show(app.phone, code),
        actor=me,
        subject=me,
        status=422,
        result="auth.code_wrong",
    )


def _reset_by(staff: Phone, person_id: str) -> Deed:
    path = f"/v1/people/{person_id}/factor/reset"
    return Deed(
        send=lambda **headers: staff.post(path, REASON, **headers),
        actor=staff.me["id"],
        subject=person_id,
        status=202,
        takes_key=True,
    )


def factor_reset_requested(world: World) -> Deed:
    lost = enrolled(world, clerk(world))
    return _reset_by(clerk(world), lost.phone.me["id"])


def factor_reset(world: World) -> Deed:
    lost = enrolled(world, clerk(world)).phone.me["id"]
    assert _reset_by(clerk(world), lost).send().status == 202
    return _reset_by(administrator(world), lost)


def reveals_allowed(world: World) -> Deed:
    staff, colleague = world.staff(), world.staff()
    path = f"/v1/people/{colleague.me['id']}/reveals/allow"
    return Deed(
        send=lambda **headers: staff.post(path, REASON, **headers),
        actor=staff.me["id"],
        subject=colleague.me["id"],
        takes_key=True,
    )


def hours_settled(world: World) -> Deed:
    wish_id, helper = long_stay(world)
    staff, body = world.staff(), {"minutes": 300, "reason": "电话核实"}
    path = f"/v1/wishes/{wish_id}/settle-hours"
    return Deed(
        send=lambda **headers: staff.post(path, body, **headers),
        actor=staff.me["id"],
        subject=helper.me["id"],
        takes_key=True,
    )


def _by_case(
    operation: str,
    method: str,
    status: int,
    *,
    cases: Cases = PHONE_CHANGES,
    key: bool = False,
) -> Callable[[World], Deed]:
    """Return what makes the deed of a case."""

    def make(world: World) -> Deed:
        good = cases.good[operation](world)
        actor = good.phone.me["id"]
        subject = actor
        if good.path_values:
            subject = good.path_values[0]

        def send(**headers: str) -> Answer:
            return good.phone.call(method, good.path, good.body, **headers)

        return Deed(
            send=send,
            actor=actor,
            subject=subject,
            status=status,
            takes_key=key,
        )

    return make


REASON = {"reason": "上门探访"}
K = EventKind
PRODUCERS: dict[EventKind, Callable[[World], Deed]] = {
    K.SIGN_IN: sign_in,
    K.CODE_WRONG: code_wrong,
    K.REFRESH_REUSED: refresh_reused,
    K.CODE_READ_OUT: _by_staff(
        "POST", "/sign-in-code", REASON, status=201, takes_key=True
    ),
    K.PHONE_LOST: phone_lost,
    K.LISTED: listed,
    K.REVEALED: _by_staff("POST", "/reveal", REASON, takes_key=True),
    K.EXPORTED: exported,
    K.LIST_FETCHED: list_fetched,
    K.LIST_EXPORTED: list_exported,
    K.UNSEALED: unsealed,
    K.TRAIL_READ: trail_read,
    K.CHANGED: _by_staff("PATCH", "", {"address": "2楼"}),
    K.HOUSEHOLD_SET: _by_staff("PUT", "/household", {"household": None}),
    K.CALLED_BACK: called_back,
    K.GRANTED: _by_case("grant_roles", "PUT", 200, cases=STAFF_DIRECTORY),
    K.VETTED: _by_staff(
        "PUT",
        "/vetting",
        {"level": "basic", "how": "in_person", "note": "面谈"},
    ),
    K.SESSION_ENDED: _by_case(
        "end_person_session", "DELETE", 204, cases=SIGNIN
    ),
    K.LIMITED: _by_staff("PUT", "/limits", {"homes_7_days": 9} | REASON),
    K.BLOCKED: _by_staff("PUT", "/blocked", {"blocked": True} | REASON),
    K.UNBLOCKED: _by_staff("PUT", "/blocked", {"blocked": False} | REASON),
    K.ERASURE_REQUESTED: erasure_requested,
    K.ERASED: erased,
    K.CLAIMED: claimed,
    K.HOURS_SETTLED: hours_settled,
    K.LET_REVEAL: _by_case("let_reveal", "PUT", 200, cases=STAFF_DIRECTORY),
    K.ROLE_CODE_SENT: _by_case(
        "send_role_code", "POST", 202, cases=SIGNIN, key=True
    ),
    K.ROLE_AGREED: _by_case(
        "agree_to_role", "POST", 200, cases=SIGNIN, key=True
    ),
    K.PHONE_CHANGED: _by_case("verify_phone", "POST", 200, key=True),
    K.PHONE_CORRECTED: _by_staff(
        "POST", "/phone", {"phone": "+8613899999996"} | REASON, takes_key=True
    ),
    K.PHONE_CORRECTION_ASKED: _by_case("correct_phone", "POST", 200, key=True),
    K.PHONE_CORRECTION_FORCED: _by_case(
        "force_phone_correction", "POST", 200, key=True
    ),
    K.PHONE_CORRECTION_WITHDRAWN: _by_case(
        "withdraw_phone_correction", "DELETE", 204
    ),
    K.PHONE_CHANGE_STOPPED: _by_case("stop_phone_correction", "DELETE", 204),
    K.FACTOR_SET: factor_set,
    K.FACTOR_RECOVERED: factor_recovered,
    K.FACTOR_WRONG: factor_wrong,
    K.FACTOR_RESET_REQUESTED: factor_reset_requested,
    K.FACTOR_RESET: factor_reset,
    K.REVEALS_ALLOWED: reveals_allowed,
}
