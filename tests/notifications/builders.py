"""Messages that tests send, and replacements of providers and templates."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.adapters.choice import Providers, WeightedProvider
from chalicelib.adapters.ports import Sms
from chalicelib.kernel.audiences import parse_audience
from chalicelib.kernel.job import Send
from chalicelib.kernel.message_context import MessageContext
from chalicelib.kernel.template import Template, Urgency
from chalicelib.message_log.model import MessageAttempt

from ..store.scan import SK, scan
from ..world import START, Phone, World

__all__ = [
    "MAIL",
    "ScriptedGateway",
    "a_send",
    "awake",
    "instant",
    "lines",
    "local_time",
    "notify",
    "over",
    "prove_mail",
    "until",
    "use_providers",
    "use_templates",
    "wait_for_digest",
    "with_mail",
]

MAIL = "xiuying@example.com"


def a_send(
    id: str = "due_1",
    to: str = "",
    kind: str = "wish.approved",
    about: str = "wsh_a",
    **fields: Any,
) -> Send:
    """Return the job of a message; `to` is an audience as it is stored."""
    fields = {"message_id": id} | fields
    return Send(
        id=id,
        message_kind=kind,
        subject=about,
        audience=parse_audience(to),
        **fields,
    )


def notify(
    world: World,
    send: Send,
    facts: Mapping[str, object] | None,
    due_at: datetime = START,
) -> None:
    """Send a message with these facts. With None the message is no longer true."""
    context = None if facts is None else MessageContext(facts=facts)
    world.services.notifier.notify(send, due_at, context)


def use_templates(world: World, templates: Mapping[str, Template]) -> None:
    """Add or replace templates."""
    services = world.services
    services.notifier._templates = {**services.notifier._templates, **templates}
    services.digest._templates = services.notifier._templates
    services.digest._texts._templates = services.notifier._templates


def wait_for_digest(world: World, kind: str = "wish.approved") -> None:
    """Let a kind of message wait for the digest."""
    template = world.services.notifier._templates[kind]
    use_templates(world, {kind: replace(template, urgency=Urgency.LOW)})


def use_providers(world: World, *providers: WeightedProvider) -> None:
    """Send by these SMS providers from now on."""
    world.services.transport._sms = Providers(providers)


def lines() -> list[MessageAttempt]:
    return scan(MessageAttempt, SK == "delivery")


def with_mail(world: World, **fields) -> Phone:
    """Return a resident with a verified e-mail address."""
    phone = world.resident(**fields)
    prove_mail(world, phone)
    return phone


def prove_mail(world: World, phone: Phone) -> None:
    """Give somebody a verified e-mail address."""
    phone.post("/v1/me/email", {"address": MAIL})
    code = "".join(c for c in world.mailbox.read(MAIL)[0].text if c.isdigit())[
        :6
    ]
    assert phone.post("/v1/me/email/verify", {"code": code}).status == 200


class ScriptedGateway:
    """A provider that raises the errors of its script, and then accepts all messages."""

    def __init__(
        self, world: World, *script: Exception, name: str = "east"
    ) -> None:
        self.script = list(script)
        self.name = name
        self.world = world
        self.taken: list[Sms] = []
        self.asked = 0

    def send(self, sms: Sms) -> str:
        self.asked += 1
        if self.script:
            raise self.script.pop(0)
        self.taken.append(sms)
        self.world.mailbox.put(sms.phone, "sms", sms.text, sms.kind)
        return f"ref-{self.asked}"


def over(world: World, *gateways: ScriptedGateway) -> None:
    """Send by these providers from now on, the first one first."""
    weights = [1, *[0] * (len(gateways) - 1)]
    pairs = zip(gateways, weights, strict=True)
    use_providers(
        world,
        *[
            WeightedProvider(name=g.name, sender=g, weight=w, price_li=55)
            for g, w in pairs
        ],
    )


# local time

ZONE = ZoneInfo("Asia/Shanghai")


def instant(clock: str, day: int = 23) -> datetime:
    """Return the instant of a local time in November 2026."""
    local = datetime.fromisoformat(f"2026-11-{day}T{clock}").replace(
        tzinfo=ZONE
    )
    return local.astimezone(UTC)


def local_time(at: datetime) -> str:
    """Return day and local time of an instant: ``23 18:00:00``."""
    return f"{at.astimezone(ZONE):%d %H:%M:%S}"


def until(world: World, clock: str, day: int = 23) -> None:
    """Let time pass until a local time."""
    world.pump.move_to(instant(clock, day))


def awake(world: World, phone: Phone) -> Phone:
    """Return the resident's phone with a fresh token."""
    person = world.services.people.find(phone.me["id"])
    assert person
    return world.phone_of(person)
