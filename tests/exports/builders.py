"""Exports as tests ask for them, and the rows that are in them."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

from openpyxl import load_workbook

from app import app
from chalicelib.exports.model import Export
from chalicelib.exports.repository import ExportRepository
from chalicelib.kernel.ids import derived_id
from chalicelib.tickets.repository import TicketRepository
from onemachine.files import FileRoutes

from ..store.scan import Reads
from ..world import BAIHUA, UNIT, Answer, Phone, World

find_export = Reads(ExportRepository).find_export
find_ticket = Reads(TicketRepository).find_ticket
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
ASKED = {"what": "tickets", "format": "csv", "place": BAIHUA, **NOVEMBER}
QUERY = f"place={BAIHUA}&from=2026-11-01&to=2026-11-30"
FORMULA = "=HYPERLINK(1)"


def ask(phone: Phone, **more: Any) -> Answer:
    """Ask for an export."""
    return phone.post("/v1/admin/exports", ASKED | more)


def report(world: World, text: str = "楼道里堆了垃圾", **more: Any) -> str:
    """Report a ticket; return its id."""
    body = {"category": "rubbish", "text": text, "place": UNIT} | more
    answer = world.resident().post("/v1/tickets", body)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def many_tickets(world: World, number: int) -> list[str]:
    """Write copies of one ticket, a second apart, with formulas for texts; return all ids."""
    first = find_ticket(report(world))
    tickets = [
        replace(
            first,
            id=derived_id("tkt", f"copy {n}"),
            created_at=first.created_at - timedelta(seconds=n + 1),
            text=f"{FORMULA}{n}",
            timer=None,
        )
        for n in range(number - 1)
    ]
    world.services.store.write_batch(put=tickets)
    return [first.id, *(ticket.id for ticket in tickets)]


def state_of(export_id: str) -> Export:
    """Read an export."""
    found = find_export(export_id)
    assert found
    return found


def fetch(world: World, phone: Phone, path: str) -> bytes:
    """Follow the redirect of a file, as the app does."""
    answer = phone.get(path)
    assert answer.status == 303, answer.text
    url = answer.headers["location"].removeprefix("http://127.0.0.1:8000")
    status, _, content = FileRoutes(app, world.files).handle(
        "GET", url, {}, b""
    )
    assert status == 200
    return content


def csv_rows(content: bytes) -> list[list[str]]:
    """Read a CSV file with the standard reader, without its headings."""
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))[1:]


def xlsx_cells(content: bytes) -> list[list[Any]]:
    """Read an XLSX file with another library; no cell may be a formula."""
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    rows = []
    for row in list(sheet.iter_rows())[1:]:
        assert not [cell for cell in row if cell.data_type == "f"]
        rows.append([cell.value for cell in row])
    return rows
