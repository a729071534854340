"""Codes of factors: those of an app, and recovery codes. Nothing is read or written here."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from ..kernel.codes import Keyring
from ..kernel.ids import Ids
from . import seeds
from .model import Factor, Seed
from .policy import RECOVERY_CODES, RECOVERY_LENGTH

if TYPE_CHECKING:
    from .totp import Totp

__all__ = ["Accepted", "FactorCodes", "PendingFactor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingFactor:
    """A secret to be put into an app."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The factor after a right code, with its new recovery codes, and the line of the audit."""

    factor: Factor
    recovery_codes: tuple[str, ...] | None = None
    audit: str = ""


class FactorCodes:
    """Makes secrets, and checks codes."""

    def __init__(self, *, keys: Keyring, ids: Ids, totp: "Totp") -> None:
        self._keys, self._ids, self._totp = keys, ids, totp

    def new_seed(self, now: datetime) -> Seed:
        """Return the seed of a fresh secret."""
        return Seed(nonce=self._ids.new("non"), at=now)

    def pending(self, person_id: str, name: str, seed: Seed) -> PendingFactor:
        """Return the secret of a seed, as an app takes it."""
        secret = seeds.totp_secret(seeds.secret_of(self._keys, person_id, seed))
        return PendingFactor(
            secret=self._totp.secret_text(secret),
            uri=self._totp.uri(secret, name),
        )

    def accept(
        self, factor: Factor, code: str, session: str, now: datetime
    ) -> Accepted | None:
        """Return the factor after a right code, None after a wrong one."""
        if factor.seed:
            secret = seeds.secret_of(self._keys, factor.id, factor.seed)
            used = self._used(factor, secret, code, now)
            if used:
                return used
        pending = factor.pending_for(session, now)
        if pending is None:
            return None
        secret = seeds.secret_of(self._keys, factor.id, pending)
        step = self._totp.step_of(seeds.totp_secret(secret), code, now)
        if step is None:
            return None
        codes = self._recovery_codes()
        confirmed = replace(
            factor,
            seed=pending,
            pending=None,
            pending_session="",
            confirmed_at=now,
            last_step=step,
            recovery=tuple(seeds.recovery_hash(secret, one) for one in codes),
            spent=(),
            showings=(),
        )
        return Accepted(
            factor=confirmed, recovery_codes=codes, audit="person.factor_set"
        )

    def was_used(self, factor: Factor, code: str, now: datetime) -> bool:
        """Say whether a code was right before: it comes from a repeated request, or a copy."""
        if factor.seed is None:
            return False
        secret = seeds.secret_of(self._keys, factor.id, factor.seed)
        if not code.isdigit():
            return seeds.recovery_hash(secret, code) in factor.spent
        step = self._totp.step_of(seeds.totp_secret(secret), code, now)
        return step is not None and step <= factor.last_step

    def _used(
        self, factor: Factor, secret: bytes, code: str, now: datetime
    ) -> Accepted | None:
        """Return a confirmed factor after a code of its app or a recovery code."""
        if code.isdigit():
            step = self._totp.step_of(
                seeds.totp_secret(secret), code, now, factor.last_step
            )
            if step is None:
                return None
            return Accepted(factor=replace(factor, last_step=step))
        hashed = seeds.recovery_hash(secret, code)
        if hashed not in factor.recovery:
            return None
        left = tuple(one for one in factor.recovery if one != hashed)
        return Accepted(
            factor=replace(
                factor, recovery=left, spent=(*factor.spent, hashed)
            ),
            audit="person.factor_recovered",
        )

    def _recovery_codes(self) -> tuple[str, ...]:
        codes = []
        for _ in range(RECOVERY_CODES):
            random = self._ids.new("rec").partition("_")[2]
            codes.append(random[:RECOVERY_LENGTH])
        return tuple(codes)

    def renewed(self, factor: Factor, now: datetime) -> Factor:
        """Return the factor under the key in force now, so that it outlives the one before."""
        if factor.seed is None:
            return factor
        nonce = self._ids.new("non")
        seed = seeds.renewed(self._keys, factor.id, factor.seed, nonce, now)
        return replace(factor, seed=seed)
