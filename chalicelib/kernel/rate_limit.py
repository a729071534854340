"""Rate limits: counters that refuse when they are full, until their window ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .changes import Count
from .clock import local_day, start_of_day
from .errors import Refusal, TooMany

__all__ = ["AttemptLimit", "RateLimit"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `limit` requests in a window, else TooMany with `code` and the seconds left.

    `name` is the prefix of the stored counter's name. Windows are `per` long and begin at the epoch
    (UTC). Without `per` they are calendar days in the zone of the subject.
    """

    name: str
    limit: int
    per: timedelta | None
    code: str

    @classmethod
    def fixed_window(
        cls, name: str, limit: int, per: timedelta, code: str
    ) -> "RateLimit":
        """Return a limit for windows of one length."""
        return cls(name, limit, per, code)

    @classmethod
    def calendar_day(cls, name: str, limit: int, code: str) -> "RateLimit":
        """Return a limit for calendar days."""
        return cls(name, limit, None, code)

    def count(self, subject: str, now: datetime, zone: str = "UTC") -> Count:
        """Return the write that adds 1 for a subject in the window of `now`, or refuses.

        The store deletes the counter about one window later.
        """
        if self.per is None:
            day = local_day(now, zone)
            ends = start_of_day(day + _DAY, zone)
            return self._count(subject, f"{day}", now, ends, ends + _DAY)
        length = int(self.per.total_seconds())
        number = int(now.timestamp()) // length
        ends = datetime.fromtimestamp((number + 1) * length, UTC)
        return self._count(subject, f"{number}", now, ends, now + 2 * self.per)

    def counts(
        self, subjects: Iterable[str], now: datetime, zone: str = "UTC"
    ) -> tuple[Count, ...]:
        """Return the writes that count for each subject, such as a person and their phones.

        The strictest holds: one full counter refuses.
        """
        return tuple(self.count(subject, now, zone) for subject in subjects)

    def _count(
        self,
        subject: str,
        window: str,
        now: datetime,
        ends: datetime,
        expires_at: datetime,
    ) -> Count:
        return Count(
            subject=subject,
            name=f"{self.name}#{window}",
            add=1,
            limit=self.limit,
            refusal=TooMany(
                self.code, _whole_seconds(ends - now), limit=self.name
            ),
            expires_at=expires_at,
        )


@dataclass(frozen=True, slots=True)
class AttemptLimit:
    """At most `limit` attempts at one subject, such as a code, while its counter is kept."""

    name: str
    limit: int

    def count(
        self, subject: str, refusal: Refusal, expires_at: datetime | None = None
    ) -> Count:
        """Return the write that counts an attempt at a subject, or raises `refusal`."""
        return Count(
            subject=subject,
            name=self.name,
            add=1,
            limit=self.limit,
            refusal=refusal,
            expires_at=expires_at,
        )


def _whole_seconds(left: timedelta) -> int:
    """Return a duration in seconds, rounded up, for Retry-After."""
    return max(1, -(-left // timedelta(seconds=1)))
