"""Challenges and sessions. Codes and tokens are derived from a key, never stored. Pure."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from ..kernel.changes import Count, Entity
from ..kernel.codes import Keyring, derive_digits, same
from ..kernel.errors import Invalid, TooMany, Unauthenticated
from .policy import (
    CODE_DIGITS,
    CODE_LASTS,
    CODE_TRIES,
    COOLDOWN,
    FAMILY_GRACE,
    REFRESH_LASTS,
)

__all__ = [
    "Challenge",
    "Purpose",
    "Reused",
    "Session",
    "code_of",
    "issue_challenge",
    "may_issue",
    "read_refresh",
    "refresh",
]


_REFRESH = "refresh-token"


class Purpose(StrEnum):
    """What a code proves."""

    SIGN_IN = "sign_in"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge(Entity):
    """A requested code. Its id is a keyed hash of the phone, or of the person for an address."""

    entity_kind: ClassVar[str] = "challenge"

    nonce: str
    target: str  # where the code is sent: a phone or an address
    purpose: Purpose
    locale: str
    expires_at: datetime
    used: bool = False
    ttl: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Entity):
    """A family of refresh tokens: each use makes the next generation."""

    entity_kind: ClassVar[str] = "session"

    person_id: str
    token_version: int
    generation: int = 1
    rotated_at: datetime
    expires_at: datetime
    ended: bool = False
    ttl: datetime


class Reused(Exception):
    """A spent refresh token came back: somebody has a copy."""


def code_of(keys: Keyring, challenge: Challenge) -> str:
    """Return the code of a challenge."""
    return derive_digits(
        keys.key("code", challenge.created_at),
        challenge.purpose,
        challenge.id,
        challenge.nonce,
        digits=CODE_DIGITS,
    )


def may_issue(before: Challenge | None, now: datetime) -> None:
    """Refuse a code so soon after the last one, unless that one was used."""
    if before and not before.used and now < before.updated_at + COOLDOWN:
        raise TooMany(
            "auth.too_soon", _seconds(before.updated_at + COOLDOWN - now)
        )


def issue_challenge(
    before: Challenge | None,
    *,
    id: str,
    target: str,
    purpose: Purpose,
    nonce: str,
    locale: str,
    now: datetime,
) -> Challenge:
    """Return a fresh challenge in the place of the one before."""
    expires = now + CODE_LASTS
    return Challenge(
        id=id,
        version=before.version if before else 0,
        created_at=now,
        updated_at=now,
        nonce=nonce,
        target=target,
        purpose=purpose,
        locale=locale,
        expires_at=expires,
        ttl=expires + timedelta(days=1),
    )


def guess_count(challenge: Challenge) -> Count:
    """Return the counter of a challenge's tries."""
    full = TooMany("auth.too_many_tries", int(COOLDOWN.total_seconds()))
    return CODE_TRIES.count(f"tries#{challenge.nonce}", full, challenge.ttl)


def is_right(keys: Keyring, challenge: Challenge, code: str) -> bool:
    """Compare a code with the challenge's."""
    return same(code_of(keys, challenge), code)


def check_alive(
    challenge: Challenge | None, now: datetime, loc: str
) -> Challenge:
    """Return the challenge. A missing, used or expired one is refused like a wrong code."""
    if challenge is None or challenge.used or challenge.expires_at <= now:
        raise Invalid("auth.code_wrong", [loc])
    return challenge


def open_session(
    *, id: str, person_id: str, token_version: int, now: datetime
) -> Session:
    """Return a fresh session."""
    expires = now + REFRESH_LASTS
    return Session(
        id=id,
        created_at=now,
        updated_at=now,
        person_id=person_id,
        token_version=token_version,
        rotated_at=now,
        expires_at=expires,
        ttl=expires,
    )


def refresh_token(keys: Keyring, session: Session) -> str:
    """Return a session's current refresh token: ``rt.<session>.<generation>.<mac>``."""
    named = f"{session.id}.{session.generation}"
    return f"rt.{named}.{keys.sign(_REFRESH, named)}"


def read_refresh(keys: Keyring, token: str) -> tuple[str, int]:
    """Return the session id and generation of a refresh token. A forged one is refused."""
    parts = token.split(".")
    if (
        len(parts) != 4
        or parts[0] != "rt"
        or not re.fullmatch(r"[1-9][0-9]{0,8}", parts[2], re.ASCII)
    ):
        raise Unauthenticated("auth.refresh_invalid")
    if not keys.is_signed(_REFRESH, f"{parts[1]}.{parts[2]}", parts[3]):
        raise Unauthenticated("auth.refresh_invalid")
    return parts[1], int(parts[2])


def refresh(session: Session, generation: int, now: datetime) -> Session:
    """Return the session after one of its tokens was used.

    The token before the current one gives the current one again for a minute, because its
    answer may have been lost.

    Raises:
        Unauthenticated: the session is over.
        Reused: the token was spent before.

    """
    if session.ended or session.expires_at <= now:
        raise Unauthenticated("auth.refresh_invalid")
    if generation == session.generation:
        expires = now + REFRESH_LASTS
        return replace(
            session,
            generation=generation + 1,
            rotated_at=now,
            expires_at=expires,
            ttl=expires,
        )
    if (
        generation == session.generation - 1
        and now <= session.rotated_at + FAMILY_GRACE
    ):
        return session
    raise Reused


def _seconds(left: timedelta) -> int:
    return max(1, -int(-left.total_seconds() // 1))
