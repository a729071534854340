"""Messages as tests send them, and what tests put in the place of providers and templates."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.adapters.choice import Provider, Providers
from chalicelib.kernel.audiences import parse_audience
from chalicelib.kernel.job import Send
from chalicelib.kernel.message_context import MessageContext
from chalicelib.kernel.template import Template, Urgency

from ..world import START, World

__all__ = ["a_send", "notify", "use_providers", "use_templates", "wait_for_digest"]


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
        id=id, message_kind=kind, subject=about, audience=parse_audience(to), **fields
    )


def notify(
    world: World,
    send: Send,
    facts: Mapping[str, object] | None,
    due_at: datetime = START,
) -> None:
    """Send a message that is filled with these facts, or is no longer true."""
    context = None if facts is None else MessageContext(facts=facts)
    world.services.notifier.notify(send, due_at, context)


def use_templates(world: World, templates: Mapping[str, Template]) -> None:
    """Add templates, or put them in the place of others."""
    services = world.services
    services.notifier._templates = {**services.notifier._templates, **templates}
    services.digest._templates = services.notifier._templates


def wait_for_digest(world: World, kind: str = "wish.approved") -> None:
    """Let a kind of message wait for the digest."""
    template = world.services.notifier._templates[kind]
    use_templates(world, {kind: replace(template, urgency=Urgency.LOW)})


def use_providers(world: World, *providers: Provider) -> None:
    """Send by these SMS providers from now on."""
    world.services.transport._sms = Providers(providers)
