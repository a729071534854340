"""Residents whose messages are held for a digest, and the digests that they get."""

from ..replies.builders import lines
from ..world import Phone, World
from .builders import local_time, wait_for_digest

DIGEST = "reminders.digest"


def rung(world: World, phone: Phone, kind: str | None = DIGEST) -> list[str]:
    """Return when a phone rang, in local time, oldest first."""
    newest_first = world.sms_to(phone.me["phone"], kind)
    return [local_time(letter.sent_at) for letter in newest_first[::-1]]


def digests(world: World, phone: Phone) -> list[str]:
    return [letter.text for letter in world.sms_to(phone.me["phone"], DIGEST)]


def held(world: World, resident: Phone, *titles: str) -> list[str]:
    """Approve wishes of a resident; their messages are held for the digest."""
    wait_for_digest(world)
    ids = []
    for title in titles:
        ids.append(world.open_wish(resident, title=title))
        world.pass_time(seconds=10)
    assert world.sms_to(resident.me["phone"]) == []
    return ids


def states(phone: Phone, kind: str = "wish.approved") -> list[str]:
    """Return the states and reasons of a resident's attempts, sorted."""
    found = []
    for line in lines():
        if line.person == phone.me["id"] and line.kind == kind:
            found.append(f"{line.state} {line.reason}".strip())
    return sorted(found)
