"""How pages look, and how they say days and times."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.pages.look import Look
from chalicelib.pages.times import (
    day_words,
    instant_words,
    late_words,
    left_words,
)

NOW = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)  # 14:00 in Shanghai, a Monday
TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("cookie", "language", "expected"),
    [
        ("l.dark.en", None, ("l", "dark", "en")),
        ("xl.light.zh-CN", "en", ("xl", "light", "zh-CN")),
        ("", None, ("m", "auto", "zh-CN")),
        ("", "en-GB,en;q=0.9", ("m", "auto", "en")),
        ("huge.pink.fr", "en", ("m", "auto", "en")),
        ("l", "en", ("l", "auto", "en")),
        ("l.dark.en.more", None, ("l", "dark", "zh-CN")),
        ("..", None, ("m", "auto", "zh-CN")),
        ('l"><script>', None, ("m", "auto", "zh-CN")),
    ],
)
def test_a_look_is_read_as_far_as_it_is_known(
    cookie: str, language: str | None, expected: tuple[str, str, str]
) -> None:
    look = Look.parse(cookie, language)
    assert (look.size, look.theme, look.locale) == expected
    assert Look.parse(str(look), None) == look


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ("m", "zh-CN")),
        ({"lang": "en"}, ("m", "en")),
        ({"lang": "zh", "big": "1"}, ("l", "zh-CN")),
        ({"lang": "fr", "big": "2"}, ("m", "zh-CN")),
        ({"lang": ["en", "en"], "big": ["1", "1"]}, ("m", "zh-CN")),
    ],
)
def test_the_address_of_a_public_page_says_its_look(
    query: dict[str, object], expected: tuple[str, str]
) -> None:
    look = Look.of_query(query)
    assert (look.size, look.locale) == expected


@pytest.mark.parametrize(
    ("day", "zh", "en"),
    [
        (TODAY, "今天", "today"),
        (TODAY + timedelta(1), "明天", "tomorrow"),
        (TODAY - timedelta(1), "昨天", "yesterday"),
        (date(2026, 12, 9), "12月9日 周三", "9 December Wed"),
        (date(2027, 1, 3), "2027 1月3日 周日", "2027 3 Jan Sun"),
    ],
)
def test_a_day_is_said_as_people_say_it(day: date, zh: str, en: str) -> None:
    assert day_words(day, TODAY, "zh-CN") == zh
    assert day_words(day, TODAY, "en") == en.replace("December", "Dec")


def test_a_day_ends_at_midnight_in_the_street() -> None:
    late = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    assert instant_words(late, NOW, "zh-CN") == "今天 23:59"
    next_day = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert instant_words(next_day, NOW, "zh-CN") == "明天 00:00"
    assert instant_words(next_day, NOW, "en") == "tomorrow 00:00"
    assert instant_words(next_day, next_day, "en") == "today 00:00"


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (-60, "", ""),
        (0.9, "", ""),
        (1, "超时 1 分钟", "1 min late"),
        (119, "超时 119 分钟", "119 min late"),
        (120, "超时 2 小时", "2 h late"),
        (48 * 60 - 1, "超时 47 小时", "47 h late"),
        (48 * 60, "超时 2 天", "2 days late"),
    ],
)
def test_lateness_is_said_in_the_unit_that_fits(
    minutes: float, zh: str, en: str
) -> None:
    due = NOW - timedelta(minutes=minutes)
    assert late_words(due, NOW, "zh-CN") == zh
    assert late_words(due, NOW, "en") == en


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [
        (3, "还有 3 天", "3 days left"),
        (0, "今天到期", "last day"),
        (-2, "已过 2 天", "2 days over"),
    ],
)
def test_the_days_that_are_left_are_counted(
    days: int, zh: str, en: str
) -> None:
    day = TODAY + timedelta(days)
    assert left_words(day, TODAY, "zh-CN") == zh
    assert left_words(day, TODAY, "en") == en
