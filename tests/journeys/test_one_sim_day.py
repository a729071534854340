"""One SIM card for a day against the running server: nobody else is the worse for it.

`pytest -s` prints the numbers that docs/security.md names.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from .one_sim import (
    CLERK,
    SIM,
    STAFF,
    Attacker,
    Ring,
    Watch,
)
from .server import Server, Somebody, running_server

VICTIM, NEIGHBOUR, TRAPPED = (
    "+8613900000101",
    "+8613900000107",
    "+8613900000106",
)
VOLUNTEER = "+8613900000014"
HALF_HOURS = 48
TWO_O_CLOCK = 4  # the half hour at which the lift stops
ALARM_WINDOW = timedelta(hours=12)


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Server]:
    """The demo street on the durable store; the clock starts at midnight in Shanghai."""
    with running_server(
        tmp_path / "data", clock_start="2026-11-22T16:00:00Z"
    ) as running:
        yield running


def test_one_sim_card_for_a_day_against_the_running_server(night: Server):
    watch = Watch(night)
    victim = sign_in(night, VICTIM)
    device = victim.me["device"]
    attacker = Attacker(watch, night.sign_in(CLERK), VICTIM)
    for n in range(HALF_HOURS):
        attacker.act(n)
        if n == TWO_O_CLOCK:
            assert_a_trapped_person_wakes_staff(night, watch)
        if n % 6 == 5:
            assert_others_sign_in(night, device)
        night.advance(minutes=30)
    print_numbers(watch, attacker)
    assert_limits_held(watch, attacker)
    assert_the_victim_is_served(night, attacker, device)


def sign_in(server: Server, number: str, device: str = "") -> Somebody:
    """Sign in as people do; the device token is kept where `me` is."""
    fields = {"device": device} if device else {}
    status, asked = server.call(
        "POST", "/v1/auth/codes", {"phone": number} | fields
    )
    assert status == 202, asked
    letter = Watch(server).letters(number)[-1]
    code = "".join(c for c in letter["text"] if c.isdigit())[:6]
    body = {"phone": number, "code": code, "challenge": asked["challenge"]}
    status, answer = server.call("POST", "/v1/auth/tokens", body)
    assert status == 201, answer
    return Somebody(
        server,
        number,
        answer["access_token"],
        answer["refresh_token"],
        answer["person"] | {"device": answer["device"]},
    )


def assert_a_trapped_person_wakes_staff(server: Server, watch: Watch) -> None:
    """Somebody in a lift at 02:00: staff are woken while the report is made."""
    trapped = sign_in(server, TRAPPED)
    place = trapped.me["home"]
    body = {
        "category": "lift",
        "text": "困在电梯里",
        "place": place,
        "danger": True,
    }
    woken: list[Ring] = []
    with watch.rings(woken, place):
        trapped.post("/v1/tickets", body, expect=201)
    assert len(woken) == 1
    print(f"lift at {woken[0].at:%H:%M} UTC: woken at once")


def assert_others_sign_in(server: Server, device: str) -> None:
    """The victim with their device, a neighbour with none, and staff: all from one address."""
    sign_in(server, VICTIM, device)
    sign_in(server, NEIGHBOUR)
    for number in STAFF.values():
        sign_in(server, number)


def assert_limits_held(watch: Watch, attacker: Attacker) -> None:
    assert attacker.lives >= 3
    assert len(attacker.homes) <= 2
    assert_rings_held(attacker.rings)
    for at in {ring.at for ring in attacker.of_application}:
        assert in_window(attacker.of_application, at) <= 3
    for name, number in STAFF.items():
        plain = watch.by_day(number, urgent=False)
        assert max(plain.values(), default=0) <= 12, name
    # Staff vetted each new account; the pause of the phone outlived them all.
    assert watch.refusals["claim", "volunteer.paused_by_staff"] > 100
    taken = watch.answers
    # Over all the lives of the SIM card.
    assert 0 < taken["report", 201] <= 20
    assert 0 < taken["comment", 200] <= 20
    assert 0 < taken["wish", 201] <= 5
    # Six in a day of UTC; the day of Shanghai lies in two of them.
    assert taken["code of another", 202] <= 2 * 6
    assert taken["guess", 201] == 0
    assert not [
        letter
        for letter in watch.letters(VICTIM)
        if "13712345678" in letter["text"]
    ]


def assert_rings_held(rings: list[Ring]) -> None:
    assert rings
    for ring in rings:
        assert in_window(rings, ring.at) <= 3
        same = [
            other
            for other in rings
            if other.building == ring.building
            and ring.at <= other.at < ring.at + ALARM_WINDOW
        ]
        assert len(same) == 1


def in_window(rings: list[Ring], since: datetime) -> int:
    return sum(since <= ring.at < since + ALARM_WINDOW for ring in rings)


def assert_the_victim_is_served(
    server: Server, attacker: Attacker, device: str
) -> None:
    """Their sign-in, urgent report, wish and delivery code all work after the day."""
    server.advance(hours=9)  # 09:00: phones may ring
    victim = sign_in(server, VICTIM, device)
    report = {"category": "gas", "text": "有气味", "place": victim.me["home"]}
    rings: list[Ring] = []
    with attacker.watch.rings(rings, victim.me["home"]):
        victim.post("/v1/tickets", report, expect=201)
    assert rings
    wish = {"kind": "service", "title": "修纱窗", "needed_by": "2026-12-03"}
    wish_id = victim.post("/v1/wishes", wish, expect=201)["id"]
    clerk = sign_in(server, CLERK)
    clerk.post(f"/v1/wishes/{wish_id}/approve")
    helper = sign_in(server, VOLUNTEER)
    helper.post(f"/v1/wishes/{wish_id}/claim")
    claimed = [
        letter
        for letter in attacker.watch.letters(VICTIM)
        if letter["kind"] == "wish.claimed"
    ]
    code = claimed[-1]["text"].partition("送达码 ")[2][:4]
    done = helper.post(f"/v1/wishes/{wish_id}/deliver", {"code": code})
    assert done["state"] == "fulfilled"


def print_numbers(watch: Watch, attacker: Attacker) -> None:
    for (name, status), count in sorted(watch.answers.items()):
        print(f"{name:20} {status} {count:5}")
    for (name, code), count in sorted(watch.refusals.items()):
        print(f"{name:20} {code:28} {count:5}")
    print(f"requests: {sum(watch.answers.values())}")
    print(f"lives of the SIM card: {attacker.lives}")
    print(f"homes shown: {len(attacker.homes)}")
    print(f"alarms: {len(attacker.rings)}")
    print(f"alarms of the application: {len(attacker.of_application)}")
    print(f"SMS to the SIM card: {len(watch.letters(SIM))}")
    for name, number in STAFF.items():
        urgent = dict(watch.by_day(number, urgent=True))
        plain = dict(watch.by_day(number, urgent=False))
        print(f"{name:14} urgent {urgent} other {plain}")
