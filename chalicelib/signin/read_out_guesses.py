"""The code that staff read out, as an answer to the person's own challenge."""

from dataclasses import dataclass, replace
from datetime import datetime

from ..kernel.changes import Count, Put, Write
from ..kernel.codes import Keyring
from ..kernel.errors import Invalid
from .model import Challenge, Purpose, is_right
from .policy import CODE_TRIES, READ_OUT_GUESSES
from .repository import SessionRepository

__all__ = ["Guess", "ReadOutGuesses"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Whether a code was the one that staff read out, and what is written."""

    is_right: bool = False
    writes: tuple[Write, ...] = ()


class ReadOutGuesses:
    """Compares wrong codes with the one that was read out to their phone.

    Strangers have challenges of the same phone. So the tries of all of them are
    counted together, and the commit of a right one needs a try that is left.
    """

    def __init__(self, repository: SessionRepository, keys: Keyring) -> None:
        self._repository, self._keys = repository, keys

    def guess(self, challenge: Challenge, code: str, now: datetime) -> Guess:
        """Compare a code that is not the challenge's own."""
        if challenge.purpose is not Purpose.SIGN_IN or challenge.person_id:
            return Guess()
        read_out = self._repository.find_read_out(challenge.target)
        if read_out is None or not _is_alive(read_out, now):
            return Guess()
        count = READ_OUT_GUESSES.count(
            read_out.id, Invalid("auth.code_wrong", ["code"]), read_out.ttl
        )
        if not is_right(self._keys, read_out, code):
            return Guess(writes=(_tally(count),))
        used = replace(read_out, used=True, version=read_out.version + 1)
        writes = (count, Put(row=used, expected=read_out))
        return Guess(is_right=True, writes=writes)


def _is_alive(read_out: Challenge, now: datetime) -> bool:
    is_over = read_out.used or read_out.expires_at <= now
    return not is_over and read_out.tries < CODE_TRIES


def _tally(count: Count) -> Count:
    return replace(count, limit=None, refusal=None)
