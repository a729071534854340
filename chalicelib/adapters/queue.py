"""The queues from the outbox to the workers: SQS in the cloud, direct calls on one machine."""

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
from ..kernel.job import (
    JobRecord,
    ScheduledJob,
    Unreadable,
    record_of,
    scheduled_of,
)
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
TRIES = 5  # SQS delivers a message so often before it is dead (maxReceiveCount)
# With fewer seconds left no record is begun: a provider that hangs takes seven, and then the
# message log is written.
MIN_SECONDS_LEFT = 10.0
_FIELDS = frozenset(field.name for field in fields(JobRecord))
_INSTANTS = ("at", "not_before", "not_after")
_UNREADABLE = (ValueError, TypeError, KeyError, RecursionError)


def write_entry(scheduled: ScheduledJob) -> str:
    """Return a scheduled job as a queue message."""
    entry = {}
    for name, value in asdict(record_of(scheduled)).items():
        if isinstance(value, datetime):
            entry[name] = to_text(value)
        elif value:
            entry[name] = value
    return json.dumps(entry)


def read_entry(body: str) -> ScheduledJob:
    """Read a queue message as `write_entry` wrote it.

    Unknown fields are ignored: during a deployment, two versions read each other's messages.

    Raises:
        ValueError, TypeError, KeyError: the message is no job.

    """
    sent = json.loads(body)
    if not isinstance(sent, dict):
        raise TypeError(type(sent).__name__)
    known = {name: value for name, value in sent.items() if name in _FIELDS}
    for name, value in known.items():
        _check_field(name, value)
    instants = {
        name: _instant(known[name]) for name in _INSTANTS if name in known
    }
    return scheduled_of(JobRecord(**{**known, **instants}))


def _check_field(name: str, value: object) -> None:
    """Check that a field can be stored: a text, a map of texts, or a position.

    Raises:
        TypeError: the value has another type.
        ValueError: a text cannot be stored.

    """
    if name == "cursor":
        _check_map(value, _check_position)
    elif name == "params":
        _check_map(value, _check_text)
    else:
        _check_text(value)


def _check_map(value: object, check: Callable[[object], None]) -> None:
    if not isinstance(value, dict):
        raise TypeError(type(value).__name__)
    for key, item in value.items():
        _check_text(key)
        check(item)


def _check_position(value: object) -> None:
    """Check a part of the position of work in steps: a text, a number, nothing, or such a map."""
    if isinstance(value, dict):
        _check_map(value, _check_position)
    elif value is not None and not isinstance(value, int):
        _check_text(value)


def _check_text(value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    value.encode()


def _instant(text: str) -> datetime:
    """Read an instant; raise ValueError without a time zone."""
    instant = from_text(text)
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant


def read_dead(body: str) -> ScheduledJob:
    """Read a dead letter. An unreadable one becomes an `Unreadable` without its content."""
    try:
        return read_entry(body)
    except _UNREADABLE:
        job = Unreadable(id=derived_id("due", body))
        return ScheduledJob(job=job, at=datetime.fromtimestamp(0, UTC))


def read_arrivals(body: str) -> list[str]:
    """Return the keys of the new files in a bucket's notification; none for other messages.

    A bucket encodes keys as forms do. Its first message is a test without records. Unreadable
    messages are not retried: the lifecycle rules of the bucket delete such files.
    """
    try:
        records = json.loads(body)["Records"]
        return [
            unquote_plus(record["s3"]["object"]["key"]) for record in records
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        return []


class OutOfTime(Exception):
    """A record was not begun: its worker could have been stopped in the middle."""


def seconds_left(context: Any) -> Callable[[], float] | None:
    """Return a function for the remaining seconds of a Lambda context; None without a limit."""
    remaining_millis = getattr(context, "get_remaining_time_in_millis", None)
    if remaining_millis is None:
        return None

    def remaining_seconds() -> float:
        return float(remaining_millis()) / 1000

    return remaining_seconds


def consume(
    event: Mapping[str, Any],
    work: Callable[[T], None],
    read: Callable[[str], T] = read_entry,  # type: ignore[assignment]
    *,
    seconds_left: Callable[[], float] | None = None,
) -> dict[str, Any]:
    """Process the records of an SQS event; each record that failed returns to the queue.

    With `seconds_left`, a record that has less than `MIN_SECONDS_LEFT` returns to the queue too.
    A worker that is stopped in the middle would leave a message UNKNOWN, and SQS would deliver
    all records again.
    """
    # Imported here: it takes a tenth of a second, and only consumers need it.
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
    """Puts entries into SQS, each into its lane. Entries that SQS does not accept stay due."""

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
        from botocore.session import get_session  # noqa: PLC0415 - faster than boto3

        # Short timeouts: the entries are committed, and the sweep finds those left over.
        config = Config(**self._timeouts, retries={"total_max_attempts": 2})
        return get_session().create_client(
            "sqs", region_name=self._region, config=config
        )

    def enqueue(self, entries: Sequence[ScheduledJob]) -> set[str]:
        """See `store.outbox.Queue`. An unreachable queue accepts no entry."""
        accepted: set[str] = set()
        for lane, url in self._urls.items():
            of_lane = [
                entry for entry in entries if self._lane_of(entry) is lane
            ]
            if of_lane:
                accepted |= self._send(url, of_lane)
        return accepted

    def _send(self, url: str, entries: Sequence[ScheduledJob]) -> set[str]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        batch = [
            {"Id": str(index), "MessageBody": write_entry(entry)}
            for index, entry in enumerate(entries)
        ]
        try:
            answer = self._sqs.send_message_batch(QueueUrl=url, Entries=batch)
        except (BotoCoreError, ClientError):
            return set()
        return {
            entries[int(sent["Id"])].id for sent in answer.get("Successful", [])
        }


class InlineQueue:
    """Runs each job in the caller. An entry is accepted once its job is done: a crash loses none.

    A job that fails stays due and is retried with exponential backoff. After `TRIES` failures it
    is parked.
    """

    # Doubled each time: five tries take longer than the lease on an attempt.
    REST = timedelta(seconds=20)
    # Of jobs that jobs make due at once. Beyond it, the sweep takes over.
    MAX_DEPTH = 8

    def __init__(
        self,
        work: Callable[[ScheduledJob], None],
        park: Callable[[ScheduledJob], None],
        clock: Clock,
    ) -> None:
        self._work, self._park, self._clock = work, park, clock
        # By entry: the number of failures, and the instant of the next try.
        self._failures: dict[str, tuple[int, datetime]] = {}
        self._depth = threading.local()

    def enqueue(self, entries: Sequence[ScheduledJob]) -> set[str]:
        """See `store.outbox.Queue`."""
        depth = getattr(self._depth, "now", 0)
        if depth >= self.MAX_DEPTH:
            return set()
        self._depth.now = depth + 1
        try:
            return {entry.id for entry in entries if self._is_done(entry)}
        finally:
            self._depth.now = depth

    def _is_done(self, entry: ScheduledJob) -> bool:
        """Run a job unless it waits for its retry; return whether its entry is finished."""
        failures, retry_at = self._failures.get(entry.id, (0, entry.at))
        if retry_at > max(self._clock.now(), entry.at):
            return False
        try:
            self._work(entry)
        except Exception:  # noqa: BLE001 - the work has logged the error
            failures += 1
            pause = self.REST * 2 ** (failures - 1)
            self._failures[entry.id] = (failures, self._clock.now() + pause)
            if failures < TRIES:
                return False
            self._park(entry)
        self._failures.pop(entry.id, None)
        return True
