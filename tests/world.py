"""The services as tests use them: a fresh store, a clock that tests move, and phones that make
requests.
"""

import base64
import json
import re
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from app import api, app
from chalicelib.adapters.console import DevMailbox, Letter
from chalicelib.adapters.folder import FolderFiles
from chalicelib.container import Container, build
from chalicelib.exports.feature import jobs as export_jobs
from chalicelib.features import FEATURES, declaration
from chalicelib.kernel.access import Grant, Role
from chalicelib.kernel.clock import TestClock
from chalicelib.kernel.codes import derive_key
from chalicelib.kernel.request import RequestContext
from chalicelib.message_log import feature as message_log_feature
from chalicelib.message_log.feature import dev_mailbox
from chalicelib.offers.decisions import ChosenVolunteer
from chalicelib.offers.feature import jobs as offer_jobs
from chalicelib.offers.feature import maker, sms_answers
from chalicelib.people.feature import (
    accounts,
    consents,
    erasure,
    phone_rekeying,
    phones,
)
from chalicelib.people.model import Person, Vetting, VettingMethod
from chalicelib.people.records import ConsentGiven
from chalicelib.phone_changes.feature import jobs as phone_jobs
from chalicelib.repositories import register_all
from chalicelib.runtime import load_everything, log, use
from chalicelib.settings import KnownSecrets, Settings
from chalicelib.signin.feature import challenges
from chalicelib.staff_directory.service import NewPerson
from chalicelib.staff_directory.vetting_terms import VettingTerms
from chalicelib.store.schema import create_missing
from chalicelib.ticket_policy.feature import book
from chalicelib.tickets.feature import intake, jobs, public_tickets
from chalicelib.uploads.feature import files
from chalicelib.uploads.feature import jobs as upload_jobs
from chalicelib.wishes.feature import forgetting as wish_forgetting
from chalicelib.wishes.feature import helpers as wish_helpers
from chalicelib.wishes.feature import jobs as wish_jobs
from chalicelib.wishes.feature import queries as wish_queries
from chalicelib.wishes.feature import sms_answers as wish_sms_answers
from devserver.memory_dynamo import MemoryDynamo
from devserver.memory_table import MemoryTable
from devserver.pump import Pump
from onemachine.files import FileRoutes
from onemachine.gateway import Gateway

from .storage import WatchedDynamo, own_dynamo

SECRETS: dict[str, Any] = {
    "token_keys": {"k1": b"test-token-key-0123456789-0123456789"},
    "secret": {"first": b"test-secret-0123456789-0123456789-01"},
    "phone_key": {"first": b"test-phone-key-0123456789-0123456789"},
}
START = datetime(2026, 11, 23, 0, 40, tzinfo=UTC)  # a Monday, 08:40 in Shanghai
STREET, BAIHUA, JINFENG = "chunhui", "chunhui.baihua", "chunhui.jinfeng"
GRID, OTHER_GRID = "chunhui.baihua.g01", "chunhui.jinfeng.g01"
BUILDING, UNIT = "chunhui.baihua.g01.b05", "chunhui.baihua.g01.b05.u1"
CONSENT = ConsentGiven(how="written")
gateway = Gateway(app, api)
CHALLENGES: dict[
    str, str
] = {}  # the newest one by phone, as the request wrote it
NO_CHALLENGE = "chl_" + "a" * 24  # which nobody has
_FOUNDED: dict[
    str, tuple[Person, dict[str, MemoryTable]]
] = {}  # settings and start -> administrator and tables
load_everything()  # of which a process of its own would load what it is asked for


@dataclass(frozen=True)
class Answer:
    """What a request was answered."""

    status: int
    headers: dict[str, str]
    text: str
    content: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.text) if self.text else None

    @property
    def code(self) -> str:
        return str(self.json["code"])


class ManualClock(TestClock):
    """Also what the pump moves."""


class Services:
    """A container whose services are attributes, for short test lines."""

    def __init__(self, container: Container) -> None:
        self.container = container

    def __getattr__(self, name: str) -> Any:
        container = self.container
        if name in _PROVIDERS:
            return container.get(_PROVIDERS[name])
        return getattr(
            container.core if hasattr(container.core, name) else container, name
        )


_FEATURES = {
    "person_admin": "staff_directory",
    "notifier": "notifications",
    "ticket_policies": "ticket_policy",
    "desk": "admin",
}
_PROVIDERS = {
    name: declaration(feature) for name, feature in _FEATURES.items()
} | {
    **{name: declaration(name) for name in FEATURES},
    "message_queries": message_log_feature.feature,
    "message_log": message_log_feature.message_log,
    "transport": message_log_feature.transport,
    "attempt_store": message_log_feature.attempt_store,
    "sms_budget": message_log_feature.sms_budget,
    "digest": message_log_feature.digest,
    "delivery_reports": message_log_feature.delivery_reports,
    "unsubscribe_links": message_log_feature.unsubscribe_links,
    "accounts": accounts,
    "phone_rekeying": phone_rekeying,
    "challenges": challenges,
    "consents": consents,
    "erasure": erasure,
    "export_jobs": export_jobs,
    "upload_jobs": upload_jobs,
    "phones": phones,
    "phone_jobs": phone_jobs,
    "maker": maker,
    "offer_jobs": offer_jobs,
    "offer_sms_answers": sms_answers,
    "wish_forgetting": wish_forgetting,
    "wish_jobs": wish_jobs,
    "wish_queries": wish_queries,
    "wish_sms_answers": wish_sms_answers,
    "wish_helpers": wish_helpers,
    "upkeep": jobs,
    "outside": public_tickets,
    "ticket_intake": intake,
    "policy_book": book,
}


@dataclass
class Phone:
    """The device of a person: makes requests, with their token once they have signed in."""

    token: str | None = None
    refresh: str | None = None
    me: Any = None
    address: str = "203.0.113.7"
    seen: list[Answer] = field(default_factory=list)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        raw: bytes | None = None,
        **headers: str,
    ) -> Answer:
        sent = {
            name.replace("_", "-").lower(): value
            for name, value in headers.items()
        }
        if body is not None or raw is not None:
            sent.setdefault("content-type", "application/json")
        if self.token and "authorization" not in sent:
            sent["authorization"] = f"Bearer {self.token}"
        content = (
            raw
            if raw is not None
            else json.dumps(body).encode()
            if body is not None
            else b""
        )
        status, answered, text = gateway.handle(
            method, path, sent, content, self.address
        )
        answer = Answer(
            status,
            {name.lower(): value for name, value in answered},
            text.decode(errors="replace"),
            text,
        )
        self.seen.append(answer)
        if path == "/v1/auth/codes" and status == 202:
            CHALLENGES[body["phone"]] = answer.json["challenge"]
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

    instead: Mapping[
        Any, Any
    ] = {}  # what a world builds otherwise, by provider

    def __init__(
        self,
        start: datetime = START,
        *,
        dynamo: WatchedDynamo | None = None,
        **settings: Any,
    ) -> None:
        self.clock = ManualClock(start)
        self.mailbox = DevMailbox(self.clock.now)
        values: dict[str, Any] = {
            "table_prefix": f"t{secrets.token_hex(4)}-",  # tests share one embedded store
            "region": "us-east-1",
            "codes_per_address_hour": 10_000,
        }
        known = {
            name: settings.pop(name)
            for name in list(settings)
            if name in KnownSecrets.__dataclass_fields__
        }
        self.settings = Settings(
            **(values | settings), secrets=KnownSecrets(**(SECRETS | known))
        )
        key = derive_key(self.settings.secrets.secret["first"], "files")
        self.files = FolderFiles(
            "http://127.0.0.1:8000/dev/files", key, self.clock
        )
        self.dynamo = dynamo or own_dynamo()
        self.services = self.rewired()
        use(self.services.container)
        self.admin = self._founded()
        self.boss = RequestContext(actor=self.admin.as_actor())
        # Only the administrator is on duty in this street; their messages would be in every test
        # of a night.
        self.pump = Pump(
            app,
            self.services.container,
            self.clock,
            without=frozenset({"check_ladders"}),
        )
        self.numbers = count()

    def rewired(
        self, settings: Settings | None = None, **parts: Any
    ) -> Services:
        """Build the services of this world once more, over the same store; a clock or ids of a
        test's own replace its own.
        """
        instead = {dev_mailbox: self.mailbox, files: self.files, **self.instead}
        own = {
            "clock": self.clock,
            "log": log,
            "instead": instead,
            "dynamo": self.dynamo,
            "wait": lambda attempt: None,
        } | parts
        container = build(settings or self.settings, **own)
        register_all(container.core.store)
        return Services(container)

    def _founded(self) -> Person:
        """Return the administrator of a street with its tables; in memory it is founded once, and
        copied from then on.
        """
        if not isinstance(self.dynamo.client, MemoryDynamo):
            return self._found()
        settings = replace(self.settings, table_prefix="")
        phone_key = settings.secrets.phone_key  # which the settings do not show
        alike = repr((settings, sorted(phone_key.items()), self.clock.now()))
        if alike not in _FOUNDED:
            admin, prefix = self._found(), self.settings.table_prefix
            _FOUNDED[alike] = (
                admin,
                {
                    name.removeprefix(prefix): table.copy()
                    for name, table in self.tables.items()
                },
            )
        admin, tables = _FOUNDED[alike]
        self.tables.update(
            {
                self.settings.table_prefix + name: table.copy()
                for name, table in tables.items()
            }
        )
        return admin

    @property
    def tables(self) -> dict[str, MemoryTable]:
        """What the in-memory store holds."""
        assert isinstance(self.dynamo.client, MemoryDynamo)
        return self.dynamo.client.tables

    def _found(self) -> Person:
        create_missing(self.services.store)
        places = self.services.places
        places.found_street(STREET, "春晖路街道", "Asia/Shanghai")
        admin = self.services.person_admin.bootstrap_admin(
            "+8613900000001", "林晖", STREET
        )
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
        self,
        name: str = "王秀英",
        *roles: tuple[Role, str],
        home: str = UNIT,
        phone: str | None = "",
        **fields: Any,
    ) -> Person:
        """Register a person; without a phone they are acted for."""
        number = (
            f"+86138{next(self.numbers) + 10_000_000:08}"
            if phone == ""
            else phone
        )
        new = {
            "address": "3楼302室",
            "household": None,
            "contact_via": None,
            "locale": "zh-CN",
            "consent": CONSENT,
        } | fields
        person = self.services.person_admin.create_person(
            self.boss, NewPerson(name=name, phone=number, home=home, **new)
        )
        if not roles:
            return person
        for role, place in roles:
            if role.rank > Role.VOLUNTEER.rank:  # they ask for it, being new
                self.ask_for(person, role, place)
        grants = [Grant(role, place) for role, place in roles]
        person = self.services.person_admin.grant_roles(
            self.boss, person.id, grants
        )
        for street in person.reveal_off:
            person = self.services.person_admin.let_reveal(
                self.boss, person.id, street, "试用期满", allowed=True
            )
        return person

    def ask_for(self, person: Person, role: Role, place: str) -> None:
        """Have a newcomer ask for a role."""
        me = RequestContext(actor=person.as_actor())
        self.services.accounts.request_role(me, role, place)

    def phone_of(self, person: Person) -> Phone:
        """Hand somebody a phone that is signed in, without going through the sign-in."""
        actor = person.as_actor(f"ses_{next(self.numbers)}")
        return Phone(
            token=self.services.tokens.issue(actor)[0],
            me={"id": person.id, "phone": person.phone, "name": person.name},
        )

    def sign_in(
        self, number: str, consent: str | None = None, name: str | None = None
    ) -> Phone:
        """Sign in as people do: ask for a code, read the SMS, send it back."""
        phone = Phone()
        assert phone.post("/v1/auth/codes", {"phone": number}).status == 202
        body: dict[str, Any] = {
            "phone": number,
            "code": self.code_in_sms(number),
            "challenge": CHALLENGES[number],
        }
        body |= {"consent": {"text_version": consent}} if consent else {}
        body |= {"name": name} if name else {}
        answer = phone.post("/v1/auth/tokens", body)
        assert answer.status == 201, answer.text
        phone.token, phone.refresh, phone.me = (
            answer.json["access_token"],
            answer.json["refresh_token"],
            answer.json["person"],
        )
        return phone

    def erase(self, phone: Phone) -> Answer:
        """Erase somebody's account as they do: a code by SMS, sent back with its challenge."""
        return phone.call("DELETE", "/v1/me", self.fresh_code(phone))

    def fresh_code(self, phone: Phone) -> dict[str, str]:
        """Buy a challenge for somebody's own phone; return it with its code."""
        number = phone.me["phone"]
        assert phone.post("/v1/auth/codes", {"phone": number}).status == 202
        challenge = self.services.challenges.find(CHALLENGES[number])
        return {
            "code": self.services.challenges.code_of(challenge),
            "challenge": challenge.id,
        }

    def staff(
        self, place: str = BAIHUA, role: Role = Role.COMMUNITY_STAFF
    ) -> Phone:
        return self.phone_of(self.person("陈敏", (role, place), home=place))

    def volunteer(
        self,
        place: str = BAIHUA,
        *,
        vetting: Vetting = Vetting.BASIC,
        homes: int | None = 50,
        **profile: Any,
    ) -> Phone:
        """Hand a phone to a volunteer whom staff have vetted in person.

        By default no test counts the homes that they are shown.
        """
        home = f"{OTHER_GRID}.b01" if place == JINFENG else UNIT
        person = self.person("赵志强", home=home)
        self.vet(person.id, vetting)
        if homes:
            self.services.person_admin.set_limits(
                self.boss, person.id, homes, "测试"
            )
        phone = self.phone_of(person)
        assert (
            phone.put(
                "/v1/me/volunteer", {"places": [place], "capacity": 5} | profile
            ).status
            == 200
        )
        return self.phone_of(self.vet(phone.me["id"], Vetting.NONE))

    def vet(
        self, person_id: str, level: Vetting = Vetting.BASIC, **terms: Any
    ) -> Person:
        """Vet somebody in person, or as `terms` say; a level of none leaves them as they are."""
        if level is not Vetting.NONE:
            values = {"level": level, "how": VettingMethod.IN_PERSON} | terms
            self.services.person_admin.vet(
                self.boss, person_id, VettingTerms(**values)
            )
        person = self.services.people.find(person_id)
        assert person
        return person

    def resident(self, **fields: Any) -> Phone:
        return self.phone_of(self.person(**fields))

    # wishes

    def wish_body(self, **fields: Any) -> dict[str, Any]:
        day = (self.clock.now() + timedelta(days=14)).date().isoformat()
        return {
            "kind": "goods",
            "title": "一个电热水壶",
            "story": "旧的坏了。",
            "budget_fen": 12000,
            "needed_by": day,
        } | fields

    def open_wish(self, resident: Phone | None = None, **fields: Any) -> str:
        """File a wish and put it on the wall; return its id."""
        resident = resident or self.resident()
        if fields.get("safeguarding"):
            self.agree_to_care(resident)
        answer = resident.post("/v1/wishes", self.wish_body(**fields))
        assert answer.status == 201, answer.text
        wish_id = str(answer.json["id"])
        assert (
            self.phone_of(self.admin)
            .post(f"/v1/wishes/{wish_id}/approve")
            .status
            == 200
        )
        return wish_id

    def agree_to_care(self, resident: Phone) -> None:
        """Give somebody's consent to marks about care."""
        body = {"purpose": "care", "text_version": "2026-11"}
        answer = resident.post("/v1/me/consents", body)
        assert answer.status == 200, answer.text

    def offer(self, wish_id: str, phone: Phone) -> str:
        """Offer a wish to one volunteer, whom matching might not have chosen; return the offer."""
        maker, wish = (
            self.services.maker,
            self.services.wish_queries.find(wish_id),
        )
        assert wish
        ask = ChosenVolunteer(
            offer_id=maker.new_id(),
            volunteer=phone.me["id"],
            why=("same_grid",),
        )
        made = maker.offer(
            wish, maker.round_of(wish), [ask], {}, {ask.volunteer: 5}, ""
        )
        assert made == [ask]
        return ask.offer_id

    # photos

    def upload(
        self, phone: Phone, data: bytes, content_type: str = "image/jpeg"
    ) -> str:
        """Upload a photo with its form, as phones do, and process it; return the upload."""
        answer = phone.post(
            "/v1/uploads",
            {"kind": "photo", "content_type": content_type, "size": len(data)},
        )
        assert answer.status == 201, answer.text
        FileRoutes(app, self.files).take(answer.json["fields"], data)
        return str(answer.json["id"])

    # messages and time

    def sms_to(self, number: str, kind: str | None = None) -> list[Letter]:
        """Return what a phone was sent, newest first."""
        return [
            letter
            for letter in self.mailbox.read(number)
            if kind in (None, letter.kind)
        ]

    def code_in_sms(self, number: str) -> str:
        found = re.search(r"\d{6}", self.sms_to(number, "code.sign_in")[0].text)
        assert found
        return found[0]

    def delivery_code(self, number: str) -> str:
        found = re.search(
            r"送达码 (\d{4})", self.sms_to(number, "wish.claimed")[0].text
        )
        assert found
        return found[1]

    def pass_time(self, **by: float) -> Counter[str]:
        """Let time pass, stopping wherever something is due."""
        return self.pump.move_to(self.clock.now() + timedelta(**by))


def token_parts(token: str) -> list[dict[str, Any]]:
    """Return header and claims of a JWT."""
    return [
        json.loads(base64.urlsafe_b64decode(part + "=="))
        for part in token.split(".")[:2]
    ]
