"""The job of a digest, and a question that waits for numbers."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.kernel.job import Send
from chalicelib.message_log.decisions import (
    after_waiting_for_numbers,
    digest_job,
    resume_at,
)
from chalicelib.message_log.model import (
    DIGEST,
    Channel,
    DeliveryState,
    MessageAttempt,
)
from chalicelib.wishes.message_texts import MESSAGES

from ..world import START

QUESTION = MessageAttempt(
    id="msg_a",
    message="due_a",
    kind="wish.delivered",
    about="wsh_a",
    person="per_a",
    channel=Channel.SMS,
    state=DeliveryState.CLAIMED,
    attempt=1,
    at=START,
    ttl=START + timedelta(days=400),
)


def test_a_question_without_free_numbers_is_tried_when_some_are_free():
    free_at = START + timedelta(hours=3)
    waiting = after_waiting_for_numbers(QUESTION, START, free_at)
    assert waiting.state is DeliveryState.RETRY
    assert resume_at(waiting, MESSAGES["wish.delivered"]) == free_at


def test_a_question_that_is_worthless_before_numbers_are_free_is_not_asked():
    free_at = START + timedelta(hours=3)
    brief = replace(QUESTION, not_after=free_at)
    ended = after_waiting_for_numbers(brief, START, free_at)
    assert (ended.state, ended.reason) == (
        DeliveryState.SUPPRESSED,
        "too_late",
    )


def test_a_person_has_one_digest_job_a_day():
    first = digest_job("per_a", START)
    again = digest_job("per_a", START)
    next_day = digest_job("per_a", START + timedelta(days=1))
    other = digest_job("per_b", START)
    assert first == again
    assert len({job.id for job in (first, next_day, other)}) == 3
    assert isinstance(first.job, Send)
    assert first.kind == DIGEST
    assert first.job.message_id == first.id
