"""Keep a generated file up to date: write it if it differs, and fail so that it is committed."""

import sys
from pathlib import Path

__all__ = ["ROOT", "keep"]

ROOT = Path(__file__).resolve().parent.parent


def keep(file: Path, text: str) -> None:
    """Write a generated file if it differs, and end the process with 1 then."""
    before = ""
    if file.exists():
        before = file.read_text(encoding="utf-8")
    if before == text:
        return
    file.write_text(text, encoding="utf-8")
    sys.exit(
        f"{file.relative_to(ROOT)} was out of date and has been written; commit it"
    )
