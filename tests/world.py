"""The house as tests use it: services over a fresh store, a clock that stands still, and phones that make requests."""

import base64
import json
import os
import pickle
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from app import api, app
from chalicelib.adapters.console import DevMailbox, Letter
from chalicelib.adapters.folder import FolderFiles
from chalicelib.kernel.access import Grant, Role
from chalicelib.kernel.clock import TestClock
from chalicelib.kernel.codes import Keyring
from chalicelib.kernel.request import RequestContext
from chalicelib.offers.decisions import Ask
from chalicelib.people.model import Person
from chalicelib.people.service import ConsentGiven
from chalicelib.repositories import register_all
from chalicelib.settings import Settings
from chalicelib.staff_directory.service import NewPerson
from chalicelib.store.schema import create_missing
from chalicelib.wiring import Services, everything, use, wire
from devserver.files import FileDoor
from devserver.gateway import Gateway
from devserver.pump import Pump
from devserver.store import intercepted

START = datetime(2026, 11, 23, 0, 40, tzinfo=UTC)  # a Monday, 08:40 in Shanghai
STREET, BAIHUA, JINFENG = "chunhui", "chunhui.baihua", "chunhui.jinfeng"
GRID, OTHER_GRID = "chunhui.baihua.g01", "chunhui.jinfeng.g01"
BUILDING, UNIT = "chunhui.baihua.g01.b05", "chunhui.baihua.g01.b05.u1"
CONSENT = ConsentGiven(how="written")
gateway = Gateway(app, api)
_FOUNDED: dict[str, bytes] = {}  # settings and start -> administrator and tables
everything()  # of which a process of its own would load what it is asked for


@dataclass(frozen=True)
class Answer:
    """What a request was answered."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text) if self.text else None

    @property
    def code(self) -> str:
        return str(self.json["code"])


class ManualClock(TestClock):
    """Also what the pump moves."""


@dataclass
class Phone:
    """Somebody's device: makes requests, with her token once she has signed in."""

    token: str | None = None
    refresh: str | None = None
    me: Any = None
    address: str = "203.0.113.7"
    seen: list[Answer] = field(default_factory=list)

    def call(self, method: str, path: str, body: Any = None, raw: bytes | None = None, **headers: str) -> Answer:
        sent = {name.replace("_", "-").lower(): value for name, value in headers.items()}
        if body is not None or raw is not None:
            sent.setdefault("content-type", "application/json")
        if self.token and "authorization" not in sent:
            sent["authorization"] = f"Bearer {self.token}"
        content = raw if raw is not None else json.dumps(body).encode() if body is not None else b""
        status, answered, text = gateway.handle(method, path, sent, content, self.address)
        answer = Answer(status, {name.lower(): value for name, value in answered}, text.decode())
        self.seen.append(answer)
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("PUT", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.call("DELETE", path, **headers)


class World:
    """A street with two communities, a clock, a mailbox, and people who can be called in."""

    def __init__(self, start: datetime = START, **settings: Any) -> None:
        self.clock = ManualClock(start)
        self.mailbox = DevMailbox(self.clock.now)
        values: dict[str, Any] = {
            "table_prefix": f"t{secrets.token_hex(4)}-",  # tests share one embedded store
            "region": "us-east-1",
            "token_keys": {"k1": b"test-token-key-0123456789-0123456789"},
            "secret": b"test-secret-0123456789-0123456789-01",
            "codes_per_address_hour": 10_000,
        }
        self.settings = Settings(**(values | settings))
        key = Keyring(self.settings.secret).key("files")
        self.files = FolderFiles("http://127.0.0.1:8000/dev/files", key, self.clock)
        self.services = self.rewired()
        use(self.services)
        self.admin = self._founded()
        self.boss = RequestContext(actor=self.admin.as_actor())
        # This street has nobody on duty but its administrator; she need not read of it in every test that lasts a night.
        self.pump = Pump(app, self.services, self.clock, without=frozenset({"check_ladders"}))
        self.numbers = iter(range(10_000))

    def rewired(self) -> Services:
        """Make the services of this world once more, over the same store, clock, mailbox and files."""
        services = wire(self.settings, clock=self.clock, mailbox=self.mailbox, files=self.files, wait=lambda attempt: None)
        register_all(services.store)
        return services

    def _founded(self) -> Person:
        """Return the administrator of a street with its tables. In moto's memory it is founded once and copied from then on:
        it takes a tenth of a second, which is most of what most tests take."""
        if "AWS_ENDPOINT_URL_DYNAMODB" in os.environ:
            return self._found()
        tables: dict[str, Any] = dynamodb_backends[DEFAULT_ACCOUNT_ID][self.settings.region].tables
        alike = repr((replace(self.settings, table_prefix=""), self.clock.now()))
        if alike not in _FOUNDED:
            admin = self._found()
            mine = {name: table for name, table in tables.items() if name.startswith(self.settings.table_prefix)}
            _FOUNDED[alike] = pickle.dumps((admin, mine))
            return admin
        admin, copied = pickle.loads(_FOUNDED[alike])
        for table in copied.values():
            table.name = self.settings.table_prefix + table.name.partition("-")[2]
            tables[table.name] = table
        return cast("Person", admin)

    def _found(self) -> Person:
        create_missing(self.services.store)
        places = self.services.places
        places.found_street(STREET, "春晖路街道", "Asia/Shanghai")
        admin = self.services.person_admin.bootstrap_admin("+8613900000001", "林晖", STREET)
        boss = RequestContext(actor=admin.as_actor())
        for code, name in (
            (BAIHUA, "柏华社区"),
            (JINFENG, "锦凤社区"),
            (GRID, "柏华第一网格"),
            (OTHER_GRID, "锦凤第一网格"),
            (BUILDING, "5号楼"),
            (UNIT, "1单元"),
            (f"{OTHER_GRID}.b01", "1号楼"),
        ):
            places.put_place(boss, code, name, [], None)
        places.assign_duty(boss, STREET, {"street_admin": [admin.id]})
        return admin

    # people

    def person(
        self, name: str = "王秀英", *roles: tuple[Role, str], home: str = UNIT, phone: str | None = "", **fields: Any
    ) -> Person:
        """PersonAdmin somebody; a phone of None means that she has none, and is acted for."""
        number = f"+86138{next(self.numbers) + 10_000_000:08}" if phone == "" else phone
        new = {"address": "3楼302室", "household": None, "contact_via": None, "locale": "zh-CN", "consent": CONSENT} | fields
        person = self.services.person_admin.create_person(self.boss, NewPerson(name=name, phone=number, home=home, **new))
        if roles:
            person = self.services.person_admin.grant_roles(self.boss, person.id, [Grant(role, place) for role, place in roles])
        return person

    def phone_of(self, person: Person) -> Phone:
        """Hand somebody a phone that is signed in, without going through the sign-in."""
        actor = person.as_actor(f"ses_{next(self.numbers)}")
        return Phone(token=self.services.tokens.issue(actor)[0], me={"id": person.id, "phone": person.phone, "name": person.name})

    def sign_in(self, number: str, consent: str | None = None, name: str | None = None) -> Phone:
        """Sign in as people do: ask for a code, read the SMS, send it back."""
        phone = Phone()
        assert phone.post("/v1/auth/codes", {"phone": number}).status == 202
        body: dict[str, Any] = {"phone": number, "code": self.code_in_sms(number)}
        body |= {"consent": {"text_version": consent}} if consent else {}
        body |= {"name": name} if name else {}
        answer = phone.post("/v1/auth/tokens", body)
        assert answer.status == 201, answer.text
        phone.token, phone.refresh, phone.me = answer.json["access_token"], answer.json["refresh_token"], answer.json["person"]
        return phone

    def staff(self, place: str = BAIHUA, role: Role = Role.COMMUNITY_STAFF) -> Phone:
        return self.phone_of(self.person("陈敏", (role, place), home=place))

    def volunteer(self, place: str = BAIHUA, **profile: Any) -> Phone:
        phone = self.phone_of(self.person("赵志强", home=f"{OTHER_GRID}.b01" if place == JINFENG else UNIT))
        assert phone.put("/v1/me/volunteer", {"places": [place], "capacity": 5} | profile).status == 200
        person = self.services.people.find(phone.me["id"])
        assert person
        return self.phone_of(person)

    def resident(self, **fields: Any) -> Phone:
        return self.phone_of(self.person(**fields))

    # wishes

    def wish_body(self, **fields: Any) -> dict[str, Any]:
        day = (self.clock.now() + timedelta(days=14)).date().isoformat()
        return {"kind": "goods", "title": "一个电热水壶", "story": "旧的坏了。", "budget_fen": 12000, "needed_by": day} | fields

    def open_wish(self, resident: Phone | None = None, **fields: Any) -> str:
        """File a wish and put it on the wall; return its id."""
        resident = resident or self.resident()
        answer = resident.post("/v1/wishes", self.wish_body(**fields))
        assert answer.status == 201, answer.text
        wish_id = str(answer.json["id"])
        assert self.phone_of(self.admin).post(f"/v1/wishes/{wish_id}/approve").status == 200
        return wish_id

    def offer(self, wish_id: str, phone: Phone) -> str:
        """Offer a wish to somebody in particular, whom matching might not have chosen; return the offer."""
        asking, wish = self.services.asking, self.services.wishes.find(wish_id)
        assert wish
        ask = Ask(offer_id=asking.new_id(), volunteer=phone.me["id"], why=("same_grid",))
        made = asking.offer(wish, asking.search_of(wish), [ask], {}, {ask.volunteer: 5}, "")
        assert made == [ask]
        return ask.offer_id

    # photos

    def upload(self, phone: Phone, data: bytes, content_type: str = "image/jpeg") -> str:
        """Send a photo with the form that the house gives, as phones do, and have it worked on; return the upload."""
        answer = phone.post("/v1/uploads", {"kind": "photo", "content_type": content_type, "size": len(data)})
        assert answer.status == 201, answer.text
        FileDoor(app, self.files).take(answer.json["fields"], data)
        return str(answer.json["id"])

    # messages and time

    def sms_to(self, number: str, kind: str | None = None) -> list[Letter]:
        """Return what a phone was sent, newest first."""
        return [letter for letter in self.mailbox.read(number) if kind in (None, letter.kind)]

    def code_in_sms(self, number: str) -> str:
        found = re.search(r"\d{6}", self.sms_to(number, "code.sign_in")[0].text)
        assert found
        return found[0]

    def delivery_code(self, number: str) -> str:
        found = re.search(r"送达码 (\d{4})", self.sms_to(number, "wish.claimed")[0].text)
        assert found
        return found[1]

    def pass_time(self, **by: float) -> Counter[str]:
        """Let time pass, stopping wherever something is due."""
        return self.pump.move_to(self.clock.now() + timedelta(**by))


@dataclass
class Storage:
    """Counted storage calls."""

    calls: list[tuple[str, dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    @property
    def names(self) -> Counter[str]:
        return Counter(name for name, _, _ in self.calls)

    @property
    def reads(self) -> int:
        return sum(
            count
            for name, count in self.names.items()
            if name in ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems")
        )

    def units(self, name: str) -> float:
        """Return the capacity units that the calls of a name consumed, as the store reports them."""
        total = 0.0
        for called, _, answer in self.calls:
            if called == name:
                reported = answer.get("ConsumedCapacity", [])
                total += sum(c["CapacityUnits"] for c in (reported if isinstance(reported, list) else [reported]))
        return total


@contextmanager
def counted_storage() -> Iterator[Storage]:
    """Count every call that reaches DynamoDB."""
    storage = Storage()
    with intercepted(lambda call, name, kwargs: _count(storage, call, name, kwargs)):
        yield storage


def _count(storage: Storage, call: Callable[[], Any], name: str, kwargs: dict[str, Any]) -> Any:
    answer = call()
    storage.calls.append((name, kwargs, answer))
    return answer


def token_parts(token: str) -> list[dict[str, Any]]:
    """Return header and claims of a JWT."""
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]
