"""The jobs that a decision makes due: its messages, its events, and work that it asks for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ..kernel.changes import Changes, Entity, Message
from ..kernel.ids import Ids
from ..kernel.job import Event, Job, ScheduledJob, Send
from .outbox import shard_of

__all__ = ["HAND_OVER_FIRST", "JobScheduler"]

# A row that is due at once is handed over by the request itself; the sweep finds it only if that failed.
HAND_OVER_FIRST = timedelta(seconds=30)


class JobScheduler:
    """Makes scheduled jobs. An event becomes one only if `is_subscribed` says so of its tag."""

    def __init__(
        self, ids: Ids, shards: int, is_subscribed: Callable[[str], bool]
    ) -> None:
        self._ids, self._shards, self._is_subscribed = ids, shards, is_subscribed

    def jobs_of(
        self, entity: Entity, changes: Changes[Entity], now: datetime
    ) -> list[ScheduledJob]:
        """Return the jobs of a decision about an entity; `changes.related` are decisions of their own."""
        jobs = [self._send(message, now) for message in changes.messages]
        for event in changes.events:
            if self._is_subscribed(event.tag):
                job = Event(id=self._ids.new("due"), tag=event.tag, subject=entity.id)
                jobs.append(self._scheduled(job, now, now))
        for other in changes.jobs:
            named = replace(other, id=other.id or self._ids.new("due"))
            jobs.append(self._scheduled(named, now, now))
        return jobs

    def _send(self, message: Message, now: datetime) -> ScheduledJob:
        id = self._ids.new("due")
        send = Send(
            id=id,
            message_kind=message.kind,
            subject=message.subject,
            audience=message.audience,
            params=message.params,
            not_before=message.not_before,
            not_after=message.not_after,
            message_id=message.part_of or id,
        )
        return self._scheduled(send, _first_try(message, now), now)

    def _scheduled(self, job: Job, at: datetime, now: datetime) -> ScheduledJob:
        at = max(at, now + HAND_OVER_FIRST)
        return ScheduledJob(job=job, at=at, shard=shard_of(job.id, self._shards))


def _first_try(message: Message, now: datetime) -> datetime:
    """Return the instant at which a message is first planned. With both bounds that is at once."""
    wanted = now if message.not_after else message.not_before
    return message.paced_at or wanted or now
