"""Jobs: what a worker does when something is due. Each kind has the fields that it needs and no others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .audiences import Audience, GroupMembers, SeveralPeople, parse_audience
from .changes import Due

__all__ = ["Answer", "Command", "Event", "Job", "ScheduledJob", "Send", "Timer", "Unreadable", "job_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """The timer of an entity has fired. It counts only while the entity still waits for a timer of this id."""

    id: str
    entity_kind: str  # Entity.kind
    entity_id: str

    @property
    def kind(self) -> str:
        """Return the kind of the job, as lanes, logs and metrics name it."""
        return f"timer.{self.entity_kind}"

    @property
    def subject(self) -> str:
        """Return the id of what the job is about."""
        return self.entity_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something has happened to a subject. `handler` names one subscriber once the dispatcher has expanded the event."""

    id: str
    tag: str
    subject: str
    handler: str = ""

    @property
    def kind(self) -> str:
        """Return the kind of the job; with its handler, once it has one, so that parked jobs can be told apart."""
        return f"event.{self.tag}@{self.handler}" if self.handler else f"event.{self.tag}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A person has answered a question by SMS. `phone_of` is the person whose phone it came from, "" if unknown."""

    id: str
    question: str  # the message kind that asked
    subject: str
    person_id: str
    yes: bool
    phone_of: str = ""

    @property
    def feature_kind(self) -> str:
        """Return the first part of the question's kind, which names the kind of entity that it is about."""
        return self.question.partition(".")[0]

    @property
    def kind(self) -> str:
        """Return the kind of the job."""
        return f"answer.{self.feature_kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A feature has asked for work by name, about a subject."""

    id: str
    name: str
    subject: str

    @property
    def kind(self) -> str:
        """Return the kind of the job."""
        return f"command.{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """A message is to be sent.

    `message_id` is the message's key in the log, the same however often a delivery is deferred or split.
    `attempt_id` is the line of the log that a retry continues. Outside `not_before` and `not_after` it is not sent.
    """

    id: str
    message_kind: str
    about: str
    to: Audience
    params: Mapping[str, str] = field(default_factory=dict)
    not_before: datetime | None = None
    not_after: datetime | None = None
    message_id: str
    attempt_id: str = ""
    due: Due | None = field(default=None, repr=False)

    @property
    def kind(self) -> str:
        """Return the kind of the job."""
        return f"send.{self.message_kind}"

    @property
    def subject(self) -> str:
        """Return the id of what the message is about."""
        return self.about

    @property
    def is_for_many(self) -> bool:
        """Say whether it goes to a group or a share of one."""
        return isinstance(self.to, GroupMembers | SeveralPeople)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A dead letter that cannot be read; only that it came is known."""

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
    """A job, when it is due, and the shard of the job table in which it waits ("" until it is stored)."""

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
        """Return the id of what the job is about."""
        return self.job.subject


def job_of(due: Due, commands: Collection[str]) -> Job:
    """Return the job that a row stands for; `commands` are the names of declared commands."""
    family, _, rest = due.kind.partition(".")
    if due.kind in commands:
        return Command(id=due.id, name=due.kind, subject=due.subject)
    match family:
        case "timer":
            return Timer(id=due.id, entity_kind=rest, entity_id=due.subject)
        case "event":
            return Event(id=due.id, tag=rest, subject=due.subject, handler=due.handler)
        case "answer":
            return _answer_of(due)
        case "unreadable":
            return Unreadable(id=due.id)
    return Send(
        id=due.id,
        message_kind=due.kind,
        about=due.subject,
        to=parse_audience(due.to),
        params=due.params,
        not_before=due.not_before,
        not_after=due.not_after,
        message_id=due.message_id,
        attempt_id=due.line,
        due=due,
    )


def _answer_of(due: Due) -> Answer:
    return Answer(
        id=due.id,
        question=due.params["kind"],
        subject=due.subject,
        person_id=due.to,
        yes=due.params["answer"] == "yes",
        phone_of=due.params.get("phone_of", ""),
    )
