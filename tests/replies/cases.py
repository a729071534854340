"""The permission cases of replies: webhooks of providers, and unsubscribing."""

from chalicelib.kernel.ended_relations import RelationKind
from chalicelib.people.model import Person
from chalicelib.replies.model import StoredReply
from chalicelib.replies.service import SmsReply

from ..cases import ANYONE, WORKER, Cases, Good
from ..store.scan import SK, scan
from ..trust.held import Held, shows
from ..world import Phone, World
from .builders import waiting

# A provider signs every request; a token does not help (tests/replies/test_webhook.py).
BY_SIGNATURE = {"receive_sms_webhook"}


def _token(world: World, owner: Person, target: Person) -> str:
    return str(world.services.unsubscribe_links.token(target.id))


def _unsubscribe(world: World) -> Good:
    token = world.services.unsubscribe_links.token(world.person().id)
    return Good(Phone(), f"/v1/unsubscribe/{token}", None, (token,))


def a_reply(world: World, number: str) -> str:
    """Return a reply that waits for staff, as the only one."""
    replies = world.services.replies
    replies.receive(
        "east", [], [SmsReply(id=f"r{number}", phone=number, text="谢谢")]
    )
    return str(waiting(world)[-1]["id"])


def _reply_id(world: World, owner: Person, target: Person) -> str:
    return a_reply(world, target.phone or "")


def _handle(world: World) -> Good:
    person = world.person()
    reply_id = a_reply(world, person.phone or "")
    path = f"/v1/replies/{reply_id}/handled"
    return Good(world.staff(), path, {}, (reply_id,))


def _held_reply(world: World, kind: RelationKind) -> Held:
    """Let staff have something that a resident wrote."""
    resident = world.resident()
    a_reply(world, resident.me["phone"])
    return Held(
        subject=world.services.people.find(resident.me["id"]),
        phone=resident,
        doors={"data": shows(lambda: resident.get("/v1/me/data"), "谢谢")},
        is_released=lambda: scan(StoredReply, SK == "reply") == [],
    )


def _waiting_reply(world: World) -> None:
    a_reply(world, world.person().phone or "")


CASES = Cases(
    waiting={"message.reply": _waiting_reply},
    who={
        "ask_unsubscribe": ANYONE,
        "unsubscribe": ANYONE,
        "handle_reply": WORKER,
    },
    elsewhere=BY_SIGNATURE,
    path_values={"token": _token, "reply_id": _reply_id},
    good={"unsubscribe": _unsubscribe, "handle_reply": _handle},
    held={"reply": _held_reply},
)
