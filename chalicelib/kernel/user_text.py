"""Words that people wrote, as facts of messages: the one sieve through which they pass."""

import re
from dataclasses import dataclass

from .redaction import without_contacts
from .text_catalogue import Text

__all__ = ["UserText", "fact_for"]

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

    Contacts, links and brackets are cut from all words, also from a fact that is plain text.
    """
    if isinstance(fact, Text):
        return fact.format(locale)
    if not isinstance(fact, UserText):
        text = str(fact)
        return text if _FIGURES.fullmatch(text) else without_contacts(text)
    if reader and reader in fact.owners:
        return without_contacts(fact.words)
    return fact_for(reader, locale, fact.public)
