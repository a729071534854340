"""A message about a wish, and its attempts in the message log."""

from chalicelib.message_log.model import DeliveryState

from ..world import World
from .builders import a_send, lines, notify


def send(world: World, to: str, **fields) -> None:
    notify(
        world,
        a_send(to=to, **fields),
        {"title": "一个水壶", "reason": "", "needed_by": ""},
    )


def ledger() -> list[tuple[str, str, DeliveryState]]:
    return sorted(
        (line.person, line.channel, line.state)
        for line in lines()
        if line.person.startswith("per_")
    )


def reasons() -> list[tuple[str, str]]:
    return sorted(
        (line.person, line.reason)
        for line in lines()
        if line.state is DeliveryState.SUPPRESSED
    )


def texts(world: World, address: str) -> list[str]:
    return [
        letter.text
        for letter in world.mailbox.read(address)
        if letter.kind.startswith("wish.")
    ]
