"""Pages for browsers: a heading, a sentence, and perhaps one button."""

import html
from dataclasses import dataclass

__all__ = ["HtmlPage"]

_PAGE = (
    '<!doctype html><html lang="{locale}"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>{title}</title>'
    '<main style="font:1.2rem/1.6 sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem">'
    "<h1>{title}</h1><p>{text}</p>{form}</main></html>"
)
_FORM = '<form method="post"><button style="font:inherit;padding:.5em 2em">{button}</button></form>'


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """The HTML of a page."""

    html: str

    @classmethod
    def saying(cls, locale: str, title: str, text: str) -> "HtmlPage":
        """Return a page with a text."""
        return cls(_page(locale, title, text, ""))

    @classmethod
    def asking(
        cls, locale: str, title: str, text: str, button: str
    ) -> "HtmlPage":
        """Return a page with a text and a button that posts to the page's own address."""
        return cls(
            _page(locale, title, text, _FORM.format(button=html.escape(button)))
        )


def _page(locale: str, title: str, text: str, form: str) -> str:
    escaped_title, escaped_text = html.escape(title), html.escape(text)
    return _PAGE.format(
        locale=locale, title=escaped_title, text=escaped_text, form=form
    )
