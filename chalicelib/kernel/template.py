"""Message templates: the text, its facts with their lengths, and the way of sending."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum
from itertools import accumulate

from .digits import Pair
from .text_catalogue import LOCALES, Text, placeholders, text
from .user_text import fact_for

__all__ = ["Lane", "Legal", "Pot", "Template", "Templates", "Urgency"]


_IN_THE_APP = text(zh="请在应用里答复", en=" Please answer in the app.")


class Urgency(StrEnum):
    """The urgency of a message."""

    URGENT = "urgent"  # at once, at night too, and again if the result of a try is unknown
    NORMAL = "normal"  # at once, but not in quiet hours
    LOW = "low"  # in one message with all others of the day


class Legal(StrEnum):
    """The legal class of a message (MIIT Order 31 of 2015, articles 18 to 20)."""

    SERVICE = "service"  # about an activity of the recipient
    PROMOTIONAL = "promotional"  # needs consent, and names in every message a way to opt out


class Pot(StrEnum):
    """The part of a street's SMS budget that pays for a message. No pot pays for another."""

    CODES = "codes"  # sign-in and delivery codes, which never wait for money
    URGENT = "urgent"
    TICKETS = "tickets"
    OTHER = "other"


class Lane(StrEnum):
    """The two queues. Work for which one person waits never queues behind messages to thousands."""

    URGENT = "urgent"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of message.

    `slots` maps its facts to their largest size in UCS-2 units, which are billed. A longer fact
    is cut. `version` is written into the message log, so that the text of an old message can be
    found. `parts` is the billed number of parts of the longest form, in any locale, with
    signature and suffix; a test checks it. `asks` is the last sentence of a question: how to
    answer it by the numbers `{yes}` and `{no}`, which are assigned when it is sent. With `can_wait`
    the message may go into the digest of a recipient who has had enough messages this week. A
    question never does, for there no number would answer it. With `for_staff` only staff may read
    it later. With `for_work` it is about work of its recipient. An `alarm` is bundled with further
    ones of the same words only. `brief` is the text among others in one message.
    """

    text: Text
    _: KW_ONLY
    recipients: str  # for docs/messages.md
    for_staff: bool = False
    for_work: bool = False
    alarm: bool = False
    pot: Pot = Pot.OTHER
    version: int = 1
    slots: Mapping[str, int] = field(default_factory=dict)
    urgency: Urgency = Urgency.NORMAL
    legal: Legal = Legal.SERVICE
    asks: Text | None = None
    brief: Text | None = None
    can_wait: bool = False
    parts: int = 1

    def __post_init__(self) -> None:
        """Refuse a template whose texts and slots do not name the same facts."""
        for locale in LOCALES:
            if placeholders(self.text.format(locale)) != set(self.slots):
                raise ValueError(f"texts and slots differ: {self.text}")
            if self.brief and not (
                placeholders(self.brief.format(locale)) <= set(self.slots)
            ):
                raise ValueError(f"brief and slots differ: {self.brief}")
            if self.asks and not _takes_numbers(self.asks.format(locale)):
                raise ValueError(f"texts and numbers differ: {self.asks}")
        # In a digest an answer would not find its question, nor an opt-out its promotion.
        goes_alone = bool(self.asks) or self.legal is Legal.PROMOTIONAL
        if goes_alone and (self.can_wait or self.urgency is Urgency.LOW):
            raise ValueError(
                f"a question or a promotion cannot wait for the digest: {self.text}"
            )

    @property
    def paid_from(self) -> Pot:
        """Return the pot that pays for the message."""
        if self.urgency is Urgency.URGENT and self.pot is not Pot.CODES:
            return Pot.URGENT
        return self.pot

    @property
    def is_bundled(self) -> bool:
        """Say whether further messages of a short time share one message with this one."""
        is_work = self.for_staff or self.for_work
        return is_work and not self.asks

    def fill(
        self,
        locale: str,
        facts: Mapping[str, object],
        reader: str = "",
        numbers: Pair | None = None,
    ) -> str:
        """Return the text in a locale, each fact cut to its slot. KeyError for a missing fact.

        `reader` is the person whose phone or mailbox gets it. Only they read words of their own.
        `numbers` answer a question by SMS. Without them it is to be answered in the app.
        """
        cut = self._cut_facts(locale, facts, reader)
        return self.text.format(locale, cut) + self._how_to_answer(
            locale, numbers
        )

    def fill_briefly(
        self,
        locale: str,
        facts: Mapping[str, object],
        reader: str = "",
        numbers: Pair | None = None,
    ) -> str:
        """Return the text as it is listed among others, without a full stop at its end."""
        if self.brief:
            cut = self._cut_facts(locale, facts, reader)
            return self.brief.format(locale, cut)
        return self.fill(locale, facts, reader, numbers).rstrip("。. ")

    def _cut_facts(
        self, locale: str, facts: Mapping[str, object], reader: str
    ) -> Mapping[str, str]:
        cut: dict[str, str] = {}
        for name, limit in self.slots.items():
            cut[name] = _cut(fact_for(reader, locale, facts[name]), limit)
        return cut

    def _how_to_answer(self, locale: str, numbers: Pair | None) -> str:
        if self.asks is None:
            return ""
        if numbers is None:
            return _IN_THE_APP.format(locale)
        return self.asks.format(locale, {"yes": numbers.yes, "no": numbers.no})


def _takes_numbers(sentence: str) -> bool:
    """Say whether a sentence names a number to answer by, and no other fact."""
    names = placeholders(sentence)
    return bool(names) and names <= {"yes", "no"}


def _cut(fact: str, limit: int) -> str:
    """Return a fact as one line of at most `limit` UCS-2 units.

    A second line could look like another message. A character of two units (an emoji, a rare
    character of a name) stays whole or goes.
    """
    line = " ".join(fact.split())
    ends = list(accumulate(1 + (ord(one) > 0xFFFF) for one in line))
    if not ends or ends[-1] <= limit:
        return line
    return line[: bisect_right(ends, limit - 1)] + "…"


Templates = Mapping[str, Template]
