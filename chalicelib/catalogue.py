"""Static content of the declarations: message templates, reply words, subscribed events, lanes, id prefixes."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain

from .feature import Messages
from .features import declarations
from .kernel.audiences import SeveralPeople
from .kernel.job import ScheduledJob, Send
from .kernel.template import Lane, Template, Urgency

__all__ = [
    "TEMPLATES",
    "id_prefixes",
    "is_subscribed",
    "job_kinds",
    "lane_of",
    "messages_of",
    "question_words",
    "subscribed_events",
]


class _Templates(Mapping[str, Template]):
    """Every message template by its kind. The texts of a feature are loaded when one of them is asked for."""

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
    found: dict[str, Messages] = {}
    groups = chain.from_iterable(feature.message_groups for feature in declarations())
    for messages in groups:
        for kind in messages.kinds:
            if kind in found:
                raise ValueError(f"{kind} is declared twice")
            found[kind] = messages
    return found


def messages_of(kind: str) -> Messages:
    """Return the declaration of a kind of message; KeyError for an unknown kind."""
    return _messages()[kind]


@cache
def subscribed_events() -> frozenset[str]:
    """Return the tags of the events that some feature handles."""
    return frozenset(tag for feature in declarations() for tag in feature.events)


def is_subscribed(tag: str) -> bool:
    """Say whether some feature handles an event: the commit writes a job for those only."""
    return tag in subscribed_events()


@cache
def question_words() -> Mapping[str, Mapping[str, bool]]:
    """Return the reply words of every question beside 1 and 2, by the kind of message that asks."""
    found: dict[str, Mapping[str, bool]] = {}
    for feature in declarations():
        found |= feature.question_words
    return found


@cache
def id_prefixes() -> Mapping[str, str]:
    """Return the prefix of ids by what they name: ``wish`` -> ``wsh``."""
    found: dict[str, str] = {}
    for feature in declarations():
        found |= feature.id_prefixes
    return found


@cache
def _job_lanes() -> Mapping[str, Lane]:
    lanes: dict[str, Lane] = {}
    for feature in declarations():
        lanes |= {f"timer.{kind}": lane for kind, lane in feature.timer_lanes.items()}
        lanes |= {
            f"command.{name}": command.lane
            for name, command in feature.commands.items()
        }
    return lanes


@cache
def job_kinds() -> frozenset[str]:
    """Return the kinds of all jobs that features declare, messages included."""
    kinds = set(TEMPLATES)
    for feature in declarations():
        kinds |= {f"timer.{kind}" for kind in feature.timers}
        kinds |= {f"answer.{kind}" for kind in feature.answers}
        kinds |= {f"event.{tag}" for tag in feature.events}
        kinds |= {f"command.{name}" for name in feature.commands}
    return frozenset(kinds)


def lane_of(scheduled: ScheduledJob) -> Lane:
    """Return the lane of a job: work that one person waits for never queues behind messages to thousands."""
    job = scheduled.job
    if not isinstance(job, Send) or job.message_kind not in TEMPLATES:
        return _job_lanes().get(job.kind, Lane.URGENT)
    if lane := messages_of(job.message_kind).lane:
        return lane
    urgency = TEMPLATES[job.message_kind].urgency
    if urgency is Urgency.NORMAL:
        return Lane.BULK if isinstance(job.audience, SeveralPeople) else Lane.URGENT
    return Lane.URGENT if urgency is Urgency.URGENT else Lane.BULK
