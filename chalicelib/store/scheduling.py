"""Schedules the jobs of a decision: its messages, its events, and its commands."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ..kernel.changes import Changes, Entity, Message
from ..kernel.ids import Ids
from ..kernel.job import Event, Job, ScheduledJob, Send
from .outbox import shard_of

__all__ = ["HAND_OVER_FIRST", "JobScheduler"]

# The request itself hands over a job that is due at once. If that fails, the sweep does so after
# this time.
HAND_OVER_FIRST = timedelta(seconds=30)


class JobScheduler:
    """Makes scheduled jobs. An event becomes a job only if `is_subscribed(tag)`."""

    def __init__(
        self, ids: Ids, shards: int, is_subscribed: Callable[[str], bool]
    ) -> None:
        self._ids, self._shards, self._is_subscribed = (
            ids,
            shards,
            is_subscribed,
        )

    def jobs_of(
        self,
        entity: Entity,
        changes: Changes[Entity],
        now: datetime,
        derived: Sequence[Event] = (),
    ) -> list[ScheduledJob]:
        """Return the jobs of a decision about an entity, without those of `changes.related`.

        `derived` are the events that follow from the change of the entity itself.
        """
        jobs = [self._send(message, now) for message in changes.messages]
        for line in changes.events:
            if self._is_subscribed(line.tag):
                event = Event(
                    id=self._ids.new("due"), tag=line.tag, subject=entity.id
                )
                jobs.append(self._scheduled(event, now, now))
        for event in derived:
            if self._is_subscribed(event.tag):
                named = replace(event, id=self._ids.new("due"))
                jobs.append(self._scheduled(named, now, now))
        for job in changes.jobs:
            identified = replace(job, id=job.id or self._ids.new("due"))
            jobs.append(self._scheduled(identified, now, now))
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
        return ScheduledJob(
            job=job, at=at, shard=shard_of(job.id, self._shards)
        )


def _first_try(message: Message, now: datetime) -> datetime:
    """Return the instant at which a message is first planned. With both bounds that is at once."""
    if message.paced_at:
        return message.paced_at
    if message.not_after:
        return now
    return message.not_before or now
