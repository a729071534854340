"""What a parked job was to do, in words: for each kind of job that features declare."""

import re

import pytest

from chalicelib.admin.job_texts import JOBS, words_of_job
from chalicelib.catalogue import TEMPLATES, job_kinds
from chalicelib.kernel.job import JobRecord
from chalicelib.kernel.text_catalogue import LOCALES

from ..world import START


@pytest.mark.parametrize("kind", sorted(job_kinds()))
def test_each_kind_of_job_is_said_in_words_of_both_languages(kind: str):
    record = JobRecord(id="due_1", at=START, kind=kind, subject="wsh_1")
    chinese, english = (
        words_of_job(record, TEMPLATES, locale) for locale in LOCALES
    )
    assert re.search(r"[\u4e00-\u9fff]", chinese)
    assert re.search(r"[a-z]", english)
    assert not re.search(r"[{}]", chinese + english)


def test_a_kind_that_is_not_known_is_said_by_its_family():
    for kind in ("timer.new", "event.new", "answer.new", "command.new", "new"):
        record = JobRecord(id="due_1", at=START, kind=kind, subject="wsh_1")
        assert len(words_of_job(record, {}, LOCALES[0])) > 3


def test_words_are_kept_for_known_kinds_only():
    assert JOBS.keys() <= job_kinds()
