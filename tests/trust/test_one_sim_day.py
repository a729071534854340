"""One SIM card for a day: it tries whatever it can, and nobody else is the worse for it.

Each limit is asserted beside the numbers that the day prints (``pytest -s``).
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from chalicelib.kernel.clock import from_text
from chalicelib.message_log.policy import STAFF_SMS_PER_DAY
from chalicelib.tickets.policy import ALARM_MEMORY, ALARMS

from ..tickets.street import TicketStreet, stored
from ..world import BAIHUA, GRID, UNIT, Answer, Phone, World, gateway

pytestmark = pytest.mark.usefixtures("filing_limits")

MIDNIGHT = from_text("2026-11-23T16:00:00.000000Z")
LOCAL = ZoneInfo("Asia/Shanghai")
SIM, VICTIM = "+8613712345678", "+8613812340000"
KEY = "fixmystreet-0123456789"
STAFF = ("worker", "clerk", "admin")
BUILDINGS = [f"{GRID}.b{n}" for n in range(10, 20)]
TICK = timedelta(minutes=15)


@dataclass
class Attacker:
    """Whoever holds the SIM card: an account that is left and opened again."""

    street: TicketStreet
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    tickets: list[str] = field(default_factory=list)
    phone: Phone | None = None

    def did(self, name: str, answer: Answer) -> Answer:
        """Count an answer. Nothing that anybody sends makes the service fail."""
        assert answer.status < 500, answer.text
        self.statuses[name, answer.status] += 1
        return answer

    def sign_in(self) -> Phone | None:
        """Ask for a code and read it from the SIM card, as far as limits allow."""
        world, phone = self.street.world, Phone()
        owner = world.services.people.phone_owner(SIM)
        if owner:
            return world.phone_of(owner)
        asked = self.did("code", phone.post("/v1/auth/codes", {"phone": SIM}))
        if asked.status != 202:
            return None
        body = {
            "phone": SIM,
            "code": world.code_in_sms(SIM),
            "consent": {"text_version": "2026-11"},
            "name": "张三",
        } | {
            name: value
            for name, value in (asked.json or {}).items()
            if name == "challenge"
        }
        answer = self.did("sign in", phone.post("/v1/auth/tokens", body))
        if answer.status != 201:
            return None
        phone.token = answer.json["access_token"]
        return phone

    def reports(self, n: int) -> None:
        """Report rubbish as urgent, real urgent categories, and comments on them."""
        for category, more in (
            ("rubbish", {"urgency": "urgent"}),
            ("danger", {}),
            ("lift", {"danger": True}),
        ):
            place = BUILDINGS[n % len(BUILDINGS)]
            body = {"category": category, "text": f"快来{n}", "place": place}
            answer = self.post("report", "/v1/tickets", body | more)
            if answer.status == 201:
                self.tickets.append(answer.json["id"])
        for ticket_id in self.tickets[-2:]:
            path = f"/v1/tickets/{ticket_id}/comment"
            self.post("comment", path, {"text": f"再说一次{n}"})

    def claims(self, wishes: list[str]) -> None:
        """Claim, read the door, give back."""
        assert self.phone
        profile = {"places": [BAIHUA], "capacity": 5}
        self.did("volunteer", self.phone.put("/v1/me/volunteer", profile))
        for wish_id in wishes:
            self.post("claim", f"/v1/wishes/{wish_id}/claim", {})
            self.did("read", self.phone.get(f"/v1/wishes/{wish_id}"))
            reason = {"reason": "来不了"}
            self.post("release", f"/v1/wishes/{wish_id}/release", reason)

    def wishes(self) -> None:
        """File wishes without an end."""
        body = self.street.world.wish_body(place=UNIT)
        self.post("wish", "/v1/wishes", body)

    def guesses(self) -> None:
        """Have codes sent to somebody else, and guess them."""
        somebody = Phone(address="198.51.100.7")
        asked = somebody.post("/v1/auth/codes", {"phone": VICTIM})
        self.did("code of another", asked)
        body = {"phone": VICTIM, "code": "000000", "challenge": ""}
        if asked.status == 202 and asked.json:
            body["challenge"] = asked.json.get("challenge", "")
        self.did("guess", somebody.post("/v1/auth/tokens", body))

    def floods(self, n: int) -> None:
        """Report by another application, in the name of somebody else."""
        for category in ("danger", "light"):
            form = {
                "api_key": KEY,
                "service_code": category,
                "address_id": BUILDINGS[n % len(BUILDINGS)],
                "description": f"有危险{n}",
                "phone": VICTIM,
            }
            self.did("open311", post_form(form))

    def post(self, name: str, path: str, body: dict[str, Any]) -> Answer:
        assert self.phone
        return self.did(name, self.phone.post(path, body))


def post_form(form: dict[str, str]) -> Answer:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    raw = urlencode(form).encode()
    path = "/open311/v2/requests.json"
    status, answered, text = gateway.handle(
        "POST", path, headers, raw, "198.51.100.9"
    )
    found = {name.lower(): value for name, value in answered}
    return Answer(status, found, text.decode())


@dataclass
class Day:
    """The street, its attacker, and a resident who needs it."""

    street: TicketStreet
    attacker: Attacker
    victim: Phone
    rings: list[datetime] = field(default_factory=list)

    def pass_through(self, hours: int) -> None:
        wishes = [self.street.world.open_wish() for _ in range(3)]
        for n in range(hours * 4):
            known = len(self.attacker.tickets)
            self.attacker.phone = self.attacker.sign_in()
            if self.attacker.phone:
                self.attacker.reports(n)
                self.attacker.claims(wishes)
                self.attacker.wishes()
            self.attacker.guesses()
            self.attacker.floods(n)
            for ticket_id in self.attacker.tickets[known:]:
                self.note_ring(ticket_id)
            if n % 8 == 7 and self.attacker.phone:
                gone = self.street.world.erase(self.attacker.phone)
                self.attacker.did("erase", gone)
            self.street.world.pass_time(minutes=15)

    def note_ring(self, ticket_id: str) -> None:
        ticket = stored(ticket_id)
        now = self.street.world.clock.now()
        if ticket.rings and ticket.created_at == now:
            self.rings.append(now)

    def messages(self, name: str, *, urgent: bool) -> Counter[str]:
        """Count the messages to a phone of staff by local day."""
        number = getattr(self.street, name).me["phone"]
        return Counter(
            f"{letter.sent_at.astimezone(LOCAL):%m-%d}"
            for letter in self.street.world.sms_to(number)
            if ("urgent" in letter.kind) is urgent
            and not letter.kind.startswith("code.")
        )

    def print_numbers(self) -> None:
        for (name, status), count in sorted(self.attacker.statuses.items()):
            print(f"{name:16} {status} {count:5}")
        print(f"alarms of the SIM card: {len(self.rings)}")
        for name in STAFF:
            loud = dict(self.messages(name, urgent=True))
            plain = dict(self.messages(name, urgent=False))
            print(f"{name:8} urgent {loud} other {plain}")


def a_day() -> Day:
    world = World(MIDNIGHT, open311_keys={"fms": KEY}, sms_budget_fen=20_000)
    street = TicketStreet(world)
    for code in BUILDINGS:
        world.services.places.put_place(world.boss, code, code, [], None)
    victim = world.phone_of(world.person("魏秀英", phone=VICTIM))
    return Day(street=street, attacker=Attacker(street), victim=victim)


def test_one_sim_card_for_a_day():
    day = a_day()
    world = day.street.world
    day.pass_through(hours=24)
    day.print_numbers()
    for at in day.rings:
        window = [then for then in day.rings if at <= then < at + ALARM_MEMORY]
        assert len(window) <= ALARMS
    for name in STAFF:
        plain = day.messages(name, urgent=False)
        assert max(plain.values(), default=0) <= STAFF_SMS_PER_DAY, name
    # Each alarm rings a phone once; of the application there are three more in twelve hours. The
    # reminders of all of them are one message each hour.
    alarms = len(day.rings) + 3 * ALARMS
    for name in STAFF:
        loud = sum(day.messages(name, urgent=True).values())
        assert loud <= alarms + 25, name
    assert_the_resident_is_served(world, day.victim)


def assert_the_resident_is_served(world: World, victim: Phone) -> None:
    """Their reports ring, their wish is filed, and their delivery code comes."""
    person = world.services.people.find(victim.me["id"])
    assert person
    phone = world.phone_of(person)
    body = {"category": "danger", "text": "有危险", "place": UNIT}
    answer = phone.post("/v1/tickets", body)
    assert answer.status == 201, answer.text
    assert stored(answer.json["id"]).rings
    wish_id = world.open_wish(phone)
    claimed = world.volunteer().post(f"/v1/wishes/{wish_id}/claim")
    assert claimed.status == 200, claimed.text
    world.pass_time(hours=9)
    assert world.delivery_code(VICTIM)
