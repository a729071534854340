"""Walk through the contract with the client that openapi-python-client generates.

A script: the address of a local server is its argument. mypy checks it with the generated types.
"""

import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast
from urllib.parse import quote

import httpx
from chunhui_client import AuthenticatedClient, Client
from chunhui_client.api.admin import read_queue
from chunhui_client.api.people import read_me
from chunhui_client.api.sign_in import send_code, sign_in
from chunhui_client.api.tickets import (
    accept_ticket,
    report_problem,
    resolve_ticket,
)
from chunhui_client.api.wishes import (
    approve_wish,
    claim_wish,
    confirm_wish,
    deliver_wish,
    list_wishes,
    read_wish,
    submit_wish,
)
from chunhui_client.models import (
    CodeSentView,
    HelperWish,
    InvolvedTicket,
    NoFields,
    OwnerWish,
    PhoneIn,
    PublicWish,
    QueueView,
    ResolveTicketIn,
    StaffTicket,
    StaffWish,
    TicketIn,
    TokensIn,
    TokensView,
    WishConfirmationIn,
    WishDayIn,
    WishDeliveryIn,
    WishIn,
    WishKind,
    WishList,
    WishState,
)
from chunhui_client.types import Response

T = TypeVar("T")
ADDRESS = sys.argv[1]
PLACE = "chunhui.baihua"
RESIDENT, STAFF = "+8613900000101", "+8613900000002"
HELPER, LATE = "+8613900000011", "+8613900000014"


def got(answer: Response[Any], kind: type[T]) -> T:
    """Return the parsed body of an answer, which is of one kind."""
    assert isinstance(answer.parsed, kind), answer.content
    return answer.parsed


def refusal(answer: Response[Any]) -> tuple[int, str]:
    return int(answer.status_code), str(getattr(answer.parsed, "code", ""))


def newest_message(phone: str, kind: str) -> str:
    """Return the newest message to a phone: only the local server shows it."""
    page = httpx.get(f"{ADDRESS}/dev/messages?to={quote(phone)}").json()
    texts = [item["text"] for item in page["items"] if item["kind"] == kind]
    return str(texts[0])


def signed_in(phone: str) -> AuthenticatedClient:
    sent = got(
        send_code.sync_detailed(client=anybody, body=PhoneIn(phone=phone)),
        CodeSentView,
    )
    code = re.search(r"\d{6}", newest_message(phone, "code.sign_in"))
    assert code
    body = TokensIn(phone=phone, code=code[0], challenge=sent.challenge)
    tokens = got(sign_in.sync_detailed(client=anybody, body=body), TokensView)
    return AuthenticatedClient(base_url=ADDRESS, token=tokens.access_token)


anybody = Client(base_url=ADDRESS)
# The generated functions ask for a token where one is optional, too.
without_token = cast("AuthenticatedClient", anybody)
resident, staff = signed_in(RESIDENT), signed_in(STAFF)
helper, late = signed_in(HELPER), signed_in(LATE)

# The wall, for anybody and for somebody, page by page.
first = got(
    list_wishes.sync_detailed(client=without_token, place=PLACE, limit=2),
    WishList,
)
assert all(isinstance(wish, PublicWish) for wish in first.items)
assert first.next_
second = got(
    list_wishes.sync_detailed(
        client=without_token, place=PLACE, limit=2, cursor=first.next_
    ),
    WishList,
)
assert second.items[0].id != first.items[0].id
mine = got(
    list_wishes.sync_detailed(
        client=helper,
        place=PLACE,
        state=[WishState.OPEN, WishState.CLAIMED],
    ),
    WishList,
)
assert any("claim" in wish.moves for wish in mine.items)

# A wish, twice with one key.
needed_by = (datetime.now(UTC) + timedelta(days=14)).date()  # noqa: TID251 - a script of its own
wish_in = WishIn(
    kind=WishKind.GOODS,
    title="一个电热水壶",
    budget_fen=12_000,
    needed_by=needed_by,
)
wish, same = (
    got(
        submit_wish.sync_detailed(
            client=resident, body=wish_in, idempotency_key="walk-1"
        ),
        OwnerWish,
    )
    for _ in range(2)
)
assert wish.id == same.id

# The list of staff has the ETag that a move names.
queue = got(
    read_queue.sync_detailed(client=staff, place=PLACE, limit=100), QueueView
)
task = next(task for task in queue.items if task.id == wish.id)
assert task.kind == "wish.approve"
stale = approve_wish.sync_detailed(
    wish.id, client=staff, body=WishDayIn(), if_match='"99.0"'
)
assert refusal(stale) == (412, "request.stale"), refusal(stale)
approved = approve_wish.sync_detailed(
    wish.id, client=staff, body=WishDayIn(), if_match=str(task.etag)
)
assert got(approved, StaffWish).state == WishState.OPEN

# The same version as before is not sent again.
seen = read_wish.sync_detailed(wish.id, client=without_token)
assert isinstance(seen.parsed, PublicWish)
unchanged = read_wish.sync_detailed(
    wish.id, client=without_token, if_none_match=seen.headers["ETag"]
)
assert unchanged.status_code == 304

# One claims; another comes too late and is shown others.
claimed = got(
    claim_wish.sync_detailed(wish.id, client=helper, body=NoFields()),
    HelperWish,
)
assert claimed.phone == RESIDENT
too_late = claim_wish.sync_detailed(wish.id, client=late, body=NoFields())
assert refusal(too_late) == (409, "wish.already_claimed")
again = approve_wish.sync_detailed(wish.id, client=staff, body=WishDayIn())
assert refusal(again) == (409, "wish.wrong_state")
assert "release" in getattr(again.parsed, "moves", [])

# The code at the door, and thanks.
code = re.search(r"\d{4}", newest_message(RESIDENT, "wish.claimed"))
assert code
got(
    deliver_wish.sync_detailed(
        wish.id, client=helper, body=WishDeliveryIn(code=code[0])
    ),
    HelperWish,
)
thanked = got(
    confirm_wish.sync_detailed(
        wish.id, client=resident, body=WishConfirmationIn(rating=5)
    ),
    OwnerWish,
)
assert thanked.state == WishState.FULFILLED

# A problem: reported, accepted, solved.
report = TicketIn(category="light", text="楼道灯不亮", place=f"{PLACE}.g01.b01")
ticket = got(
    report_problem.sync_detailed(client=resident, body=report), InvolvedTicket
)
accepted = got(
    accept_ticket.sync_detailed(ticket.id, client=staff, body=NoFields()),
    StaffTicket,
)
assert accepted.state == "accepted"
solved = got(
    resolve_ticket.sync_detailed(
        ticket.id, client=staff, body=ResolveTicketIn(note="换了灯泡")
    ),
    StaffTicket,
)
assert solved.state == "resolved"

# Refusals by code.
nobody = read_me.sync_detailed(client=without_token)
assert refusal(nobody) == (401, "auth.token_missing")
wish_in.title = "壶"
wrong = submit_wish.sync_detailed(client=resident, body=wish_in)
assert refusal(wrong) == (422, "body.invalid")
