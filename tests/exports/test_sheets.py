"""Sheets: safe cells, and files that other readers read."""

from datetime import datetime

import pytest

from chalicelib.exports.sheets import csv_bytes, safe_cell, xlsx_bytes

from ..world import START
from .builders import csv_rows, xlsx_cells

FORMULAS = [
    f"{sign}1+1" for sign in ("=", "+", "-", "@", "\t=", "\r=", "\n=")
] + ["＝1", "＋1", "－1", "＠SUM(A1)"]
ODD = ["𠮷野家", "一行\n二行", '他说"好"', "a,b;c", " =1", "", "é", "'quoted"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_csv_file_begins_as_a_formula(text: str):
    ((cell,),) = csv_rows(csv_bytes(["h"], [[text]]))
    assert cell == f"'{text}"


def test_other_texts_and_numbers_are_as_they_were():
    rows = csv_rows(csv_bytes(["h"], [[text] for text in ODD]))
    assert [row[0] for row in rows] == ODD
    assert [safe_cell(cell) for cell in (-5, 1.5, None)] == ["-5", "1.5", ""]


def test_a_csv_file_is_utf8_with_a_mark_and_quotes_everything():
    content = csv_bytes(["编号", "数"], [["a", 1]])
    assert content == '\ufeff"编号","数"\r\n"a","1"\r\n'.encode()


def test_no_cell_of_an_xlsx_file_is_a_formula_or_a_link():
    texts = [*FORMULAS, "https://example.cn", "mailto:a@b.cn", "{=1}"]
    cells = xlsx_cells(xlsx_bytes(["h"], [[text] for text in texts], START))
    assert [row[0] for row in cells] == [
        text.replace("\r", "_x000D_") for text in texts
    ]


def test_a_long_text_is_cut_in_xlsx_and_whole_in_csv():
    long = "𠮷" * 20_000
    ((cell,),) = xlsx_cells(xlsx_bytes(["h"], [[long]], START))
    assert cell == "𠮷" * 16_383 + "…"
    ((whole,),) = csv_rows(csv_bytes(["h"], [[long]]))
    assert whole == long


def test_the_same_rows_make_the_same_bytes():
    rows = [["一", 2], ["=3", None]]

    def made() -> bytes:
        return xlsx_bytes(["a", "b"], rows, START)

    assert made() == made()
    assert made() != xlsx_bytes(["a", "b"], rows, datetime(2025, 1, 1))
