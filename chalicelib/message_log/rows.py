"""How the sending ledger lies in the store: one line for each message and address, claimed by condition before an attempt."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError, PynamoDBException
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from ..kernel.clock import to_text
from ..kernel.paging import Page, Position, every
from ..kernel.place import covers, street_of
from ..store.faults import code_of
from ..store.rows import Table, behind, load, load_many, page, row_of
from ..store.tables import Counter
from .model import Channel, DeliveryState, MessageAttempt, Question, Receipt, Waiting

__all__ = [
    "add_receipt",
    "add_spent",
    "claim",
    "count_told",
    "find_deliveries",
    "find_delivery",
    "find_question",
    "in_digests_of",
    "keep_question",
    "read_spent",
    "reclaim",
    "settle",
    "to_visit",
    "told_to",
]

NOWHERE = "-"  # the list of those who belong to no place


class ByPerson(GlobalSecondaryIndex["MessageTable"]):
    """What somebody was told, by instant and channel."""

    class Meta:
        """Keys only: a line that is settled is not written here again."""

        index_name = "by_person"
        projection = KeysOnlyProjection()

    told = UnicodeAttribute(hash_key=True)
    told_order = UnicodeAttribute(range_key=True)


class ByVisit(GlobalSecondaryIndex["MessageTable"]):
    """Whom somebody has to go and tell, by street. Sparse."""

    class Meta:
        """What a queue shows."""

        index_name = "by_visit"
        projection = IncludeProjection(["id", "kind", "place", "order"])

    visit_in = UnicodeAttribute(hash_key=True)
    order = UnicodeAttribute(range_key=True)


class MessageTable(Table):
    """PK the delivery; SK `delivery`, `for#<person>`. A question: PK the phone's hash, SK `question`."""

    class Meta:
        """Name."""

        table_name = "messages"

    told = UnicodeAttribute(null=True)
    told_order = UnicodeAttribute(null=True)
    visit_in = UnicodeAttribute(null=True)
    order = UnicodeAttribute(null=True)
    by_person = ByPerson()
    by_visit = ByVisit()


@dataclass(frozen=True, slots=True)
class _Key:
    pk: str


def _told(person: str, at: datetime, channel: Channel, id: str) -> dict[str, str]:
    return {"told": person, "told_order": f"{to_text(at)}#{channel}#{id}"} if person.startswith("per_") else {}


def _keys(line: MessageAttempt) -> dict[str, str]:
    keys = {"pk": line.id, "sk": "delivery", **_told(line.person, line.at, line.channel, line.id)}
    if line.wants_visit:
        keys |= {"visit_in": street_of(line.place) if line.place else NOWHERE, "order": f"{to_text(line.at)}#{line.id}"}
    return keys


MessageTable.holding(MessageAttempt, _keys)
MessageTable.holding(
    Receipt,
    lambda r: {"pk": r.delivery, "sk": f"for#{r.person}", **_told(r.person, r.at, r.channel, r.delivery)},
)
MessageTable.holding(Question, lambda question: {"pk": question.id, "sk": "question"})
_line = Table.rows[MessageAttempt]


def _write(thing: MessageAttempt | Question, condition: Condition) -> bool:
    """Write a row if the condition holds; say whether it did."""
    try:
        row_of(thing).save(condition=condition)
    except PutError as error:
        if code_of(error) != "ConditionalCheckFailedException":
            raise
        return False
    return True


def claim(line: MessageAttempt) -> bool:
    """Write a line that must not be there yet: the intent to send before the attempt, or why there is none."""
    return _write(line, Table.pk.does_not_exist())


def reclaim(line: MessageAttempt, before: MessageAttempt) -> bool:
    """Write a line in the place of one that must be as it was read."""
    attempt, owner, visited = _same("attempt", before), _same("owner", before), _same("visited_by", before)
    return _write(line, (_line.state == before.state) & attempt & owner & visited)  # type: ignore[attr-defined]


def _same(name: str, before: MessageAttempt) -> Condition:
    """An attribute is as it was read; an empty one is not in the row."""
    attribute, value = getattr(_line, name), getattr(before, name)
    return attribute == value if value else attribute.does_not_exist()  # type: ignore[no-any-return]


def settle(line: MessageAttempt) -> bool:
    """Write how an attempt ended; False if somebody has begun another since, or a report has settled it before."""
    unsettled = (_line.state == DeliveryState.CLAIMED) | (_line.state == DeliveryState.UNKNOWN)  # type: ignore[attr-defined]
    return _write(line, (_line.owner == line.owner) & unsettled)  # type: ignore[attr-defined]


def find_delivery(id: str) -> MessageAttempt | None:
    """Read a line of the ledger."""
    return load(MessageAttempt, id, "delivery")


def find_deliveries(ids: Sequence[str]) -> list[MessageAttempt]:
    """Read several lines in one request."""
    return load_many(MessageAttempt, [(id, "delivery") for id in dict.fromkeys(ids)])


def add_receipt(receipt: Receipt) -> None:
    """Note a further person whom a line tells."""
    row_of(receipt).save()


def told_to(person: str, start: Position | None, limit: int) -> Page[MessageAttempt]:
    """Read what somebody was told, or should have been, newest first."""
    keys = page(_Key, person, index="by_person", start=start, limit=limit, newest_first=True, row_kind=MessageAttempt)
    return Page(find_deliveries([key.pk for key in keys.items]), keys.next)


def count_told(person: str, since: datetime, most: int) -> int:
    """Return how many messages went to somebody since an instant, up to `most`. One request, eventually consistent."""
    order = Table.rows[MessageAttempt].told_order  # type: ignore[attr-defined]
    keys = page(_Order, person, index="by_person", keys=order >= to_text(since), limit=3 * most, row_kind=MessageAttempt)
    return sum(f"#{channel}#" in key.told_order for key in keys.items for channel in (Channel.SMS, Channel.EMAIL))


@dataclass(frozen=True, slots=True)
class _Order:
    pk: str
    told_order: str


def in_digests_of(person: str, since: datetime) -> list[MessageAttempt]:
    """Read the lines of somebody since an instant that were, or still are, held for a digest, oldest first."""
    after = Table.rows[MessageAttempt].told_order >= to_text(since)  # type: ignore[attr-defined]

    def read(start: Position | None) -> Page[_Order]:
        return page(_Order, person, index="by_person", keys=after, start=start, limit=100, row_kind=MessageAttempt)

    return find_deliveries([key.pk for key in every(read) if f"#{Channel.DIGEST}#" in key.told_order])


def to_visit(place: str, after: str, limit: int) -> Page[Waiting]:
    """Read whom somebody has to go and tell at a place and below, longest waiting first, from behind an order on.

    An empty place reads those of whom no place is known.
    """
    return page(
        Waiting,
        street_of(place) if place else NOWHERE,
        index="by_visit",
        keys=behind(_line.order, after),  # type: ignore[attr-defined]
        limit=limit,
        row_kind=MessageAttempt,
        wanted=lambda waiting: covers(place, waiting.place) if place else True,
        read_at_most=2000,
    )


def find_question(phone: str) -> Question | None:
    """Read the latest question asked of a phone (by its keyed hash)."""
    return load(Question, phone, "question")


def keep_question(question: Question, before: Question | None) -> bool:
    """Write a question in the place of the one before; False if that is no longer the latest."""
    row = Table.rows[Question]
    condition = row.version == before.version if before else Table.pk.does_not_exist()  # type: ignore[attr-defined]
    return _write(question, condition)


def read_spent(subject: str, name: str) -> int:
    """Read what was spent (厘)."""
    counter = load(Counter, subject, name)
    return counter.value if counter else 0


def add_spent(subject: str, name: str, li: int, ttl: datetime) -> None:
    """Add to what was spent. A sum that is a little short is better than a message that comes again because of it."""
    row = Table.rows[Counter]
    with suppress(PynamoDBException):
        row_of(Counter(subject=subject, name=name)).update(actions=[row.value.add(li), row.ttl.set(ttl)])  # type: ignore[attr-defined]
