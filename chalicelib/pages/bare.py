"""The page of a request that reaches no function: in each language, with nothing to load.

A gateway answers it from a fixed text, so it knows neither the language nor the stage.
"""

import json
from html import escape

from ..kernel.text_catalogue import LOCALES
from ..web.api import Api

__all__ = ["HTML", "bare_page"]

HTML = "text/html; charset=utf-8"


def bare_page(api: Api, status: int, code: str) -> str:
    """Return the page of a problem that has no facts."""
    titles, details = [], ""
    for locale in LOCALES:
        problem = json.loads(api.problem(status, code, locale).body)
        titles.append(escape(problem["title"]))
        details += f'<p lang="{locale}">{escape(problem["detail"])}</p>'
    title = " · ".join(titles)
    return (
        f'<!doctype html><html lang="{LOCALES[0]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title></head>"
        f"<body><main><h1>{title}</h1>{details}</main></body></html>"
    )
