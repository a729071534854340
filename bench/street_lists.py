"""Lists of a large street: pages, requests and read units."""

from chalicelib.kernel.access import Role
from tests.world import STREET, Phone, World

from .street_rows import StreetRow, done, measured, walk

__all__ = ["list_rows"]

COMMUNITY, GRID = f"{STREET}.c00", f"{STREET}.c00.g00"
DEEP = 25  # pages of a list that are read one after the other
ALL = 2000  # pages after which a list is given up


def list_rows(world: World) -> list[StreetRow]:
    """Return the rows of lists."""
    admin = world.phone_of(world.admin)
    return [
        *_people_rows(admin),
        *_ticket_rows(admin),
        *_flat_rows(admin),
        *_open311_rows(),
    ]


def _people_rows(admin: Phone) -> list[StreetRow]:
    rows = []
    for what, query in (
        ("people by a rare name", {"q": "陈敏"}),
        ("people by role", {"role": Role.STREET_ADMIN.value}),
    ):
        pages = walk(admin, "/v1/people", ALL, place=STREET, **query)
        rows.append(
            StreetRow(
                number="S8",
                what=what,
                before="144 pages, 143 empty: 1,008 requests",
                now=str(pages),
                budget="no empty page but the last",
                kept=pages.empty == 0,
            )
        )
    return rows


def _ticket_rows(admin: Phone) -> list[StreetRow]:
    closed = walk(admin, "/v1/tickets", ALL, place=GRID, state="closed")
    plain = measured(admin.get, f"/v1/tickets?place={STREET}&limit=20")
    done(plain.result)
    return [
        StreetRow(
            number="S9",
            what="closed tickets of a grid, all pages",
            before="550 pages: 68,005 RRU",
            now=str(closed),
            budget="no empty page but the last",
            kept=closed.empty == 0,
        ),
        StreetRow(
            number="S10",
            what="ticket queue of the street, page of 20",
            before="30.5 RRU",
            now=str(plain),
            budget="≤ 6 RRU",
            kept=plain.read_units <= 6,
        ),
    ]


def _flat_rows(admin: Phone) -> list[StreetRow]:
    """Return the rows of lists that cost the same at any depth, and must stay so."""
    rows = []
    for what, phone, path, query in (
        ("the wall", Phone(), "/v1/wishes", {"state": "fulfilled"}),
        ("people of a street", admin, "/v1/people", {}),
        ("tickets, newest first", admin, "/v1/tickets", {"order": "new"}),
    ):
        pages = walk(phone, path, DEEP, place=STREET, **query)
        rows.append(
            StreetRow(
                number="–",
                what=f"{what}: the dearest of {DEEP} pages",
                before="1–4 requests",
                now=f"{pages.most} requests",
                budget="≤ 4 requests",
                kept=pages.most <= 4,
            )
        )
    return rows


def _open311_rows() -> list[StreetRow]:
    rows = []
    path = "/open311/v2/requests.json"
    for what, query, before in (
        ("unknown code", "service_code=nothing", "102 requests, 5,078 RRU"),
        ("status=open", "status=open", "261 of 922 shown"),
    ):
        page = measured(Phone().get, f"{path}?{query}")
        answer, shown = page.result, ""
        if answer.status == 200:
            shown = f"; {len(answer.json)} shown"
        rows.append(
            StreetRow(
                number="S3",
                what=f"Open311, anonymous, {what}",
                before=before,
                now=f"{answer.status}: {page}{shown}",
                budget="≤ 10 requests",
                kept=page.requests <= 10,
            )
        )
    return rows
