"""The relations of a person that end with a change of their record. Pure."""

from collections.abc import Iterator, Sequence

from ..kernel.ended_relations import EndedRelation, RelationKind, ended_event
from ..kernel.job import Event
from .model import Person, Vetting

__all__ = ["ended_relations", "events_of_change"]

K = RelationKind


def ended_relations(before: Person, after: Person) -> tuple[EndedRelation, ...]:
    """Return the relations that a person had before a change and has no more."""
    return (
        *_ended_account(before, after),
        *_ended_service(before, after),
        *_ended_bonds(before, after),
    )


def events_of_change(before: Person, after: Person) -> Sequence[Event]:
    """Return the events of a change of a person: relations that end, and another home.

    They hold ids only: where the person lives now is read later.
    """
    events = ended_event(after.id, ended_relations(before, after))
    before_home = (before.home, before.address)
    if after.erased_at or before_home == (after.home, after.address):
        return events
    return (*events, Event(id="", tag="person.moved", subject=after.id))


def _ended_account(before: Person, after: Person) -> Iterator[EndedRelation]:
    if after.blocked and not before.blocked:
        yield EndedRelation(K.BLOCKED)
    if after.has_left and not before.has_left:
        yield EndedRelation(K.TERMS)
    if after.erased_at and not before.erased_at:
        yield EndedRelation(K.ERASED)


def _ended_service(before: Person, after: Person) -> Iterator[EndedRelation]:
    for grant in before.grants:
        if grant not in after.grants:
            yield EndedRelation(K.ROLE, f"{grant.role.value}@{grant.place}")
    none = Vetting.NONE
    if after.vetting is none and before.vetting is not none:
        yield EndedRelation(K.VETTING)


def _ended_bonds(before: Person, after: Person) -> Iterator[EndedRelation]:
    if before.contact and before.contact != after.contact:
        yield EndedRelation(K.CONTACT, before.contact)
    if before.household and before.household != after.household:
        yield EndedRelation(K.HOUSEHOLD)
