"""A scripted SMS provider, its signed webhooks, and wishes that ask a question."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalicelib.adapters.choice import WeightedProvider
from chalicelib.adapters.ports import Sms
from chalicelib.kernel.access import Role
from chalicelib.kernel.signing import sign
from chalicelib.message_log.model import MessageAttempt
from chalicelib.settings import SmsProvider

from ..notifications.builders import use_providers
from ..store.scan import SK, scan
from ..world import GRID, STREET, Answer, Phone, World

KEY, OTHER_KEY = b"east-key-0123456789", b"west-key-0123456789"
PROVIDERS = (
    SmsProvider(name="console", kind="console"),
    SmsProvider(
        name="east",
        kind="gateway",
        key=KEY,
        url="https://sms.east.example",
        weight=0,
    ),
    SmsProvider(
        name="west",
        kind="gateway",
        key=OTHER_KEY,
        url="https://sms.west.example",
        weight=0,
    ),
)
MANY = 100_000


@contextmanager
def a_world(**settings: Any) -> Iterator[World]:
    """Yield a world with its own settings, in memory."""
    yield World(**settings)


class Scripted:
    """A provider with a script; after its last step it accepts all messages.

    A step is an exception to raise, or a function to call with the SMS.
    """

    def __init__(self, world: World, *script: Any) -> None:
        self.world = world
        self.script = list(script)
        self.sent = list[Sms]()

    def send(self, sms: Sms) -> str:
        self.sent.append(sms)
        step = self.script.pop(0) if self.script else None
        if callable(step) and not isinstance(step, type):
            step = step(sms)
        if isinstance(step, Exception):
            raise step
        return self.take(sms)

    def take(self, sms: Sms) -> str:
        return self.world.mailbox.put(sms.phone, "sms", sms.text, sms.kind)

    def take_and_hang(self, sms: Sms) -> Exception:
        """Send the text and time out."""
        self.take(sms)
        return TimeoutError()

    def kinds(self) -> list[str]:
        return [sms.kind for sms in self.sent]


def scripted(world: World, *script: Any, price_li: int = 55) -> Scripted:
    """Send every SMS through the scripted provider `east` from now on."""
    sender = Scripted(world, *script)
    use_providers(
        world,
        WeightedProvider(
            name="east", sender=sender, weight=1, price_li=price_li
        ),
    )
    return sender


def signed(
    world: World, raw: bytes, key: bytes = KEY, **spoilt: str
) -> dict[str, str]:
    stamp = spoilt.pop("timestamp", str(int(world.clock.now().timestamp())))
    nonce = spoilt.pop("nonce", "nonce-0001")
    return {
        "X_Timestamp": stamp,
        "X_Nonce": nonce,
        "X_Signature": sign(key, stamp, nonce, raw),
    } | spoilt


def webhook(
    world: World,
    body: Any,
    provider: str = "east",
    key: bytes = KEY,
    **spoilt: str,
) -> Answer:
    raw = json.dumps(body, ensure_ascii=False).encode()
    return Phone().call(
        "POST",
        f"/v1/webhooks/sms/{provider}",
        raw=raw,
        **signed(world, raw, key, **spoilt),
    )


def report(
    world: World, *ids: str, status: str = "delivered", **more: Any
) -> Answer:
    return webhook(
        world, {"reports": [{"id": id, "status": status} for id in ids]}, **more
    )


def reply(
    world: World, phone: str, text: str, id: str = "", **more: Any
) -> Answer:
    id = id or f"r{next(world.numbers)}"
    answer = webhook(
        world, {"replies": [{"id": id, "phone": phone, "text": text}]}, **more
    )
    assert answer.status == 204, answer.text
    return answer


# results


def numbers(
    world: World, phone: str, kind: str | None = None
) -> tuple[str, str]:
    """Return the numbers for yes and no in the latest question at a phone.

    A question of the night may be in one message with others.
    """
    for letter in world.sms_to(phone):
        if kind and letter.kind not in (kind, "reminders.morning"):
            continue
        found = re.findall(r"(?:回复|Reply )(\d+)", letter.text)
        if found:
            yes = found[0]
            return yes, str(int(yes) + 1)
    raise AssertionError(f"{phone} was asked nothing")


def waiting(world: World, place: str = "") -> list[dict[str, Any]]:
    """Return the replies that wait for staff, soonest due first."""
    answer = world.phone_of(world.admin).get(
        f"/v1/admin/queue?place={place or STREET}&limit=100"
    )
    assert answer.status == 200, answer.text
    return [
        item for item in answer.json["items"] if item["kind"] == "message.reply"
    ]


def messages(
    world: World, person_id: str, kind: str | None = None
) -> list[dict[str, Any]]:
    """Return the messages to a person, as staff see them, newest first."""
    answer = world.phone_of(world.admin).get(
        f"/v1/messages?person={person_id}&limit=100"
    )
    assert answer.status == 200, answer.text
    return [
        item for item in answer.json["items"] if kind in (None, item["kind"])
    ]


def state_of(world: World, person_id: str, kind: str) -> str:
    return str(messages(world, person_id, kind)[0]["state"])


def lines() -> list[MessageAttempt]:
    """Return all attempts of the message log, oldest first."""
    attempts = scan(MessageAttempt, SK == "delivery")
    return sorted(attempts, key=lambda attempt: (attempt.at, attempt.id))


def visits(world: World, place: str = GRID) -> list[dict[str, Any]]:
    """Return the visits that a grid worker has to make."""
    answer = world.staff(place, Role.GRID_WORKER).get(
        f"/v1/admin/queue?place={place}&limit=100"
    )
    assert answer.status == 200, answer.text
    return [
        item for item in answer.json["items"] if item["kind"] == "message.visit"
    ]


def consents(world: World, phone: Phone) -> list[tuple[str, bool]]:
    return [
        (line["purpose"], line["given"])
        for line in phone.get("/v1/me/consents").json["items"]
    ]


def state_of_wish(world: World, wish_id: str) -> str:
    return str(
        world.phone_of(world.admin).get(f"/v1/wishes/{wish_id}").json["state"]
    )


# questions


def delivered(
    world: World, resident: Phone, helper: Phone | None = None, **fields: Any
) -> str:
    """Return a delivered wish; its resident is asked to confirm."""
    helper = helper or world.volunteer()
    wish_id = world.open_wish(resident, **fields)
    assert helper.post(f"/v1/wishes/{wish_id}/claim").status == 200
    assert (
        helper.post(f"/v1/wishes/{wish_id}/deliver", {}).json["state"]
        == "delivered"
    )
    return wish_id


def expiring(world: World, resident: Phone) -> str:
    """Return an expiring wish; its resident is asked whether to keep it."""
    wish_id = world.open_wish(resident, needed_by="2026-11-25")
    world.pass_time(days=3, hours=9)
    assert world.sms_to(resident.me["phone"], "wish.expiring")
    return wish_id
