"""The cases of wishes: moves and reads by state and relation, and good requests."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.kernel.ended_relations import RelationKind
from chalicelib.people.model import Person
from chalicelib.wishes.helpers import HelperRecord
from chalicelib.wishes.model import Wish, WishState

from ..adapters.pictures import jpeg
from ..cases import ANYONE, MEMBER, WORKER, Cases, Good, MakeGood
from ..people.phones import give_another_phone
from ..replies.builders import reply
from ..store.scan import find, save
from ..trust.held import Held, shows, succeeds
from ..world import BAIHUA, UNIT, Phone, World
from .recorded import delivered_to, drawn

PUBLIC_STATES = {"open", "claimed", "delivered", "fulfilled"}
# Moves of a wish: their states and movers (the contract's table).
HELP = {"helper", "worker"}
OWN = {"owner", "worker"}
MOVES: Mapping[str, Mapping[str, AbstractSet[str]]] = {
    "approve_wish": {"submitted": WORKER},
    "reject_wish": {"submitted": WORKER},
    "edit_wish": {"submitted": OWN, "open": OWN},
    "keep_wish": {"open": OWN},
    "unpublish_wish": {"open": WORKER},
    "hide_wish": dict.fromkeys(
        ("open", "claimed", "delivered", "fulfilled"), WORKER
    ),
    "claim_wish": {"open": {"volunteer"}},
    "release_claim": {"open": HELP, "claimed": HELP},
    "deliver_wish": {"open": HELP, "claimed": HELP},
    "check_in": {"open": HELP, "claimed": HELP},
    "check_out": {"open": HELP, "claimed": HELP},
    "confirm_wish": {
        "open": OWN,
        "claimed": OWN,
        "delivered": OWN,
        "disputed": WORKER,
        "fulfilled": {"owner"},
    },
    # Of a recorded answer.
    "check_answer": dict.fromkeys(
        ("open", "claimed", "delivered", "disputed", "fulfilled"), WORKER
    ),
    "settle_hours": dict.fromkeys(map(str, WishState), WORKER),
    "dispute_wish": {"open": OWN, "claimed": OWN, "delivered": OWN},
    "withdraw_wish": {"submitted": OWN, "open": OWN, "claimed": OWN},
    "reopen_wish": {
        "open": WORKER,
        "claimed": WORKER,
        "delivered": WORKER,
        "disputed": WORKER,
        "rejected": OWN,
        "withdrawn": OWN,
        "expired": OWN,
    },
}
READS: Mapping[str, AbstractSet[str]] = {
    "read_wish": ANYONE,
    "read_timeline": {"owner", "worker", "helper"},
}
_WINDOW = {"from": "2026-11-25T01:00:00Z", "to": "2026-11-25T03:00:00Z"}
_DAY = {"needed_by": "2026-12-20", "window": [_WINDOW]}


def claimed(world: World, **fields: Any) -> tuple[str, Phone, Phone]:
    """Return a claimed wish, its resident and its helper."""
    resident, helper = world.resident(), world.volunteer()
    wish_id = world.open_wish(resident, **fields)
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    return wish_id, resident, helper


def delivered(world: World) -> tuple[str, Phone, Phone]:
    """Return a delivered wish, its resident and its helper."""
    wish_id, resident, helper = claimed(world)
    assert helper.post(f"/v1/wishes/{wish_id}/deliver", {}).status == 200
    return wish_id, resident, helper


def submitted(world: World) -> tuple[str, Phone]:
    """Return a wish that waits for approval, and its resident."""
    resident = world.resident()
    return str(
        resident.post("/v1/wishes", world.wish_body()).json["id"]
    ), resident


def _claim_id(world: World, wish_id: str) -> str:
    return str(
        world.staff().get(f"/v1/wishes/{wish_id}").json["claims"][0]["id"]
    )


def _of_staff(world: World, wish_id: str, move: str, body: Any = None) -> Good:
    return Good(world.staff(), f"/v1/wishes/{wish_id}/{move}", body, (wish_id,))


def _of(phone: Phone, wish_id: str, move: str, body: Any = None) -> Good:
    return Good(phone, f"/v1/wishes/{wish_id}/{move}", body, (wish_id,))


def _helpers(world: World, move: str, body: Any) -> Good:
    wish_id, _, helper = claimed(world)
    if move == "check-out":
        helper.post(f"/v1/wishes/{wish_id}/check-in", {})
    return _of(
        helper, wish_id, move, body | {"claim": _claim_id(world, wish_id)}
    )


def _recorded(world: World) -> Good:
    filer = world.staff()
    wish_id = delivered_to(world, filer, world.person("李奶奶", phone=None))
    upload = world.upload(filer, jpeg((320, 240)))
    body = {"rating": 5, "thanks": "谢谢"}
    body |= {"proof": {"how": "slip", "upload": upload}}
    return _of(filer, wish_id, "confirm", body)


def _residents(world: World, move: str, body: Any) -> Good:
    wish_id, resident, _ = delivered(world)
    return _of(resident, wish_id, move, body)


def a_wish_body(world: World) -> dict[str, Any]:
    """Return a wish with each field filled in, on behalf of somebody."""
    ward = world.person("李明")
    more = {
        "place": UNIT,
        "helpers_needed": 2,
        "window": [_WINDOW],
        "dialects": ["四川话"],
        "skills": ["水电"],
        "safeguarding": ["alone"],
    }
    more |= {
        "alias": "小草",
        "on_behalf_of": ward.id,
        "consent": {"how": "spoken", "witness": "许见证", "care": True},
    }
    return world.wish_body(**more)


def _edit(world: World) -> Good:
    wish_id, resident = submitted(world)
    world.agree_to_care(resident)
    kept = ("kind", "title", "story", "budget_fen", "needed_by")
    body = {
        name: value for name, value in world.wish_body().items() if name in kept
    }
    more = {
        "helpers_needed": 2,
        "window": [_WINDOW],
        "dialects": ["四川话"],
        "safeguarding": ["alone"],
        "alias": "小草",
    }
    more |= {"skills": ["水电"]}
    return _of(resident, wish_id, "edit", body | more)


def _withdrawn(world: World) -> Good:
    wish_id, resident = submitted(world)
    resident.post(f"/v1/wishes/{wish_id}/withdraw", {})
    return _of(resident, wish_id, "reopen", {"reason": "还是需要"} | _DAY)


def _body_for_owner(world: World, owner: Person, target: Person) -> Any:
    return world.wish_body(
        on_behalf_of=owner.id, consent={"how": "spoken", "witness": "许见证"}
    )


def _submit(world: World) -> Good:
    return Good(world.staff(), "/v1/wishes", a_wish_body(world))


def _of_submitted(move: str, body: Any) -> MakeGood:
    return lambda world: _of_staff(world, submitted(world)[0], move, body)


def _of_open(move: str, body: Any) -> MakeGood:
    return lambda world: _of_staff(world, world.open_wish(), move, body)


def _of_helper(move: str, body: Any) -> MakeGood:
    return lambda world: _helpers(world, move, body)


def _of_resident(move: str, body: Any) -> MakeGood:
    return lambda world: _residents(world, move, body)


def _claim(world: World) -> Good:
    return _of(world.volunteer(), world.open_wish(), "claim", {})


def long_stay(world: World) -> tuple[str, Phone]:
    """Return a fulfilled wish whose long stay waits for staff, and its helper."""
    wish_id, resident, helper = claimed(world)
    path = f"/v1/wishes/{wish_id}"
    assert helper.post(f"{path}/check-in", {}).status == 200
    _checked_in_before(wish_id, timedelta(hours=5))
    assert helper.post(f"{path}/check-out", {}).status == 200
    assert helper.post(f"{path}/deliver", {}).status == 200
    assert resident.post(f"{path}/confirm", {}).status == 200
    return wish_id, helper


def _checked_in_before(wish_id: str, by: timedelta) -> None:
    """Move a check-in back: the clock of a shared street stays, and with it its tokens."""
    wish = find(Wish, wish_id, "wish")
    assert wish
    claims = [
        replace(claim, checked_in_at=claim.checked_in_at - by)
        for claim in wish.claims
        if claim.checked_in_at
    ]
    save(replace(wish, claims=tuple(claims)))


def _settle_hours(world: World) -> Good:
    wish_id, _ = long_stay(world)
    claim = _claim_id(world, wish_id)
    body = {"minutes": 270, "reason": "电话核实", "claim": claim}
    return _of_staff(world, wish_id, "settle-hours", body)


def _check(world: World) -> Good:
    wish_id, _, _ = drawn(world)
    return _of_staff(
        world, wish_id, "check", {"right": True, "note": "电话回访属实"}
    )


def _withdraw(world: World) -> Good:
    wish_id, resident = submitted(world)
    return _of(resident, wish_id, "withdraw", {"reason": "不用了"})


def _held_claim(world: World, kind: RelationKind) -> Held:
    resident = world.resident(address="9楼917室")
    helper = world.volunteer()
    day = (world.clock.now() + timedelta(days=3)).date().isoformat()
    wish_id = world.open_wish(resident, needed_by=day)
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    path, door = f"/v1/wishes/{wish_id}", "917室"

    def is_released() -> bool:
        wish = find(Wish, wish_id, "wish")
        record = find(HelperRecord, helper.me["id"], "helper")
        free = record is not None and record.active == 0
        return wish is not None and wish.state is WishState.OPEN and free

    return Held(
        subject=world.services.people.find(helper.me["id"]),
        phone=helper,
        doors={
            "view": shows(lambda: helper.get(path), door),
            "list": shows(lambda: helper.get("/v1/me/claims"), door),
            "timeline": succeeds(lambda: helper.get(f"{path}/timeline")),
            "move": succeeds(lambda: helper.post(f"{path}/check-in", {})),
            "deliver": succeeds(lambda: helper.post(f"{path}/deliver", {})),
        },
        once=frozenset({"deliver"}),
        is_released=is_released,
        depend=[
            (resident.me["phone"], "wish.released"),
            (world.admin.phone or "", "wish.released_staff"),
        ],
        secrets=[door, resident.me["phone"]],
    )


def _held_filed_wish(world: World, kind: RelationKind) -> Held:
    carer = world.phone_of(world.person("李强"))
    old = world.person(
        "李奶奶", phone=None, contact_via=carer.me["id"], address="9楼917室"
    )
    body = world.wish_body(on_behalf_of=old.id, consent={"how": "spoken"})
    wish_id = carer.post("/v1/wishes", body).json["id"]
    admin, helper = world.phone_of(world.admin), world.volunteer()
    path = f"/v1/wishes/{wish_id}"
    assert admin.post(f"{path}/approve").status == 200
    assert helper.post(f"{path}/claim").status == 200
    assert helper.post(f"{path}/deliver", {}).status == 200

    def wish() -> Wish:
        found = find(Wish, wish_id, "wish")
        assert found
        return found

    def confirm_by_sms() -> bool:
        reply(world, carer.me["phone"], "1")
        return wish().state is WishState.FULFILLED

    return Held(
        subject=old,
        phone=carer,
        doors={
            "view": shows(lambda: carer.get(path), "917室"),
            "timeline": succeeds(lambda: carer.get(f"{path}/timeline")),
            "move": succeeds(lambda: carer.post(f"{path}/confirm", {})),
            "file another": succeeds(lambda: carer.post("/v1/wishes", body)),
            "SMS reply": confirm_by_sms,
        },
        once=frozenset({"move", "file another", "SMS reply"}),
        is_released=lambda: wish().proxy_id is None,
        secrets=["917室"],
    )


def _to_approve(world: World) -> None:
    assert world.resident().post("/v1/wishes", world.wish_body()).status == 201


def _late(world: World) -> None:
    day = (world.clock.now() + timedelta(days=1)).date().isoformat()
    wish_id = world.open_wish(needed_by=day)
    assert world.volunteer().post(f"/v1/wishes/{wish_id}/claim").status == 200
    world.pass_time(days=2)


def _delivered(world: World) -> tuple[Phone, str]:
    resident, helper = world.resident(), world.volunteer()
    wish_id = world.open_wish(resident)
    for move in ("claim", "deliver"):
        answer = helper.post(f"/v1/wishes/{wish_id}/{move}", {})
        assert answer.status == 200, answer.text
    return resident, wish_id


def _unconfirmed(world: World) -> None:
    _delivered(world)
    world.pass_time(days=4)


def _disputed(world: World) -> None:
    resident, wish_id = _delivered(world)
    answer = resident.post(f"/v1/wishes/{wish_id}/dispute", {"reason": "没到"})
    assert answer.status == 200, answer.text


def _held_own_wish(world: World, kind: RelationKind) -> Held:
    resident = world.resident()
    wish_id = world.open_wish(resident)
    path = f"/v1/wishes/{wish_id}"

    def is_released() -> bool:
        wish = find(Wish, wish_id, "wish")
        return wish is not None and wish.suspended

    return Held(
        subject=world.services.people.find(resident.me["id"]),
        phone=resident,
        doors={
            "view": shows(lambda: resident.get(path), "水壶"),
            "move": succeeds(lambda: resident.post(f"{path}/keep", {})),
        },
        is_released=is_released,
    )


def _by_new_phone(world: World) -> None:
    resident, wish_id = _delivered(world)
    world.clock.advance(timedelta(minutes=1))
    give_another_phone(world, resident)
    assert resident.post(f"/v1/wishes/{wish_id}/confirm", {}).status == 200


CASES = Cases(
    waiting={
        "wish.approve": _to_approve,
        "wish.late": _late,
        "wish.unconfirmed": _unconfirmed,
        "wish.dispute": _disputed,
        "wish.new_phone": _by_new_phone,
        "wish.check": drawn,
        "wish.hours": long_stay,
    },
    who={
        "list_wishes": ANYONE,
        "submit_wish": {"owner", "worker"},
        "my_wishes": MEMBER,
        "my_claims": MEMBER,
        "filed_for_others": MEMBER,
        "my_hours": MEMBER,
    },
    elsewhere=MOVES.keys() | READS.keys(),
    bodies={
        "reject_wish": {"reason": "超出范围"},
        "unpublish_wish": {"reason": "再看看"},
        "release_claim": {"reason": "来不了"},
        "dispute_wish": {"reason": "没有收到"},
        "edit_wish": {"story": "改一改"},
        "deliver_wish": {},
        "confirm_wish": {"rating": 5},
        "settle_hours": {"minutes": 60, "reason": "核实过"},
        "check_answer": {"right": True},
        "withdraw_wish": {},
        "reopen_wish": {},
        "check_in": {},
        "check_out": {},
    },
    made_bodies={"submit_wish": _body_for_owner},
    queries={"list_wishes": f"?place={BAIHUA}"},
    good={
        "submit_wish": _submit,
        "approve_wish": _of_submitted("approve", _DAY),
        "reject_wish": _of_submitted("reject", {"reason": "重复提交"}),
        "edit_wish": _edit,
        "keep_wish": _of_open("keep", _DAY),
        "unpublish_wish": _of_open("unpublish", {"reason": "需要核实"}),
        "hide_wish": _of_open("hide", {}),
        "claim_wish": _claim,
        "release_claim": _of_helper("release", {"reason": "临时有事"}),
        "deliver_wish": _of_helper("deliver", {"note": "放在门口"}),
        "check_in": _of_helper("check-in", {}),
        "check_out": _of_helper("check-out", {}),
        "confirm_wish": _recorded,
        "settle_hours": _settle_hours,
        "check_answer": _check,
        "dispute_wish": _of_resident("dispute", {"reason": "没有收到"}),
        "withdraw_wish": _withdraw,
        "reopen_wish": _withdrawn,
    },
    story_queries={"list_wishes": f"place={BAIHUA}"},
    held={
        "claim": _held_claim,
        "filed wish": _held_filed_wish,
        "own wish": _held_own_wish,
    },
)
