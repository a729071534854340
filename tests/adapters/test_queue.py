"""The queues: only accepted entries are reported, failed records return alone, dead ones stay."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any
from unittest import mock

import boto3
import pytest
from botocore.client import BaseClient
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from chalicelib.adapters.queue import (
    MIN_SECONDS_LEFT,
    TRIES,
    InlineQueue,
    SqsQueues,
    consume,
    read_arrivals,
    read_dead,
    read_entry,
    seconds_left,
    write_entry,
)
from chalicelib.catalogue import lane_of
from chalicelib.kernel.audiences import (
    Audience,
    ChallengeTarget,
    GroupMembers,
    OnePerson,
    SeveralPeople,
    StaffOnDuty,
    format_audience,
    parse_audience,
)
from chalicelib.kernel.clock import TestClock
from chalicelib.kernel.job import (
    Answer,
    Command,
    Event,
    ScheduledJob,
    Send,
    Timer,
    Unreadable,
)
from chalicelib.kernel.template import Lane

from ..faults.cloud import sqs_event
from ..faults.story import failure
from ..job_rows import a_job
from ..world import START
from .servers import HANG, HttpServer

INSTANTS = st.datetimes(
    min_value=datetime(2026, 1, 1), max_value=datetime(2099, 1, 1)
).map(lambda at: at.replace(tzinfo=UTC))
WORDS = st.text(max_size=20)


def due(n: int = 0, kind: str = "wish.claimed", **fields: Any) -> ScheduledJob:
    return a_job(
        id=f"due_{n}",
        at=START,
        shard="s0",
        kind=kind,
        subject="wsh_a",
        **fields,
    )


# entries


IDS = st.from_regex(r"[a-z]{3}_[a-z2-7]{5}", fullmatch=True)
NAMES = st.from_regex(r"[a-z]{2,8}(_[a-z]{2,8})?", fullmatch=True)
PLACES = st.from_regex(r"[a-z0-9-]{1,8}(\.[a-z0-9-]{1,8}){0,3}", fullmatch=True)
# Where work in steps goes on: the part, and the keys of the last row there.
KEYS = st.dictionaries(NAMES, WORDS, min_size=1, max_size=2)
STEPS = st.none() | WORDS | st.integers(0, 10**6) | KEYS
CURSORS = st.none() | st.dictionaries(NAMES, STEPS, min_size=1, max_size=2)
AUDIENCES = st.one_of(
    st.builds(OnePerson, IDS),
    st.builds(SeveralPeople, st.lists(IDS, min_size=1, max_size=5).map(tuple)),
    st.builds(StaffOnDuty, PLACES, st.lists(IDS, max_size=3).map(tuple)),
    st.builds(GroupMembers, NAMES, PLACES),
    st.builds(
        ChallengeTarget, st.from_regex(r"phone#[0-9a-f]{8}", fullmatch=True)
    ),
)
SENDS = st.builds(
    Send,
    id=IDS,
    message_kind=NAMES.map(lambda name: f"wish.{name}"),
    subject=IDS,
    audience=AUDIENCES,
    params=st.dictionaries(WORDS, WORDS, max_size=3),
    not_before=st.none() | INSTANTS,
    not_after=st.none() | INSTANTS,
    message_id=IDS,
    attempt_id=st.just("") | IDS,
)
JOBS = st.one_of(
    st.builds(Timer, id=IDS, entity_kind=NAMES, entity_id=IDS),
    st.builds(
        Event,
        id=IDS,
        tag=NAMES.map(lambda name: f"wish.{name}"),
        subject=IDS,
        handler=st.just("") | NAMES,
    ),
    st.builds(
        Command,
        id=IDS,
        name=NAMES.map(lambda name: f"match.{name}"),
        subject=PLACES,
        cursor=CURSORS,
    ),
    st.builds(
        Answer,
        id=IDS,
        question=NAMES,
        subject=IDS,
        person_id=IDS,
        yes=st.booleans(),
        phone_of=st.just("") | IDS,
    ).map(lambda answer: replace(answer, question=f"wish.{answer.question}")),
    SENDS,
)


@given(
    st.builds(
        ScheduledJob, job=JOBS, at=INSTANTS, shard=st.sampled_from(["s0", "s3"])
    )
)
def test_a_job_of_every_kind_is_read_as_it_was_written(
    scheduled: ScheduledJob,
) -> None:
    assert read_entry(write_entry(scheduled)) == scheduled


@given(AUDIENCES)
def test_an_audience_is_read_as_it_was_written(audience: Audience) -> None:
    assert parse_audience(format_audience(audience)) == audience


def test_while_a_version_is_deployed_each_reads_what_the_other_has_written() -> (
    None
):
    entry = due(params={"claim": "clm_a"}, to="per_a", message="due_0")
    newer = json.loads(write_entry(entry)) | {
        "colour": "red",
        "tried": 3,
        "until": {"day": "x"},
    }
    assert read_entry(json.dumps(newer)) == entry
    older = {
        "id": "due_0",
        "at": "2026-11-23T00:40:00.000000Z",
        "shard": "s0",
        "kind": "wish.claimed",
        "subject": "wsh_a",
    }
    assert read_entry(json.dumps(older)) == due()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        '["id"]',
        "3",
        '"id"',
        "null",
        "{}",
        '{"colour": "red"}',
        '{"id": 1}',
        "王秀英 13800138000",
        '{"at": "x"}',
    ],
)
def test_of_a_dead_letter_that_nobody_can_read_only_that_it_came_is_kept(
    body: str,
) -> None:
    dead = read_dead(body)
    assert dead.job == Unreadable(id=dead.id)
    assert read_dead(body) == dead
    assert len(body) < 3 or body not in str(dead)
    assert read_dead(write_entry(due())) == due()


# SQS


@contextmanager
def intercepted(
    around: Callable[[Callable[[], Any], str, dict[str, Any]], Any],
) -> Iterator[None]:
    """Run `around(call, operation, arguments)` in the place of every call of botocore."""
    original = BaseClient._make_api_call

    def make(client: Any, operation: str, kwargs: dict[str, Any]) -> Any:
        return around(
            partial(original, client, operation, kwargs), operation, kwargs
        )

    with mock.patch.object(BaseClient, "_make_api_call", make):
        yield


@pytest.fixture
def urls(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[Lane, str]]:
    with mock_aws():
        sqs = boto3.client("sqs", region_name="us-east-1")
        yield {
            lane: sqs.create_queue(QueueName=f"chunhui-{lane}")["QueueUrl"]
            for lane in Lane
        }


def bodies(url: str) -> list[ScheduledJob]:
    sqs = boto3.client("sqs", region_name="us-east-1")
    found: list[ScheduledJob] = []
    while messages := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10
    ).get("Messages"):
        found += [read_entry(message["Body"]) for message in messages]
    return found


def test_each_entry_goes_to_its_lane_as_it_is(urls: dict[Lane, str]) -> None:
    pressing = [
        due(1),
        due(2, "timer.wish"),
        due(
            3, "code.sign_in", to="challenge:phone#x", params={"nonce": "non_a"}
        ),
    ]
    patient = [
        due(4, "wish.claimed", to="people:per_a,per_b", message="due_0"),
        due(5, "wish.thanked"),
        due(6, "reminders.digest"),
    ]
    queues = SqsQueues(urls, lane_of, "us-east-1")
    requests = []
    with intercepted(
        lambda call, name, kwargs: (requests.append(name), call())[1]
    ):
        assert queues.enqueue([*patient, *pressing]) == {
            f"due_{n}" for n in range(1, 7)
        }
    assert requests == ["SendMessageBatch"] * 2
    assert bodies(urls[Lane.URGENT]) == pressing
    assert bodies(urls[Lane.BULK]) == patient


def test_what_sqs_does_not_take_of_a_batch_is_not_said_to_be_taken(
    urls: dict[Lane, str],
) -> None:
    def around(
        call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        refused = [
            entry for n, entry in enumerate(kwargs["Entries"]) if n in (2, 7)
        ]
        kwargs["Entries"] = [
            entry for entry in kwargs["Entries"] if entry not in refused
        ]
        answer = call()
        answer["Failed"] = [
            {"Id": entry["Id"], "SenderFault": False, "Code": "InternalError"}
            for entry in refused
        ]
        return answer

    with intercepted(around):
        taken = SqsQueues(urls, lane_of, "us-east-1").enqueue(
            [due(n) for n in range(10)]
        )
    assert taken == {f"due_{n}" for n in range(10) if n not in (2, 7)}
    assert {entry.id for entry in bodies(urls[Lane.URGENT])} == taken


def test_an_unreachable_queue_accepts_nothing_and_does_not_delay_the_other(
    urls: dict[Lane, str],
) -> None:
    def around(
        call: Callable[[], Any], name: str, kwargs: dict[str, Any]
    ) -> Any:
        if kwargs["QueueUrl"] == urls[Lane.URGENT]:
            raise failure("ServiceUnavailable", name)
        return call()

    with intercepted(around):
        assert SqsQueues(urls, lane_of, "us-east-1").enqueue(
            [due(1), due(2, "wish.thanked")]
        ) == {"due_2"}
    assert (bodies(urls[Lane.URGENT]), len(bodies(urls[Lane.BULK]))) == ([], 1)


def test_a_request_does_not_wait_for_a_queue_that_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with HttpServer(HANG) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", server.url)
        queues = SqsQueues(
            {Lane.URGENT: f"{server.url}/urgent"},
            lane_of,
            "us-east-1",
            read_timeout=0.1,
        )
        begun = monotonic()
        assert queues.enqueue([due(1)]) == set()
        assert (
            monotonic() - begun < 3
        )  # botocore's own would be 60 seconds, five times
        assert len(server.posted) == 2


def test_a_queue_is_given_a_few_seconds_and_no_more() -> None:
    config = SqsQueues({}, lane_of, "us-east-1")._sqs.meta.config
    assert (
        config.connect_timeout,
        config.read_timeout,
        config.retries["total_max_attempts"],
    ) == (1, 3, 2)


# a batch that is brought


def work(*failing: str) -> tuple[list[str], Callable[[ScheduledJob], None]]:
    done: list[str] = []

    def do(entry: ScheduledJob) -> None:
        if entry.id in failing:
            raise RuntimeError(entry.id)
        done.append(entry.id)

    return done, do


def batch(number: int) -> dict[str, Any]:
    return sqs_event([(f"m{n}", write_entry(due(n))) for n in range(number)])


@pytest.mark.parametrize(
    "failing",
    [(), (3,), (0, 9), tuple(range(10))],
    ids=["none", "one", "two", "all"],
)
def test_exactly_those_whose_work_failed_go_back_and_the_others_are_done_once(
    failing: tuple[int, ...],
) -> None:
    done, do = work(*(f"due_{n}" for n in failing))
    answer = consume(batch(10), do)
    assert [item["itemIdentifier"] for item in answer["batchItemFailures"]] == [
        f"m{n}" for n in failing
    ]
    assert done == [f"due_{n}" for n in range(10) if n not in failing]


def test_a_message_that_nobody_can_read_goes_back_and_holds_up_nobody() -> None:
    done, do = work()
    event = sqs_event(
        [
            ("m0", "{"),
            ("m1", write_entry(due(1))),
            ("m2", json.dumps({"id": "due_2"})),
        ]
    )
    answer = consume(event, do)
    assert [item["itemIdentifier"] for item in answer["batchItemFailures"]] == [
        "m0",
        "m2",
    ]
    assert done == ["due_1"]


class Lambda:
    """A Lambda context with so many seconds left, of which each message takes some."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.left * 1000)

    def taking(
        self, seconds: float, do: Callable[[Any], None]
    ) -> Callable[[Any], None]:
        def work(entry: Any) -> None:
            self.left -= seconds
            assert self.left > 0, (
                "the worker is ended in the middle of a message"
            )
            do(entry)

        return work


def test_behind_a_hanging_provider_records_return_before_the_worker_is_stopped() -> (
    None
):
    done, do = work()
    context = Lambda(30)
    answer = consume(
        batch(10), context.taking(7, do), seconds_left=seconds_left(context)
    )
    assert done == [
        "due_0",
        "due_1",
        "due_2",
    ]  # begun with 30, 23 and 16 seconds; nine are not enough for a fourth
    assert [item["itemIdentifier"] for item in answer["batchItemFailures"]] == [
        f"m{n}" for n in range(3, 10)
    ]
    assert context.left > 0


def test_a_message_is_begun_with_just_enough_time_and_not_with_less() -> None:
    for left, begun in (
        (MIN_SECONDS_LEFT, ["due_0"]),
        (MIN_SECONDS_LEFT - 0.001, []),
    ):
        done, do = work()
        consume(batch(1), do, seconds_left=seconds_left(Lambda(left)))
        assert done == begun


def test_where_nothing_ends_a_worker_everything_is_begun() -> None:
    done, do = work()
    assert seconds_left(None) is None
    assert consume(batch(10), do, seconds_left=None) == {
        "batchItemFailures": []
    }
    assert len(done) == 10


@pytest.mark.parametrize(
    "function", ["work_urgent", "work_bulk", "park_dead", "clean_photo"]
)
def test_every_function_of_a_queue_asks_how_long_it_may_still_run(
    function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import app

    from ..world import World

    monkeypatch.setattr(app, "services", lambda: world.services)
    with mock_aws():
        world = World()
        answer = app.app.handler_map[function](
            batch(3), Lambda(MIN_SECONDS_LEFT - 1)
        )
        assert [
            item["itemIdentifier"] for item in answer["batchItemFailures"]
        ] == [
            "m0",
            "m1",
            "m2",
        ]
        assert world.services.outbox.every_parked() is not None


# what a bucket tells


def test_a_bucket_tells_what_has_arrived_and_writes_keys_as_forms_do() -> None:
    notification = {
        "Records": [
            {"s3": {"object": {"key": key}}}
            for key in (
                "incoming/upl_a",
                "incoming/a+b%2Bc%2F%E7%85%A7",
                "a%2541",
            )
        ]
    }
    assert read_arrivals(json.dumps(notification)) == [
        "incoming/upl_a",
        "incoming/a b+c/照",
        "a%41",
    ]


@pytest.mark.parametrize(
    "body",
    [
        '{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "chunhui-photos"}',
        "",
        "{",
        "[]",
        "null",
        "7",
        '{"Records": null}',
        '{"Records": {}}',
        '{"Records": [{}]}',
        '{"Records": [{"s3": {"object": {"key": 7}}}]}',
        '{"Records": ["s3"]}',
        '{"Records": [{"s3": []}]}',
    ],
)
def test_what_tells_of_no_arrival_is_none_and_does_not_come_again(
    body: str,
) -> None:
    seen: list[str] = []
    assert consume(sqs_event([("m0", body)]), seen.extend, read_arrivals) == {
        "batchItemFailures": []
    }
    assert seen == []


# on one machine


class Inline:
    """An inline queue whose work fails while `ill` is set."""

    def __init__(
        self, work: Callable[[ScheduledJob], None] = lambda entry: None
    ) -> None:
        self.clock, self.tried, self.parked, self.ill = (
            TestClock(START),
            [],
            [],
            True,
        )
        self.queue = InlineQueue(self._work, self.parked.append, self.clock)
        self._then = work

    def _work(self, entry: ScheduledJob) -> None:
        self.tried.append(entry.id)
        if self.ill:
            raise RuntimeError
        self._then(entry)

    def try_it(self, entry: ScheduledJob) -> bool:
        return entry.id in self.queue.enqueue([entry])


def test_a_job_that_fails_rests_before_it_is_tried_again_and_holds_up_nobody() -> (
    None
):
    here, ill, well = Inline(), due(1), due(2)
    assert not here.try_it(ill)
    here.ill = False
    assert here.queue.enqueue([ill, well]) == {"due_2"}
    here.clock.advance(InlineQueue.REST - timedelta(microseconds=1))
    assert not here.try_it(ill)
    here.clock.advance(timedelta(microseconds=1))
    assert here.try_it(ill)
    assert here.tried == ["due_1", "due_2", "due_1"]
    assert here.parked == []


def test_after_five_tries_a_job_is_parked_and_taken() -> None:
    here = Inline()
    answers = []
    for n in range(TRIES):
        answers.append(here.try_it(due(1)))
        here.clock.advance(
            InlineQueue.REST * 2**n
        )  # each rest is twice as long as the one before
    assert answers == [False] * 4 + [True]
    assert here.parked == [due(1)]
    assert not here.try_it(due(1)), "requeue, it has five tries again"
    assert here.parked == [due(1)]


def test_jobs_of_jobs_are_done_at_once_up_to_a_depth() -> None:
    left: list[str] = []

    def cause(entry: ScheduledJob) -> None:
        follower = due(int(entry.id.partition("_")[2]) + 1)
        if not here.try_it(follower):
            left.append(follower.id)

    here = Inline(cause)
    here.ill = False
    assert here.try_it(due(1))
    assert (len(here.tried), left) == (
        InlineQueue.MAX_DEPTH,
        [f"due_{InlineQueue.MAX_DEPTH + 1}"],
    )
    assert here.try_it(due(100)), (
        "the depth is that of one chain, not of the day"
    )


def test_a_death_in_the_middle_of_a_job_takes_nothing() -> None:
    class WorkerKilled(BaseException):
        """The process dies here."""

    def die(entry: ScheduledJob) -> None:
        raise WorkerKilled

    here = Inline(die)
    here.ill = False
    with pytest.raises(WorkerKilled):
        here.try_it(due(1))
    assert here.parked == []
    here._then = lambda entry: None
    assert here.try_it(due(1))
