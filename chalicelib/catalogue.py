"""Static content of the declarations: templates, reply words, events, lanes, id prefixes."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain

from .feature import Messages
from .features import declarations
from .kernel.audiences import SeveralPeople
from .kernel.job import ScheduledJob, Send
from .kernel.staff_queue import QueueKind
from .kernel.template import Lane, Template, Urgency
from .web.choices import DECLARED

__all__ = [
    "TEMPLATES",
    "id_prefixes",
    "is_subscribed",
    "job_kinds",
    "lane_of",
    "messages_of",
    "question_words",
    "queue_kinds",
    "subscribed_events",
]


class _Templates(Mapping[str, Template]):
    """Every message template by its kind, loaded when a template of its feature is read."""

    def __getitem__(self, kind: str) -> Template:
        return messages_of(kind).templates()[kind]

    def __contains__(self, kind: object) -> bool:
        return kind in _messages()

    def __iter__(self) -> Iterator[str]:
        return iter(_messages())

    def __len__(self) -> int:
        return len(_messages())


TEMPLATES = _Templates()


@cache
def _messages() -> Mapping[str, Messages]:
    by_kind: dict[str, Messages] = {}
    groups = chain.from_iterable(
        feature.message_groups for feature in declarations()
    )
    for messages in groups:
        for kind in messages.kinds:
            if kind in by_kind:
                raise ValueError(f"{kind} is declared twice")
            by_kind[kind] = messages
    return by_kind


def messages_of(kind: str) -> Messages:
    """Return the declaration of a message kind; KeyError for an unknown one."""
    return _messages()[kind]


@cache
def subscribed_events() -> frozenset[str]:
    """Return the tags of the events that some feature handles."""
    tags: set[str] = set()
    for feature in declarations():
        tags.update(feature.events)
    return frozenset(tags)


def is_subscribed(tag: str) -> bool:
    """Say whether some feature handles an event. Commits write a job for those only."""
    return tag in subscribed_events()


@cache
def question_words() -> Mapping[str, Mapping[str, bool]]:
    """Return the reply words of every question beside 1 and 2, by message kind."""
    words: dict[str, Mapping[str, bool]] = {}
    for feature in declarations():
        words |= feature.question_words
    return words


@cache
def queue_kinds() -> Mapping[str, QueueKind]:
    """Return the kinds of tasks that wait for staff, by name."""
    kinds: dict[str, QueueKind] = {}
    for feature in declarations():
        for kind in feature.queue_kinds:
            if kind.name in kinds:
                raise ValueError(f"{kind.name} is declared twice")
            kinds[kind.name] = kind
    return kinds


@cache
def id_prefixes() -> Mapping[str, str]:
    """Return the prefixes of ids by the resource: ``wish`` -> ``wsh``."""
    prefixes: dict[str, str] = {}
    for feature in declarations():
        prefixes |= feature.id_prefixes
    return prefixes


@cache
def _job_lanes() -> Mapping[str, Lane]:
    lanes: dict[str, Lane] = {}
    for feature in declarations():
        for kind, lane in feature.timer_lanes.items():
            lanes[f"timer.{kind}"] = lane
        for name, command in feature.commands.items():
            lanes[f"command.{name}"] = command.lane
    return lanes


@cache
def job_kinds() -> frozenset[str]:
    """Return the kinds of all declared jobs, including messages."""
    kinds = set(TEMPLATES)
    for feature in declarations():
        families: dict[str, Iterable[str]] = {
            "timer": feature.timers,
            "answer": feature.answers,
            "event": feature.events,
            "command": feature.commands,
        }
        for family, names in families.items():
            kinds |= {f"{family}.{name}" for name in names}
    return frozenset(kinds)


def lane_of(scheduled: ScheduledJob) -> Lane:
    """Return the lane of a job.

    Work for which one person waits never queues behind messages to thousands.
    """
    job = scheduled.job
    if not isinstance(job, Send) or job.message_kind not in TEMPLATES:
        return _job_lanes().get(job.kind, Lane.URGENT)
    declared = messages_of(job.message_kind).lane
    if declared is not None:
        return declared
    urgency = TEMPLATES[job.message_kind].urgency
    if urgency is Urgency.URGENT:
        return Lane.URGENT
    if urgency is Urgency.LOW or isinstance(job.audience, SeveralPeople):
        return Lane.BULK
    return Lane.URGENT


DECLARED["MessageKind"] = _messages
DECLARED["QueueTaskKind"] = queue_kinds
