"""Write docs/messages.md, the texts of all messages as SMS providers register them."""

from chalicelib.catalogue import TEMPLATES
from chalicelib.kernel.template import Template

from .generated import ROOT, keep

__all__ = ["FILE", "generated"]

FILE = ROOT / "docs" / "messages.md"
LANGUAGES = {"zh-CN": "中文", "en": "English"}
COLUMNS = (
    "kind",
    "version",
    "recipients",
    "urgency",
    "class",
    "asks",
    "can wait",
    "parts",
    *LANGUAGES.values(),
)
HEAD = f"""# Messages

Every message that Chunhui sends. `python -m tools.templates` writes this page from the
templates in the code, and a test compares it. Domestic SMS providers register each text with
its variables. Each text is sent behind a signature in 【】. A promotional text ends with the way
to refuse it.

- *parts*: the number of SMS parts billed for the longest text. A part has 70 units alone, or 67
  in a chain. The signature is included, with eight characters.
- *asks*: the recipient answers by the numbers `{{yes}}` and `{{no}}`. The SMS is given them when
  it is sent: 1 and 2, or 71 and 72 to 77 and 78 (按短信里的数字回复). By e-mail the text ends
  with 请在应用里答复.
- *can wait*: goes into the daily digest of a person who has had their weekly share of messages.

| {" | ".join(COLUMNS)} |
{"|---" * len(COLUMNS)}|
"""


def generated() -> str:
    """Return the page."""
    rows = [_row(kind, TEMPLATES[kind]) for kind in sorted(TEMPLATES)]
    return HEAD + "".join(rows)


def _row(kind: str, template: Template) -> str:
    cells = [
        f"`{kind}`",
        template.version,
        template.recipients,
        template.urgency.value,
        template.legal.value,
        _mark(template.asks),
        _mark(template.can_wait),
        template.parts,
    ]
    cells += [_text(template, locale) for locale in LANGUAGES]
    return f"| {' | '.join(map(str, cells))} |\n"


def _text(template: Template, locale: str) -> str:
    """Return a text as it is sent by SMS, with the names of its facts and numbers."""
    text = template.text.format(locale)
    if template.asks:
        text += template.asks.format(locale)
    return text


def _mark(holds: object) -> str:
    if holds:
        return "yes"
    return ""


if __name__ == "__main__":
    keep(FILE, generated())
