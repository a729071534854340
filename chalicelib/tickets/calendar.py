"""Public holidays and make-up days of China; the only module that imports the library."""

from datetime import date
from functools import lru_cache

from .worktime import Holiday

__all__ = ["chinese_holiday"]

# Five years of days: each deadline asks for weeks of them, and the library takes 20 µs for one.
_DAYS_KEPT = 2000


@lru_cache(maxsize=_DAYS_KEPT)
def chinese_holiday(day: date) -> Holiday | None:
    """Return whether a day is a public holiday by the State Council's yearly notices.

    None for a year that the library does not know. Version 1.11.0 knows 2004 to 2026.
    """
    # Imported late, for tickets alone. The import takes 1.3 ms from bytecode, and 10 ms without it,
    # as where the package is unzipped read-only.
    try:
        from chinese_calendar import Holiday as Named  # noqa: PLC0415
        from chinese_calendar import get_holiday_detail  # noqa: PLC0415

        off, english = get_holiday_detail(day)
        for named in Named:
            if named.value == english:
                return Holiday(off=off, name=named.chinese)
        return Holiday(off=off)
    except Exception:  # noqa: BLE001 - a broken library must not cost a ticket its SLA timers
        return None
