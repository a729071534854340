"""The records of helpers: what they carry, and which homes they were shown. Pure.

A helper has one record for the account and one for each phone. A phone stays the same when an
account is erased and made anew. So leaving and coming back resets no number: homes and claims given
back count from all records, confirmed deliveries from that of the account alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from ..kernel.changes import Adjust, Entity, Put
from ..kernel.errors import Conflict, Refusal, TooMany
from . import policy

__all__ = [
    "HashedHome",
    "Helper",
    "HelperRecord",
    "HelperRecords",
    "ReturnedClaim",
    "counted",
]

_NEVER = datetime(2000, 1, 1, tzinfo=UTC)  # of a row that is named, not written


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedHome:
    """A home that a helper was shown, by a keyed hash, and when they were shown it last."""

    home: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedClaim:
    """A claim that its helper gave back, and when."""

    claim: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HelperRecord(Entity):
    """What is counted for one subject: an account (its person id) or a phone (its key).

    Only the record of an account counts active claims and confirmed deliveries.
    """

    entity_kind: ClassVar[str] = "helper"

    active: int = 0
    confirmed: int = 0
    homes: tuple[HashedHome, ...] = ()
    given_back: tuple[ReturnedClaim, ...] = ()


def counted(helper: str, *, active: int = 0, confirmed: int = 0) -> Adjust:
    """Return the write that adds to the record of a helper's account, without a read.

    It changes the version, so that no claim at the same time overwrites it. A missing record must
    not keep a claim from its end.
    """
    record = HelperRecord(id=helper, created_at=_NEVER, updated_at=_NEVER)
    added = {"active": active, "confirmed": confirmed, "version": 1}
    return Adjust(
        row=record,
        add={name: n for name, n in added.items() if n},
        must_exist=False,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HelperRecords:
    """The records of one helper as they were read: that of the account first, then the phones."""

    subjects: tuple[str, ...]
    known: Mapping[str, HelperRecord]

    @property
    def active(self) -> int:
        """Return the number of active claims of the account."""
        own = self.known.get(self.subjects[0])
        return max(0, own.active) if own else 0

    @property
    def confirmed(self) -> int:
        """Return the number of confirmed deliveries of the account."""
        own = self.known.get(self.subjects[0])
        return own.confirmed if own else 0

    def homes(self, now: datetime) -> dict[str, datetime]:
        """Return the homes that count, each with the latest instant, the earliest first.

        Before the first confirmed delivery every home counts, afterwards those of seven days.
        """
        shown = [one for record in self.known.values() for one in record.homes]
        homes: dict[str, datetime] = {}
        for one in sorted(shown, key=_instant):
            homes.pop(one.home, None)
            homes[one.home] = one.at
        return _lately(homes, now) if self.confirmed else homes

    @property
    def given_back_ids(self) -> frozenset[str]:
        """Return the claims that were given back in the last 30 days or so, by any account."""
        return frozenset(self._all_given_back())

    def given_back_lately(
        self, now: datetime, lifted_at: datetime | None
    ) -> int:
        """Return how many claims were given back in 30 days, since staff lifted a pause."""
        since = now - policy.GIVEN_BACK_WINDOW
        if lifted_at:
            since = max(since, lifted_at)
        return sum(at > since for at in self._all_given_back().values())

    def _all_given_back(self) -> dict[str, datetime]:
        records = self.known.values()
        given_back = [one for record in records for one in record.given_back]
        return {one.claim: one.at for one in given_back}

    def with_claim(self, home: str, now: datetime) -> tuple[Put, ...]:
        """Return the rows after one more claim, on a wish of a home."""
        homes = self._with_shown(home, now)
        return self._rows(homes, self._all_given_back(), 1, now)

    def with_home(self, home: str, now: datetime) -> tuple[Put, ...]:
        """Return the rows after another home was shown for a claim that goes on."""
        homes = self._with_shown(home, now)
        return self._rows(homes, self._all_given_back(), 0, now)

    def _with_shown(self, home: str, now: datetime) -> dict[str, datetime]:
        homes = self.homes(now)
        homes.pop(home, None)
        return homes | {home: now}

    def with_claim_given_back(
        self, claim_id: str, now: datetime
    ) -> tuple[Put, ...]:
        """Return the rows after a claim was given back."""
        given_back = self._all_given_back() | {claim_id: now}
        return self._rows(self.homes(now), given_back, -1, now)

    def with_account_left(
        self, claim_ids: Iterable[str], now: datetime
    ) -> tuple[Put, ...]:
        """Return the rows after the account was left with active claims: they are given back."""
        given_back = self._all_given_back() | dict.fromkeys(claim_ids, now)
        return self._rows(self.homes(now), given_back, 0, now)

    def _rows(
        self,
        homes: Mapping[str, datetime],
        given_back: Mapping[str, datetime],
        active: int,
        now: datetime,
    ) -> tuple[Put, ...]:
        """Return the row of each subject. Homes and claims given back are the same in all."""
        shown = [HashedHome(home=home, at=at) for home, at in homes.items()]
        since = now - policy.GIVEN_BACK_WINDOW
        lately = [
            ReturnedClaim(claim=claim, at=at)
            for claim, at in given_back.items()
            if at > since
        ]
        rows = []
        for n, subject in enumerate(self.subjects):
            before = self.known.get(subject)
            row = before or HelperRecord(
                id=subject, created_at=now, updated_at=now
            )
            row = replace(
                row,
                version=row.version + 1,
                updated_at=now,
                active=max(0, self.active + active) if n == 0 else 0,
                homes=tuple(shown[-policy.HOMES_KEPT :]),
                given_back=tuple(lately),
            )
            rows.append(Put(row=row, new=before is None, expected=before))
        return tuple(rows)


def _instant(shown: HashedHome) -> datetime:
    return shown.at


def _lately(
    homes: Mapping[str, datetime], now: datetime
) -> dict[str, datetime]:
    since = now - policy.HOMES_WINDOW
    return {home: at for home, at in homes.items() if at > since}


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """A volunteer who wants to claim a wish, as the rules of claims see them.

    `refusal` is that of any claim: not vetted, or paused by staff. `homes_allowed` is set by
    staff for seven days, instead of the usual numbers.
    """

    records: HelperRecords
    capacity: int
    refusal: Refusal | None = None
    is_safeguarding: bool = False
    was_seen_in_person: bool = False
    paused: bool = False
    homes_allowed: int | None = None
    lifted_at: datetime | None = None

    @property
    def is_known(self) -> bool:
        """Say whether staff have seen the helper, and a delivery of theirs was confirmed."""
        return self.was_seen_in_person and self.records.confirmed > 0

    def is_unreliable(self, now: datetime) -> bool:
        """Say whether the helper has given back so often that staff have to talk to them."""
        lately = self.records.given_back_lately(now, self.lifted_at)
        return lately >= policy.GIVEN_BACK_MAX

    def homes_max(self) -> int:
        """Return the number of homes that may be shown to the helper."""
        if self.homes_allowed is not None:
            return self.homes_allowed
        if self.records.confirmed:
            return policy.HOMES_IN_WINDOW
        return policy.HOMES_OF_NEWCOMER

    def homes_left(self, now: datetime) -> int:
        """Return how many further homes may be shown to the helper."""
        return max(0, self.homes_max() - len(self._homes(now)))

    def claims_left(self, now: datetime) -> int:
        """Return how many further claims the helper may make, each of another home."""
        if self.refusal or self.is_unreliable(now):
            return 0
        free = self.capacity - self.records.active
        return max(0, min(free, self.homes_left(now)))

    def _homes(self, now: datetime) -> dict[str, datetime]:
        homes = self.records.homes(now)
        return homes if self.homes_allowed is None else _lately(homes, now)

    def check_room(self, home: str, now: datetime) -> None:
        """Refuse a claim for which the helper has no capacity or no home left.

        Raises:
            Conflict: they carry as many claims as they wanted.
            TooMany: they were shown as many homes as allowed, and this is another one.

        """
        if self.records.active >= self.capacity:
            raise Conflict("volunteer.too_many_claims", capacity=self.capacity)
        homes = self._homes(now)
        if home not in homes and len(homes) >= self.homes_max():
            raise TooMany("wish.too_many_homes", self._seconds_to_wait(now))

    def _seconds_to_wait(self, now: datetime) -> int:
        """Return when another home may be shown, in whole seconds from now.

        A newcomer waits for a confirmed delivery, so a day is only a guess.
        """
        if not self.records.confirmed and self.homes_allowed is None:
            return int(policy.NEWCOMER_RETRY.total_seconds())
        instants = sorted(self._homes(now).values())
        leaves_at = instants[-self.homes_max()] + policy.HOMES_WINDOW
        return max(1, -(-(leaves_at - now) // timedelta(seconds=1)))
