"""The queues between "it is due" and "somebody works on it": SQS in the cloud, a plain call on one machine."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import unquote_plus

from ..kernel.clock import Clock, from_text, to_text
from ..kernel.ids import derived_id
from ..kernel.job import JobRecord, ScheduledJob, Unreadable, record_of, scheduled_of
from ..kernel.template import Lane

__all__ = [
    "InlineQueue",
    "SqsQueues",
    "consume",
    "read_arrivals",
    "read_dead",
    "read_entry",
    "seconds_left",
    "write_entry",
]

T = TypeVar("T")
TRIES = (
    5  # as often as SQS brings a message before it takes it for dead (maxReceiveCount)
)
# Without these seconds no message is begun: a provider that hangs takes seven, then comes the message log.
MIN_SECONDS_LEFT = 10.0
_FIELDS = frozenset(field.name for field in fields(JobRecord))
_INSTANTS = ("at", "not_before", "not_after")
_MAPS = ("params", "cursor")
_UNREADABLE = (ValueError, TypeError, KeyError, RecursionError)


def write_entry(scheduled: ScheduledJob) -> str:
    """Return a scheduled job as a queue message."""
    kept = {
        name: value for name, value in asdict(record_of(scheduled)).items() if value
    }
    return json.dumps(
        kept | {name: to_text(kept[name]) for name in _INSTANTS if name in kept}
    )


def read_entry(body: str) -> ScheduledJob:
    """Read what `write_entry` wrote; while a version is deployed, both read what both write.

    Raises:
        ValueError, TypeError, KeyError: it is no job.

    """
    sent = json.loads(body)
    if not isinstance(sent, dict):
        raise TypeError(type(sent).__name__)
    known = {name: value for name, value in sent.items() if name in _FIELDS}
    for name, value in known.items():
        _check_text(value, is_map=name in _MAPS)
    instants = {name: _instant(known[name]) for name in _INSTANTS if name in known}
    return scheduled_of(JobRecord(**{**known, **instants}))


def _check_text(value: object, *, is_map: bool) -> None:
    """Raise TypeError unless a value is text, or a map of texts, and ValueError for text that cannot be stored."""
    if not isinstance(value, dict if is_map else str):
        raise TypeError(type(value).__name__)
    for text in [*value, *value.values()] if isinstance(value, dict) else [value]:
        if not isinstance(text, str):
            raise TypeError(type(text).__name__)
        text.encode()


def _instant(text: str) -> datetime:
    """Read an instant; ValueError without a time zone."""
    instant = from_text(text)
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant


def read_dead(body: str) -> ScheduledJob:
    """Read a dead letter; of an unreadable one only that it came is kept, for it may say anything."""
    try:
        return read_entry(body)
    except _UNREADABLE:
        return ScheduledJob(
            job=Unreadable(id=derived_id("due", body)),
            at=datetime.fromtimestamp(0, UTC),
        )


def read_arrivals(body: str) -> list[str]:
    """Return the keys of the files that a bucket's notification says have arrived; none of what is no notification.

    A bucket writes keys as a form does, and begins with a test message that has no records. What cannot be read now will
    never be; the bucket's own rules delete such files in the end.
    """
    try:
        records = json.loads(body)["Records"]
        return [unquote_plus(record["s3"]["object"]["key"]) for record in records]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


class OutOfTime(Exception):
    """A message was not begun, for its worker might have been ended in the middle of it."""


def seconds_left(context: Any) -> Callable[[], float] | None:
    """Return what tells how long a function may still run, by Lambda's context; None where nothing ends it."""
    ask = getattr(context, "get_remaining_time_in_millis", None)
    return None if ask is None else lambda: ask() / 1000


def consume(
    event: Mapping[str, Any],
    work: Callable[[T], None],
    read: Callable[[str], T] = read_entry,  # type: ignore[assignment]  # what most queues bring
    *,
    seconds_left: Callable[[], float] | None = None,
) -> dict[str, Any]:
    """Work on the records of an SQS event; each record whose work failed goes back to the queue.

    With `seconds_left`, a record is not begun in less than `MIN_SECONDS_LEFT`, and goes back too. A worker that is ended in
    the middle of a message would leave it UNKNOWN, and SQS would bring again all records that were done.
    """
    # A tenth of a second that only consumers pay.
    from aws_lambda_powertools.utilities.batch import (  # noqa: PLC0415
        BatchProcessor,
        EventType,
        process_partial_response,
    )

    def handle(record: Any) -> None:
        if seconds_left is not None and seconds_left() < MIN_SECONDS_LEFT:
            raise OutOfTime
        work(read(record.body))

    processor = BatchProcessor(
        event_type=EventType.SQS, raise_on_entire_batch_failure=False
    )
    return dict(process_partial_response(dict(event), handle, processor))


class SqsQueues:
    """Hands entries to SQS, each to its lane; what SQS does not take stays due."""

    def __init__(
        self,
        urls: Mapping[Lane, str],
        lane_of: Callable[[ScheduledJob], Lane],
        region: str,
        *,
        connect_timeout: float = 1,
        read_timeout: float = 3,
    ) -> None:
        self._urls, self._lane_of, self._region = urls, lane_of, region
        self._timeouts = {
            "connect_timeout": connect_timeout,
            "read_timeout": read_timeout,
        }

    @cached_property
    def _sqs(self) -> Any:
        from botocore.config import Config  # noqa: PLC0415
        from botocore.session import get_session  # noqa: PLC0415 - a quarter of a second less than boto3's

        # What is handed over is committed already and the sweep has it too: the caller must not wait for a queue.
        config = Config(**self._timeouts, retries={"total_max_attempts": 2})
        return get_session().create_client(
            "sqs", region_name=self._region, config=config
        )

    def enqueue(self, entries: Sequence[ScheduledJob]) -> set[str]:
        """See `store.outbox.Queue`. A queue that cannot be reached takes nothing."""
        taken: set[str] = set()
        for lane, url in self._urls.items():
            mine = [due for due in entries if self._lane_of(due) is lane]
            if mine:
                taken |= self._send(url, mine)
        return taken

    def _send(self, url: str, entries: Sequence[ScheduledJob]) -> set[str]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        batch = [
            {"Id": str(n), "MessageBody": write_entry(due)}
            for n, due in enumerate(entries)
        ]
        try:
            answer = self._sqs.send_message_batch(QueueUrl=url, Entries=batch)
        except (BotoCoreError, ClientError):
            return set()
        return {entries[int(sent["Id"])].id for sent in answer.get("Successful", [])}


class InlineQueue:
    """Runs each job in the caller and takes the entry when the job is done, so that a crash loses nothing.

    A job that fails stays due and is left alone for a while, each time for longer; after the fifth time it is parked.
    """

    REST = timedelta(
        seconds=20
    )  # doubled each time: five tries take longer than the lease on an attempt
    MAX_DEPTH = 8  # jobs that are due at once because of a job; beyond that the sweep takes over

    def __init__(
        self,
        work: Callable[[ScheduledJob], None],
        park: Callable[[ScheduledJob], None],
        clock: Clock,
    ) -> None:
        self._work, self._park, self._clock = work, park, clock
        self._failed: dict[
            str, tuple[int, datetime]
        ] = {}  # how often, and when it may be tried again
        self._depth = threading.local()

    def enqueue(self, entries: Sequence[ScheduledJob]) -> set[str]:
        """See `store.outbox.Queue`."""
        depth = getattr(self._depth, "now", 0)
        if depth >= self.MAX_DEPTH:
            return set()
        self._depth.now = depth + 1
        try:
            return {due.id for due in entries if self._may_try(due) and self._done(due)}
        finally:
            self._depth.now = depth

    def _may_try(self, due: ScheduledJob) -> bool:
        _, rests_until = self._failed.get(due.id, (0, due.at))
        return rests_until <= max(self._clock.now(), due.at)

    def _done(self, due: ScheduledJob) -> bool:
        try:
            self._work(due)
        except Exception:  # noqa: BLE001 - the work has written down what happened
            tries = self._failed.get(due.id, (0, due.at))[0] + 1
            self._failed[due.id] = (
                tries,
                self._clock.now() + self.REST * 2 ** (tries - 1),
            )
            if tries < TRIES:
                return False
            self._park(due)
        self._failed.pop(due.id, None)
        return True
