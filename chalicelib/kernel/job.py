"""Jobs: the work that workers do when it is due, one type for each kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from .audiences import Audience, format_audience, parse_audience
from .paging import Position

__all__ = [
    "Answer",
    "Command",
    "Event",
    "Job",
    "JobRecord",
    "ScheduledJob",
    "Send",
    "Timer",
    "Unreadable",
    "record_of",
    "scheduled_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A job for an entity whose timer has fired. Only the entity's armed timer counts."""

    id: str
    entity_kind: str  # Entity.entity_kind
    entity_id: str

    @property
    def kind(self) -> str:
        """Return the kind of the job, by which lanes, logs and metrics name it."""
        return f"timer.{self.entity_kind}"

    @property
    def subject(self) -> str:
        """Return the id of the job's subject."""
        return self.entity_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A job for an event of a subject. `params` hold ids and names, never personal data.

    `handler` names one subscriber after the dispatcher has made a job for each.
    """

    id: str
    tag: str
    subject: str
    params: Mapping[str, str] = field(default_factory=dict)
    handler: str = ""
    cursor: Position | None = (
        None  # the position of a handler that works in steps
    )

    @property
    def kind(self) -> str:
        """Return the kind of the job, with its handler if set, so that parked jobs differ."""
        if self.handler:
            return f"event.{self.tag}@{self.handler}"
        return f"event.{self.tag}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A job for a person's answer to a question by SMS.

    `phone_of` is the id of the person whose phone sent it, "" if unknown. `occasion` is the round
    of the question (`MessageContext`): the answer counts only while the subject is still in that
    round. `reply` is the id of the stored SMS. `comment` is what it says beside the answer. It is
    read when the job runs, for a job never holds personal data.
    """

    id: str
    question: str  # the message kind that asked
    subject: str
    person_id: str
    yes: bool
    phone_of: str = ""
    occasion: str = ""
    reply: str = ""
    comment: str = ""

    @property
    def feature_kind(self) -> str:
        """Return the first part of the question's kind, which names the kind of its subject."""
        return self.question.partition(".")[0]

    @property
    def kind(self) -> str:
        """Return the kind of the job."""
        return f"answer.{self.feature_kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A job for a command: work by name, about a subject."""

    id: str
    name: str
    subject: str
    cursor: Position | None = (
        None  # the position of a handler that works in steps
    )

    @property
    def kind(self) -> str:
        """Return the kind of the job."""
        return f"command.{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """A job for a message to send, between `not_before` and `not_after`.

    `message_id` is the message's key in the log, the same for all deferred and split deliveries.
    `attempt_id` names the line of the log that a retry continues.
    """

    id: str
    message_kind: str
    subject: str
    audience: Audience
    params: Mapping[str, str] = field(default_factory=dict)
    not_before: datetime | None = None
    not_after: datetime | None = None
    message_id: str
    attempt_id: str = ""

    @property
    def kind(self) -> str:
        """Return the kind of the job: the kind of the message, without a prefix."""
        return self.message_kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A job for a dead letter that cannot be parsed."""

    id: str

    @property
    def kind(self) -> str:
        """Return the kind of the job."""
        return "unreadable"

    @property
    def subject(self) -> str:
        """Return the id of the letter."""
        return self.id


Job = Timer | Event | Answer | Command | Send | Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledJob:
    """A job, its due instant, and its shard of the job table ("" until it is stored)."""

    job: Job
    at: datetime
    shard: str = ""

    @property
    def id(self) -> str:
        """Return the id of the job."""
        return self.job.id

    @property
    def kind(self) -> str:
        """Return the kind of the job."""
        return self.job.kind

    @property
    def subject(self) -> str:
        """Return the id of the job's subject."""
        return self.job.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """The stored and queued form of a scheduled job: flat, with the fields of every kind."""

    id: str
    at: datetime
    shard: str = ""
    kind: str
    subject: str
    to: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    not_before: datetime | None = None
    not_after: datetime | None = None
    message: str = ""
    attempt: str = ""
    handler: str = ""
    cursor: Position | None = None


def record_of(scheduled: ScheduledJob) -> JobRecord:
    """Return the stored form of a job."""
    record = JobRecord(
        id=scheduled.id,
        at=scheduled.at,
        shard=scheduled.shard,
        kind=scheduled.kind,
        subject=scheduled.subject,
    )
    match job := scheduled.job:
        case Event():
            return replace(
                record,
                kind=f"event.{job.tag}",
                params=job.params,
                handler=job.handler,
                cursor=job.cursor,
            )
        case Command():
            return replace(record, cursor=job.cursor)
        case Answer():
            params = {
                "question": job.question,
                "answer": "yes" if job.yes else "no",
                "phone_of": job.phone_of,
                "occasion": job.occasion,
                "reply": job.reply,
            }
            return replace(record, to=job.person_id, params=params)
        case Send():
            return replace(
                record,
                to=format_audience(job.audience),
                params=job.params,
                not_before=job.not_before,
                not_after=job.not_after,
                message=job.message_id,
                attempt=job.attempt_id,
            )
    return record


def scheduled_of(record: JobRecord) -> ScheduledJob:
    """Return the job of a stored form."""
    return ScheduledJob(job=_job_of(record), at=record.at, shard=record.shard)


def _job_of(record: JobRecord) -> Job:
    family, _, name = record.kind.partition(".")
    match family:
        case "timer":
            return Timer(
                id=record.id, entity_kind=name, entity_id=record.subject
            )
        case "event":
            return Event(
                id=record.id,
                tag=name,
                subject=record.subject,
                params=record.params,
                handler=record.handler,
                cursor=record.cursor,
            )
        case "command":
            return Command(
                id=record.id,
                name=name,
                subject=record.subject,
                cursor=record.cursor,
            )
        case "answer":
            return _answer_of(record)
        case "unreadable":
            return Unreadable(id=record.id)
    return Send(
        id=record.id,
        message_kind=record.kind,
        subject=record.subject,
        audience=parse_audience(record.to),
        params=record.params,
        not_before=record.not_before,
        not_after=record.not_after,
        message_id=record.message or record.id,
        attempt_id=record.attempt,
    )


def _answer_of(record: JobRecord) -> Answer:
    return Answer(
        id=record.id,
        question=record.params["question"],
        subject=record.subject,
        person_id=record.to,
        yes=record.params["answer"] == "yes",
        phone_of=record.params["phone_of"],
        occasion=record.params.get("occasion", ""),
        reply=record.params.get("reply", ""),
    )
