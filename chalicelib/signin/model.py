"""Challenges and sessions. Codes and tokens are derived from a key, never stored. Pure."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from ..kernel.changes import Entity
from ..kernel.codes import Keyring, derive_digits, same
from ..kernel.errors import Invalid, TooMany, Unauthenticated
from .policy import (
    CODE_DIGITS,
    CODE_TRIES,
    COOLDOWN,
    FAMILY_GRACE,
    SessionLife,
)

__all__ = [
    "Challenge",
    "CodeAsker",
    "CodeTarget",
    "LastSeen",
    "Purpose",
    "ReadOutPointer",
    "Reused",
    "Session",
    "check_alive",
    "check_cooldown",
    "check_tries",
    "code_of",
    "is_right",
    "open_session",
    "read_refresh",
    "refresh",
    "refresh_token",
    "resume",
]


_REFRESH = "refresh-token"


class Purpose(StrEnum):
    """What a code proves."""

    SIGN_IN = "sign_in"
    EMAIL = "email"
    # A change of phone: the codes to the number before and the one after it.
    PHONE_OLD = "phone_old"
    PHONE_NEW = "phone_new"
    NOTICE = "notice"  # proves nothing: it only holds the address of a notice
    ROLE = "role"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge(Entity):
    """A requested code. It belongs to the one who asked for it: only they know its id.

    `target` is the id of the `CodeTarget` to which the code goes. A `muted` one is sent to nobody
    and is otherwise like the others, for an answer must not show which numbers are known. `device`
    is the known device that asked. `person_id` is the person of a code that staff read out or
    asked for, or who changes their phone; `about` is the role to which they agree. `holder` is the
    person whose phone or address it was when the code was asked for, `place` their community.
    """

    entity_kind: ClassVar[str] = "challenge"

    nonce: str
    target: str
    purpose: Purpose
    asker: str
    locale: str
    expires_at: datetime
    device: str | None = None
    person_id: str | None = None
    holder: str | None = None
    place: str | None = None
    about: str = ""
    muted: bool = False
    tries: int = 0
    failed_at: datetime | None = None
    used: bool = False
    ttl: datetime

    @property
    def phone_hash(self) -> str | None:
        """Return the keyed hash of the phone to which the code went; None for a mail address."""
        kind, _, hashed = self.target.partition("#")
        return hashed if kind == "phone" else None

    @property
    def is_own_target(self) -> bool:
        """Say whether this is a notice with an address that no code goes to."""
        return self.purpose is Purpose.NOTICE and self.target == self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTarget:
    """A phone or e-mail address to which codes go. `id` is a keyed hash, or the owner's id.

    It is the only row of sign-in with a number in it, so that one deletion removes the number.
    """

    id: str
    address: str
    ttl: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOutPointer:
    """The latest challenge of a `CodeTarget` whose code staff have read out."""

    target: str
    challenge: str
    ttl: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAsker(Entity):
    """The last time that one asker had a code sent: a device, or an address for one phone."""

    entity_kind: ClassVar[str] = "asker"

    ttl: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Entity):
    """A family of refresh tokens: each use makes the next generation.

    `device` is the id of the device that signed in, `hint` a word for its owner ("Android").
    With `read_out` staff have read out the code that opened it.
    """

    entity_kind: ClassVar[str] = "session"

    person_id: str
    token_version: int
    generation: int = 1
    rotated_at: datetime
    expires_at: datetime
    device: str
    hint: str | None = None
    ended: bool = False
    read_out: bool = False
    ttl: datetime

    def is_over(self, now: datetime) -> bool:
        """Say whether the session has ended or expired."""
        return self.ended or self.expires_at <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSeen:
    """The last sign-in or refresh of a person, to the day. It is apart from the person's record.

    So no version moves with it, and no If-Match fails.
    """

    person_id: str
    at: datetime


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


def is_right(keys: Keyring, challenge: Challenge, code: str) -> bool:
    """Compare a code with the challenge's."""
    return same(code_of(keys, challenge), code)


def check_cooldown(last: CodeAsker | None, now: datetime) -> None:
    """Refuse a code so soon after the last one of the same asker."""
    if last and now < last.updated_at + COOLDOWN:
        raise TooMany(
            "auth.too_soon", _seconds(last.updated_at + COOLDOWN - now)
        )


def check_alive(
    challenge: Challenge | None,
    purpose: Purpose,
    target: str,
    now: datetime,
) -> Challenge:
    """Return the challenge of a purpose and target.

    Another, used or expired one, and one that never was, are refused like a wrong code.
    """
    if challenge is None or challenge.used or challenge.expires_at <= now:
        raise Invalid("auth.code_wrong", ["code"])
    if (challenge.purpose, challenge.target) != (purpose, target):
        raise Invalid("auth.code_wrong", ["code"])
    return challenge


def check_tries(challenge: Challenge, pause: timedelta, now: datetime) -> None:
    """Refuse a try of a challenge that has none left, or during the pause after a wrong code."""
    if challenge.tries >= CODE_TRIES:
        raise TooMany("auth.too_many_tries", int(COOLDOWN.total_seconds()))
    if challenge.failed_at and now < challenge.failed_at + pause:
        raise TooMany("auth.pause", _seconds(challenge.failed_at + pause - now))


def open_session(
    *,
    id: str,
    person_id: str,
    token_version: int,
    life: SessionLife,
    device: str,
    hint: str | None = None,
    read_out: bool = False,
    now: datetime,
) -> Session:
    """Return a fresh session."""
    expires = _end_of(life, now, now)
    return Session(
        id=id,
        created_at=now,
        updated_at=now,
        person_id=person_id,
        token_version=token_version,
        rotated_at=now,
        expires_at=expires,
        device=device,
        hint=hint,
        read_out=read_out,
        ttl=expires,
    )


def _end_of(
    life: SessionLife, signed_in_at: datetime, used_at: datetime
) -> datetime:
    """Return the end of a session that is not used again."""
    if life.absolute is None:
        return used_at + life.idle
    return min(used_at + life.idle, signed_in_at + life.absolute)


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


def refresh(
    session: Session, generation: int, life: SessionLife, now: datetime
) -> Session:
    """Return the session after one of its tokens was used.

    The token before the current one gives the current one again for ten minutes, because its
    answer may have been lost. The life is that of the person's role now.

    Raises:
        Unauthenticated: the session is over.
        Reused: the token was spent before.

    """
    if session.is_over(now):
        raise Unauthenticated("auth.refresh_invalid")
    if generation == session.generation:
        return _rotated(session, life, now)
    if (
        generation == session.generation - 1
        and now <= session.rotated_at + FAMILY_GRACE
    ):
        return session
    raise Reused


def resume(session: Session, life: SessionLife, now: datetime) -> Session:
    """Return the session of a browser after it was used. It does not rotate.

    Its end moves on after a quarter of its idle time, or once a day: most uses write nothing.

    Raises:
        Unauthenticated: the session is over.

    """
    expires = _end_of(life, session.created_at, now)
    if session.is_over(now) or expires <= now:
        raise Unauthenticated("auth.refresh_invalid")
    if now - session.rotated_at < min(life.idle / 4, timedelta(days=1)):
        return session
    return replace(session, rotated_at=now, expires_at=expires, ttl=expires)


def _rotated(session: Session, life: SessionLife, now: datetime) -> Session:
    expires = _end_of(life, session.created_at, now)
    if expires <= now:  # a role that rose ends a session of last week
        raise Unauthenticated("auth.refresh_invalid")
    return replace(
        session,
        generation=session.generation + 1,
        rotated_at=now,
        expires_at=expires,
        ttl=expires,
    )


def _seconds(left: timedelta) -> int:
    return max(1, -int(-left.total_seconds() // 1))
