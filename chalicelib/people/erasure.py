"""The erasure of a person, and the little that stays sealed for a time. Used in commits."""

from collections.abc import Callable, Sequence
from datetime import datetime

from ..kernel.changes import Changes, Entity, Put, TimelineEvent, Write
from ..kernel.clock import Clock
from ..kernel.hooks import Hooks
from ..kernel.place import community_of
from .model import Person
from .moves import erase
from .phones import Phones
from .policy import SEALED_FOR
from .records import PhoneMark, SealedRecord, ShownHome

__all__ = ["Erasure"]


class Erasure:
    """Decides on the erasure of a person. The caller has authorized."""

    def __init__(
        self,
        *,
        clock: Clock,
        phones: Phones,
        homes_shown: Callable[[str], list[ShownHome]],
        hooks: Hooks,
    ) -> None:
        self._clock, self._phones = clock, phones
        self._homes_shown, self._hooks = homes_shown, hooks

    def erased(
        self,
        person: Person,
        *,
        actor: str,
        party: str,
        writes: Sequence[Write] = (),
        related: Sequence[Changes[Entity]] = (),
    ) -> Changes[Person]:
        """Return the decision that erases a person. Other features erase theirs on its event.

        Raises:
            Conflict: already erased.

        """
        now = self._clock.now()
        gone = erase(person, now)
        traces = self._hooks.erased_with(person)
        if person.phone:
            traces += self._phones.release(person)
        event = TimelineEvent(tag="person.erased", actor=actor, party=party)
        return Changes(
            entity=gone,
            previous=person,
            writes=(*traces, *self._kept(person, now), *writes),
            events=(event,),
            related=tuple(related),
        )

    def _kept(self, person: Person, now: datetime) -> tuple[Put, ...]:
        """Return the rows that stay sealed: marks of phones, and a record where it is needed.

        A mark has no name and no number. A record is kept of those who were shown a home or serve
        as staff, and of the blocked.
        """
        until = now + SEALED_FOR
        marks = []
        for key in person.phone_keys:
            mark = PhoneMark(
                fingerprint=key,
                person_id=person.id,
                phone_keys=person.phone_keys,
                blocked=person.blocked,
                ttl=until,
            )
            marks.append(Put(row=mark))
        homes = self._homes_shown(person.id)
        if not (homes or person.blocked or person.appointed):
            return tuple(marks)
        record = SealedRecord(
            person_id=person.id,
            name=person.name,
            phone=person.phone,
            phone_keys=person.phone_keys,
            homes=tuple(homes),
            blocked=person.blocked,
            places=_communities(person, homes),
            erased_at=now,
            ttl=until,
        )
        return (*marks, Put(row=record))


def _communities(person: Person, homes: Sequence[ShownHome]) -> tuple[str, ...]:
    """Return the communities whose street may read a sealed record."""
    places = [*person.places, *(home.place for home in homes)]
    return tuple(dict.fromkeys(community_of(place) for place in places))
