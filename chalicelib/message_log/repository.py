"""How the message log is stored: one line for each message and address.

A line is claimed by condition before an attempt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..kernel.clock import to_text
from ..kernel.paging import Page, Position, every
from ..kernel.place import PlaceKind, community_of, covers, kind_of, street_of
from ..store.repository import Repository
from ..store.table import PK, Key, Table, behind, index
from .model import (
    Channel,
    DeliveryState,
    FurtherRecipient,
    MessageAttempt,
    PendingVisit,
    PhoneQuestion,
)

__all__ = ["ATTEMPT", "FURTHER_RECIPIENT", "QUESTION", "MessageRepository"]

NOWHERE = "-"  # the list of those who belong to no place

# Ids and kinds, no text: with them a page of visits is shown without reading its attempts.
_IN_A_QUEUE = ("id", "kind", "about", "params", "person", "others", "place", "order")
# PK the attempt; SK `delivery`, `for#<person>`. A question: PK the phone's hash, SK `question`.
_MESSAGES = Table(
    "messages",
    indexes=(
        # The messages to a person, by instant and channel.
        # Keys only: a settled line is not written here again.
        index("by_person", hash_key="told", range_key="told_order"),
        # The visits that staff have to make, by street and by community, as a queue shows them. Sparse.
        index("by_visit", hash_key="visit_in", range_key="order", include=_IN_A_QUEUE),
        index(
            "by_visit_community",
            hash_key="visit_community",
            range_key="order",
            include=_IN_A_QUEUE,
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class _Order:
    pk: str
    told_order: str


def _told(person: str, at: datetime, channel: Channel, id: str) -> dict[str, str]:
    if not person.startswith("per_"):
        return {}
    return {"told": person, "told_order": f"{to_text(at)}#{channel}#{id}"}


def _keys(line: MessageAttempt) -> dict[str, str]:
    told = _told(line.person, line.at, line.channel, line.id)
    keys = {"pk": line.id, "sk": "delivery", **told}
    if line.wants_visit:
        keys["visit_in"] = street_of(line.place) if line.place else NOWHERE
        keys["visit_community"] = community_of(line.place) if line.place else NOWHERE
        keys["order"] = f"{to_text(line.at)}#{line.id}"
    return keys


def _further_keys(further: FurtherRecipient) -> dict[str, str]:
    told = _told(further.person, further.at, further.channel, further.delivery)
    return {"pk": further.delivery, "sk": f"for#{further.person}", **told}


ATTEMPT = _MESSAGES.row(MessageAttempt, keys=_keys)
FURTHER_RECIPIENT = _MESSAGES.row(FurtherRecipient, keys=_further_keys)
QUESTION = _MESSAGES.row(
    PhoneQuestion, keys=lambda question: {"pk": question.id, "sk": "question"}
)
_KEY, _ORDER, _VISIT = (
    ATTEMPT.view(Key),
    ATTEMPT.view(_Order),
    ATTEMPT.view(PendingVisit),
)


def _was_sent(told_order: str) -> bool:
    return f"#{Channel.SMS}#" in told_order or f"#{Channel.EMAIL}#" in told_order


def _same(name: str, before: MessageAttempt) -> Any:
    """Return the condition that an attribute is as it was read; an empty one is not in the row."""
    attribute, value = ATTEMPT.attribute(name), getattr(before, name)
    return attribute == value if value else attribute.does_not_exist()


class MessageRepository(Repository):
    """Reads and claims attempts, and the questions that were asked by SMS."""

    rows = (ATTEMPT, FURTHER_RECIPIENT, QUESTION)

    def claim(self, line: MessageAttempt) -> bool:
        """Write a line that must not be there yet: the intent to send, or why there is none."""
        return self._store.put_if(line, PK.does_not_exist())

    def reclaim(self, line: MessageAttempt, before: MessageAttempt) -> bool:
        """Write a line in the place of one that must be as it was read."""
        state = ATTEMPT.attribute("state") == before.state
        attempt, owner = _same("attempt", before), _same("owner", before)
        return self._store.put_if(
            line, state & attempt & owner & _same("visited_by", before)
        )

    def settle(self, line: MessageAttempt) -> bool:
        """Write how an attempt ended; False if another has begun, or a report has settled it."""
        state = ATTEMPT.attribute("state")
        unsettled = (state == DeliveryState.CLAIMED) | (state == DeliveryState.UNKNOWN)
        return self._store.put_if(
            line, (ATTEMPT.attribute("owner") == line.owner) & unsettled
        )

    def find_attempt(self, id: str) -> MessageAttempt | None:
        """Read a line of the log."""
        return self._store.get(ATTEMPT, id, "delivery")

    def find_attempts(self, ids: Sequence[str]) -> list[MessageAttempt]:
        """Read several lines, a hundred in a request."""
        return self._store.get_many(
            ATTEMPT, [(id, "delivery") for id in dict.fromkeys(ids)]
        )

    def add_recipient(self, further: FurtherRecipient) -> None:
        """Put a line into the inbox of a further person."""
        self._store.put(further)

    def told_to(
        self, person: str, start: Position | None, limit: int
    ) -> Page[MessageAttempt]:
        """Read the messages to a person, sent or not, newest first."""
        keys = self._store.page(
            _KEY,
            person,
            index="by_person",
            start=start,
            limit=limit,
            newest_first=True,
        )
        return Page(self.find_attempts([key.pk for key in keys.items]), keys.next)

    def count_sent(self, person: str, since: datetime, limit: int) -> int:
        """Return how many messages went to a person since an instant, up to about `limit`.

        One request, eventually consistent.
        """
        after = ATTEMPT.attribute("told_order") >= to_text(since)
        found = self._store.page(
            _ORDER, person, index="by_person", keys=after, limit=3 * limit
        )
        return sum(_was_sent(key.told_order) for key in found.items)

    def in_digests_of(self, person: str, since: datetime) -> list[MessageAttempt]:
        """Read the lines of a person that were held for a digest since an instant, oldest first."""
        after = ATTEMPT.attribute("told_order") >= to_text(since)

        def read(start: Position | None) -> Page[_Order]:
            return self._store.page(
                _ORDER,
                person,
                index="by_person",
                keys=after,
                start=start,
                limit=100,
            )

        held = [
            key.pk for key in every(read) if f"#{Channel.DIGEST}#" in key.told_order
        ]
        return self.find_attempts(held)

    def to_visit(self, place: str, after: str, limit: int) -> Page[PendingVisit]:
        """Read the visits to be made at a place and below, longest waiting first.

        An empty place reads visits to people of no known place.
        """
        whole_street = not place or kind_of(place) is PlaceKind.STREET
        return self._store.page(
            _VISIT,
            (place if whole_street else community_of(place)) or NOWHERE,
            index="by_visit" if whole_street else "by_visit_community",
            keys=behind(ATTEMPT.attribute("order"), after),
            limit=limit,
            wanted=lambda waiting: covers(place, waiting.place) if place else True,
            read_at_most=2000,
        )

    def find_question(self, phone: str) -> PhoneQuestion | None:
        """Read the latest question asked of a phone (by its keyed hash)."""
        return self._store.get(QUESTION, phone, "question")

    def keep_question(
        self, question: PhoneQuestion, before: PhoneQuestion | None
    ) -> bool:
        """Write a question in place of the one before; False if that is not the latest."""
        condition = PK.does_not_exist()
        if before:
            condition = QUESTION.attribute("version") == before.version
        return self._store.put_if(question, condition)

    def read_spent(self, subject: str, name: str) -> int:
        """Read what was spent (厘)."""
        return self._counters.read(subject, name)

    def add_spent(self, subject: str, name: str, li: int, ttl: datetime) -> None:
        """Add to what was spent.

        A sum that is a little short is better than a message that comes again because of it.
        """
        self._counters.try_add(subject, name, li, ttl)
