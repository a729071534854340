"""The few answers that a person reads in a browser: a heading, a sentence, perhaps one button."""

import html
from dataclasses import dataclass

__all__ = ["HtmlPage"]

_FRAME = (
    '<!doctype html><html lang="{locale}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<title>{title}</title><main style="font:1.2rem/1.6 sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem">'
    "<h1>{title}</h1><p>{text}</p>{form}</main></html>"
)
_FORM = '<form method="post"><button style="font:inherit;padding:.5em 2em">{button}</button></form>'


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """A page as it is sent."""

    html: str

    @classmethod
    def saying(cls, locale: str, title: str, text: str) -> "HtmlPage":
        """Return a page that says something."""
        return cls(
            _FRAME.format(
                locale=locale, title=html.escape(title), text=html.escape(text), form=""
            )
        )

    @classmethod
    def asking(cls, locale: str, title: str, text: str, button: str) -> "HtmlPage":
        """Return a page that asks for one click, which posts to the same address."""
        form = _FORM.format(button=html.escape(button))
        return cls(
            _FRAME.format(
                locale=locale,
                title=html.escape(title),
                text=html.escape(text),
                form=form,
            )
        )
