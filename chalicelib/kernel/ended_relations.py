"""Relations of a person that have ended, as the features read them. Pure.

`people` finds them in every commit of a person. The commit writes one event job with their kinds
and the ids of what was lost, never personal data.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .job import Event
from .paging import Position

__all__ = [
    "ACCOUNT_ENDED",
    "DUTY_ENDED",
    "PERSON_ERASED",
    "RELATION_ENDED",
    "SERVICE_ENDED",
    "EndedRelation",
    "EndedRelations",
    "RelationKind",
    "ended_event",
]

PERSON_ERASED = "person.erased"
RELATION_ENDED = "person.relation_ended"


class RelationKind(StrEnum):
    """The relations of a person that can end."""

    BLOCKED = "blocked"
    TERMS = "terms"  # withdrawn
    ERASED = "erased"
    ROLE = "role"  # taken
    VETTING = "vetting"  # withdrawn by staff
    CONTACT = "contact"  # another person is no longer their contact
    HOUSEHOLD = "household"  # left or changed


# With one of these a person has no account any more: not to act, and not to be asked.
ACCOUNT_ENDED = frozenset(
    {RelationKind.BLOCKED, RelationKind.TERMS, RelationKind.ERASED}
)
# With one of these a person is no longer on duty. Staff are bound by their appointment, not by the
# terms.
DUTY_ENDED = frozenset(
    {RelationKind.BLOCKED, RelationKind.ERASED, RelationKind.ROLE}
)
# With one of these a person no longer helps as a volunteer.
SERVICE_ENDED = ACCOUNT_ENDED | {RelationKind.ROLE, RelationKind.VETTING}


@dataclass(frozen=True, slots=True)
class EndedRelation:
    """One relation that has ended. `what` is the id of what was lost, such as the contact."""

    kind: RelationKind
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRelations:
    """The relations of one person that ended in one commit. `cursor` is that of the job."""

    person_id: str
    ended: tuple[EndedRelation, ...]
    cursor: Position | None = None

    @classmethod
    def of(cls, event: Event) -> "EndedRelations":
        """Return the ended relations of an event job."""
        texts = event.params["ended"].split()
        ended = tuple(_parsed(text) for text in texts)
        return cls(person_id=event.subject, ended=ended, cursor=event.cursor)

    @property
    def kinds(self) -> frozenset[RelationKind]:
        """Return the kinds of the relations."""
        return frozenset(one.kind for one in self.ended)

    def lost(self, kind: RelationKind) -> frozenset[str]:
        """Return the ids of what was lost by relations of a kind."""
        return frozenset(one.what for one in self.ended if one.kind is kind)


def ended_event(
    person_id: str, ended: Iterable[EndedRelation]
) -> tuple[Event, ...]:
    """Return the event of ended relations, without an id; nothing where none has ended."""
    texts = [f"{one.kind}:{one.what}" for one in ended]
    if not texts:
        return ()
    params = {"ended": " ".join(texts)}
    return (Event(id="", tag=RELATION_ENDED, subject=person_id, params=params),)


def _parsed(text: str) -> EndedRelation:
    kind, _, what = text.partition(":")
    return EndedRelation(RelationKind(kind), what)
