"""The life of a street in which every function does everything it knows: each route, each alarm, each message, each failure."""

import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from app import app
from chalicelib.carriers.queue import write_entry
from chalicelib.kernel.access import Role
from chalicelib.kernel.outcome import Due
from chalicelib.store.rows import Table
from devserver.files import told_of

from ..carriers.pictures import jpeg
from ..faults.cloud import sqs_event
from ..hostile.good import GOOD, READS, WRITES
from ..replies.builders import PROVIDERS, reply, report
from ..world import BAIHUA, BUILDING, GRID, STREET, UNIT, Answer, Phone
from .recording import CloudWorld

KEY = "an-application-of-tests"
SETTINGS: dict[str, Any] = {"sms_providers": PROVIDERS, "open311_keys": {"tests": KEY}, "sms_budget_fen": 10_000_000}
_XML, _JSON = "xml", "json"


def ok(answer: Answer) -> Any:
    """Return what a request was answered, which must not be a refusal."""
    assert answer.status < 300, f"{answer.status} {answer.text}"
    return answer.json if answer.text[:1] in "{[" else answer.text


class Street:
    """Somebody of every kind, and what they do."""

    def __init__(self, world: CloudWorld) -> None:
        self.world = world
        self.admin = world.phone_of(world.admin)
        self.worker = self._on_duty("周涛", Role.GRID_WORKER, GRID)
        self.clerk = self._on_duty("陈敏", Role.COMMUNITY_STAFF, BAIHUA)
        self.property = self._on_duty("华安物业", Role.PROPERTY, BAIHUA)
        self.resident = world.resident()
        self.helper = world.volunteer()
        self.known = {"person_id": self.resident.me["id"]}

    def _on_duty(self, name: str, role: Role, place: str) -> Phone:
        person = self.world.person(name, (role, place), home=place)
        ok(self.admin.put(f"/v1/places/{place}/duty", {role.value: [person.id]}))
        return self.world.phone_of(person)

    def everything(self) -> None:
        """Live."""
        self.begin()
        self.photos()
        self.tickets()
        self.open311()
        self.wishes_over_time()
        self.messages()
        self.to_everybody()
        self.failures()
        self.every_write()
        self.every_read()
        self.audits()

    def begin(self) -> None:
        """One of everything, so that whatever is read is there."""
        self.known["upload_id"] = self.world.upload(self.resident, jpeg((320, 240)))
        self.known["ticket_id"] = self.report()
        self.known["wish_id"] = self.world.open_wish(self.resident)
        self.known["run_id"] = ok(self.clerk.post("/v1/matching/runs", {"place": BAIHUA, "dry_run": False}))["id"]
        self.known["offer_id"] = self.offered(self.helper)

    # routes

    def every_write(self) -> None:
        for operation in WRITES:
            if operation.name in GOOD:
                ok(GOOD[operation.name](self.world).send(operation.method, Idempotency_Key="k"))
        self.world.pass_time(hours=2)
        phone = self.world.sign_in("+8613912312312", consent="1")
        ok(Phone().post("/v1/auth/tokens", {"refresh_token": phone.refresh}))
        body = self.world.wish_body()
        twice = [self.resident.post("/v1/wishes", body, Idempotency_Key="twice") for _ in range(2)]
        assert len({ok(answer)["id"] for answer in twice}) == 1

    def every_read(self) -> None:
        """Read whatever there is, as everybody who may, and as somebody who may not."""
        ids = self.known | {"code": BUILDING, "place": BAIHUA}
        queries = {name: f"?{urlencode({'place': BAIHUA})}" for name in _BY_PLACE} | {"list_people": f"?place={BAIHUA}&q=王"}
        queries |= {"list_messages": f"?person={self.resident.me['id']}", "read_spending": f"?place={STREET}"}
        queries |= dict.fromkeys(("read_weights", "read_rules", "read_rates", "list_hot_spots"), f"?place={STREET}")
        token = self.world.services.sender.unsubscribe_token(self.world.person().id)
        readers = (self.admin, self.clerk, self.worker, self.resident, self.helper, self.world.resident(), Phone())
        for operation in READS:
            path = operation.path
            for name, id in (ids | {"token": token}).items():
                path = path.replace(f"{{{name}}}", id)
            document = "light" if operation.name == "read_service" else ids.get("ticket_id", "")
            path = path.replace("{document}", f"{document}.json")
            assert "{" not in path, path
            answers = [reader.get(path + queries.get(operation.name, "")) for reader in readers]
            assert any(answer.status < 300 for answer in answers), f"{path}: {answers[0].text}"
            assert all(answer.status < 500 for answer in answers), path
        people = f"/v1/people?place={BAIHUA}&q="
        for question in (self.resident.me["phone"].replace("+", "%2B"), ""):
            ok(self.clerk.get((people + question).removesuffix("&q=")))
        for state in ("open", "fulfilled"):
            ok(self.admin.get(f"/v1/wishes?place={STREET}&state={state}"))
        for order in ("", f"&assignee={self.worker.me['id']}", "&state=closed"):
            ok(self.clerk.get(f"/v1/tickets?place={BAIHUA}{order}"))
        ok(self.admin.get(f"/v1/tickets?place={STREET}"))

    # photos

    def photos(self) -> None:
        self.known["upload_id"] = self.world.upload(self.resident, jpeg((640, 480)))
        ok(self.resident.get(f"/v1/uploads/{self.known['upload_id']}"))
        self.world.upload(self.resident, b"not a photo at all")
        app.handler_map["clean_photo"](told_of("incoming/upl_aaaaaaaaaaaaaaaaaaaaaaaa", "photos/x.jpg"), None)
        left = ok(self.resident.post("/v1/uploads", {"kind": "photo", "content_type": "image/jpeg", "size": 9}))
        self.world.pass_time(days=3)  # nobody used them, and the last one never came
        assert self.resident.get(f"/v1/uploads/{left['id']}").status in (200, 404)

    # tickets

    def report(self, phone: Phone | None = None, **more: Any) -> str:
        body = {"category": "light", "text": "二楼走廊的灯不亮", "place": UNIT} | more
        return str(ok((phone or self.resident).post("/v1/tickets", body))["id"])

    def move(self, phone: Phone, ticket: str, move: str, **body: Any) -> Any:
        return ok(phone.post(f"/v1/tickets/{ticket}/{move}", body))

    def tickets(self) -> None:
        photo = self.world.upload(self.resident, jpeg((320, 240)))
        ticket = self.known["ticket_id"] = self.report(photos=[photo])
        neighbour, other = self.world.resident(), self.world.resident()
        self.move(neighbour, ticket, "join")
        ok(neighbour.get(f"/v1/tickets/{ticket}/photos"))
        self.move(self.worker, ticket, "accept")
        self.move(self.worker, ticket, "comment", text="明天来修", public=True)
        until = (self.world.clock.now() + timedelta(days=3)).isoformat().replace("+00:00", "Z")
        self.move(self.worker, ticket, "hold", reason="等配件", until=until)
        self.world.pass_time(days=1)
        self.move(self.worker, ticket, "resume")
        done = self.world.upload(self.worker, jpeg((320, 240)))
        self.move(self.worker, ticket, "resolve", note="已换", photos=[done])
        self.move(neighbour, ticket, "reopen", reason="还是不亮")
        self.move(self.admin, ticket, "assign", to=self.worker.me["id"])
        self.move(self.worker, ticket, "resolve", note="换了整套")
        self.move(self.resident, ticket, "confirm", satisfied=5)
        self.world.pass_time(days=1)
        copy, original = self.report(other), self.report(neighbour, text="走廊灯又坏了")
        self.move(self.clerk, copy, "merge", into=original)
        self.move(self.clerk, copy, "split")
        self.move(self.worker, copy, "bounce", reason="不在我的网格")
        self.move(self.clerk, copy, "assign", to="property")
        self.move(self.property, copy, "bounce", reason="不归物业管")
        self.move(self.clerk, original, "escalate", reason="需要街道协调")
        self.move(self.admin, original, "close", reason="重复")
        with contextlib.suppress(AssertionError):  # a turn is somebody's answer to being nudged; not in every state
            self.move(self.clerk, copy, "turn")
        spoken = {"on_behalf_of": self.world.person(phone=None).id, "consent": {"how": "spoken", "witness": "陈敏"}}
        self.report(self.worker, urgency="urgent", **spoken)
        for n in range(8):  # more than a few reporters: they are told by a fan-out
            self.move(self.world.resident(), copy, "join")
            assert n < 8
        self.world.pass_time(hours=6)
        with contextlib.suppress(AssertionError):
            self.move(self.clerk, copy, "resolve", note="已修")
        self.world.pass_time(days=6)  # clocks climb to the street, silence closes

    def open311(self) -> None:
        place = f"&address_id={BUILDING}"
        for suffix in (_JSON, _XML):
            body = (
                urlencode(
                    {"api_key": KEY, "service_code": "light", "description": "路灯不亮", "phone": self.resident.me["phone"]}
                )
                + place
            )
            form = {"content_type": "application/x-www-form-urlencoded"}
            made = self._post(f"/open311/v2/requests.{suffix}", body, **form)
            assert made.status < 300, made.text
            update = urlencode({"api_key": KEY, "service_request_id": self.known["ticket_id"], "description": "还没修"})
            assert self._post(f"/open311/v2/servicerequestupdates.{suffix}", update, **form).status < 500
            listed = urlencode({"service_code": "light", "status": "open"})
            assert Phone().get(f"/open311/v2/requests.{suffix}?{listed}").status == 200
            by_id = urlencode({"service_request_id": self.known["ticket_id"]})
            assert Phone().get(f"/open311/v2/servicerequestupdates.{suffix}?{by_id}").status == 200

    def _post(self, path: str, body: str, **headers: str) -> Answer:
        return Phone().call("POST", path, raw=body.encode(), **headers)

    # wishes

    def wishes_over_time(self) -> None:
        world = self.world
        asked = [world.volunteer(skills=["水电"]) for _ in range(3)]
        wishes = [world.open_wish(self.resident, title=f"修灯{n}", kind="service", budget_fen=None) for n in range(3)]
        self.known["wish_id"] = wishes[0]
        ok(self.helper.post(f"/v1/wishes/{wishes[0]}/claim"))
        run = ok(self.clerk.post("/v1/matching/runs", {"place": BAIHUA, "dry_run": False}))
        self.known["run_id"] = run["id"]
        self.known["offer_id"] = self.offered(asked[0])
        world.pass_time(days=2)
        ok(self.helper.post(f"/v1/wishes/{wishes[0]}/deliver", {}))
        world.pass_time(days=1)
        reply(world, self.resident.me["phone"], "1")
        world.pass_time(hours=1)
        self.offered(asked[1])
        world.pass_time(minutes=5)
        reply(world, asked[1].me["phone"], "1")
        world.pass_time(hours=1)
        for phone in asked[:1]:
            person = phone.me["id"]
            ok(self.admin.put(f"/v1/people/{person}/blocked", {"blocked": True, "reason": "多次爽约"}))
        world.pass_time(days=16)  # reminders, chases, expiry
        ok(asked[2].delete("/v1/me"))
        ok(self.admin.put(f"/v1/people/{asked[1].me['id']}/roles", []))
        world.pass_time(hours=1)

    def offered(self, helper: Phone) -> str:
        """Offer a fresh wish to somebody at once, before a run looks at it."""
        wish = self.world.open_wish(self.world.resident(), title="搬一个柜子")
        found = ok(helper.get("/v1/me/offers"))["items"]
        made = [offer["id"] for offer in found if offer["wish"] == wish] if found else []
        return str(made[0]) if made else self.world.offer(wish, helper)

    # messages

    def messages(self) -> None:
        world = self.world
        phone = world.sign_in("+8613912312313", consent="1")
        ok(phone.post("/v1/me/email", {"address": "lin@example.com"}))
        letter = world.mailbox.read("lin@example.com")[0].text
        code = "".join(c for c in letter.split("验证码")[1] if c.isdigit())[:6]
        ok(phone.post("/v1/me/email/verify", {"code": code}))
        ok(phone.patch("/v1/me", {"channels": {"sms": False, "email": True}}))
        world.open_wish(phone, place=UNIT)
        world.pass_time(days=2)
        first = self._lines()[0]
        for status in ("delivered", "failed"):
            assert report(world, first, status=status).status < 500
        reply(world, self.resident.me["phone"], "R")
        world.services.sender._sms = _Silent(world)
        world.open_wish(world.resident())
        world.pass_time(hours=5)
        world.services = world.rewired()

    def _lines(self) -> list[str]:
        answer = ok(self.admin.get(f"/v1/messages?person={self.resident.me['id']}&limit=100"))
        return [item["id"] for item in answer["items"]]

    def to_everybody(self) -> None:
        """One message to a whole community, and one that waits for the evening digest."""
        world = self.world
        for n, to in enumerate((f"all:place:{BAIHUA}", f"people:{self.resident.me['id']},{self.helper.me['id']}")):
            due = Due(
                id=world.services.sender._ids.new("due"), at=world.clock.now(), shard="", kind="wish.open", subject="", to=to
            )
            wish = world.open_wish(world.resident(), title=f"一张轮椅{n}")
            world.services.outbox.put(Due(**{**_fields(due), "kind": "wish.approved", "subject": wish}))
        world.pass_time(days=2)

    def failures(self) -> None:
        """Jobs that fail for good, of every kind of subject; somebody makes them due again."""
        world = self.world
        for id in ("wish_id", "offer_id", "ticket_id", "upload_id"):
            poison = Due(
                id=world.services.sender._ids.new("due"),
                at=world.clock.now(),
                shard="s0",
                kind="nobody.knows",
                subject=self.known[id],
            )
            app.handler_map["park_dead"](sqs_event([("m", write_entry(poison))]), None)
        app.handler_map["park_dead"](sqs_event([("m", "no entry at all"), ("n", write_entry(_match(world)))]), None)
        jobs = [
            task
            for task in ok(self.admin.get(f"/v1/admin/queue?place={STREET}&limit=100"))["items"]
            if task["kind"].startswith("job")
        ]
        assert jobs
        ok(self.admin.post(f"/v1/admin/jobs/{jobs[0]['id']}/redrive", {}))
        world.pass_time(hours=3)

    def audits(self) -> None:
        """Lose every alarm there is; the audit arms them anew."""
        row = Table.rows[Due]
        for item in list(row.scan()):
            item.delete()
        self.world.pass_time(days=2)


def _match(world: CloudWorld) -> Due:
    return Due(id=world.services.sender._ids.new("due"), at=world.clock.now(), shard="s0", kind="match.community", subject=BAIHUA)


def _fields(due: Due) -> dict[str, Any]:
    return {name: getattr(due, name) for name in Due.__dataclass_fields__}


class _Silent:
    """Providers none of which ever answers."""

    def __init__(self, world: CloudWorld) -> None:
        self._given = world.services.sender._sms

    def __getattr__(self, name: str) -> Any:
        return getattr(self._given, name)

    def send(self, *given: Any, **more: Any) -> str:
        raise TimeoutError


_BY_PLACE: Sequence[str] = ("list_places", "list_wishes", "list_tickets", "list_runs", "read_queue", "read_spending")
