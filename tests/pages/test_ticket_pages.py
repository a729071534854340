"""A ticket by pages: from the door to the confirmation, and the forms of workers."""

import json

import pytest

from chalicelib.pages.times import ZONE
from chalicelib.tickets.model import Ticket

from ..adapters.pictures import jpeg
from ..faults.facts import every
from ..tickets.street import TicketStreet
from ..world import START, UNIT, World
from .browser import Browser

TEXT = "楼道里堆了垃圾"


@pytest.fixture
def street(world: World) -> TicketStreet:
    return TicketStreet(world)


def enter(street: TicketStreet, name: str) -> Browser:
    person = street.world.services.people.find(street.ids[name])
    assert person
    return Browser(street.world).enter(person)


def reported(browser: Browser, **fields: str) -> str:
    """Report a problem at the door; return the path of the ticket."""
    shown = browser.get(f"/m/report?place={UNIT}")
    shown = browser.submit(
        shown, "/m/report", category="rubbish", text=TEXT, **fields
    )
    assert shown.status == 200, shown.words
    assert shown.path.startswith("/m/tickets/tkt_")
    return shown.path


def test_from_the_door_to_the_confirmation(
    world: World, street: TicketStreet
) -> None:
    door = Browser(world).get(f"/b/{UNIT}")
    (link,) = [each for each in door.links() if "/m/report" in each]
    owner = enter(street, "resident")
    assert owner.get(link).status == 200
    path = reported(owner)
    worker = enter(street, "worker")
    shown = worker.get("/m/tickets?assignee=none")
    assert TEXT not in shown.words  # it has somebody from the first second
    shown = worker.get("/m/tickets")
    assert TEXT in shown.words
    shown = worker.submit(shown, f"{path}/accept")
    assert (shown.path, shown.status) == (path, 200)
    shown = worker.get(f"{path}/comment")
    ready = [each for each in shown.links() if "comment?text=" in each]
    assert len(ready) == 3
    shown = worker.get(ready[0])
    words = shown.form(f"{path}/comment").fields["text"]
    assert words
    shown = worker.submit(shown, f"{path}/comment")
    assert words in shown.words
    shown = worker.get(f"{path}/resolve")
    shown = worker.submit(shown, f"{path}/resolve", note="已清走。")
    assert (shown.path, shown.status) == (path, 200)
    shown = owner.get("/m")
    assert "已清走。" in shown.words
    shown = owner.submit(shown, f"{path}/confirm")
    assert (shown.path, shown.status) == (path, 200)
    assert every(Ticket)[0].state == "closed"


def test_not_solved_asks_what_is_still_wrong(street: TicketStreet) -> None:
    owner, worker = enter(street, "resident"), enter(street, "worker")
    path = reported(owner)
    shown = worker.get(f"{path}/resolve")
    worker.submit(shown, f"{path}/resolve", note="已清走。")
    shown = owner.submit(
        owner.get(f"{path}/reopen"), f"{path}/reopen", reason="还在那里"
    )
    assert (shown.path, shown.status) == (path, 200)
    assert every(Ticket)[0].state != "closed"


def test_a_neighbour_joins_a_report(street: TicketStreet) -> None:
    path = reported(enter(street, "resident"))
    neighbour = enter(street, "neighbour")
    shown = neighbour.get(f"/m/report?place={UNIT}")
    assert f'action="{path}/join"' in shown.text
    shown = neighbour.submit(shown, f"{path}/join")
    assert (shown.path, shown.status) == (path, 200)
    assert len(every(Ticket)) == 1


def test_a_ticket_is_put_on_hold_until_nine_in_the_morning(
    street: TicketStreet,
) -> None:
    path = reported(enter(street, "resident"))
    worker = enter(street, "worker")
    worker.submit(worker.get(path), f"{path}/accept")
    shown = worker.get(f"{path}/hold")
    assert {"reason", "days"} <= shown.form(f"{path}/hold").names
    sent = worker.send(shown, shown.form(f"{path}/hold"), reason="", days="3")
    assert sent.status == 422
    shown = worker.submit(sent, f"{path}/hold", reason="等配件到货", days="3")
    assert (shown.path, shown.status) == (path, 200)
    (ticket,) = every(Ticket)
    assert ticket.state == "on_hold"
    assert ticket.hold
    local = ticket.hold.until.astimezone(ZONE)
    assert (local.date() - START.date()).days == 3
    assert (local.hour, local.minute) == (9, 0)


def test_two_workers_at_once_see_who_was_first(street: TicketStreet) -> None:
    path = reported(enter(street, "resident"))
    clerk, worker = enter(street, "clerk"), enter(street, "worker")
    page = clerk.get(f"{path}/close")
    worker.submit(
        worker.get(f"{path}/comment"), f"{path}/comment", text="我去看看"
    )
    worker.submit(
        worker.get(f"{path}/resolve"), f"{path}/resolve", note="已清走"
    )
    sent = clerk.send(page, page.form(f"{path}/close"), reason="重复了")
    assert sent.status in (409, 412)
    assert sent.form(f"{path}/close").fields["reason"] == "重复了"


def test_a_report_that_is_refused_keeps_what_was_typed(
    street: TicketStreet,
) -> None:
    owner = enter(street, "resident")
    shown = owner.get(f"/m/report?place={UNIT}")
    sent = owner.submit(
        shown, "/m/report", text="短" * 1001, location_note="7楼电梯口"
    )
    assert sent.status == 422
    form = sent.form("/m/report")
    assert form.fields["location_note"] == "7楼电梯口"
    assert form.fields["text"] == "短" * 1001
    assert form.fields["place"] == UNIT
    assert every(Ticket) == []


def test_a_private_report_is_not_there_for_a_neighbour(
    street: TicketStreet,
) -> None:
    path = reported(enter(street, "resident"), private="true")
    neighbour = enter(street, "neighbour")
    shown = neighbour.get(path)
    assert shown.status == 404
    assert TEXT not in shown.text
    assert TEXT not in neighbour.get(f"/m/report?place={UNIT}").text


def test_a_photo_is_begun_for_the_script(
    world: World, street: TicketStreet
) -> None:
    owner = enter(street, "resident")
    shown = owner.get(f"/m/report?place={UNIT}")
    token = shown.form("/m/report").fields["_csrf"]
    fields = {
        "_csrf": token,
        "_key": "k1",
        "kind": "photo",
        "content_type": "image/jpeg",
        "size": str(len(jpeg())),
    }
    sent = owner.post("/m/uploads", fields)
    assert sent.status == 201, sent.text
    assert sent.header("content-type") == "application/json"
    assert sent.header("cache-control") == "no-store"
    assert json.loads(sent.text)["id"].startswith("upl_")
    again = owner.post("/m/uploads", fields)
    assert json.loads(again.text)["id"] == json.loads(sent.text)["id"]
    refused = owner.post("/m/uploads", fields | {"_key": "k2", "size": "x"})
    assert refused.status == 422
    assert json.loads(refused.text)["code"]
