"""The table of the message log: one row for each message and address.

A row is claimed by condition before an attempt.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..kernel.clock import to_text
from ..kernel.paging import Page, Position, every
from ..store.indexes import index
from ..store.projections import put_if
from ..store.repository import Repository
from ..store.table import PK, Key, Table
from .model import (
    Channel,
    DeliveryState,
    FurtherRecipient,
    MessageAttempt,
    PhoneQuestion,
    PhoneQuota,
)
from .waiting_tasks import VISIT_TASK, visit_tasks

__all__ = [
    "ATTEMPT",
    "FURTHER_RECIPIENT",
    "QUESTION",
    "QUOTA",
    "MessageRepository",
]

_KEYS_AT_ONCE = 1000  # ids only: far less than a megabyte
# PK the attempt; SK `delivery`, `for#<person>`. A phone: PK its hash, SK
# `question#<family>` or `quota`.
_MESSAGES = Table(
    "messages",
    indexes=(
        # The messages to a person, by instant and channel.
        # Keys only: a settled attempt is not written here again.
        index("by_person", hash_key="told", range_key="told_order"),
    ),
)


@dataclass(frozen=True, slots=True)
class _InboxKey:
    pk: str
    told_order: str

    @property
    def was_sent(self) -> bool:
        return self.has_channel(Channel.SMS) or self.has_channel(Channel.EMAIL)

    def has_channel(self, channel: Channel) -> bool:
        return f"#{channel}#" in self.told_order


def _inbox_keys(
    person: str, at: datetime, channel: Channel, id: str
) -> dict[str, str]:
    if not person.startswith("per_"):
        return {}
    return {"told": person, "told_order": f"{to_text(at)}#{channel}#{id}"}


def _keys(attempt: MessageAttempt) -> dict[str, str]:
    inbox = _inbox_keys(attempt.person, attempt.at, attempt.channel, attempt.id)
    return {"pk": attempt.id, "sk": "delivery", **inbox}


def _further_keys(further: FurtherRecipient) -> dict[str, str]:
    inbox = _inbox_keys(
        further.person, further.at, further.channel, further.delivery
    )
    return {"pk": further.delivery, "sk": f"for#{further.person}", **inbox}


def _question_keys(question: PhoneQuestion) -> dict[str, str]:
    return {"pk": question.id, "sk": f"question#{question.family}"}


def _quota_keys(quota: PhoneQuota) -> dict[str, str]:
    return {"pk": quota.id, "sk": "quota"}


ATTEMPT = _MESSAGES.row(MessageAttempt, keys=_keys).with_tasks(
    VISIT_TASK, derive=visit_tasks, sk="delivery"
)
FURTHER_RECIPIENT = _MESSAGES.row(FurtherRecipient, keys=_further_keys)
QUESTION = _MESSAGES.row(PhoneQuestion, keys=_question_keys)
QUOTA = _MESSAGES.row(PhoneQuota, keys=_quota_keys)
_KEY = ATTEMPT.view(Key)
_INBOX_KEY = ATTEMPT.view(_InboxKey)


def _unchanged(name: str, before: MessageAttempt) -> Any:
    """Return the condition that an attribute is as it was read; an empty one is not stored."""
    attribute = ATTEMPT.attribute(name)
    value = getattr(before, name)
    if not value:
        return attribute.does_not_exist()
    return attribute == value


class MessageRepository(Repository):
    """Reads and claims attempts, and the questions that were asked by SMS."""

    rows = (ATTEMPT, FURTHER_RECIPIENT, QUESTION, QUOTA)

    def claim(self, attempt: MessageAttempt) -> bool:
        """Write an attempt that must not be there yet: it will be sent, or was suppressed."""
        return put_if(self._store, attempt, PK.does_not_exist())

    def reclaim(self, attempt: MessageAttempt, before: MessageAttempt) -> bool:
        """Replace an attempt that must be as it was read."""
        condition = ATTEMPT.attribute("state") == before.state
        for name in ("attempt", "owner", "visited_by"):
            condition &= _unchanged(name, before)
        return put_if(self._store, attempt, condition, before)

    def settle(self, attempt: MessageAttempt) -> bool:
        """Write how an attempt ended; False if another has begun, or a report has settled it.

        The attempt is still claimed, or its outcome is unknown by now, which wants a visit.
        """
        same_owner = ATTEMPT.attribute("owner") == attempt.owner
        for state in (DeliveryState.CLAIMED, DeliveryState.UNKNOWN):
            before = replace(attempt, state=state)
            same_state = ATTEMPT.attribute("state") == state
            if put_if(self._store, attempt, same_owner & same_state, before):
                return True
        return False

    def find_attempt(self, id: str) -> MessageAttempt | None:
        """Read an attempt."""
        return self._store.get(ATTEMPT, id, "delivery")

    def find_attempts(self, ids: Sequence[str]) -> list[MessageAttempt]:
        """Read several attempts, a hundred in a request."""
        keys = [(id, "delivery") for id in dict.fromkeys(ids)]
        return self._store.get_many(ATTEMPT, keys)

    def add_recipient(self, further: FurtherRecipient) -> None:
        """Put an attempt into the inbox of a further person."""
        self._store.put(further)

    def messages_to(
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
        return Page(
            self.find_attempts([key.pk for key in keys.items]), keys.next
        )

    def messages_between(
        self,
        person: str,
        since: datetime,
        until: datetime,
        start: Position | None,
        limit: int,
    ) -> Page[MessageAttempt]:
        """Read the messages to a person of a span without its end, oldest first."""
        order = ATTEMPT.attribute("told_order")
        keys = self._store.page(
            _KEY,
            person,
            index="by_person",
            keys=order.between(to_text(since), to_text(until)),
            start=start,
            limit=limit,
        )
        return Page(
            self.find_attempts([key.pk for key in keys.items]), keys.next
        )

    def count_sent(self, person: str, since: datetime, limit: int) -> int:
        """Return the number of messages sent to a person since an instant, up to about `limit`.

        One request, eventually consistent.
        """
        after = ATTEMPT.attribute("told_order") >= to_text(since)
        page = self._store.page(
            _INBOX_KEY, person, index="by_person", keys=after, limit=3 * limit
        )
        return sum(key.was_sent for key in page.items)

    def held_attempts_of(
        self, person: str, channel: Channel, since: datetime
    ) -> list[MessageAttempt]:
        """Read the attempts that were held for a person's digest or bundle, oldest first."""
        after = ATTEMPT.attribute("told_order") >= to_text(since)

        def read(start: Position | None) -> Page[_InboxKey]:
            return self._store.page(
                _INBOX_KEY,
                person,
                index="by_person",
                keys=after,
                start=start,
                limit=_KEYS_AT_ONCE,
            )

        held = [key.pk for key in every(read) if key.has_channel(channel)]
        return self.find_attempts(held)

    def find_question(self, phone: str, family: str) -> PhoneQuestion | None:
        """Read the questions of a family at a phone (by its keyed hash)."""
        return self._store.get(QUESTION, phone, f"question#{family}")

    def keep_question(
        self, question: PhoneQuestion, before: PhoneQuestion | None
    ) -> bool:
        """Write a question in place of the one before; False if that is not the latest."""
        condition = PK.does_not_exist()
        if before:
            condition = QUESTION.attribute("version") == before.version
        return self._store.put_if(question, condition)

    def find_quota(self, phone: str) -> PhoneQuota | None:
        """Read the quota of a phone of staff (by its keyed hash)."""
        return self._store.get(QUOTA, phone, "quota")

    def keep_quota(self, quota: PhoneQuota, before: PhoneQuota | None) -> bool:
        """Write a quota in place of the one before; False if that is not the latest."""
        condition = PK.does_not_exist()
        if before:
            condition = QUOTA.attribute("version") == before.version
        return self._store.put_if(quota, condition)

    def read_spent(self, subject: str, name: str) -> int:
        """Read the sum of a counter (厘)."""
        return self._counters.read(subject, name)

    def sum_spent(self, keys: Sequence[tuple[str, str]]) -> int:
        """Read counters and return their sum (厘)."""
        return self._counters.sum_of(keys)

    def add_spent(
        self, subject: str, name: str, li: int, ttl: datetime
    ) -> None:
        """Add to the sum of a counter (厘).

        A failure is ignored. A sum that is a little short is better than a message that is sent
        again because of it.
        """
        self._counters.try_add(subject, name, li, ttl)
