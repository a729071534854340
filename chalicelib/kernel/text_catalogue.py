"""Texts by locale, and the choice of a locale. To add a language, begin at `Locale`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
    """One text by locale; `{name}` is replaced by a fact.

    `names` gives, by fact, the name of each code that the fact can be: ``open`` -> 待受理.
    """

    by_locale: Mapping[str, str]
    names: "Mapping[str, Catalogue]" = field(default_factory=dict)

    def naming(self, **names: "Catalogue") -> "Text":
        """Return this text with facts that are shown by the name of their code."""
        return replace(self, names=names)

    def __add__(self, other: "Text") -> "Text":
        """Return the concatenation of two texts."""
        joined: dict[str, str] = {}
        for locale in LOCALES:
            joined[locale] = self.format(locale) + other.format(locale)
        return Text(joined, {**self.names, **other.names})

    def format(
        self, locale: str, facts: Mapping[str, object] | None = None
    ) -> str:
        """Return the text in a locale, or in the default one, with its facts.

        The placeholder of a missing fact stays.
        """
        pattern = self.by_locale.get(locale, self.by_locale[DEFAULT_LOCALE])
        known = facts or {}

        def fact_of(placeholder: re.Match[str]) -> str:
            value = str(known.get(placeholder[1], placeholder[0]))
            names = self.names.get(placeholder[1])
            if names is None or value not in names:
                return value
            return names[value].format(locale)

        # In one pass, so that a fact with braces is not filled again.
        return _NAME.sub(fact_of, pattern)


Catalogue = Mapping[str, Text]


def text(**by_language: str) -> Text:
    """Return a text given by language: `text(zh="好", en="Good")`.

    KeyError for an unknown language.
    """
    by_locale: dict[str, str] = {}
    for language, pattern in by_language.items():
        by_locale[_BY_LANGUAGE[language]] = pattern
    return Text(by_locale)


def placeholders(pattern: str) -> set[str]:
    """Return the names of the facts that a text takes."""
    return set(_NAME.findall(pattern))


def choose_locale(accept_language: str | None) -> Locale:
    """Return the best locale for an Accept-Language header (RFC 9110, 12.5.4), or the default."""
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
