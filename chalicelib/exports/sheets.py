"""Sheets of rows as CSV or XLSX, in which no cell is a formula. Pure, but for temporary files."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from .model import ExportFormat

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

__all__ = [
    "MEDIA",
    "Cell",
    "csv_bytes",
    "safe_cell",
    "sheet_bytes",
    "xlsx_bytes",
]

Cell = str | int | float | None
MEDIA = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument"
    ".spreadsheetml.sheet",
    ExportFormat.JSON: "application/json",
}
# What a spreadsheet may take for the beginning of a formula, in both widths (OWASP, "CSV
# Injection"; CWE-1236).
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_MAX_CELL = 32_767  # characters of a cell in a spreadsheet, in UTF-16 units
_BOM = "\ufeff"  # without it, spreadsheets in China read a file as GBK


def safe_cell(cell: Cell) -> str:
    """Return a cell of a CSV file that no spreadsheet takes for a formula."""
    if cell is None:
        return ""
    text = str(cell)
    if isinstance(cell, str) and text.startswith(_FORMULA):
        return f"'{text}"
    return text


def csv_bytes(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a CSV file (RFC 4180) in UTF-8, with every cell in quotes."""
    text = io.StringIO(newline="")
    text.write(_BOM)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
    return text.getvalue().encode()


def xlsx_bytes(
    headings: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    created_at: datetime,
) -> bytes:
    """Return an XLSX file with one sheet. Texts are never formulas or links.

    Longer texts than a cell takes are cut. The same rows make the same bytes.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - no cold start pays for it

    file = io.BytesIO()
    with Workbook(file, {"constant_memory": True}) as book:
        book.set_properties({"created": created_at.replace(tzinfo=None)})
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        _write_row(sheet, 0, headings)
        for n, cells in enumerate(rows, 1):
            _write_row(sheet, n, cells)
    return file.getvalue()


def sheet_bytes(
    form: ExportFormat,
    headings: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    created_at: datetime,
) -> bytes:
    """Return a sheet in the form that was asked for."""
    if form is ExportFormat.XLSX:
        return xlsx_bytes(headings, rows, created_at)
    return csv_bytes(headings, rows)


def _write_row(sheet: "Worksheet", n: int, cells: Sequence[Cell]) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, str):
            sheet.write_string(n, column, _cut(cell))
        elif cell is not None:
            sheet.write_number(n, column, cell)


def _cut(text: str) -> str:
    """Return a text that fits into a cell. A character of two UTF-16 units stays whole."""
    if len(text) <= _MAX_CELL // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * _MAX_CELL:
        return text
    kept = units[: 2 * (_MAX_CELL - 1)].decode("utf-16-le", errors="ignore")
    return f"{kept}…"
