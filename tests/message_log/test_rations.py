"""Rations of a phone of staff: the first at once, further ones bundled, a ceiling for each day."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.template import Template, Urgency
from chalicelib.kernel.text_catalogue import text
from chalicelib.message_log.model import PhoneQuota
from chalicelib.message_log.policy import BUNDLE_FOR, STAFF_SMS_PER_DAY
from chalicelib.message_log.rations import place

from ..world import START

ZONE = "Asia/Shanghai"
WORK = Template(text(zh="好", en="ok"), recipients="staff", for_staff=True)
REMINDER = replace(WORK, urgency=Urgency.URGENT)
ALARM = replace(REMINDER, alarm=True)
OWN = replace(WORK, for_staff=False)  # to staff as to any resident
GAPS = st.integers(0, 3600)
FRESH = PhoneQuota(id="quota#x", version=0, ttl=START)


def placed(gaps, template=WORK):
    """Return (instant, placement) of messages that come with these gaps in seconds."""
    quota, at, found = FRESH, START, []
    for n, gap in enumerate(gaps):
        at += timedelta(seconds=gap)
        quota, placement = place(quota, template, f"msg_{n}", at, ZONE)
        found.append((at, placement))
    return found


@given(st.lists(GAPS, max_size=200))
def test_a_day_has_fewer_messages_than_the_ceiling(gaps):
    days = Counter(
        at.astimezone(ZoneInfo(ZONE)).date()
        for at, placement in placed(gaps)
        if placement.is_at_once
    )
    assert max(days.values(), default=0) < STAFF_SMS_PER_DAY  # and the digest


@given(st.lists(GAPS, min_size=1, max_size=100))
def test_the_first_is_never_held_back_and_further_ones_wait_for_one_bundle(
    gaps,
):
    found = placed(gaps)
    assert found[0][1].is_at_once
    at_once = [at for at, placement in found if placement.is_at_once]
    for earlier, later in pairwise(at_once):
        assert later - earlier >= BUNDLE_FOR
    for at, placement in found:
        if placement.bundle_at:
            opened = placement.bundle_at - BUNDLE_FOR
            assert opened in at_once
            assert opened <= at < placement.bundle_at


@given(st.lists(GAPS, max_size=100))
def test_an_alarm_is_never_held_back(gaps):
    assert all(placement.is_at_once for _, placement in placed(gaps, ALARM))


@given(st.lists(GAPS, max_size=100))
def test_urgent_reminders_are_bundled_and_have_no_ceiling(gaps):
    assert not any(
        placement.is_over_ceiling for _, placement in placed(gaps, REMINDER)
    )


@given(st.lists(GAPS, max_size=100))
def test_what_is_no_work_is_counted_and_not_bundled(gaps):
    assert all(
        placement.bundle_at is None for _, placement in placed(gaps, OWN)
    )


def test_a_job_that_comes_twice_gets_the_same_place():
    quota, first = place(FRESH, WORK, "msg_a", START, ZONE)
    again, second = place(
        quota, WORK, "msg_a", START + timedelta(minutes=1), ZONE
    )
    assert first == second
    assert again == quota


def test_a_bundle_counts_and_waits_for_no_other_window():
    quota, _ = place(FRESH, WORK, "msg_a", START, ZONE)
    later = START + timedelta(minutes=1)
    quota, placement = place(quota, WORK, "msg_b", later, ZONE, is_bundle=True)
    assert placement.is_at_once
    assert quota.sent == 2
