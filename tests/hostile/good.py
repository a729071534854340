"""One good request for every write route, each field filled in, with the state of things that it needs.

Hostile tests spoil these requests one piece at a time, and send the good one last: it must succeed, so what was
refused before was refused for what was spoilt and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app import api
from chalicelib.kernel.access import Role
from chalicelib.matching.policy import Weights
from chalicelib.web.openapi import document
from chalicelib.web.routes import Operation

from ..jobs import a_job
from ..world import BAIHUA, BUILDING, GRID, STREET, UNIT, Answer, Phone, World

WINDOW = {"from": "2026-11-25T01:00:00Z", "to": "2026-11-25T03:00:00Z"}
HERE = {"lat": 30.25, "long": 108.95}


@dataclass
class Good:
    """A request that succeeds."""

    phone: Phone
    path: str
    body: Any = None
    path_values: tuple[str, ...] = ()

    def send(self, method: str, **more: Any) -> Answer:
        """Send it, or a spoilt version of it."""
        path, body = more.pop("path", self.path), more.pop("body", self.body)
        return self.phone.call(method, path, None if "raw" in more else body, **more)


def number(world: World) -> str:
    """Return a phone number that nobody has."""
    return f"+86139{next(world.numbers) + 20_000_000:08}"


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
    return str(resident.post("/v1/wishes", world.wish_body()).json["id"]), resident


def _claim_id(world: World, wish_id: str) -> str:
    return str(world.staff().get(f"/v1/wishes/{wish_id}").json["claims"][0]["id"])


def _sign_in(world: World) -> Good:
    phone = number(world)
    Phone().post("/v1/auth/codes", {"phone": phone})
    body = {"phone": phone, "code": world.code_in_sms(phone), "name": "王秀英", "consent": {"text_version": "1"}}
    return Good(Phone(), "/v1/auth/tokens", body)


def _verify_email(world: World) -> Good:
    phone, address = world.resident(), f"a{next(world.numbers)}@example.com"
    phone.post("/v1/me/email", {"address": address})
    letter = world.mailbox.read(address)[0].text
    return Good(phone, "/v1/me/email/verify", {"code": "".join(c for c in letter.split("验证码")[1] if c.isdigit())[:6]})


def _about_person(world: World, part: str, body: Any, staff: Phone | None = None) -> Good:
    person = world.person()
    return Good(staff or world.phone_of(world.admin), f"/v1/people/{person.id}{part}", body, (person.id,))


def _about_place(world: World, part: str, body: Any) -> Good:
    return Good(world.phone_of(world.admin), f"/v1/places/{BUILDING}{part}", body, (BUILDING,))


def _of_staff(world: World, wish_id: str, move: str, body: Any = None) -> Good:
    return Good(world.staff(), f"/v1/wishes/{wish_id}/{move}", body, (wish_id,))


def _of(phone: Phone, wish_id: str, move: str, body: Any = None) -> Good:
    return Good(phone, f"/v1/wishes/{wish_id}/{move}", body, (wish_id,))


def _helpers(world: World, move: str, body: Any) -> Good:
    wish_id, _, helper = claimed(world)
    if move == "check-out":
        helper.post(f"/v1/wishes/{wish_id}/check-in", {})
    return _of(helper, wish_id, move, body | {"claim": _claim_id(world, wish_id)})


def _residents(world: World, move: str, body: Any) -> Good:
    wish_id, resident, _ = delivered(world)
    return _of(resident, wish_id, move, body)


def _wish(world: World) -> dict[str, Any]:
    ward = world.person("李明")
    more = {
        "place": UNIT,
        "helpers_needed": 2,
        "window": [WINDOW],
        "dialects": ["四川话"],
        "skills": ["水电"],
        "safeguarding": ["alone"],
    }
    more |= {"alias": "小草", "on_behalf_of": ward.id, "consent": {"how": "spoken", "witness": "陈敏"}}
    return world.wish_body(**more)


def _edit(world: World) -> Good:
    wish_id, resident = submitted(world)
    kept = ("kind", "title", "story", "budget_fen", "needed_by")
    body = {name: value for name, value in world.wish_body().items() if name in kept}
    more = {"helpers_needed": 2, "window": [WINDOW], "dialects": ["四川话"], "safeguarding": ["alone"], "alias": "小草"}
    more |= {"skills": ["水电"]}
    return _of(resident, wish_id, "edit", body | more)


def _new_person(world: World) -> Good:
    body = {"name": "张·李", "phone": number(world), "home": UNIT, "address": "3楼302室", "household": "h1"}
    body |= {"contact_via": world.person().id, "locale": "zh-CN", "consent": {"how": "written", "witness": "陈敏"}}
    return Good(world.staff(), "/v1/people", body)


def _change_me(world: World) -> Good:
    body = {"name": "王秀兰", "home": UNIT, "address": "3楼302室", "locale": "en", "channels": {"sms": True, "email": False}}
    return Good(world.resident(), "/v1/me", body | {"quiet_hours": {"from": "21:00", "to": "07:00"}})


def _volunteer(world: World) -> Good:
    body = {"places": [BAIHUA], "skills": ["水电"], "kinds": ["goods"], "dialects": ["四川话"], "capacity": 2}
    body |= {"availability": [{"weekday": 1, "from": "09:00", "to": "11:00"}], "paused_until": "2026-12-01T00:00:00Z"}
    return Good(world.resident(), "/v1/me/volunteer", body)


def _household(world: World) -> Good:
    body = {"household": "h2", "contact_via": world.person().id, "consent": {"how": "spoken", "witness": "陈敏"}}
    return _about_person(world, "/household", body)


def _change_person(world: World) -> Good:
    ward = world.person(phone=None)
    body = {"name": "王秀兰", "phone": number(world), "home": UNIT, "address": "3楼302室", "locale": "en"}
    return Good(world.staff(), f"/v1/people/{ward.id}", body, (ward.id,))


def _duty(world: World) -> Good:
    worker = world.person("周涛", (Role.GRID_WORKER, GRID))
    return _about_place(world, "/duty", {"grid_worker": [worker.id]})


def _withdrawn(world: World) -> Good:
    wish_id, resident = submitted(world)
    resident.post(f"/v1/wishes/{wish_id}/withdraw", {})
    return _of(resident, wish_id, "reopen", {"reason": "还是需要"})


def _offer(world: World, answer: str, body: Any) -> Good:
    helper = world.volunteer()
    offer_id = world.offer(world.open_wish(), helper)
    return Good(helper, f"/v1/offers/{offer_id}/{answer}", body, (offer_id,))


def _weights() -> dict[str, int]:
    return dict.fromkeys(Weights.notes(), 0) | {"base": 3000, "live_most": 1}


def _rules(world: World) -> dict[str, Any]:
    worker = world.person("周涛", (Role.GRID_WORKER, GRID))
    minutes = {"accept": 15, "contact": 30, "resolve": 120, "call_back": 1440, "remind": 60, "always": True}
    question = {"code": "where", "zh": "位置", "en": "Where", "kind": "singlevaluelist", "required": True}
    question |= {"choices": [{"key": "yard", "zh": "院内", "en": "Yard"}]}
    category = {"code": "light", "zh": "公共照明", "en": "Lighting", "group_zh": "房屋", "group_en": "Buildings"}
    category |= {"about_zh": "路灯和楼道灯", "about_en": "Lamps", "keywords": ["灯"], "urgency": "utility", "private": False}
    hours = [{"from": "08:30", "to": "12:00"}, {"from": "13:30", "to": "24:00"}]
    return {
        "categories": [category | {"photo_needed": True, "questions": [question]}],
        "limits": [
            *({"urgency": urgency} | minutes for urgency in ("urgent", "utility", "general", "complex")),
            {"urgency": "utility", "category": "light"} | minutes,
        ],
        "rules": [{"id": "r1", "place": GRID, "category": "light", "to": worker.id}, {"id": "r2", "to": "property"}],
        "ladder": [
            {"level": "grid", "role": "grid_worker", "percent": 50},
            {"level": "street", "role": "street_admin", "percent": 100},
        ],
        "week": {"1": hours, "2": hours, "3": hours, "4": hours, "5": hours, "6": []},
        "own": {"2027-01-01": {"hours": [], "note": "元旦"}, "2027-01-03": {"note": "补班"}},
        "hold_days": 7,
        "holds": 2,
        "reopen_days": 10,
        "reopen_percent": 40,
        "hot_spot_reports": 4,
        "hot_spot_days": 20,
    }


def _visit(world: World) -> Good:
    ward = world.person("李奶奶", phone=None)
    wish_id = world.phone_of(world.admin).post("/v1/wishes", _wish(world) | {"on_behalf_of": ward.id}).json["id"]
    assert world.staff().post(f"/v1/wishes/{wish_id}/approve").status == 200
    id = world.staff().get(f"/v1/messages?person={ward.id}").json["items"][0]["id"]
    return Good(world.staff(), f"/v1/messages/{id}/visited", {}, (id,))


def _job(world: World) -> Good:
    id = world.services.sender._ids.new("due")
    due = a_job(id=id, at=world.clock.now(), shard="s0", kind="wish.approved", subject="wsh_x", to="per_nobody")
    world.services.outbox.park(due, UNIT)
    return Good(world.staff(), f"/v1/admin/jobs/{id}/redrive", {}, (id,))


def _unsubscribe(world: World) -> Good:
    token = world.services.sender.unsubscribe_token(world.person().id)
    return Good(Phone(), f"/v1/unsubscribe/{token}", None, (token,))


def _consent(world: World) -> Good:
    return Good(world.resident(), "/v1/me/consents/terms", None, ("terms",))


def reported(world: World, *moves: str, **fields: Any) -> tuple[str, Phone]:
    """Return a ticket after some moves of staff, and its resident."""
    resident = world.resident()
    category = world.services.ticket_policies.current(STREET)[1].categories[0].code  # a request before may have changed the rules
    body = {"category": category, "text": "楼道里有垃圾", "place": UNIT} | fields
    answer = resident.post("/v1/tickets", body)
    assert answer.status == 201, answer.text
    ticket_id = str(answer.json["id"])
    for move in moves:
        assert world.staff().post(f"/v1/tickets/{ticket_id}/{move}", _TICKET_MOVES.get(move, {})).status == 200, move
    return ticket_id, resident


_TICKET_MOVES: dict[str, Any] = {"hold": {"reason": "等配件", "until": "2026-11-30T01:00:00Z"}, "close": {"reason": "不在职责内"}}


def _of_ticket(world: World, ticket_id: str, move: str, body: Any) -> Good:
    return Good(world.staff(), f"/v1/tickets/{ticket_id}/{move}", body, (ticket_id,))


def _ticket_move(move: str, *before: str) -> Callable[[World], Good]:
    bodies = _TICKET_MOVES | {"comment": {"text": "下午来", "public": False}}
    return lambda world: _of_ticket(world, reported(world, *before)[0], move, bodies.get(move, {"reason": "需要再看看"}))


def _report(world: World) -> Good:
    staff, ward = world.staff(), world.person("李明")
    body = {"category": "rubbish", "text": "楼道里有垃圾", "place": UNIT, "location_note": "7楼电梯口"}
    body |= {"photos": [_photo(world, staff)], "urgency": "utility", "private": True}
    return Good(staff, "/v1/tickets", body | {"on_behalf_of": ward.id, "consent": {"how": "spoken", "witness": "陈敏"}})


def _photo(world: World, phone: Phone) -> str:
    body = {"kind": "photo", "content_type": "image/jpeg", "size": 1000}
    return str(phone.post("/v1/uploads", body).json["id"])


def _assign(world: World) -> Good:
    worker = world.person("周涛", (Role.GRID_WORKER, GRID))
    return _of_ticket(world, reported(world)[0], "assign", {"to": worker.id})


def _escalate(world: World) -> Good:
    """Where nobody is on duty below, a ticket begins at the street, and goes no higher."""
    worker = world.person("周涛", (Role.GRID_WORKER, GRID))
    world.services.places.assign_duty(world.boss, GRID, {"grid_worker": [worker.id]})
    return _of_ticket(world, reported(world)[0], "escalate", {"reason": "需要再看看"})


def _resolve(world: World) -> Good:
    good = _of_ticket(world, reported(world, "accept")[0], "resolve", {"note": "已清走"})
    good.body["photos"] = [_photo(world, good.phone)]
    return good


def _confirm(world: World) -> Good:
    ticket_id, resident = reported(world, "accept", "resolve")
    return _of_ticket(world, ticket_id, "confirm", {"satisfied": 5, "on_behalf_of": resident.me["id"]})


def _join(world: World) -> Good:
    body = {"on_behalf_of": world.person("李明").id, "consent": {"how": "spoken", "witness": "陈敏"}}
    return _of_ticket(world, reported(world)[0], "join", body)


def _split(world: World) -> Good:
    (one, _), (other, _) = reported(world), reported(world)
    assert world.staff().post(f"/v1/tickets/{one}/merge", {"into": other}).status == 200
    return _of_ticket(world, one, "split", {})


def _turn(world: World) -> Good:
    wish = {name: value for name, value in _wish(world).items() if name != "on_behalf_of"}
    return _of_ticket(world, reported(world)[0], "turn", wish)


GOOD: dict[str, Callable[[World], Good]] = {
    "report_problem": _report,
    "accept_ticket": lambda w: _of_ticket(w, reported(w)[0], "accept", {}),
    "assign_ticket": _assign,
    "bounce_ticket": _ticket_move("bounce"),
    "comment_ticket": _ticket_move("comment"),
    "hold_ticket": _ticket_move("hold", "accept"),
    "resume_ticket": lambda w: _of_ticket(w, reported(w, "accept", "hold")[0], "resume", {}),
    "resolve_ticket": _resolve,
    "confirm_ticket": _confirm,
    "reopen_ticket": _ticket_move("reopen", "resolve"),
    "close_ticket": _ticket_move("close"),
    "escalate_ticket": _escalate,
    "join_ticket": _join,
    "merge_ticket": lambda w: _of_ticket(w, reported(w)[0], "merge", {"into": reported(w)[0]}),
    "split_ticket": _split,
    "turn_ticket": _turn,
    "send_code": lambda w: Good(Phone(), "/v1/auth/codes", {"phone": number(w)}),
    "sign_in": _sign_in,
    "sign_out": lambda w: Good(w.sign_in(number(w), consent="1"), "/v1/auth/tokens"),
    "send_email_code": lambda w: Good(w.resident(), "/v1/me/email", {"address": "wang@example.com"}),
    "verify_email": _verify_email,
    "change_me": _change_me,
    "erase_me": lambda w: Good(w.resident(), "/v1/me"),
    "volunteer": _volunteer,
    "withdraw_consent": _consent,
    "create_person": _new_person,
    "change_person": _change_person,
    "grant_roles": lambda w: _about_person(w, "/roles", [{"role": "grid_worker", "place": GRID}]),
    "reveal": lambda w: _about_person(w, "/reveal", {"reason": "上门送药"}),
    "vet": lambda w: _about_person(w, "/vetting", {"level": "basic", "note": "面谈"}),
    "block": lambda w: _about_person(w, "/blocked", {"blocked": True, "reason": "多次爽约"}),
    "set_household": _household,
    "put_place": lambda w: _about_place(
        w, "", {"name": "5号楼", "kind": "building", "neighbours": [GRID], "zone": "Asia/Shanghai", "location": HERE}
    ),
    "assign_duty": _duty,
    "submit_wish": lambda w: Good(w.staff(), "/v1/wishes", _wish(w)),
    "approve_wish": lambda w: _of_staff(w, submitted(w)[0], "approve", {}),
    "reject_wish": lambda w: _of_staff(w, submitted(w)[0], "reject", {"reason": "重复提交"}),
    "edit_wish": _edit,
    "keep_wish": lambda w: _of_staff(w, w.open_wish(), "keep", {}),
    "unpublish_wish": lambda w: _of_staff(w, w.open_wish(), "unpublish", {"reason": "需要核实"}),
    "claim_wish": lambda w: _of(w.volunteer(), w.open_wish(), "claim", {}),
    "release_claim": lambda w: _helpers(w, "release", {"reason": "临时有事"}),
    "deliver_wish": lambda w: _helpers(w, "deliver", {"note": "放在门口"}),
    "check_in": lambda w: _helpers(w, "check-in", {}),
    "check_out": lambda w: _helpers(w, "check-out", {}),
    "confirm_wish": lambda w: _residents(w, "confirm", {"rating": 5, "thanks": "谢谢"}),
    "dispute_wish": lambda w: _residents(w, "dispute", {"reason": "没有收到"}),
    "withdraw_wish": lambda w: _of(*reversed(submitted(w)), "withdraw", {"reason": "不用了"}),
    "reopen_wish": _withdrawn,
    "accept_offer": lambda w: _offer(w, "accept", {}),
    "decline_offer": lambda w: _offer(w, "decline", {"reason": "这周不在家", "never_again": True}),
    "start_run": lambda w: Good(w.staff(), "/v1/matching/runs", {"place": BAIHUA, "dry_run": True, "weights": _weights()}),
    "set_weights": lambda w: Good(w.phone_of(w.admin), "/v1/policies/matching?place=chunhui", {"weights": _weights()}),
    "create_upload": lambda w: Good(
        w.resident(), "/v1/uploads", {"kind": "photo", "content_type": "image/webp", "size": 8 * 1024 * 1024}
    ),
    "set_rules": lambda w: Good(w.phone_of(w.admin), "/v1/policies/tickets?place=chunhui", _rules(w)),
    "replay_rules": lambda w: Good(w.staff(), "/v1/policies/tickets/replay", {"place": BAIHUA, "policy": _rules(w)}),
    "note_visit": _visit,
    "redrive_job": _job,
    "unsubscribe": _unsubscribe,
}

CONTRACT = document(api.operations)
# Open311 refuses in its own form (test_open311.py).
OURS: list[Operation] = [operation for operation in api.operations if operation.routes.dialect is None]
WRITES: list[Operation] = [operation for operation in OURS if operation.method != "GET"]
READS: list[Operation] = [operation for operation in OURS if operation.method == "GET"]
# A provider signs every body to the byte, so a spoilt one is not read (tests/replies/test_webhook.py has hostile ones).
WRITES = [operation for operation in WRITES if "signed" not in operation.hints()]
WRITES.sort(key=lambda operation: operation.name == "set_rules")  # under whose rules not all the others would succeed
WITH_BODY = [operation for operation in WRITES if "body" in operation.hints()]


def by_name(operation: Operation) -> str:
    """Name a test's case after its operation."""
    return operation.name


def schema_of(operation: Operation) -> dict[str, Any]:
    """Return the JSON Schema of an operation's body as the contract publishes it."""
    content = CONTRACT["paths"][operation.path][operation.method.lower()]["requestBody"]["content"]
    return {"$ref": content["application/json"]["schema"]["$ref"], "components": CONTRACT["components"]}
