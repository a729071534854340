"""The question that a reply answers, and the job of a digest."""

from datetime import timedelta

import pytest

from chalicelib.kernel.job import Send
from chalicelib.message_log.decisions import digest_job, intended_question
from chalicelib.message_log.model import DIGEST, AskedQuestion, DeliveryState
from chalicelib.message_log.policy import QUESTION_CLASH

from ..world import START

S = DeliveryState


def asked(
    name: str, ago: timedelta = timedelta(0), about: str = ""
) -> AskedQuestion:
    return AskedQuestion(
        delivery=f"msg_{name}",
        kind="wish.delivered",
        about=about or f"wsh_{name}",
        person="per_a",
        at=START - ago,
    )


LATEST, SOON, LONG_AGO = (
    asked("latest"),
    asked("soon", timedelta(minutes=5)),
    asked("old", QUESTION_CLASH),
)
SAME = asked("same", timedelta(minutes=5), about=LATEST.about)


@pytest.mark.parametrize(
    ("questions", "meant"),
    [
        pytest.param([], None, id="nothing was asked"),
        pytest.param([(LATEST, S.SENT)], LATEST, id="one question"),
        pytest.param([(LATEST, S.UNKNOWN)], LATEST, id="one question in doubt"),
        pytest.param(
            [(LATEST, S.DEAD)], None, id="one question that was not delivered"
        ),
        pytest.param(
            [(LATEST, S.DEAD), (LONG_AGO, S.SENT)],
            LONG_AGO,
            id="the latest was not delivered",
        ),
        pytest.param(
            [(LATEST, S.SENT), (LONG_AGO, S.SENT)],
            LATEST,
            id="the other one is long ago",
        ),
        pytest.param(
            [(LATEST, S.SENT), (SOON, S.SENT)], None, id="two questions at once"
        ),
        pytest.param(
            [(LATEST, S.SENT), (SAME, S.SENT)], LATEST, id="two about the same"
        ),
        pytest.param(
            [(LATEST, S.UNKNOWN), (LONG_AGO, S.SENT)],
            None,
            id="the latest is in doubt",
        ),
        pytest.param(
            [(LATEST, S.SENT), (SOON, S.SUPPRESSED)],
            LATEST,
            id="the other was not delivered",
        ),
    ],
)
def test_a_reply_answers_the_latest_question_that_was_delivered(
    questions, meant
):
    assert intended_question(questions) == meant


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
