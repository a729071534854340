"""Another phone for somebody, as it is after a change."""

from dataclasses import replace

from ..store.scan import save
from ..world import Phone, World


def give_another_phone(world: World, phone: Phone) -> None:
    """Note that somebody has had their phone for a moment only."""
    person = world.services.people.find(phone.me["id"])
    save(replace(person, phone_since=world.clock.now()))
