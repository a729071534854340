"""The permission cases of the message log: the inbox and visits."""

from datetime import timedelta

from chalicelib.message_log.model import (
    Channel,
    DeliveryState,
    MessageAttempt,
    SuppressionReason,
)
from chalicelib.people.model import Person

from ..cases import MEMBER, WORKER, Cases, Good, an_id
from ..store.scan import save
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


CASES = Cases(
    who={"list_messages": WORKER, "read_inbox": MEMBER, "note_visit": WORKER},
    queries={"list_messages": "?person={target}"},
    path_values={"message_id": _message_id},
    good={"note_visit": _note_visit},
    story_queries={"list_messages": "person={person}"},
)
