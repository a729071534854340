"""Draw bars as SVG: blocks of rows above one another, with a column for each measure.

The picture is readable on light and on dark pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Block", "draw"]

NAMES, BAR, FIGURE, ROW, HEAD = 240, 100, 66, 24, 34  # pixels
DARK = ".bar { fill: #6e7681; } .first { fill: #58a6ff; }"
STYLE = f"""
    text {{ font: 13px system-ui, sans-serif; fill: #24292f; }}
    .title {{ font-weight: 600; }}
    .bar {{ fill: #8c959f; }}
    .first {{ fill: #0969da; }}
    @media (prefers-color-scheme: dark) {{ text {{ fill: #e6edf3; }} {DARK} }}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Rows under a title. Each column has the values of one measure, in the order of the rows."""

    title: str
    rows: Sequence[str]
    columns: Sequence[Sequence[float]]


def draw(measures: Sequence[str], blocks: Sequence[Block]) -> str:
    """Return an SVG document.

    A measure has one scale for all blocks, from zero. The first row of a block is highlighted.
    """
    scales = [_scale(n, blocks) for n in range(len(measures))]
    parts: list[str] = []
    top = 0
    for block in blocks:
        parts += _heads(top, block.title, measures)
        parts += _names(top + HEAD, block.rows)
        for n, values in enumerate(block.columns):
            parts += _bars(_left(n), top + HEAD, values, scales[n])
        top += HEAD + len(block.rows) * ROW + 16
    size = f'viewBox="0 0 {_left(len(measures))} {top}"'
    label = f'role="img" aria-label="{escape("; ".join(measures))}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {label}>'
    return "\n".join([head, f"  <style>{STYLE}  </style>", *parts, "</svg>\n"])


def _scale(column: int, blocks: Sequence[Block]) -> float:
    """Return the pixels of a unit of a measure: the longest bar fills the column."""
    longest = max(max(block.columns[column]) for block in blocks)
    return BAR / (longest or 1)


def _left(column: int) -> int:
    return NAMES + column * (BAR + FIGURE)


def _heads(top: int, title: str, measures: Sequence[str]) -> list[str]:
    heads = [_text(0, top + 20, title, "title")]
    for n, measure in enumerate(measures):
        heads.append(_text(_left(n), top + 20, measure, "title"))
    return heads


def _names(top: int, rows: Sequence[str]) -> list[str]:
    return [_text(0, top + n * ROW + 14, row) for n, row in enumerate(rows)]


def _bars(
    left: int, top: int, values: Sequence[float], scale: float
) -> list[str]:
    parts = []
    for n, value in enumerate(values):
        kind = "bar first" if n == 0 else "bar"
        long = round(value * scale, 1)
        y = top + n * ROW
        place = f'x="{left}" y="{y}" width="{long:g}" height="18"'
        parts.append(f'  <rect class="{kind}" {place} rx="2"/>')
        parts.append(_text(left + long + 6, y + 14, _figure(value)))
    return parts


def _figure(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def _text(x: float, y: int, words: str, kind: str = "") -> str:
    styled = f' class="{kind}"' if kind else ""
    return f'  <text x="{x:g}" y="{y}"{styled}>{escape(words)}</text>'
