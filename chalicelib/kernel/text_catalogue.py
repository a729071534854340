"""Texts by locale, and which locale a caller wants. A further language begins at `Locale`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

__all__ = [
    "DEFAULT_LOCALE",
    "LOCALES",
    "Catalogue",
    "Locale",
    "Text",
    "choose_locale",
    "placeholders",
    "text",
]

Locale = Literal["zh-CN", "en"]
LOCALES: tuple[Locale, ...] = get_args(Locale)
DEFAULT_LOCALE: Locale = "zh-CN"

_NAME = re.compile(r"\{(\w+)\}")
_BY_LANGUAGE = {locale.split("-")[0]: locale for locale in LOCALES}


@dataclass(frozen=True, slots=True)
class Text:
    """One text by locale; `{name}` is replaced by a fact."""

    by_locale: Mapping[str, str]

    def __add__(self, other: "Text") -> "Text":
        """Return both texts, one behind the other."""
        return Text(
            {locale: self.format(locale) + other.format(locale) for locale in LOCALES}
        )

    def format(self, locale: str, facts: Mapping[str, object] | None = None) -> str:
        """Return the text in a locale, or in the default one, with its facts; the name of a missing fact stays."""
        said = self.by_locale.get(locale, self.by_locale[DEFAULT_LOCALE])
        known = facts or {}
        return _NAME.sub(
            lambda found: str(known.get(found[1], found[0])), said
        )  # in one pass: a fact is never read as a text


Catalogue = Mapping[str, Text]


def text(**by_language: str) -> Text:
    """Return a text given by language: `text(zh="好", en="Good")`. KeyError for a language that is none of ours."""
    return Text(
        {_BY_LANGUAGE[language]: said for language, said in by_language.items()}
    )


def placeholders(said: str) -> set[str]:
    """Return the names of the facts that a text takes."""
    return set(_NAME.findall(said))


def choose_locale(accept_language: str | None) -> Locale:
    """Return the first of our locales that an Accept-Language header names (RFC 9110, 12.5.4), or the default one."""
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
        language = tag.split("-")[0]
        if language in _BY_LANGUAGE:
            return _BY_LANGUAGE[language]
    return DEFAULT_LOCALE
