"""Print tables for docs/benchmarks.md: Markdown, with padded columns so that they read as text."""

from collections.abc import Iterable, Sequence

__all__ = ["show", "verdict"]


def show(
    title: str, heads: Sequence[str], lines: Sequence[Sequence[object]]
) -> None:
    """Print a table. Cells with numbers are aligned to the right, all others to the left."""
    widths = _widths(heads, lines)
    dashes = ["-" * (width + 2) for width in widths]
    rule = "|".join(dashes)
    print(f"\n### {title}\n")
    print(_row(map(str.ljust, heads, widths)))
    print(f"|{rule}|")
    for line in lines:
        print(_row(map(_aligned, line, widths)))


def verdict(kept: bool) -> str:
    """Return whether a budget is kept, in the word of the tables."""
    return "yes" if kept else "NO"


def _widths(
    heads: Sequence[str], lines: Sequence[Sequence[object]]
) -> list[int]:
    """Return the length of the longest text in each column."""
    widths = [len(head) for head in heads]
    for line in lines:
        for column, cell in enumerate(line):
            width = len(_text(cell))
            widths[column] = max(widths[column], width)
    return widths


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _aligned(cell: object, width: int) -> str:
    text = _text(cell)
    if isinstance(cell, int | float):
        return text.rjust(width)
    return text.ljust(width)


def _text(cell: object) -> str:
    if not isinstance(cell, float):
        return str(cell)
    if cell < 10:
        return f"{cell:g}"
    return f"{cell:.1f}".removesuffix(".0")
