"""What a message says: its text, the facts it takes and how long each may be, and how it may be sent."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum
from itertools import accumulate

from .text_catalogue import LOCALES, Text, placeholders

__all__ = ["Lane", "Legal", "Template", "Templates", "Urgency"]


class Urgency(StrEnum):
    """How soon a message must arrive."""

    URGENT = "urgent"  # at once, at night too, and once more if nobody knows whether it went out
    NORMAL = "normal"  # at once, but not in quiet hours
    LOW = "low"  # with everything else of the day, in one message


class Legal(StrEnum):
    """What the law takes a message for (MIIT Order 31 of 2015, articles 18 to 20)."""

    SERVICE = "service"  # about something that the person takes part in
    PROMOTIONAL = "promotional"  # asks for consent beforehand and says in every message how to be left alone


class Lane(StrEnum):
    """The two queues: work that one person waits for never queues behind messages to thousands."""

    URGENT = "urgent"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of message. `slots` are its facts with the most UCS-2 units of each, which are billed; a longer fact is cut.

    `version` is written into the message log, so that the text of an old message can be found. `parts` is what the
    longest form is billed as, in any locale, signature and suffix included; a test checks it. `asks` marks a question
    that 1 (yes) or 2 (no) answers. With `can_wait` the message may go into the digest of a recipient who has had enough
    messages this week; a question never does, for there "1" would answer nothing. `told` names the recipients, for
    docs/messages.md. With `for_staff` only staff may read it later on.
    """

    text: Text
    _: KW_ONLY
    told: str
    for_staff: bool = False
    version: int = 1
    slots: Mapping[str, int] = field(default_factory=dict)
    urgency: Urgency = Urgency.NORMAL
    legal: Legal = Legal.SERVICE
    asks: bool = False
    can_wait: bool = False
    parts: int = 1

    def __post_init__(self) -> None:
        """Refuse a template whose texts and slots do not name the same facts."""
        if any(
            placeholders(self.text.format(locale)) != set(self.slots)
            for locale in LOCALES
        ):
            raise ValueError(f"texts and slots differ: {self.text}")
        by_itself = (
            self.asks or self.legal is Legal.PROMOTIONAL
        )  # in a digest no answer would find it, and no way out
        if by_itself and (self.can_wait or self.urgency is Urgency.LOW):
            raise ValueError(
                f"a question or a promotion cannot wait for the digest: {self.text}"
            )

    def fill(self, locale: str, facts: Mapping[str, object]) -> str:
        """Return the text in a locale; a fact is one line, no longer than its slot. KeyError for a missing fact."""
        kept = {name: _cut(str(facts[name]), most) for name, most in self.slots.items()}
        return self.text.format(locale, kept)


_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


def _cut(fact: str, most: int) -> str:
    """One line without links: SMS providers refuse texts with links, and a further line could pass for another message.

    An emoji or a rare character of a name is two units, and stays whole or goes.
    """
    line = " ".join(_LINK.sub("…", fact).split())
    ends = list(accumulate(2 if ord(character) > 0xFFFF else 1 for character in line))
    return (
        line
        if not ends or ends[-1] <= most
        else line[: bisect_right(ends, most - 1)] + "…"
    )


Templates = Mapping[str, Template]
