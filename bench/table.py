"""Tables as they are printed and pasted into docs/benchmarks.md: Markdown, columns padded so that
they also read as text.
"""

from collections.abc import Sequence

__all__ = ["show", "verdict"]


def show(
    title: str, heads: Sequence[str], lines: Sequence[Sequence[object]]
) -> None:
    """Print a table; the first column is aligned to the left, the others to the right where they
    hold numbers.
    """
    texts = [[_text(cell) for cell in line] for line in lines]
    widths = [
        max(len(row[n]) for row in [list(heads), *texts])
        for n in range(len(heads))
    ]
    print(f"\n### {title}\n")
    print(
        "| "
        + " | ".join(
            head.ljust(width) for head, width in zip(heads, widths, strict=True)
        )
        + " |"
    )
    print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    for line, row in zip(lines, texts, strict=True):
        cells = [
            text.rjust(width)
            if isinstance(cell, int | float)
            else text.ljust(width)
            for cell, text, width in zip(line, row, widths, strict=True)
        ]
        print("| " + " | ".join(cells) + " |")


def verdict(kept: bool) -> str:
    """Return whether a budget is kept, as the tables say it."""
    return "yes" if kept else "NO"


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:g}" if cell < 10 else f"{cell:.1f}".removesuffix(".0")
    return str(cell)
