"""Somebody with one SIM card against the running server, by HTTP and nothing else."""

import http.client
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from .server import Server, Somebody

SIM = "+8613712345678"
COMMUNITY = "chunhui.baihua"
HOME = f"{COMMUNITY}.g01.b01.u1"
BUILDINGS = [
    f"{COMMUNITY}.{place}" for place in ("g01.b01", "g01.b02", "g02.b03")
]
CLERK, WORKER, ADMIN = "+8613900000002", "+8613900000004", "+8613900000001"
STAFF = {"worker": WORKER, "clerk": CLERK, "administrator": ADMIN}
LOCAL = ZoneInfo("Asia/Shanghai")
TERMS = {"text_version": "2026-11"}
TEN_MINUTES = timedelta(minutes=10)


@dataclass(frozen=True)
class Ring:
    """An alarm that a report caused at once."""

    at: datetime
    building: str


@dataclass
class Watch:
    """Every message of the day, and every answer to the attacker."""

    server: Server
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    refusals: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, name: str, status: int) -> int:
        assert status < 500, name
        self.answers[name, status] += 1
        return status

    def letters(self, number: str) -> list[Any]:
        """Return the messages to a number, oldest first."""
        path = f"/dev/messages?to={quote(number)}"
        return list(self.server.call("GET", path)[1]["items"][::-1])

    def urgent(self) -> int:
        """Count the urgent messages to all staff so far."""
        return sum(
            "urgent" in letter["kind"]
            for number in STAFF.values()
            for letter in self.letters(number)
        )

    @contextmanager
    def rings(self, into: list[Ring], building: str) -> Iterator[None]:
        """Note an alarm if what is done inside rings at once."""
        before = self.urgent()
        yield
        if self.urgent() > before:
            at = datetime.fromisoformat(self.server.now())
            into.append(Ring(at, building))

    def by_day(self, number: str, *, urgent: bool) -> Counter[str]:
        """Count the messages to a phone of staff by local day, codes left out."""
        days: Counter[str] = Counter()
        for letter in self.letters(number):
            is_code = letter["kind"].startswith("code.")
            if is_code or ("urgent" in letter["kind"]) is not urgent:
                continue
            at = datetime.fromisoformat(letter["sent_at"])
            days[f"{at.astimezone(LOCAL):%m-%d}"] += 1
        return days


@dataclass
class Attacker:
    """Whoever holds the SIM card; the account is left and opened again."""

    watch: Watch
    clerk: Somebody
    victim: str
    me: Somebody | None = None
    homes: set[str] = field(default_factory=set)
    rings: list[Ring] = field(default_factory=list)
    of_application: list[Ring] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)
    lives: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(311))

    @property
    def server(self) -> Server:
        return self.watch.server

    def act(self, n: int) -> None:
        """Do all that one can think of in half an hour."""
        if self.me is None:
            self.return_as_newcomer()
        if self.me:
            self.me.refresh()
            self.claim_in_a_loop()
            self.report(n)
            self.comment(n)
            self.file_wishes(n)
        self.guess()
        self.ask_for_codes_of_strangers()
        self.flood(n)
        if n % 8 == 7 and self.me:
            self.leave()

    def return_as_newcomer(self) -> None:
        """Sign up with the SIM card, and be vetted by staff who do not know better."""
        status, asked = self.server.call(
            "POST", "/v1/auth/codes", {"phone": SIM}
        )
        if self.watch.count("own code", status) != 202:
            return
        body = {
            "phone": SIM,
            "code": self._code(),
            "challenge": asked["challenge"],
            "consent": TERMS,
            "name": "张三",
        }
        status, answer = self.server.call("POST", "/v1/auth/tokens", body)
        if self.watch.count("sign up", status) != 201:
            return
        self.lives += 1
        self.me = Somebody(
            self.server,
            SIM,
            answer["access_token"],
            answer["refresh_token"],
            answer["person"],
        )
        home = {"home": HOME, "address": "1楼102室"}
        self.do("settle", "PATCH", "/v1/me", home)
        profile = {"places": [COMMUNITY], "capacity": 5}
        self.do("volunteer", "PUT", "/v1/me/volunteer", profile)
        self.clerk.refresh()
        vetting = {"level": "basic", "how": "in_person", "note": "当面核实"}
        path = f"/v1/people/{self.me.me['id']}/vetting"
        status, answer = self.clerk.call("PUT", path, vetting)
        assert status == 200, answer

    def _code(self) -> str:
        newest = self.watch.letters(SIM)[-1]
        found = re.search(r"\d{6}", newest["text"])
        assert found
        return found[0]

    def do(
        self, name: str, method: str, path: str, body: Any = None
    ) -> tuple[int, Any]:
        assert self.me
        status, answer = self.me.call(method, path, body)
        if status >= 400:
            self.watch.refusals[name, answer["code"]] += 1
        return self.watch.count(name, status), answer

    def claim_in_a_loop(self) -> None:
        """Claim whatever is on the wall, read the door, give it back."""
        wall = f"/v1/wishes?place={COMMUNITY}&state=open&limit=100"
        for line in self.server.call("GET", wall)[1]["items"]:
            path = f"/v1/wishes/{line['id']}"
            self.do("claim", "POST", f"{path}/claim", {})
            _, seen = self.do("read a wish", "GET", path)
            if seen.get("address"):
                self.homes.add(f"{seen['place']} {seen['address']}")
            self.do("release", "POST", f"{path}/release", {"reason": "没空"})

    def report(self, n: int) -> None:
        """Report urgent categories, a yes to the question, and a plain wish for urgent."""
        building = BUILDINGS[n % len(BUILDINGS)]
        for category, more in (
            ("danger", {}),
            ("gas", {}),
            ("lift", {"danger": True}),
            ("rubbish", {"urgency": "urgent"}),
        ):
            body = {"category": category, "text": f"快来{n}", "place": building}
            with self.watch.rings(self.rings, building):
                status, made = self.do(
                    "report", "POST", "/v1/tickets", body | more
                )
            if status == 201:
                self.tickets.append(made["id"])

    def comment(self, n: int) -> None:
        for ticket in self.tickets[-3:]:
            path = f"/v1/tickets/{ticket}/comment"
            self.do("comment", "POST", path, {"text": f"再说一次{n}"})

    def file_wishes(self, n: int) -> None:
        body = {
            "kind": "goods",
            "title": f"要东西{n}",
            "story": "",
            "needed_by": "2026-12-03",
        }
        self.do("wish", "POST", "/v1/wishes", body)

    def guess(self) -> None:
        """Have codes sent to somebody else, and guess each five times."""
        status, asked = self.server.call(
            "POST", "/v1/auth/codes", {"phone": self.victim}
        )
        self.watch.count("code of another", status)
        if status != 202:
            return
        for _ in range(5):
            body = {
                "phone": self.victim,
                "code": f"{self.chance.randrange(10**6):06}",
                "challenge": asked["challenge"],
            }
            status, _ = self.server.call("POST", "/v1/auth/tokens", body)
            self.watch.count("guess", status)

    def ask_for_codes_of_strangers(self) -> None:
        """Use up what an address and a day have for numbers that nobody knows."""
        for _ in range(5):
            number = f"+86139{self.chance.randrange(10**8):08}"
            status, _ = self.server.call(
                "POST", "/v1/auth/codes", {"phone": number}
            )
            self.watch.count("codes of strangers", status)

    def flood(self, n: int) -> None:
        """Report by another application in the victim's name, and comment on each report."""
        building = BUILDINGS[n % len(BUILDINGS)]
        for category in ("danger", "light"):
            form = {
                "service_code": category,
                "address_id": building,
                "description": f"有危险{n}",
                "phone": self.victim,
            }
            with self.watch.rings(self.of_application, building):
                status, made = self.post_form("requests", form)
            self.watch.count("open311 report", status)
            if status == 200:
                update = {
                    "service_request_id": made[0]["service_request_id"],
                    "description": f"还在{n}",
                }
                status, _ = self.post_form("servicerequestupdates", update)
                self.watch.count("open311 update", status)

    def post_form(self, name: str, form: dict[str, str]) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
        connection.request(
            "POST",
            f"/open311/v2/{name}.json",
            urlencode({"api_key": "demo"} | form),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text)

    def leave(self) -> None:
        """Erase the account; the SIM card stays."""
        status, asked = self.server.call(
            "POST", "/v1/auth/codes", {"phone": SIM}
        )
        if self.watch.count("own code", status) != 202:
            return
        proof = {"code": self._code(), "challenge": asked["challenge"]}
        status, _ = self.do("erase", "DELETE", "/v1/me", proof)
        if status == 202:
            self.me = None
            self.tickets = []
