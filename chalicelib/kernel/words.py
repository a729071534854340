"""Texts in the two languages of the house."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Catalogue", "Words", "choose_locale", "placeholders"]


_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Words:
    """One text, in both languages; `{name}` stands for a fact."""

    zh: str
    en: str

    def say(self, locale: str, facts: Mapping[str, object] | None = None) -> str:
        """Return the text in a locale with its facts filled in; a missing fact leaves its name standing."""
        text = self.en if locale == "en" else self.zh
        known = facts or {}
        return _NAME.sub(lambda found: str(known.get(found[1], found[0])), text)  # in one pass: a fact is never read as a text


Catalogue = Mapping[str, Words]


def placeholders(text: str) -> set[str]:
    """Return the names of the facts that a text takes."""
    return set(_NAME.findall(text))


def choose_locale(accept_language: str | None) -> str:
    """Return ``zh-CN`` or ``en``: the first of them that an Accept-Language header names (RFC 9110, 12.5.4)."""
    ranked = []
    for n, part in enumerate((accept_language or "").split(",")[:20]):
        tag, _, weight = part.replace(" ", "").lower().partition(";q=")
        try:
            quality = float(weight or 1)
        except ValueError:
            continue
        if quality > 0:
            ranked.append((-quality, n, tag))
    for _, _, tag in sorted(ranked):
        if tag.split("-")[0] in ("zh", "en"):
            return "en" if tag.startswith("en") else "zh-CN"
    return "zh-CN"
