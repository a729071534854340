"""Throttles and lifetimes as data (NIST SP 800-63B, OWASP ASVS 5 section 6.6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from ..kernel.access import Grant, Role
from ..kernel.rate_limit import AttemptLimit, RateLimit

__all__ = [
    "CODES_PER_DAY",
    "CODES_PER_DEVICE",
    "CODES_PER_DEVICES",
    "CODES_UNANSWERED",
    "CODE_DIGITS",
    "CODE_LASTS",
    "CODE_TRIES",
    "COOLDOWN",
    "DORMANT_AFTER",
    "EMAIL_CODES",
    "FAMILY_GRACE",
    "FORGOTTEN_PER_STEP",
    "READ_OUTS_PER_DAY",
    "READ_OUT_GUESSES",
    "READ_OUT_LASTS",
    "ROLE_CODES_PER_DAY",
    "WRONG_PER_ADDRESS",
    "WRONG_PER_TARGET",
    "CodeLimits",
    "SessionLife",
    "life_of",
    "pause_after",
]

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def _codes(name: str, limit: int, per: timedelta) -> RateLimit:
    """Return the limit of codes sent in each window."""
    return RateLimit.fixed_window(name, limit, per, "auth.throttled")


CODE_DIGITS = 6
CODE_LASTS = timedelta(minutes=5)
FORGOTTEN_PER_STEP = 20  # commits in one job, well inside a minute
READ_OUT_LASTS = timedelta(minutes=10)  # it is typed in while two people talk
CODE_TRIES = 5  # of one challenge
COOLDOWN = timedelta(
    seconds=60
)  # between two codes to one asker, unless the first was used

# Tries of a code that staff read out, by all challenges of its phone together: two of the person's
# own, and ten chances in a million for everybody else.
READ_OUT_GUESSES = AttemptLimit("read_out_guesses", 10)

# SMS to one phone. Strangers cause six a day that nobody answers: enough to pester, too few to
# guess (6 challenges x 5 tries in a million). Codes, questions of other applications and notices
# count together. An answered code was asked for by the owner, so it counts against the larger
# limit only. A device that has signed in before has windows of its own.
CODES_UNANSWERED = _codes("unanswered", 6, _DAY)
CODES_PER_DAY = _codes("day", 30, _DAY)
CODES_PER_DEVICE = _codes("device", 10, _DAY)
CODES_PER_DEVICES = _codes("devices", 30, _DAY)  # of one phone together
# Codes to one e-mail address, and from one person.
EMAIL_CODES = (_codes("hour", 10, _HOUR), _codes("day", 30, _DAY))
READ_OUTS_PER_DAY = _codes("read_out", 6, _DAY)  # about one person
ROLE_CODES_PER_DAY = _codes("role", 3, _DAY)  # about one person

# Wrong codes are counted without a limit, for the pauses between tries.
WRONG_PER_TARGET = _codes("wrong", 0, _DAY)
WRONG_PER_ADDRESS = _codes("wrong", 0, _HOUR)
_FREE_WRONG_CODES = 5  # a person with a bad day; more is somebody who guesses
_MAX_PAUSE = timedelta(
    seconds=60
)  # a fifth of a code's life: the owner may mistype under attack


def pause_after(wrong_codes: int) -> timedelta:
    """Return the pause before another try of a challenge: 2, 4, 8 … seconds.

    The first try of a challenge never waits. So others who guess at a phone, or behind the same
    address, hold up nobody with the right code.
    """
    over = wrong_codes - _FREE_WRONG_CODES
    if over <= 0:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(over, 10)), _MAX_PAUSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLimits:
    """The budgets of codes: of numbers without an account, and of those with one.

    Numbers without an account have a budget per network address and hour, and one per day. The
    reserve of known numbers is as large as that of a day, and no address uses it up: behind one
    address may be a whole building. Staff and known devices need no budget: their windows are
    enough, and strangers cannot make more of them.
    """

    per_address_hour: int
    per_day: int

    @property
    def of_address(self) -> RateLimit:
        """Return the limit of codes to unknown numbers from one address."""
        return _codes("hour", self.per_address_hour, _HOUR)

    @property
    def of_day(self) -> RateLimit:
        """Return the limit of codes to unknown numbers, and of those to known ones."""
        return _codes("day", self.per_day, _DAY)


@dataclass(frozen=True, slots=True)
class SessionLife:
    """The life of a session: `idle` since its last refresh, `absolute` since the sign-in."""

    idle: timedelta
    absolute: timedelta | None = None


# In the pocket of residents and volunteers: a code costs them more than it protects.
_IN_THE_POCKET = SessionLife(timedelta(days=180))
# Workers see other people's homes on the same phone.
_OF_A_WORKER = SessionLife(timedelta(days=30))
# At the desk, where others pass by: a shift, and a break (NIST SP 800-63B, AAL2).
_AT_THE_DESK = SessionLife(timedelta(minutes=60), timedelta(hours=12))
FAMILY_GRACE = timedelta(
    minutes=10
)  # a lost answer: the previous token still works while its successor is unused
# Carriers give a number to somebody else after 90 days or more; half a year without a sign-in
# makes that likelier than a return.
DORMANT_AFTER = timedelta(days=180)


def life_of(grants: Iterable[Grant]) -> SessionLife:
    """Return the life of a session by the highest role of its person."""
    ranks = [grant.role.rank for grant in grants]
    highest = max(ranks, default=0)
    if highest >= Role.COMMUNITY_STAFF.rank:
        return _AT_THE_DESK
    if highest >= Role.PROPERTY.rank:
        return _OF_A_WORKER
    return _IN_THE_POCKET
