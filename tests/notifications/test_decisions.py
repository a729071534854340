"""The instant of a message: quiet hours in any zone, days of 23 or 25 hours, digests."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.kernel.quiet import quiet_span
from chalicelib.kernel.template import Legal, Template, Urgency
from chalicelib.kernel.text_catalogue import text
from chalicelib.message_log.decisions import digest_time
from chalicelib.message_log.policy import DIGEST_CUTOFF
from chalicelib.notifications import policy
from chalicelib.notifications.decisions import is_held, plan
from chalicelib.notifications.model import LocalQuietHours

ASKS = text(zh="请回复{yes}", en=" Reply {yes}.")
SHANGHAI = "Asia/Shanghai"
NIGHT = LocalQuietHours(zone="Asia/Shanghai")  # 21:00 to 08:00 in Shanghai
SEED = "per_a"


def at(text: str, zone: str = SHANGHAI) -> datetime:
    """Return a local instant of November: ``24 21:00`` or ``24 21:00:59``."""
    day, _, time = text.partition(" ")
    local = datetime.fromisoformat(f"2026-11-{day}T{time}").replace(
        tzinfo=ZoneInfo(zone)
    )
    return local.astimezone(UTC)


def local(instant: datetime | None, zone: str = SHANGHAI) -> str:
    return (
        f"{instant.astimezone(ZoneInfo(zone)):%d %H:%M:%S}"
        if instant
        else "never"
    )


def planned(
    now: str,
    quiet: LocalQuietHours | None = NIGHT,
    *,
    before: str = "",
    after: str = "",
) -> str:
    bounds = {
        "not_before": at(before) if before else None,
        "not_after": at(after) if after else None,
    }
    return local(plan(at(now), quiet, **bounds, seed=SEED))


MORNING = planned("23 22:00")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("23 20:59:59", "23 20:59:59"),
        ("23 21:00:00", MORNING),
        ("24 07:59:59", MORNING),
        ("24 08:00:00", "24 08:00:00"),
        ("24 12:00:00", "24 12:00:00"),
    ],
)
def test_a_message_waits_at_night_and_goes_out_at_once_by_day(
    now: str, expected: str
):
    assert planned(now) == expected
    assert "24 08:00:00" <= MORNING < "24 08:30:00"


@pytest.mark.parametrize(
    ("now", "event", "expected"),
    [
        # an event the next morning: an hour before the quiet hours begin
        ("23 12:00:00", "24 08:00:00", "23 12:00:00"),
        # too late for that: in the morning, if that is before the event
        ("23 22:00:00", "24 08:20:00", "24 08:00:00"),
        ("23 22:00:00", "24 08:00:00", "never"),
        ("23 22:00:00", "24 07:00:00", "never"),
        ("23 22:00:00", "24 08:30:01", MORNING),
        ("23 22:00:00", "24 08:30:00", "24 08:00:00"),
        # an event that is over
        ("23 12:00:00", "23 11:00:00", "never"),
        ("23 12:00:00", "23 12:00:00", "never"),
        ("23 22:00:00", "23 21:30:00", "never"),
    ],
)
def test_a_message_is_worthless_once_its_event_has_begun(
    now: str, event: str, expected: str
):
    assert planned(now, after=event) == expected


@pytest.mark.parametrize(
    ("now", "wanted", "event", "expected"),
    [
        ("23 12:00:00", "24 07:00:00", "24 08:00:00", "23 20:00:00"),
        ("23 12:00:00", "23 22:00:00", "24 08:20:00", "23 20:00:00"),
        # at that instant, and between: now
        ("23 20:00:00", "24 07:00:00", "24 08:00:00", "23 20:00:00"),
        ("23 20:30:00", "24 07:00:00", "24 08:00:00", "23 20:30:00"),
        # too late to be early
        ("23 21:00:00", "24 07:00:00", "24 08:20:00", "24 08:00:00"),
        ("23 21:00:00", "24 07:00:00", "24 08:00:00", "never"),
        # there is time in the morning
        ("23 12:00:00", "24 07:00:00", "24 10:00:00", MORNING),
        ("23 12:00:00", "24 09:00:00", "24 10:00:00", "24 09:00:00"),
    ],
)
def test_a_message_that_cannot_wait_for_the_morning_goes_out_in_the_evening(
    now: str, wanted: str, event: str, expected: str
):
    assert planned(now, before=wanted, after=event) == expected


def hours(start: str, end: str, zone: str = SHANGHAI) -> LocalQuietHours:
    return LocalQuietHours(start=start, end=end, zone=zone)


@pytest.mark.parametrize(
    ("quiet", "now", "span"),
    [
        (hours("12:30", "14:00"), "23 12:29:59", "rings"),
        (hours("12:30", "14:00"), "23 12:30:00", "23 14:00"),
        (hours("12:30", "14:00"), "23 23:00:00", "rings"),
        (hours("11:00", "13:00"), "23 12:00:00", "23 13:00"),
        (hours("00:00", "23:59"), "23 12:00:00", "23 23:59"),
        (hours("08:00", "08:00"), "23 08:00:00", "rings"),
        (hours("22:00", "06:00"), "23 21:30:00", "rings"),
    ],
)
def test_the_residents_own_quiet_hours_are_kept(
    quiet: LocalQuietHours, now: str, span: str
):
    found = plan(at(now), quiet, not_before=None, not_after=None, seed=SEED)
    assert found is not None
    assert (
        local(found) == now
        if span == "rings"
        else at(f"{span}:00") <= found < at(f"{span}:00") + policy.JITTER
    )


def test_a_message_without_quiet_hours_goes_out_at_night():
    assert planned("23 23:00:00", None) == "23 23:00:00"


def test_ten_minutes_between_two_quiet_spans_are_used():
    """The jitter must not carry a message into the next quiet hours, day after day."""
    quiet = hours("08:10", "08:00")
    for seed in map(str, range(50)):
        found = plan(
            at("23 12:00:00"), quiet, not_before=None, not_after=None, seed=seed
        )
        assert found is not None
        assert at("24 08:00:00") <= found < at("24 08:10:00")
        assert (
            plan(found, quiet, not_before=None, not_after=None, seed=seed)
            == found
        )


def test_messages_that_waited_are_spread_over_half_an_hour():
    found = {
        plan(
            at("23 22:00:00"),
            NIGHT,
            not_before=None,
            not_after=None,
            seed=str(n),
        )
        for n in range(400)
    }
    assert len(found) > 300
    assert max(found) - min(found) > timedelta(minutes=28)


TIMES = st.integers(0, 1439).map(
    lambda minute: f"{minute // 60:02}:{minute % 60:02}"
)
CHANGES = [
    datetime(2026, 3, 28, tzinfo=UTC),
    datetime(2026, 10, 24, tzinfo=UTC),
    datetime(2026, 11, 23, tzinfo=UTC),
]
INSTANTS = st.builds(
    lambda day, seconds: day + timedelta(seconds=seconds),
    st.sampled_from(CHANGES),
    st.integers(0, 3 * 86_400),
)
ZONES = st.sampled_from(
    [
        SHANGHAI,
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kathmandu",
        "Pacific/Apia",
    ]
)


@given(
    now=INSTANTS,
    quiet=st.builds(hours, TIMES, TIMES, ZONES),
    not_before=st.none() | INSTANTS,
    not_after=st.none() | INSTANTS,
    seed=st.text(max_size=4),
)
@example(
    now=CHANGES[0] + timedelta(hours=2),
    quiet=hours("03:00", "02:00", "Europe/Berlin"),
    not_before=None,
    not_after=None,
    seed="",
)
def test_a_plan_is_in_time_not_at_night_and_final(
    now, quiet, not_before, not_after, seed
):
    found = plan(
        now, quiet, not_before=not_before, not_after=not_after, seed=seed
    )
    if found is None:
        assert not_after is not None
        return
    assert found >= now
    assert not_after is None or found < not_after
    assert quiet_span(found, quiet.start, quiet.end, quiet.zone) is None
    assert (
        plan(
            found, quiet, not_before=not_before, not_after=not_after, seed=seed
        )
        == found
    )


@given(
    now=INSTANTS,
    quiet=st.builds(hours, TIMES, TIMES, ZONES),
    seed=st.text(max_size=4),
)
def test_without_an_event_a_message_goes_out_within_two_days(now, quiet, seed):
    found = plan(now, quiet, not_before=None, not_after=None, seed=seed)
    assert found is not None
    assert found - now < timedelta(days=2)


@given(instant=INSTANTS, start=TIMES, end=TIMES, zone=ZONES)
def test_a_quiet_span_contains_the_given_instant(instant, start, end, zone):
    span = quiet_span(instant, start, end, zone)
    if start == end:
        assert span is None
    elif span:
        assert span[0] <= instant < span[1]
        assert span[1] - span[0] <= timedelta(hours=25)


# the digest


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("23 09:00:00", "23 18:00:00"),
        ("23 17:29:59", "23 18:00:00"),
        ("23 17:30:00", "24 18:00:00"),  # about to be made
        ("23 18:00:00", "24 18:00:00"),
        ("23 23:59:59", "24 18:00:00"),
    ],
)
def test_held_messages_go_out_at_six_in_the_evening(now: str, expected: str):
    assert local(digest_time(at(now), SHANGHAI)) == expected


@given(now=INSTANTS, zone=ZONES)
def test_a_digest_is_at_six_local_time_after_its_cutoff(now, zone):
    found = digest_time(now, zone)
    assert local(found, zone).endswith(" 18:00:00")
    assert (
        now + DIGEST_CUTOFF < found <= now + DIGEST_CUTOFF + timedelta(hours=25)
    )


def a_template(**fields) -> Template:
    return Template(text(zh="好", en="ok"), recipients="the resident", **fields)


@pytest.mark.parametrize(
    ("fields", "sent", "held"),
    [
        ({"urgency": Urgency.LOW}, 0, True),
        ({"can_wait": True}, policy.WEEKLY_MESSAGES - 1, False),
        ({"can_wait": True}, policy.WEEKLY_MESSAGES, True),
        ({}, policy.WEEKLY_MESSAGES, False),
        ({"asks": ASKS}, policy.WEEKLY_MESSAGES, False),
        # It is not sent at all.
        ({"legal": Legal.PROMOTIONAL}, policy.WEEKLY_MESSAGES, False),
        ({"urgency": Urgency.URGENT}, policy.WEEKLY_MESSAGES, False),
    ],
)
def test_low_urgency_and_full_weeks_wait_for_the_digest(fields, sent, held):
    assert is_held(a_template(**fields), sent) is held


@pytest.mark.parametrize("kind", [{"asks": ASKS}, {"legal": Legal.PROMOTIONAL}])
@pytest.mark.parametrize("wait", [{"can_wait": True}, {"urgency": Urgency.LOW}])
def test_questions_and_promotions_never_wait_for_a_digest(kind, wait):
    with pytest.raises(ValueError, match="cannot wait"):
        a_template(**kind, **wait)
