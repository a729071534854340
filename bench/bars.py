"""Draw bars as SVG: blocks of rows above one another, with a column for each measure.

The picture is readable on light and on dark pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Block", "draw"]

# widths and heights, in pixels
NAMES = 240
BAR = 100
FIGURE = 66
HEAD = 34
ROW = 24
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
    parts: list[str] = []
    top = 0
    for block in blocks:
        first_row = top + HEAD
        parts += _heads(top, block.title, measures)
        parts += _names(first_row, block.rows)
        for n, values in enumerate(block.columns):
            scale = _scale(n, blocks)
            parts += _bars(_left(n), first_row, values, scale)
        height = len(block.rows) * ROW
        top = first_row + height + 16
    width = _left(len(measures))
    size = f'viewBox="0 0 {width} {top}"'
    names = escape("; ".join(measures))
    label = f'role="img" aria-label="{names}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {label}>',
        f"  <style>{STYLE}  </style>",
        *parts,
        "</svg>\n",
    ]
    return "\n".join(lines)


def _scale(column: int, blocks: Sequence[Block]) -> float:
    """Return the pixels of a unit of a measure: the longest bar fills the column."""
    longest = 0.0
    for block in blocks:
        longest = max(longest, *block.columns[column])
    return BAR / (longest or 1)


def _left(column: int) -> int:
    return NAMES + column * (BAR + FIGURE)


def _heads(top: int, title: str, measures: Sequence[str]) -> list[str]:
    line = top + 20
    heads = [_text(0, line, title, "title")]
    for n, measure in enumerate(measures):
        head = _text(_left(n), line, measure, "title")
        heads.append(head)
    return heads


def _names(top: int, rows: Sequence[str]) -> list[str]:
    names = []
    line = top + 14
    for row in rows:
        names.append(_text(0, line, row))
        line += ROW
    return names


def _bars(
    left: int, top: int, values: Sequence[float], scale: float
) -> list[str]:
    parts = []
    kind = "bar first"
    y = top
    for value in values:
        long = round(value * scale, 1)
        place = f'x="{left}" y="{y}" width="{long:g}" height="18"'
        bar = f'  <rect class="{kind}" {place} rx="2"/>'
        figure = f"{value:.2f}" if value < 10 else f"{value:.0f}"
        text = _text(left + long + 6, y + 14, figure)
        parts += [bar, text]
        kind = "bar"
        y += ROW
    return parts


def _text(x: float, y: int, words: str, kind: str = "") -> str:
    attributes = f'x="{x:g}" y="{y}"'
    if kind:
        attributes += f' class="{kind}"'
    return f"  <text {attributes}>{escape(words)}</text>"
