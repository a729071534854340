"""The order of a code, and the address of one that was ordered. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from ..kernel.changes import Count
from ..people.model import Person
from .model import Purpose
from .policy import CODE_LASTS

__all__ = ["CodeOrder", "Destination"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeOrder:
    """A code to be issued.

    `target` is the id under which wrong codes are counted together, `address` the phone or e-mail
    address itself, `holder` the person whose address it is. Two codes to one `asker` are a minute
    apart. `counts` are limits that the commit keeps. With `slot` the challenge has a fixed id, and
    replaces the one before: for somebody who has signed in. With `sent` False no message goes out.
    """

    purpose: Purpose
    target: str
    address: str
    asker: str
    locale: str
    counts: Sequence[Count] = ()
    lasts: timedelta = CODE_LASTS
    slot: str | None = None
    device: str | None = None
    person_id: str | None = None
    holder: Person | None = None
    about: str = ""
    muted: bool = False
    sent: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """The phone or address to which the code of a challenge goes.

    With `is_for_it_alone` no other challenge has the same row of the address.
    """

    challenge_id: str
    purpose: Purpose
    address: str
    locale: str
    is_for_it_alone: bool
