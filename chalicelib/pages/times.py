"""Days and times in the words of a page: ``今天 14:30``, ``超时 40 分``."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ..kernel.text_catalogue import text

__all__ = ["day_words", "instant_words", "late_words", "left_words"]

_WEEKDAYS = {
    "zh-CN": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_TODAY = text(zh="今天", en="today")
_TOMORROW = text(zh="明天", en="tomorrow")
_YESTERDAY = text(zh="昨天", en="yesterday")
_DAY = text(zh="{month}月{day}日", en="{day} {month}")
_MONTHS = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]
_LATE = {
    "minutes": text(zh="超时 {n} 分钟", en="{n} min late"),
    "hours": text(zh="超时 {n} 小时", en="{n} h late"),
    "days": text(zh="超时 {n} 天", en="{n} days late"),
}
_LEFT = text(zh="还有 {n} 天", en="{n} days left")
_LAST_DAY = text(zh="今天到期", en="last day")
_OVER = text(zh="已过 {n} 天", en="{n} days over")
ZONE = ZoneInfo("Asia/Shanghai")


def day_words(day: date, today: date, locale: str) -> str:
    """Return a day: today, tomorrow and yesterday by their names, others by date and weekday."""
    near = {0: _TODAY, 1: _TOMORROW, -1: _YESTERDAY}.get((day - today).days)
    if near:
        return near.format(locale)
    month = _MONTHS[day.month - 1] if locale == "en" else str(day.month)
    facts = {"month": month, "day": day.day}
    weekdays = _WEEKDAYS.get(locale, _WEEKDAYS["zh-CN"])
    words = f"{_DAY.format(locale, facts)} {weekdays[day.weekday()]}"
    return words if day.year == today.year else f"{day.year} {words}"


def instant_words(instant: datetime, now: datetime, locale: str) -> str:
    """Return an instant with its day, in local time."""
    local = instant.astimezone(ZONE)
    today = now.astimezone(ZONE).date()
    return f"{day_words(local.date(), today, locale)} {local:%H:%M}"


def late_words(due: datetime, now: datetime, locale: str) -> str:
    """Return how long a deadline has passed; "" before it."""
    late = now - due
    if late < timedelta(minutes=1):
        return ""
    minutes = int(late.total_seconds() // 60)
    if minutes < 120:
        return _LATE["minutes"].format(locale, {"n": minutes})
    if minutes < 48 * 60:
        return _LATE["hours"].format(locale, {"n": minutes // 60})
    return _LATE["days"].format(locale, {"n": minutes // (24 * 60)})


def left_words(day: date, today: date, locale: str) -> str:
    """Return how many days are left until a day."""
    left = (day - today).days
    if left > 0:
        return _LEFT.format(locale, {"n": left})
    if left == 0:
        return _LAST_DAY.format(locale)
    return _OVER.format(locale, {"n": -left})
