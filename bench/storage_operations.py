"""Count what reading asks, what the life of a wish asks, and what signing in asks."""

from collections.abc import Mapping

from tests.world import BAIHUA, CHALLENGES, STREET, Phone, World

from .storage_counting import COMMIT, CountedOperation, ask, units
from .storage_world import a_helper, file_wish, must, open_wish, wish_body
from .story import STORY

__all__ = ["measure_moves", "measure_reads", "measure_sign_in"]

LONGEST_STORY = (STORY * 10)[:500]
LONGEST = f"story of {len(LONGEST_STORY)} characters"
WISHES_ON_THE_WALL = 30
WISHES_IN_THE_QUEUE = 25


def measure_reads(world: World) -> list[CountedOperation]:
    """Count the reads of one wish by several people, and those of the lists."""
    helper = a_helper(world)
    staff = world.staff()
    owner = world.resident()
    wish, *_ = [open_wish(world, owner) for _ in range(WISHES_ON_THE_WALL)]
    for _ in range(WISHES_IN_THE_QUEUE):
        file_wish(world, owner)
    claimed = f"/v1/wishes/{open_wish(world, world.resident())}"
    must(helper.post(f"{claimed}/claim"))
    public = f"/v1/wishes/{wish}"
    tag = Phone().get(public).headers["etag"]
    longest = open_wish(world, world.resident(), LONGEST_STORY)
    return [
        _public_read("read a wish, public", wish),
        _public_read(f"read a wish, public, {LONGEST}", longest),
        ask(
            "read a wish, unchanged (304)",
            Phone().get,
            public,
            If_None_Match=tag,
            status=304,
        ),
        ask("read a wish, signed in", helper.get, public),
        ask("read a wish, its helper", helper.get, claimed),
        ask("read a wish, staff", staff.get, claimed),
        _wall("wall, page of 20", BAIHUA),
        _wall("wall of a street, page of 20", STREET),
        ask("my wishes, page of 20", owner.get, "/v1/me/wishes?limit=20"),
        _queue(staff),
    ]


def _queue(staff: Phone) -> CountedOperation:
    """Read the staff queue and compare with the budget."""
    path = f"/v1/admin/queue?place={BAIHUA}&limit=20"
    page = ask("staff queue, page of 20", staff.get, path)
    calls = len(page.commit.calls)
    read_units, _ = units(page.commit)
    kept = calls <= 8 and read_units <= 60
    return page.within("≤ 8 requests, ≤ 60 RRU", kept)


def _public_read(name: str, wish: str) -> CountedOperation:
    """Read a wish without signing in and compare with the budget."""
    read = ask(name, Phone().get, f"/v1/wishes/{wish}")
    calls = len(read.commit.calls)
    read_units, _ = units(read.commit)
    kept = calls == 1 and read_units <= 1
    return read.within("1 request, ≤ 1 RRU", kept)


def _wall(name: str, place: str) -> CountedOperation:
    """Read the wall of a place and compare with the budget."""
    wall = ask(name, Phone().get, f"/v1/wishes?place={place}&limit=20")
    calls = len(wall.commit.calls)
    return wall.within("1 request", calls == 1)


def measure_moves(world: World) -> list[CountedOperation]:
    """Count the requests in the life of a wish, from filing to thanks."""
    staff, owner = world.staff(), world.resident()
    helper, rival = a_helper(world), a_helper(world)
    world.agree_to_care(owner)
    submitted = _submit(owner, wish_body(world, STORY))
    wish = f"/v1/wishes/{owner.seen[-1].json['id']}"
    approved = ask(
        "approve", staff.post, f"{wish}/approve", Idempotency_Key="approve"
    )
    claimed = _claim("claim", helper, wish)
    replayed = ask(
        "claim, replayed", helper.post, f"{wish}/claim", Idempotency_Key=wish
    )
    late = _claim_too_late(rival, wish)
    released = _release(helper, wish)
    must(helper.post(f"{wish}/claim"))
    code = world.delivery_code(owner.me["phone"])
    delivered = _deliver(helper, wish, code)
    long = f"/v1/wishes/{open_wish(world, owner, LONGEST_STORY)}"
    longest = _claim(f"claim, {LONGEST}", helper, long)
    other = f"/v1/wishes/{open_wish(world, owner)}"
    must(helper.post(f"{other}/claim"))
    must(helper.post(f"{other}/deliver", {}))
    confirmed = _confirm(owner, other)
    return [
        submitted,
        approved,
        claimed,
        replayed,
        late,
        released,
        delivered,
        confirmed,
        longest,
    ]


def _submit(owner: Phone, body: Mapping[str, object]) -> CountedOperation:
    return ask(
        "submit",
        owner.post,
        "/v1/wishes",
        body,
        Idempotency_Key="submit",
        status=201,
    )


def _claim(name: str, helper: Phone, wish: str) -> CountedOperation:
    """Claim the wish at a path and compare with the budget."""
    claimed = ask(name, helper.post, f"{wish}/claim", Idempotency_Key=wish)
    storage = claimed.commit
    kept = (
        storage.reads <= 3
        and storage.names[COMMIT] == 1
        and storage.units(COMMIT) <= 30
    )
    return claimed.within("≤ 3 reads + 1 transaction ≤ 30 WRU", kept)


def _claim_too_late(rival: Phone, wish: str) -> CountedOperation:
    return ask(
        "claim, too late",
        rival.post,
        f"{wish}/claim",
        Idempotency_Key="late",
        status=409,
    )


def _release(helper: Phone, wish: str) -> CountedOperation:
    return ask(
        "release",
        helper.post,
        f"{wish}/release",
        {"reason": "临时出差"},
        Idempotency_Key="release",
    )


def _deliver(helper: Phone, wish: str, code: str) -> CountedOperation:
    return ask(
        "deliver with code",
        helper.post,
        f"{wish}/deliver",
        {"code": code},
        Idempotency_Key="deliver",
    )


def _confirm(owner: Phone, wish: str) -> CountedOperation:
    return ask(
        "confirm",
        owner.post,
        f"{wish}/confirm",
        {"rating": 5, "thanks": "谢谢你，水很烫！"},
        Idempotency_Key="confirm",
    )


def measure_sign_in(world: World) -> list[CountedOperation]:
    """Count the requests of signing in: the code, the tokens, a refresh, a new person."""
    number, fresh = "+8613900008001", "+8613900008002"
    world.person(phone=number)
    phone = Phone()
    code = ask(
        "sign-in: send a code",
        phone.post,
        "/v1/auth/codes",
        {"phone": number},
        status=202,
    )
    known = {
        "phone": number,
        "code": world.code_in_sms(number),
        "challenge": CHALLENGES[number],
    }
    tokens = _tokens("sign-in: code to tokens", phone, known)
    refresh = {"refresh_token": phone.seen[-1].json["refresh_token"]}
    refreshed = _tokens("refresh", phone, refresh)
    must(phone.post("/v1/auth/codes", {"phone": fresh}))
    new = {
        "phone": fresh,
        "code": world.code_in_sms(fresh),
        "challenge": CHALLENGES[fresh],
        "name": "新邻居",
        "consent": {"text_version": "2026-11"},
    }
    first = _tokens("sign-in: first time", phone, new)
    return [code, tokens, refreshed, first]


def _tokens(
    name: str, phone: Phone, body: Mapping[str, object]
) -> CountedOperation:
    return ask(name, phone.post, "/v1/auth/tokens", body, status=201)
