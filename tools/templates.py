"""Writes docs/messages.md: every text that the house sends, as providers want it registered; ends with 1 if it had to."""

import sys
from pathlib import Path

from chalicelib.catalogue import TEMPLATES
from chalicelib.kernel.template import Template

__all__ = ["FILE", "current"]

FILE = Path(__file__).resolve().parent.parent / "docs" / "messages.md"
LANGUAGES = {"zh-CN": "中文", "en": "English"}
HEAD = f"""# Messages

Every message that the house sends, written by `python -m tools.templates` from the templates in the code and compared in a
test. Domestic SMS providers want each text registered with its variables; each is sent behind the signature in 【】, and a
promotional one ends with the way to refuse it. *Parts* is what the longest it can become is billed as (70 units alone, 67
each in a chain), signature of eight characters included. *Asks*: answered by replying 1 or 2. *Can wait*: goes into the
daily digest of somebody who was told enough this week.

| kind | version | who hears it | urgency | class | asks | can wait | parts | {" | ".join(LANGUAGES.values())} |
|---|---|---|---|---|---|---|---|{"---|" * len(LANGUAGES)}
"""


def current() -> str:
    """Return the document as it is committed."""
    return HEAD + "".join(_line(kind, TEMPLATES[kind]) for kind in sorted(TEMPLATES))


def _line(kind: str, template: Template) -> str:
    marks = ["yes" if mark else "" for mark in (template.asks, template.can_wait)]
    cells = [
        f"`{kind}`",
        template.version,
        template.told,
        template.urgency.value,
        template.legal.value,
        *marks,
    ]
    texts = [template.text.format(locale) for locale in LANGUAGES]
    return (
        "| "
        + " | ".join(str(cell) for cell in [*cells, template.parts, *texts])
        + " |\n"
    )


if __name__ == "__main__":
    before, now = FILE.read_text(encoding="utf-8") if FILE.exists() else "", current()
    if before != now:
        FILE.write_text(now, encoding="utf-8")
        sys.exit("docs/messages.md was out of date and has been written; commit it")
