"""How a person likes pages to look: type size, light or dark, language. Kept in a cookie."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..kernel.text_catalogue import DEFAULT_LOCALE, LOCALES, choose_locale

__all__ = ["SIZES", "THEMES", "Look"]

SIZES = ("m", "l", "xl")  # 18, 24 and 30 px
THEMES = ("auto", "light", "dark")
_LANGUAGES = {"en": "en", "zh": "zh-CN", "zh-CN": "zh-CN"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A type size, a theme and a locale. Its text is that of the cookie: ``l.dark.zh-CN``."""

    COOKIE: ClassVar[str] = "look"

    size: str = "m"
    theme: str = "auto"
    locale: str = DEFAULT_LOCALE

    @classmethod
    def parse(cls, text: str, accept_language: str | None) -> "Look":
        """Return the look of a cookie. What it does not name comes from the browser."""
        size, _, rest = text.partition(".")
        theme, _, locale = rest.partition(".")
        return cls(
            size=size if size in SIZES else "m",
            theme=theme if theme in THEMES else "auto",
            locale=locale
            if locale in LOCALES
            else choose_locale(accept_language),
        )

    @classmethod
    def of_query(cls, query: Mapping[str, Any]) -> "Look":
        """Return the look of a public page: its address alone says the language and the size."""
        locale = _LANGUAGES.get(str(query.get("lang", "")), DEFAULT_LOCALE)
        size = "l" if query.get("big") == "1" else "m"
        return cls(size=size, locale=locale)

    def __str__(self) -> str:
        return f"{self.size}.{self.theme}.{self.locale}"
