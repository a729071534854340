"""The cases of tickets: moves and reads by state and relation, and good requests."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from chalicelib.kernel.access import Role
from chalicelib.kernel.ended_relations import RelationKind
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.states import TicketStatus

from ..cases import MEMBER, WORKER, Cases, Good, MakeGood
from ..replies.builders import reply
from ..store.scan import find
from ..trust.held import Held, shows, succeeds
from ..world import BAIHUA, GRID, STREET, UNIT, Phone, World

OWN, HELP = {"owner", "joiner", "worker"}, {"assignee", "worker"}
INSIDE = OWN | HELP
OPEN = ("open", "accepted", "assigned", "on_hold")


def _from(
    states: tuple[str, ...], who: AbstractSet[str]
) -> dict[str, AbstractSet[str]]:
    return dict.fromkeys(states, who)


# Moves: their states and movers.
TICKET_MOVES: Mapping[str, Mapping[str, AbstractSet[str]]] = {
    "accept_ticket": _from(("open",), HELP),
    "assign_ticket": _from(("open", "accepted", "assigned"), WORKER),
    "bounce_ticket": _from(("open", "accepted", "assigned"), HELP),
    "comment_on_ticket": _from((*OPEN, "resolved"), INSIDE),
    "hold_ticket": _from(("accepted", "assigned"), HELP),
    "resume_ticket": _from(("on_hold",), HELP),
    "resolve_ticket": _from(OPEN, HELP),
    "confirm_ticket": {"resolved": OWN, "closed": {"owner", "joiner"}},
    "reopen_ticket": _from(("resolved", "closed"), OWN),
    "close_ticket": {
        **_from(OPEN, {"owner", "worker"}),
        "resolved": WORKER,
    },  # what others have joined nobody takes back
    "escalate_ticket": _from(OPEN, HELP),
    "join_ticket": _from((*OPEN, "resolved", "merged"), MEMBER),
    "merge_ticket": _from(OPEN, WORKER),
    "split_ticket": _from(("merged",), WORKER),
    "convert_ticket": _from(OPEN, WORKER),
    "publish_ticket": _from((*OPEN, "resolved", "closed", "merged"), WORKER),
    "hide_ticket": _from((*OPEN, "resolved", "closed", "merged"), WORKER),
}
TICKET_READS = {
    "read_ticket": MEMBER,
    "read_ticket_timeline": INSIDE,
    "read_sla_timers": INSIDE,
    "read_ticket_photos": INSIDE,
}


_BODIES: dict[str, Any] = {
    "hold": {"reason": "等配件", "until": "2026-11-30T01:00:00Z"},
    "close": {"reason": "不在职责内", "publish": True},
}


def reported(world: World, *moves: str, **fields: Any) -> tuple[str, Phone]:
    """Return a ticket after some moves of staff, and its resident."""
    resident = world.resident()
    rules = resident.get(
        f"/v1/policies/tickets?place={STREET}"
    ).json  # a request before may have changed them
    body = {
        "category": rules["categories"][0]["code"],
        "text": "楼道里有垃圾",
        "place": UNIT,
    } | fields
    answer = resident.post("/v1/tickets", body)
    assert answer.status == 201, answer.text
    ticket_id = str(answer.json["id"])
    for move in moves:
        assert (
            world.staff()
            .post(f"/v1/tickets/{ticket_id}/{move}", _BODIES.get(move, {}))
            .status
            == 200
        ), move
    return ticket_id, resident


def of_ticket(world: World, ticket_id: str, move: str, body: Any) -> Good:
    """Return a request of staff about a ticket."""
    return Good(
        world.staff(), f"/v1/tickets/{ticket_id}/{move}", body, (ticket_id,)
    )


def _ticket_move(move: str, *before: str) -> MakeGood:
    bodies = _BODIES | {
        "accept": {},
        "resume": {},
        "comment": {"text": "下午来", "public": False},
    }
    return lambda world: of_ticket(
        world,
        reported(world, *before)[0],
        move,
        bodies.get(move, {"reason": "需要再看看"}),
    )


def _report(world: World) -> Good:
    staff, ward = world.staff(), world.person("李明")
    body = {
        "category": "rubbish",
        "text": "楼道里有垃圾",
        "place": UNIT,
        "location_note": "7楼电梯口",
    }
    body |= {
        "photos": [_photo(world, staff)],
        "urgency": "utility",
        "private": True,
    }
    return Good(
        staff,
        "/v1/tickets",
        body
        | {
            "on_behalf_of": ward.id,
            "consent": {"how": "spoken", "witness": "许见证"},
        },
    )


def _photo(world: World, phone: Phone) -> str:
    body = {"kind": "photo", "content_type": "image/jpeg", "size": 1000}
    return str(phone.post("/v1/uploads", body).json["id"])


def _assign(world: World) -> Good:
    worker = world.person("周涛", (Role.GRID_WORKER, GRID))
    return of_ticket(world, reported(world)[0], "assign", {"to": worker.id})


def _escalate(world: World) -> Good:
    """Where nobody is on duty below, a ticket begins at the street, and goes no higher."""
    worker = world.person("周涛", (Role.GRID_WORKER, GRID))
    world.services.places.assign_duty(
        world.boss, GRID, {"grid_worker": [worker.id]}
    )
    return of_ticket(
        world, reported(world)[0], "escalate", {"reason": "需要再看看"}
    )


def _resolve(world: World) -> Good:
    good = of_ticket(
        world, reported(world, "accept")[0], "resolve", {"note": "已清走"}
    )
    good.body |= {"photos": [_photo(world, good.phone)], "publish": True}
    return good


def _confirm(world: World) -> Good:
    ticket_id, resident = reported(world, "accept", "resolve")
    return of_ticket(
        world,
        ticket_id,
        "confirm",
        {"satisfied": 5, "on_behalf_of": resident.me["id"]},
    )


def _join(world: World) -> Good:
    body = {
        "on_behalf_of": world.person("李明").id,
        "consent": {"how": "spoken", "witness": "许见证"},
    }
    return of_ticket(world, reported(world)[0], "join", body)


def _split(world: World) -> Good:
    (one, _), (other, _) = reported(world), reported(world)
    assert (
        world.staff().post(f"/v1/tickets/{one}/merge", {"into": other}).status
        == 200
    )
    return of_ticket(world, one, "split", {})


def _merge(world: World) -> Good:
    return of_ticket(
        world, reported(world)[0], "merge", {"into": reported(world)[0]}
    )


def _publish(world: World) -> Good:
    body = {"text": "楼道里有垃圾", "solution": "已清走"}
    return of_ticket(world, reported(world)[0], "publish", body)


def _hide(world: World) -> Good:
    good = of_ticket(world, reported(world)[0], "hide", {})
    for move, body in (
        ("publish", {"text": "楼道里有垃圾"}),
        ("resolve", {"note": "已清走", "publish": True}),
    ):
        path = good.path.replace("hide", move)
        assert good.phone.post(path, body).status == 200
    return good


def _held_ticket(world: World, kind: RelationKind) -> Held:
    person = world.person("周涛", (Role.GRID_WORKER, GRID), home=GRID)
    worker, admin = world.phone_of(person), world.phone_of(world.admin)
    ticket_id, resident = reported(
        world, private=True, location_note="地下室门后"
    )
    path = f"/v1/tickets/{ticket_id}"
    assigned = admin.post(f"{path}/assign", {"to": person.id})
    assert assigned.status == 200, assigned.text
    note = {"text": "下午来", "public": False}
    queue = f"/v1/tickets?place={GRID}"

    def is_released() -> bool:
        ticket = find(Ticket, ticket_id, "ticket")
        return ticket is not None and ticket.assignee == world.admin.id

    return Held(
        subject=person,
        phone=worker,
        doors={
            "view": shows(lambda: worker.get(path), "地下室门后"),
            "list": shows(lambda: worker.get(queue), ticket_id),
            "timeline": succeeds(lambda: worker.get(f"{path}/timeline")),
            "timers": succeeds(lambda: worker.get(f"{path}/clocks")),
            "photos": succeeds(lambda: worker.get(f"{path}/photos")),
            "move": succeeds(lambda: worker.post(f"{path}/comment", note)),
            "resolve": succeeds(lambda: worker.post(f"{path}/resolve", {})),
        },
        once=frozenset({"resolve"}),
        is_released=is_released,
        depend=[(world.admin.phone or "", "ticket.assigned")],
        secrets=["地下室门后", resident.me["phone"]],
    )


def _held_filed_ticket(world: World, kind: RelationKind) -> Held:
    carer = world.phone_of(world.person("李强"))
    old = world.person("李奶奶", phone=None, contact_via=carer.me["id"])
    body = {
        "category": "light",
        "text": "灯坏了",
        "place": UNIT,
        "location_note": "地下室门后",
        "private": True,
        "on_behalf_of": old.id,
        "consent": {"how": "spoken"},
    }
    ticket_id = carer.post("/v1/tickets", body).json["id"]
    admin, path = world.phone_of(world.admin), f"/v1/tickets/{ticket_id}"
    assert admin.post(f"{path}/resolve", {"note": "已修好"}).status == 200

    def ticket() -> Ticket:
        found = find(Ticket, ticket_id, "ticket")
        assert found
        return found

    def confirm_by_sms() -> bool:
        reply(world, carer.me["phone"], "1")
        return ticket().state is TicketStatus.CLOSED

    said = {"text": "谢谢", "public": True}
    return Held(
        subject=old,
        phone=carer,
        doors={
            "view": shows(lambda: carer.get(path), "地下室门后"),
            "timeline": succeeds(lambda: carer.get(f"{path}/timeline")),
            "move": succeeds(lambda: carer.post(f"{path}/comment", said)),
            "confirm": succeeds(lambda: carer.post(f"{path}/confirm", {})),
            "file another": succeeds(lambda: carer.post("/v1/tickets", body)),
            "SMS reply": confirm_by_sms,
        },
        once=frozenset({"confirm", "file another", "SMS reply"}),
        is_released=lambda: ticket().proxy_id is None,
        secrets=["地下室门后"],
    )


def _left_by_its_reporter(world: World) -> None:
    resident = world.resident()
    body = {"category": "rubbish", "text": "楼道有垃圾", "place": UNIT}
    assert resident.post("/v1/tickets", body).status == 201
    assert world.erase(resident).status == 202
    world.pass_time(minutes=5)


CASES = Cases(
    waiting={"ticket.look": _left_by_its_reporter},
    who={
        "report_problem": MEMBER,
        "list_tickets": MEMBER,
        "list_my_tickets": MEMBER,
    },
    elsewhere=TICKET_READS.keys()
    | TICKET_MOVES.keys()
    - {"convert_ticket"},  # tests/test_ticket_permissions.py
    bodies={
        "report_problem": {
            "category": "rubbish",
            "text": "有垃圾",
            "place": UNIT,
        }
    },
    queries={"list_tickets": f"?place={GRID}"},
    good={
        "report_problem": _report,
        "accept_ticket": _ticket_move("accept"),
        "assign_ticket": _assign,
        "bounce_ticket": _ticket_move("bounce"),
        "comment_on_ticket": _ticket_move("comment"),
        "hold_ticket": _ticket_move("hold", "accept"),
        "resume_ticket": _ticket_move("resume", "accept", "hold"),
        "resolve_ticket": _resolve,
        "confirm_ticket": _confirm,
        "reopen_ticket": _ticket_move("reopen", "resolve"),
        "close_ticket": _ticket_move("close"),
        "escalate_ticket": _escalate,
        "join_ticket": _join,
        "merge_ticket": _merge,
        "split_ticket": _split,
        "publish_ticket": _publish,
        "hide_ticket": _hide,
    },
    story_queries={"list_tickets": f"place={BAIHUA}"},
    held={"ticket": _held_ticket, "filed ticket": _held_filed_ticket},
)
