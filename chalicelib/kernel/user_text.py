"""Words that people wrote, as facts of messages: the one sieve through which they pass."""

import re
from dataclasses import dataclass

from .text_catalogue import Text, text

__all__ = ["UserText", "fact_for"]

# In place of words that are gone.
GONE = text(zh="此事", en="a former matter")
# Neither blank nor a format character.
_VISIBLE = re.compile(
    r"[^\s\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]"
)
# Codes, dates, hours and counts, which no person wrote.
_FIGURES = re.compile(r"[0-9\s:.\-/*]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class UserText:
    """Words that a person wrote.

    Only the `owners` get `words`, at their own phone or mailbox. All others get `public`: what
    staff have released, or a neutral text.
    """

    words: str
    owners: frozenset[str] = frozenset()
    public: str | Text = ""


def fact_for(reader: str, locale: str, fact: object) -> str:
    """Return a fact of a message for the person whose phone or mailbox gets it; "" for others.

    Contacts, links and brackets are cut from all words, also from a fact that is plain text. Words
    that are gone, or of which nothing is left, have the public text; a message names nothing empty.
    """
    if isinstance(fact, Text):
        return fact.format(locale)
    if not isinstance(fact, UserText):
        return _readable(str(fact)) or GONE.format(locale)
    if reader and reader in fact.owners:
        words = _readable(fact.words)
        if words:
            return words
    return fact_for(reader, locale, fact.public)


def _readable(text: str) -> str:
    """Return words without contacts, "" where nothing visible is left."""
    if not _FIGURES.fullmatch(text):
        from .redaction import without_contacts  # its patterns take long

        text = without_contacts(text)
    return text if _VISIBLE.search(text) else ""
