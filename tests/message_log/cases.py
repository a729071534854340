"""The permission cases of the message log: the inbox and visits."""

from datetime import timedelta

from chalicelib.adapters.ports import Refused
from chalicelib.kernel.ended_relations import RelationKind
from chalicelib.message_log.model import (
    Channel,
    DeliveryState,
    MessageAttempt,
    PhoneQuestion,
    SuppressionReason,
)
from chalicelib.people.model import Person
from chalicelib.wishes.model import Wish, WishState

from ..cases import MEMBER, WORKER, Cases, Good, an_id
from ..replies.builders import reply, scripted
from ..store.scan import SK, find, save, scan
from ..trust.held import Held, succeeds
from ..wishes.cases import a_wish_body
from ..world import UNIT, World


def a_visit(world: World, person_id: str) -> str:
    """Store a message that needs a visit to a person; return its id."""
    now = world.clock.now()
    line = MessageAttempt(
        id=an_id(world, "msg"),
        message="due_x",
        kind="wish.approved",
        about="wsh_x",
        person=person_id,
        place=UNIT,
        channel=Channel.NONE,
        state=DeliveryState.SUPPRESSED,
        reason=SuppressionReason.NO_CHANNEL,
        at=now,
        ttl=now + timedelta(days=1),
    )
    save(line)
    return line.id


def _message_id(world: World, owner: Person, target: Person) -> str:
    return a_visit(world, target.id)


def _note_visit(world: World) -> Good:
    ward = world.person("李奶奶", phone=None)
    body = a_wish_body(world) | {"on_behalf_of": ward.id}
    wish_id = world.phone_of(world.admin).post("/v1/wishes", body).json["id"]
    assert world.staff().post(f"/v1/wishes/{wish_id}/approve").status == 200
    id = (
        world.staff()
        .get(f"/v1/messages?person={ward.id}")
        .json["items"][0]["id"]
    )
    return Good(world.staff(), f"/v1/messages/{id}/visited", {}, (id,))


def _open_visit(world: World) -> Good:
    good = _note_visit(world)
    return Good(good.phone, good.path[: -len("ed")], {}, good.path_values)


def _held_question(world: World, kind: RelationKind) -> Held:
    """Ask a resident whether the delivery came, or their contact for them."""
    carer = world.phone_of(world.person("李强"))
    more = {"phone": None, "contact_via": carer.me["id"]}
    asked = carer
    if kind is not RelationKind.CONTACT:
        more = {}
    old = world.person("李奶奶", **more)
    if kind is not RelationKind.CONTACT:
        asked = world.phone_of(old)
    admin, helper = world.phone_of(world.admin), world.volunteer()
    body = world.wish_body(on_behalf_of=old.id, consent={"how": "spoken"})
    wish_id = admin.post("/v1/wishes", body).json["id"]
    path = f"/v1/wishes/{wish_id}"
    assert world.staff().post(f"{path}/approve").status == 200
    assert helper.post(f"{path}/claim").status == 200
    assert helper.post(f"{path}/deliver", {}).status == 200
    number = asked.me["phone"]

    def answer() -> bool:
        reply(world, number, "1")
        wish = find(Wish, wish_id, "wish")
        return wish is not None and wish.state is WishState.FULFILLED

    def is_withdrawn() -> bool:
        rows = scan(PhoneQuestion, SK.startswith("question#"))
        asked = [one for row in rows for one in row.asked]
        return all(one.over_at for one in asked)

    return Held(
        subject=old,
        phone=asked,
        doors={"SMS reply": answer},
        once=frozenset({"SMS reply"}),
        is_released=is_withdrawn,
    )


def _held_message(world: World, kind: RelationKind) -> Held:
    """Let a message to a resident wait for another attempt."""
    resident = world.resident()
    scripted(world, Refused("throttled"))
    world.open_wish(resident)

    def states() -> list[DeliveryState]:
        lines = scan(MessageAttempt, SK == "delivery")
        own = [line for line in lines if line.person == resident.me["id"]]
        return [line.state for line in own if line.kind == "wish.approved"]

    assert states() == [DeliveryState.RETRY]
    return Held(
        subject=world.services.people.find(resident.me["id"]),
        phone=resident,
        doors={"inbox": succeeds(lambda: resident.get("/v1/me/inbox"))},
        is_released=lambda: set(states()) == {DeliveryState.SUPPRESSED},
    )


def _a_visit(world: World) -> None:
    """Let a wish come to the wall whose resident has no phone."""
    ward = world.person(phone=None)
    consent = {"how": "spoken", "witness": "许见证"}
    body = world.wish_body(on_behalf_of=ward.id, consent=consent)
    boss = world.phone_of(world.admin)
    wish_id = boss.post("/v1/wishes", body).json["id"]
    approved = world.staff().post(f"/v1/wishes/{wish_id}/approve")
    assert approved.status == 200, approved.text


CASES = Cases(
    waiting={"message.visit": _a_visit},
    who={"list_messages": WORKER, "read_inbox": MEMBER, "note_visit": WORKER}
    | {"open_visit": WORKER},
    queries={"list_messages": "?person={target}"},
    path_values={"message_id": _message_id},
    good={"note_visit": _note_visit, "open_visit": _open_visit},
    story_queries={"list_messages": "person={person}"},
    held={"question": _held_question, "waiting message": _held_message},
)
