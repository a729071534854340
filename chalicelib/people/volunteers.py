"""Decisions about volunteers: ask staff to vet them, vet, warn, pause and lift. Pure."""

from dataclasses import replace
from datetime import datetime

from ..kernel.audiences import OnePerson
from ..kernel.changes import Changes, Message, TimelineEvent
from . import policy
from .model import Person
from .vetting import Vetting, VettingMethod, VettingRecord

__all__ = [
    "ask_for_vetting",
    "begin_message",
    "is_relevant",
    "next_step",
    "note_own_change",
    "notify_volunteer",
    "on_timer",
    "pause_claims",
    "set_limits",
    "vet",
]


def notify_volunteer(person: Person, kind: str) -> Message:
    """Return a message of a kind to a volunteer about themself."""
    audience = OnePerson(person.id)
    return Message(kind=kind, audience=audience, subject=person.id)


def ask_for_vetting(person: Person, now: datetime) -> Person:
    """Ask staff to look at a person; an earlier deadline stays."""
    return replace(person, vet_by=person.vet_by or now + policy.VET_WITHIN)


def note_own_change(before: Person, after: Person, now: datetime) -> Person:
    """Return a person after they have changed their own account.

    With another name or home, a vetted person is not the one that staff have seen.
    """
    same = (before.name, before.home) == (after.name, after.home)
    vetted = after.vetted
    if same or vetted is None or vetted.level is Vetting.NONE:
        return after
    changed = replace(after, vetted=replace(vetted, changed_at=now))
    return ask_for_vetting(changed, now) if after.is_volunteer else changed


def next_step(before: Person, after: Person) -> tuple[Message, ...]:
    """Return the message to a volunteer when a look of staff has just become due."""
    if after.vet_by is None or before.vet_by is not None:
        return ()
    if after.vetting is Vetting.NONE:
        return (notify_volunteer(after, "volunteer.asked"),)
    return (notify_volunteer(after, "volunteer.looked_at_again"),)


def vet(
    person: Person,
    level: Vetting,
    how: VettingMethod | None,
    expires_at: datetime | None,
    *,
    by: str,
    now: datetime,
) -> Person:
    """Return a person with a vetting. Unless it withdraws the vetting, it also lifts a pause."""
    if level is Vetting.NONE:
        record = VettingRecord(level=level, by=by, at=now)
        return replace(person, vetted=record, vet_by=None)
    record = VettingRecord(
        level=level,
        how=how,
        expires_at=expires_at or now + policy.VETTING_LASTS,
        by=by,
        at=now,
    )
    return _lifted(replace(person, vetted=record, vet_by=None), now)


def begin_message(
    before: Person, after: Person, now: datetime
) -> tuple[Message, ...]:
    """Return the message to a volunteer who may claim from now on."""
    begins = after.may_claim(now) and not before.may_claim(now)
    if not begins or not after.is_volunteer:
        return ()
    return (notify_volunteer(after, "volunteer.vetted"),)


def set_limits(person: Person, homes: int | None, now: datetime) -> Person:
    """Return a person with the number of homes that staff allow; lifts a pause."""
    return _lifted(replace(person, homes_7_days=homes), now)


def _lifted(person: Person, now: datetime) -> Person:
    if person.claims_paused_at is None:
        return person
    return replace(person, claims_paused_at=None, claims_lifted_at=now)


def pause_claims(person: Person, now: datetime) -> Changes[Person]:
    """Pause the claims of a volunteer until staff lift it."""
    if person.claims_paused_at:
        return Changes(entity=person, previous=person)
    event = TimelineEvent(
        tag="person.claims_paused", actor="system", party="system"
    )
    return Changes(
        entity=replace(person, claims_paused_at=now),
        previous=person,
        events=(event,),
        messages=(notify_volunteer(person, "volunteer.claims_paused"),),
    )


def on_timer(person: Person, now: datetime) -> Changes[Person]:
    """Warn a volunteer and staff that a vetting expires. The spent timer is dropped."""
    spent = replace(person, timer=None)
    due_at = person.deadlines().get("vetting_expires")
    vetted = person.vetted
    if vetted is None or due_at is None or now < due_at:
        return Changes(entity=spent, previous=person, bump_version=False)
    return Changes(
        entity=replace(spent, vet_by=vetted.expires_at),
        previous=person,
        messages=(notify_volunteer(person, "volunteer.vetting_expires"),),
    )


def is_relevant(person: Person, kind: str, now: datetime) -> bool:
    """Say whether a message about a volunteer's vetting is relevant now."""
    waits = person.vet_by is not None
    relevant = {
        "volunteer.asked": waits and person.vetting is Vetting.NONE,
        "volunteer.vetted": person.may_claim(now),
        "volunteer.vetting_expires": waits,
        "volunteer.looked_at_again": waits and not person.may_claim(now),
        "volunteer.claims_paused": person.claims_paused_at is not None,
    }
    return person.is_volunteer and relevant[kind]
