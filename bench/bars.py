"""Bars as SVG, by hand: blocks of rows above one another, a column for each measure; readable on
light and on dark pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Block", "draw"]

NAMES, BAR, FIGURE, ROW, HEAD = 240, 100, 66, 24, 34  # pixels
STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #24292f; }
    .title { font-weight: 600; }
    .bar { fill: #8c959f; }
    .first { fill: #0969da; }
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3; } .bar { fill: #6e7681; } .first { fill: #58a6ff; } }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Rows under a title; of each measure a value of each row."""

    title: str
    rows: Sequence[str]
    columns: Sequence[Sequence[float]]


def draw(measures: Sequence[str], blocks: Sequence[Block]) -> str:
    """Return an SVG document. Each measure has one scale for all blocks, from zero; the first row
    of a block stands out.
    """
    width = NAMES + len(measures) * (BAR + FIGURE)
    parts: list[str] = []
    top = 0
    most = [
        max(max(block.columns[n]) for block in blocks)
        for n in range(len(measures))
    ]
    for block in blocks:
        parts.append(_text(0, top + 20, block.title, "title"))
        parts += [
            _text(_left(n), top + 20, measure, "title")
            for n, measure in enumerate(measures)
        ]
        parts += [
            _text(0, top + HEAD + n * ROW + 14, row)
            for n, row in enumerate(block.rows)
        ]
        for n, values in enumerate(block.columns):
            parts += _bars(_left(n), top + HEAD, values, BAR / (most[n] or 1))
        top += HEAD + len(block.rows) * ROW + 16
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" role="img" aria-label="{escape("; ".join(measures))}">'
    return "\n".join([head, f"  <style>{STYLE}  </style>", *parts, "</svg>\n"])


def _left(column: int) -> int:
    return NAMES + column * (BAR + FIGURE)


def _bars(
    left: int, top: int, values: Sequence[float], scale: float
) -> list[str]:
    parts = []
    for n, value in enumerate(values):
        kind, long, y = (
            "bar first" if n == 0 else "bar",
            round(value * scale, 1),
            top + n * ROW,
        )
        parts.append(
            f'  <rect class="{kind}" x="{left}" y="{y}" width="{long:g}" height="18" rx="2"/>'
        )
        parts.append(
            _text(
                left + long + 6,
                y + 14,
                f"{value:.2f}" if value < 10 else f"{value:.0f}",
            )
        )
    return parts


def _text(x: float, y: int, words: str, kind: str = "") -> str:
    styled = f' class="{kind}"' if kind else ""
    return f'  <text x="{x:g}" y="{y}"{styled}>{escape(words)}</text>'
