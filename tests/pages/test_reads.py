"""What a page costs in requests to DynamoDB when it is warm, sign-in included."""

import pytest

from ..storage import counted_storage
from ..world import BAIHUA, STREET, UNIT, World
from .browser import Browser
from .scene import Scene

# Page -> who reads it, and at most how many requests. The reads of one page share its rows.
BUDGETS = {
    "/": ("anonymous", 1),
    "/wall": ("anonymous", 1),
    f"/wall?place={BAIHUA}": ("anonymous", 1),
    "/wall/{wish_id}": ("anonymous", 1),
    f"/b/{UNIT}": ("anonymous", 1),
    "/problems": ("anonymous", 2),
    f"/problems?place={STREET}": ("anonymous", 2),
    "/help": ("anonymous", 0),
    "/privacy": ("anonymous", 0),
    "/accessibility": ("anonymous", 0),
    "/manifest.webmanifest": ("anonymous", 0),
    "/robots.txt": ("anonymous", 0),
    "/m/sign-in": ("anonymous", 0),
    "/m/look": ("resident", 0),
    "/m/offline": ("anonymous", 0),
    "/m/sw.js": ("anonymous", 0),
    "/m": ("volunteer", 12),
    "/m/inbox": ("resident", 5),
    "/m/offers/{offer_id}": ("volunteer", 3),
    "/m/wishes": ("resident", 4),
    "/m/wishes?tab=claims": ("volunteer", 4),
    "/m/wishes/new": ("resident", 0),
    "/m/wishes/{wish_id}": ("resident", 4),
    "/m/wishes/{wish_id}/withdraw": ("resident", 2),
    "/m/report": ("resident", 8),
    f"/m/report?place={UNIT}": ("resident", 8),
    "/m/tickets": ("worker", 2),
    "/m/tickets?tab=mine": ("resident", 4),
    "/m/tickets/{ticket_id}": ("worker", 6),
    "/m/tickets/{ticket_id}/resolve": ("worker", 4),
    "/m/visits": ("worker", 6),
    "/m/visits/{message_id}": ("worker", 0),
    "/m/people": ("staff", 5),
    "/m/people/{person_id}": ("staff", 4),
    "/m/doors": ("worker", 3),
    "/m/people/new": ("staff", 2),
    "/admin": ("staff", 6),
    "/admin?late=true": ("staff", 3),
    "/admin?assignee=none": ("staff", 3),
    "/admin?item={wish_id}": ("staff", 8),
    "/admin?item={ticket_id}": ("staff", 9),
    "/admin/wishes": ("staff", 4),
    "/admin/wishes?state=open": ("staff", 6),
    "/admin/wishes/{wish_id}": ("staff", 5),
    "/admin/wishes/{wish_id}?why=true": ("staff", 12),
    "/admin/wishes/{wish_id}/reject": ("staff", 2),
    "/admin/wishes/{wish_id}/proof": ("staff", 2),
    "/admin/tickets": ("staff", 5),
    "/admin/tickets?tab=closed": ("staff", 2),
    "/admin/tickets/{ticket_id}": ("staff", 6),
    "/admin/tickets/{ticket_id}/comment": ("staff", 4),
    "/m/me": ("resident", 1),
    "/m/me/account": ("resident", 1),
    "/m/me/home": ("resident", 1),
    "/m/me/volunteer": ("volunteer", 2),
    "/m/me/hours": ("volunteer", 4),
    "/m/me/consents": ("resident", 2),
    "/m/me/sessions": ("resident", 2),
    "/m/me/erase": ("resident", 0),
    "/m/sign-out": ("resident", 0),
    "/admin/people": ("staff", 6),
    "/admin/people/new": ("staff", 2),
    "/admin/people/{person_id}": ("staff", 7),
    "/admin/people/{person_id}/reveal": ("staff", 4),
    "/admin/people/{person_id}/roles": ("staff", 6),
    "/admin/people/{person_id}/call-back": ("staff", 5),
    "/admin/places": ("staff", 4),
    f"/admin/places/{BAIHUA}": ("staff", 3),
    f"/admin/places/{BAIHUA}/change": ("staff", 3),
    f"/admin/places/{BAIHUA}/duty": ("staff", 3),
    "/admin/rules": ("staff", 4),
    "/admin/rules/{part}": ("staff", 4),
    "/admin/rules/rules": ("staff", 5),
    "/admin/matching": ("staff", 5),
    "/admin/matching/{run_id}": ("staff", 5),
    "/admin/figures": ("staff", 10),
    "/admin/audit": ("staff", 5),
    "/admin/exports": ("staff", 5),
    "/admin/more": ("staff", 1),
    "/admin/print/wall": ("staff", 3),
    "/admin/factor": ("staff", 0),
    "/admin/factor/show": ("staff", 0),
    "/admin/factor/confirm": ("staff", 0),
}


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene.of(World())


@pytest.mark.parametrize("page", BUDGETS)
def test_a_warm_page_keeps_its_budget(scene: Scene, page: str) -> None:
    role, most = BUDGETS[page]
    path = page
    for name, values in scene.values.items():
        path = path.replace("{" + name + "}", values[0] if values else "")
    browser: Browser = scene.browser(role)
    assert browser.ask("GET", path).status == 200, path
    with counted_storage() as storage:
        shown = browser.ask("GET", path)
    assert shown.status == 200
    reads = {"GetItem", "BatchGetItem", "Query"}
    # A look through a list of people is recorded, and one into the security trail.
    if page in ("/m/people", "/admin/people", "/admin/audit"):
        reads.add("TransactWriteItems")
    assert storage.names.keys() <= reads
    assert len(storage.calls) <= most, storage.names
