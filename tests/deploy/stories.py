"""The life of a street in which every function does everything it knows: each route, each alarm,
each message, each failure.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock
from urllib.parse import urlencode

from chalice.app import ScheduledEventConfig

from app import app
from chalicelib.adapters.queue import write_entry
from chalicelib.catalogue import TEMPLATES, job_kinds, lane_of
from chalicelib.fanouts import policy as fanouts
from chalicelib.kernel.access import Role
from chalicelib.kernel.changes import Entity
from chalicelib.kernel.job import JobRecord
from chalicelib.matching import runs
from chalicelib.message_log.model import MessageAttempt
from chalicelib.offers.model import Offer
from chalicelib.people import accounts
from chalicelib.people.model import Person
from chalicelib.people.service import ConsentGiven
from chalicelib.replies.model import StoredReply
from chalicelib.repositories import all_rows
from chalicelib.signin.model import LastSeen
from chalicelib.tickets.model import TicketReport
from chalicelib.wishes.model import Wish
from onemachine.files import arrival_event

from ..adapters.pictures import jpeg
from ..cases import merged, number
from ..factors.builders import clerk, enrolled, reveal, show
from ..faults.cloud import sqs_event
from ..hostile.good import GOOD, READS, WRITES
from ..job_rows import a_job
from ..people.phones import give_another_phone
from ..phone_changes.builders import change, correct, force, signed_in, tries
from ..replies.builders import PROVIDERS, reply, report
from ..replies.mail_builders import bounce, hand_over
from ..store.scan import PK, SK, find, remove, save, scan
from ..wishes.recorded import drawn
from ..world import (
    BAIHUA,
    BUILDING,
    GRID,
    JINFENG,
    OTHER_GRID,
    STREET,
    UNIT,
    Answer,
    Phone,
)
from .recording import FAILS, CloudWorld

KEY = "an-application-of-tests"
# One shard, for each is looked through at each instant at which something is due.
SETTINGS: dict[str, Any] = {
    "sms_providers": PROVIDERS,
    "open311_keys": {"tests": KEY},
    "sms_budget_fen": 10_000_000,
    "public_url": "https://chunhui.example.cn",  # each mail then has a link, which is signed
    "due_shards": 1,
}
FORM = {"content_type": "application/x-www-form-urlencoded"}
# A kind of message, and whether it goes to a share of many: urgent, ordinary by either queue,
# and with the rest of the day.
_BY_EITHER_QUEUE = (
    ("ticket.urgent_new", False),
    ("wish.approved", False),
    ("wish.approved", True),
    ("ticket.said", False),
)


def ok(answer: Answer) -> Any:
    """Return what a request was answered, which must not be a refusal."""
    assert answer.status < 300, f"{answer.status} {answer.text}"
    return answer.json if answer.text[:1] in "{[" else answer.text


def timer_of(kind: type[Entity]) -> str:
    """Return the kind of job that an entity's timer becomes."""
    return f"timer.{kind.entity_kind}"


def timed() -> list[type[Entity]]:
    """Return every kind of entity that waits for an instant."""
    entities = [row.kind for row in all_rows() if issubclass(row.kind, Entity)]
    return [kind for kind in entities if timer_of(kind) in job_kinds()]


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
        self.known: dict[str, str] = {"person_id": self.resident.me["id"]}

    def _on_duty(self, name: str, role: Role, place: str) -> Phone:
        person = self.world.person(name, (role, place), home=place)
        ok(
            self.admin.put(
                f"/v1/places/{place}/duty", {role.value: [person.id]}
            )
        )
        return self.world.phone_of(person)

    def chapters(self) -> list[Callable[[], None]]:
        """Return the story in its order: what is lived through first is read later, and what spoils
        the street comes last.
        """
        return [
            self.every_write,
            self.begin,
            self.signing_in,
            self.second_factor,
            self.phones,
            self.photos,
            self.tickets,
            self.many_reporters,
            self.open311,
            self.volunteers,
            self.wishes,
            self.several_helpers,
            self.offers,
            self.answers,
            self.four_eyes,
            self.other_replies,
            self.erasure,
            self.exports,
            self.messages,
            self.sending,
            self.to_everybody,
            self.failures,
            self.every_read,
            self.trail,
            self.night,  # before the street has categories of its own
            self.rules,
            self.contention,
            self.schedules,
            self.watched,
            self.audits,
        ]

    def everything(self) -> None:
        """Live."""
        for chapter in self.chapters():
            chapter()

    def begin(self) -> None:
        """Create one of everything, so that every read finds something."""
        self.known["upload_id"] = self.world.upload(
            self.resident, jpeg((320, 240))
        )
        self.known["wish_id"] = self.world.open_wish(self.resident)
        self.known["run_id"] = ok(
            self.clerk.post(
                "/v1/matching/runs", {"place": BAIHUA, "dry_run": False}
            )
        )["id"]
        self.known["offer_id"] = self.offered(self.helper)

    def signing_in(self) -> None:
        """Where somebody is signed in, and a number that was passed on to somebody else."""
        person = self.world.person("李桂兰")
        number = person.phone or ""
        ok(self.world.sign_in(number).get("/v1/me/sessions"))
        long_ago = self.world.clock.now() - timedelta(days=200)
        save(LastSeen(person_id=person.id, at=long_ago))
        registered = self.world.services.people.find(person.id)
        save(replace(registered, created_at=long_ago))
        self.world.sign_in(number, consent="2026-11", name="张伟")
        self.world.pass_time(minutes=1)

    def second_factor(self) -> None:
        """Staff show a factor where one is required, lose it by two persons, and lose their role
        while it is fresh; a worker reveals for a task only.
        """
        world, resident = self.world, self.world.person()
        app = enrolled(world, clerk(world))
        with self._factor_required():
            assert reveal(self.clerk, resident.id).status == 403
            ok(reveal(app.phone, resident.id))
        app.refresh()
        ok(show(app.phone, app.recovery_codes[0]))
        reset = f"/v1/people/{app.phone.me['id']}/factor/reset"
        for phone in (self.clerk, self.admin):
            ok(phone.post(reset, {"reason": "手机丢失"}))
            world.pass_time(minutes=1)
            ok(self.admin.get(f"/v1/admin/queue?place={STREET}"))
        other = enrolled(world, clerk(world)).phone.me["id"]
        ok(self.admin.put(f"/v1/people/{other}/roles", []))
        assert reveal(self.worker, resident.id).status == 403
        self.move(self.worker, self.report(), "accept")
        ok(reveal(self.worker, self.resident.me["id"]))
        self.close_all()

    @contextmanager
    def _factor_required(self) -> Iterator[None]:
        """Run every function as in prod."""
        before = self.world.settings
        self.world.settings = replace(before, second_factor="required")
        self.world.houses.clear()
        yield
        self.world.settings = before
        self.world.houses.clear()

    def four_eyes(self) -> None:
        """An answer that was recorded wrongly, a signed slip, and a blocked resident."""
        world, clerk = self.world, self.clerk
        wish, _, _ = drawn(world)
        ok(clerk.post(f"/v1/wishes/{wish}/check", {"right": False}))
        signer = world.resident()
        slip = world.upload(clerk, jpeg((320, 240)))
        path = f"/v1/people/{signer.me['id']}"
        consent = {"how": "spoken", "slip": slip}
        ok(
            clerk.put(
                f"{path}/household", {"household": "h9", "consent": consent}
            )
        )
        ok(world.staff().get(f"/v1/uploads/{slip}"))
        wish = world.open_wish(signer)
        ok(world.volunteer().post(f"/v1/wishes/{wish}/claim"))
        for blocked in (True, False):
            body = {"blocked": blocked, "reason": "核实身份"}
            ok(self.admin.put(f"{path}/blocked", body))
            world.pass_time(minutes=1)
        person = world.services.people.find(signer.me["id"])
        ok(world.erase(world.phone_of(person)))
        world.pass_time(minutes=5)

    def phones(self) -> None:
        """Numbers that change, that are not free, that staff correct, and that are refused."""
        world = self.world
        phone = signed_in(world)
        taken = {"phone": self.resident.me["phone"]}
        ok(phone.post("/v1/me/phone", taken))  # whose owner gets a notice
        world.pass_time(minutes=2)
        change(world, phone)
        corrected, wanted = signed_in(world), number(world)
        stopped = signed_in(world)
        ok(correct(self.clerk, corrected.me["id"], wanted))
        ok(correct(self.clerk, stopped.me["id"], number(world)))
        self._awake()
        reply(world, stopped.me["phone"], "2")
        world.pass_time(days=1, hours=1)
        tries(world, wanted)
        ok(force(self.admin, stopped.me["id"]))
        ok(self.clerk.get(f"/v1/people/{stopped.me['id']}"))
        self._confirmed_by_new_phones()

    def _confirmed_by_new_phones(self) -> None:
        """Confirm a delivery and a repair by a phone that is newer than they are."""
        world = self.world
        resident, helper = world.resident(), world.volunteer()
        wish = world.open_wish(resident)
        ok(helper.post(f"/v1/wishes/{wish}/claim"))
        ok(helper.post(f"/v1/wishes/{wish}/deliver", {}))
        ticket = self.report(resident)
        self.move(self.worker, ticket, "accept")
        self.move(self.worker, ticket, "resolve", note="已修")
        world.pass_time(minutes=1)
        give_another_phone(world, resident)
        ok(resident.post(f"/v1/wishes/{wish}/confirm", {}))
        self.move(resident, ticket, "confirm")
        world.pass_time(minutes=5)
        self.move(self.admin, ticket, "close", reason="重复")

    # due rows

    def due(
        self, kind: str, subject: str, to: str = "", **more: Any
    ) -> JobRecord:
        """Make something due now."""
        id = self.world.services.ids.new("due")
        return a_job(
            id=id,
            at=self.world.clock.now(),
            shard="s0",
            kind=kind,
            subject=subject,
            to=to,
            **more,
        )

    def hand(self, *dues: JobRecord) -> None:
        """Have the sweep find these rows."""
        for due in dues:
            self.world.services.outbox.put(due)
        self.world.run("sweep")

    # routes

    def every_write(self) -> None:
        """Send a good request to each route that writes, except those of other chapters."""
        for operation in WRITES:
            if operation.name != "set_ticket_policy":
                ok(
                    GOOD[operation.name](self.world).send(
                        operation.method, Idempotency_Key="k"
                    )
                )
        phone = self.world.sign_in("+8613912312312", consent="2026-11")
        spent = phone.refresh
        assert (
            Phone().post("/v1/auth/tokens", {"refresh_token": spent}).status
            == 201
        )
        self.world.pass_time(minutes=11)
        assert (
            Phone().post("/v1/auth/tokens", {"refresh_token": spent}).status
            == 401
        )  # somebody has a copy: the family ends
        body = self.world.wish_body()
        twice = [
            self.resident.post("/v1/wishes", body, Idempotency_Key="twice")
            for _ in range(2)
        ]
        assert len({ok(answer)["id"] for answer in twice}) == 1
        self.close_all()
        ok(
            self.admin.put(
                f"/v1/places/{GRID}/duty",
                {Role.GRID_WORKER.value: [self.worker.me["id"]]},
            )
        )

    def close_all(self) -> None:
        """End every ticket, or each would ring at every stop of the story."""
        for line in ok(self.admin.get(f"/v1/tickets?place={STREET}&limit=100"))[
            "items"
        ]:
            self.move(self.admin, line["id"], "close", reason="重复")

    def rules(self) -> None:
        """A street with rules of its own: a ticket is held to the version under which it was
        reported.
        """
        ok(GOOD["set_ticket_policy"](self.world).send("PUT"))
        photo = self.world.upload(self.resident, jpeg((320, 240)))
        ticket = self.report(photos=[photo])
        ok(self.clerk.get(f"/v1/tickets/{ticket}/clocks"))
        self.world.pass_time(hours=3)
        ok(
            self.clerk.post(
                "/v1/policies/tickets/replay",
                {"place": BAIHUA, "policy": {"hold_days": 5}},
            )
        )
        self.close_all()

    def every_read(self) -> None:
        """Read everything, as everybody who may, and as a person who may not."""
        self._ready_files()
        resident = self.world.services.people.find(self.resident.me["id"])
        day = self.world.clock.now().date()
        days = {
            "first": (day - timedelta(days=9)).isoformat(),
            "last": day.isoformat(),
        }
        asked = merged("story_queries")
        readers = (
            self.admin,
            self.clerk,
            self.worker,
            self.resident,
            self.helper,
            self.world.resident(),
            Phone(),
        )
        for operation in READS:
            names = re.findall(r"{(\w+)}", operation.path)
            values = {name: self._value_of(name, resident) for name in names}
            if operation.name == "read_person_data":  # staff, for who cannot
                values["person_id"] = self.world.person(phone=None).id
            path = operation.path.format(**values)
            query = asked.get(operation.name, "").format(
                person=resident.id, **days
            )
            answers = [reader.get(f"{path}?{query}") for reader in readers]
            assert any(answer.status < 400 for answer in answers), (
                f"{path}: {answers[0].text}"
            )
            assert all(answer.status < 500 for answer in answers), path
        for question in (
            "",
            "&q=" + self.resident.me["phone"].replace("+", "%2B"),
            "&q=" + self.resident.me["id"],
        ):
            ok(self.clerk.get(f"/v1/people?place={BAIHUA}{question}"))
        for place, state in itertools.product(
            (STREET, BAIHUA, GRID), ("open", "fulfilled")
        ):
            ok(self.admin.get(f"/v1/wishes?place={place}&state={state}"))
        for place in (STREET, BAIHUA, GRID):
            ok(self.admin.get(f"/v1/admin/queue?place={place}"))
            ok(self.admin.get(f"/v1/matching/runs?place={place}"))
            for order in (
                "",
                f"&assignee={self.worker.me['id']}",
                "&state=closed",
            ):
                ok(self.admin.get(f"/v1/tickets?place={place}{order}"))
        for wish in (self.known["wish_id"], self.world.open_wish()):
            ok(self.clerk.get(f"/v1/wishes/{wish}/matching"))
        for title in ("一个水壶", "一盏台灯", "一袋大米"):
            self.world.open_wish(self.world.resident(), title=title)
            self.world.volunteer()
        # Each wish is a step, so that a job reads the plan of another one.
        with mock.patch.object(runs, "WISHES_PER_STEP", 1):
            ok(self.admin.post("/v1/matching/runs", {"place": STREET}))

    def trail(self) -> None:
        """Read the security trail of a street, of what one person did, and about another."""
        path = f"/v1/admin/audit?place={STREET}"
        helper, resident = self.helper.me["id"], self.resident.me["id"]
        for more in ("", f"&actor={helper}", f"&subject={resident}"):
            ok(self.admin.get(f"{path}{more}"))

    def _value_of(self, name: str, resident: Person) -> str:
        """Return a path parameter: something that was lived through, or something made for it."""
        known = self.known.get(name)
        return known or str(
            merged("path_values")[name](
                self.world, resident, self.world.person()
            )
        )

    # photos

    def photos(self) -> None:
        """Photos that are shown, that are none, that nobody sent or wanted, and that come twice or
        too late.
        """
        world = self.world
        key = f"incoming/{self.known['upload_id']}"
        app.handler_map["clean_photo"](
            arrival_event(
                key, "incoming/upl_aaaaaaaaaaaaaaaaaaaaaaaa", "photos/x.jpg"
            ),
            None,
        )
        refused = world.upload(self.resident, b"not a photo at all")
        assert (
            ok(self.resident.get(f"/v1/uploads/{refused}"))["state"]
            == "refused"
        )
        body = {"kind": "photo", "content_type": "image/jpeg", "size": 9}
        left = [
            ok(self.resident.post("/v1/uploads", body, Idempotency_Key="left"))[
                "id"
            ]
            for _ in range(2)
        ]
        app.handler_map["clean_photo"](
            arrival_event(f"incoming/{left[0]}"), None
        )  # the bucket says so, and it is not there
        world.upload(
            self.resident, jpeg((320, 240)), late=timedelta(minutes=55)
        )  # the last minute for anything is then later
        world.pass_time(days=2)  # nobody used them, and the last one never came
        assert self.resident.get(f"/v1/uploads/{left[0]}").status in (200, 404)
        self.known["upload_id"] = world.upload(self.resident, jpeg((320, 240)))

    # exports

    def exports(self) -> None:
        """Lists that are made, fetched and deleted, one in vain; and somebody's own data."""
        world, root = self.world, "/v1/admin/exports"
        day = world.clock.now().date()
        asked = {
            "format": "xlsx",
            "place": STREET,
            "from": (day - timedelta(days=90)).isoformat(),
            "to": day.isoformat(),
        }
        full = {"full": True, "reason": "年度汇报"}
        self.report()
        for what in ("wishes", "tickets", "messages"):
            made = ok(self.admin.post(root, asked | full | {"what": what}))
            world.pass_time(minutes=1)
            shown = ok(self.admin.get(f"{root}/{made['id']}"))
            assert (shown["state"], shown["rows"] > 0) == ("ready", True)
            assert self.admin.get(f"{root}/{made['id']}/file").status == 303
        ok(self.admin.delete(f"{root}/{made['id']}"))
        gone = world.staff()
        asked |= {"what": "tickets", "place": BAIHUA}
        ok(gone.post(root, asked, Idempotency_Key="export"))
        ok(gone.post(root, asked, Idempotency_Key="export"))
        ok(world.erase(gone))
        world.pass_time(minutes=10)  # the files of both are deleted

    def _list_file(self) -> str:
        """Have a list made into a file, which waits for its end."""
        day = self.world.clock.now().date().isoformat()
        asked = {"what": "tickets", "place": BAIHUA, "from": day, "to": day}
        return str(ok(self.clerk.post("/v1/admin/exports", asked))["id"])

    def _ready_files(self) -> None:
        """Have a list and somebody's own data, too many for one answer, made into files."""
        self.known["export_id"] = self._list_file()
        with mock.patch.object(accounts, "DATA_AT_ONCE", 100):
            assert ok(self.resident.get("/v1/me/data"))["state"] == "queued"
        self.world.pass_time(minutes=1)

    # tickets

    def report(self, phone: Phone | None = None, **more: Any) -> str:
        body = {
            "category": "light",
            "text": "二楼走廊的灯不亮",
            "place": UNIT,
        } | more
        return str(ok((phone or self.resident).post("/v1/tickets", body))["id"])

    def move(self, phone: Phone, ticket: str, move: str, **body: Any) -> Any:
        return ok(phone.post(f"/v1/tickets/{ticket}/{move}", body))

    def tickets(self) -> None:
        """A ticket that is worked on, put on hold, solved, opened again and confirmed; two that are
        one; one that nobody takes.
        """
        world = self.world
        ticket = self.known["ticket_id"] = self.report(
            photos=[world.upload(self.resident, jpeg((320, 240)))]
        )
        neighbour, other = world.resident(), world.resident()
        self.move(neighbour, ticket, "join")
        ok(neighbour.get(f"/v1/tickets/{ticket}/photos"))
        self.move(self.worker, ticket, "accept")
        self.move(self.worker, ticket, "comment", text="明天来修", public=True)
        until = (
            (world.clock.now() + timedelta(days=1))
            .isoformat()
            .replace("+00:00", "Z")
        )
        self.move(self.worker, ticket, "hold", reason="等配件", until=until)
        world.pass_time(days=1, hours=1)  # goes on by itself
        done = world.upload(self.worker, jpeg((320, 240)))
        self.move(self.worker, ticket, "resolve", note="已换", photos=[done])
        self.move(neighbour, ticket, "reopen", reason="还是不亮")
        self.move(self.admin, ticket, "assign", to=self.worker.me["id"])
        self.move(self.worker, ticket, "resolve", note="换了整套")
        self.move(self.resident, ticket, "confirm", satisfied=5)
        copy, original = (
            self.report(other),
            self.report(neighbour, text="走廊灯又坏了"),
        )
        self.move(self.clerk, copy, "merge", into=original)
        self.move(self.clerk, copy, "split")
        world.pass_time(minutes=5)
        self.move(self.worker, copy, "bounce", reason="不在我的网格")
        self.move(self.clerk, copy, "assign", to="property")
        self.move(self.property, copy, "bounce", reason="不归物业管")
        self.move(self.clerk, original, "escalate", reason="需要街道协调")
        self.move(self.admin, original, "close", reason="重复")
        ward = world.person(phone=None)
        spoken = {
            "on_behalf_of": ward.id,
            "consent": {"how": "spoken", "witness": "许见证"},
        }
        urgent = self.report(self.worker, urgency="urgent", **spoken)
        world.pass_time(hours=1)  # escalates to the top, and reminds it
        self.move(self.admin, urgent, "resolve", note="已修")
        world.pass_time(days=1, hours=1)  # nobody answers
        turned = self.report(text="想请人帮忙换个灯泡")
        wish = {
            "title": "换灯泡",
            "story": "够不着",
            "kind": "service",
            "needed_by": world.wish_body()["needed_by"],
        }
        converted = ok(
            self.clerk.post(
                f"/v1/tickets/{turned}/turn",
                wish | {"consent": {"how": "spoken", "witness": "许见证"}},
            )
        )
        path = f"/v1/wishes/{converted['wish']}/reject"
        ok(self.admin.post(path, {"reason": "要请电工"}))
        ok(self.clerk.get("/v1/me/filed"))
        self.move(self.admin, copy, "close", reason="重复")
        self.merged_tickets()

    def merged_tickets(self) -> None:
        """Tickets that are merged into what another person has, and into what is solved. Their
        community gets another name meanwhile.
        """
        world = self.world
        spoken = {
            "on_behalf_of": world.person(phone=None).id,
            "consent": {"how": "spoken", "witness": "许见证"},
        }
        places = world.services.places
        for urgency in ("general", "urgent"):
            held = self.report(self.worker, urgency=urgency, **spoken)
            self.move(self.admin, held, "assign", to=self.property.me["id"])
            more = self.report(world.resident(), text="三楼的灯也不亮")
            self.move(self.clerk, more, "merge", into=held)
            for name in ("柏华新社区", "柏华社区"):
                places.put_place(world.boss, BAIHUA, name, [], None)
                world.pass_time(minutes=5)
            self.move(self.property, held, "resolve", note="都换了")
            late = self.report(world.resident(), text="四楼的灯也不亮")
            self.move(self.clerk, late, "merge", into=held)
            world.pass_time(minutes=5)

    def many_reporters(self) -> None:
        """More than a few reporters: a fan-out sends to them, page by page."""
        ticket = self.report()
        for n in range(60):
            save(
                TicketReport(
                    ticket_id=ticket,
                    person_id=f"per_{n:024}",
                    joined_at=self.world.clock.now(),
                    by="resident",
                )
            )
        self.move(self.worker, ticket, "accept")
        self.move(self.worker, ticket, "resolve", note="已修")
        self.world.pass_time(hours=3)
        self.move(self.resident, ticket, "reopen", reason="还是不亮")
        self.move(self.admin, ticket, "close", reason="重复")
        self.world.pass_time(hours=1)

    def open311(self) -> None:
        """What another application asks, in both formats."""
        for suffix in ("json", "xml"):
            form = {
                "api_key": KEY,
                "service_code": "light",
                "description": f"路灯不亮{suffix}",
                "address_id": BUILDING,
            }
            ok(self._form(f"/open311/v2/requests.{suffix}", form))
            listed = ok(
                Phone().get(
                    "/open311/v2/requests.json?service_code=light&status=open"
                )
            )
            ok(Phone().get("/open311/v2/requests.json?service_code=light"))
            ticket = listed[0]["service_request_id"]
            for path in ("requests", "tokens"):
                ok(Phone().get(f"/open311/v2/{path}/{ticket}.{suffix}"))
            ok(Phone().get(f"/open311/v2/services/light.{suffix}"))
            for path in (
                "/discovery",
                "/v2/discovery",
                "/v2/services",
                "/v2/requests",
                "/v2/servicerequestupdates",
            ):
                ok(Phone().get(f"/open311{path}.{suffix}"))
            update = {
                "api_key": KEY,
                "service_request_id": ticket,
                "description": "还没修",
            }
            ok(
                self._form(
                    f"/open311/v2/servicerequestupdates.{suffix}", update
                )
            )
            for path in ("requests", "servicerequestupdates"):
                ok(
                    Phone().get(
                        f"/open311/v2/{path}.{suffix}?service_request_id={ticket}"
                    )
                )
            known = form | {
                "description": f"又不亮{suffix}",
                "phone": self.resident.me["phone"],
            }
            ok(self._form(f"/open311/v2/requests.{suffix}", known))
            self.move(self.clerk, ticket, "close", reason="重复")
        self.close_all()

    def _form(self, path: str, fields: dict[str, str]) -> Answer:
        return Phone().call(
            "POST", path, raw=urlencode(fields).encode(), **FORM
        )

    # wishes and offers

    def volunteers(self) -> None:
        """A newcomer is vetted, gives three wishes back, is paused, changes their name, and is
        vetted again for a few days.
        """
        world, newcomer = self.world, self.world.phone_of(self.world.person())
        self.known["volunteer_id"] = newcomer.me["id"]
        path = f"/v1/people/{newcomer.me['id']}"
        soon = (world.clock.now() + timedelta(days=4)).isoformat()
        vetting = {"level": "basic", "how": "vouched", "expires_at": soon}
        ok(newcomer.put("/v1/me/volunteer", {"places": [BAIHUA]}))
        newcomer = world.phone_of(world.services.people.find(newcomer.me["id"]))
        ok(self.admin.put(f"{path}/vetting", vetting))
        for _ in range(3):
            wish = world.open_wish(world.resident())
            ok(newcomer.post(f"/v1/wishes/{wish}/claim"))
            release = {"reason": "临时有事"}
            ok(newcomer.post(f"/v1/wishes/{wish}/release", release))
        assert newcomer.post(f"/v1/wishes/{wish}/claim").status == 403
        ok(self.admin.put(f"{path}/vetting", vetting))
        ok(newcomer.patch("/v1/me", {"name": "钱小丽"}))
        ok(self.admin.put(f"{path}/vetting", vetting))
        self._unconfirmed_consent()

    def _unconfirmed_consent(self) -> None:
        """A spoken consent that nobody calls back about lapses after three days."""
        person = self.world.person(phone=None)
        body = {"household": "h9", "consent": {"how": "spoken"}}
        ok(self.clerk.put(f"/v1/people/{person.id}/household", body))
        self.world.pass_time(days=4)

    def wishes(self) -> None:
        """Kept and expired wishes: reminders, chases, expiry, and all their messages."""
        world = self.world
        wishes = [
            world.open_wish(
                self.resident, title=f"修灯{n}", kind="service", budget_fen=None
            )
            for n in range(3)
        ]
        soon = (world.clock.now() + timedelta(days=3)).date().isoformat()
        late = world.open_wish(self.resident, title="一把伞", needed_by=soon)
        world.open_wish(self.resident, title="一双雨鞋", needed_by=soon)
        self.known["wish_id"] = wishes[0]
        for wish in (wishes[0], late):
            ok(self.helper.post(f"/v1/wishes/{wish}/claim"))
        ok(self.helper.post(f"/v1/wishes/{wishes[0]}/deliver", {}))
        ok(self.helper.post(f"/v1/wishes/{wishes[1]}/claim"))
        ok(
            self.helper.post(
                f"/v1/wishes/{wishes[1]}/release", {"reason": "临时有事"}
            )
        )
        ok(
            self.resident.post(
                f"/v1/wishes/{wishes[2]}/withdraw", {"reason": "不用了"}
            )
        )
        ok(
            self.clerk.post(
                f"/v1/wishes/{wishes[1]}/unpublish", {"reason": "需要核实"}
            )
        )
        world.pass_time(
            days=8
        )  # reminded, late, asked again, asked staff; not needed any more

    def several_helpers(self) -> None:
        """Two of three come for a resident who moves; one stays for long, places are closed."""
        world, resident = self.world, self.world.resident()
        helpers = [world.volunteer() for _ in range(2)]
        wish = world.open_wish(resident, title="打扫院子", helpers_needed=3)
        path = f"/v1/wishes/{wish}"
        for helper in helpers:
            ok(helper.post(f"{path}/claim"))
        ok(helpers[0].post(f"{path}/check-in", {}))
        ok(resident.patch("/v1/me", {"home": BUILDING, "address": "3楼301室"}))
        world.pass_time(hours=5)
        helpers = [self._again(helper) for helper in helpers]
        ok(helpers[0].post(f"{path}/check-out", {}))
        for helper in helpers:
            ok(helper.post(f"{path}/deliver", {}))
        resident = self._again(resident)
        for claim in ok(resident.get(path))["claims"]:
            ok(resident.post(f"{path}/confirm", {"claim": claim["id"]}))
        body = {"minutes": 300, "reason": "电话核实"}
        ok(self._again(self.admin).post(f"{path}/settle-hours", body))
        world.pass_time(days=1)

    def _again(self, phone: Phone) -> Phone:
        """Return the phone of somebody with a token that still lives."""
        return self.world.phone_of(
            self.world.services.people.find(phone.me["id"])
        )

    def offered(self, helper: Phone) -> str:
        """Offer a fresh wish to somebody at once, before a run looks at it."""
        wish = self.world.open_wish(self.world.resident(), title="搬一个柜子")
        return self.world.offer(wish, helper)

    def offers(self) -> None:
        """Offers that are taken, refused, run out, and end because somebody was quicker, left, or
        was blocked.
        """
        world = self.world
        asked = [world.volunteer(skills=["水电"]) for _ in range(4)]
        self.known["run_id"] = ok(
            self.clerk.post(
                "/v1/matching/runs", {"place": BAIHUA, "dry_run": False}
            )
        )["id"]
        self.known["offer_id"] = self.offered(asked[0])
        offers = [self.offered(helper) for helper in asked]
        ok(asked[0].post(f"/v1/offers/{offers[0]}/accept"))
        ok(
            asked[1].post(
                f"/v1/offers/{offers[1]}/decline",
                {"reason": "这周不在家", "never_again": True},
            )
        )
        quicker = self.offered(asked[2])
        ok(asked[3].post(f"/v1/wishes/{self._wish_of(quicker)}/claim"))
        assert (
            asked[2].post(f"/v1/offers/{quicker}/accept").status == 409
        )  # and is shown others like it
        ok(
            self.admin.put(
                f"/v1/people/{asked[2].me['id']}/blocked",
                {"blocked": True, "reason": "多次爽约"},
            )
        )
        ok(
            asked[3].put(
                "/v1/me/volunteer",
                {"places": [BAIHUA], "capacity": 5, "kinds": ["service"]},
            )
        )
        world.pass_time(minutes=10)
        world.pass_time(days=2)  # the rest runs out, and others are asked
        ok(self.admin.put(f"/v1/people/{asked[3].me['id']}/roles", []))
        world.run("match_wishes")

    def _wish_of(self, offer_id: str) -> str:
        offer = find(Offer, offer_id, "offer")
        assert offer
        return offer.wish_id

    def answers(self) -> None:
        """Answer every question with one and with two, and receive the provider's reports."""
        world = self.world
        for word in ("1", "2"):
            resident, helper = world.resident(), world.volunteer()
            wish = world.open_wish(resident)
            ok(helper.post(f"/v1/wishes/{wish}/claim"))
            ok(helper.post(f"/v1/wishes/{wish}/deliver", {}))
            self._awake()
            reply(world, resident.me["phone"], word)
            asked = world.volunteer()
            self.offered(asked)
            self._awake()
            reply(world, asked.me["phone"], word)
            neighbour = world.resident()
            ticket = self.report(neighbour)
            self.move(self.worker, ticket, "accept")
            self.move(self.worker, ticket, "resolve", note="已修")
            self._awake()
            reply(world, neighbour.me["phone"], word)
            self._awake()
            if word == "2":
                self.move(self.admin, ticket, "close", reason="重复")
        late = world.volunteer(JINFENG)
        wish = world.open_wish(
            world.resident(home=f"{OTHER_GRID}.b01")
        )  # the only one there: others like it are elsewhere
        world.offer(wish, late)
        self._awake()
        ok(world.volunteer(JINFENG).post(f"/v1/wishes/{wish}/claim"))
        reply(world, late.me["phone"], "1")  # another volunteer was quicker
        lines = ok(
            self.admin.get(f"/v1/messages?person={late.me['id']}&limit=100")
        )["items"]
        for line, status in itertools.product(
            lines[:2], ("delivered", "failed")
        ):
            assert report(world, line["id"], status=status).status == 204
        reply(world, late.me["phone"], "R")

    def other_replies(self) -> None:
        """Reply with words, too late, beside a number, twice, without a name, and more often than
        there are numbers.
        """
        world = self.world
        resident = world.resident()
        number = resident.me["phone"]
        wishes = []
        for _ in range(6):
            wish, helper = world.open_wish(resident), world.volunteer()
            ok(helper.post(f"/v1/wishes/{wish}/claim"))
            ok(helper.post(f"/v1/wishes/{wish}/deliver", {}))
            wishes.append(wish)
        self._awake()
        ok(resident.post(f"/v1/wishes/{wishes[1]}/confirm", {}))
        for text in ("你好", "1 谢谢", "1", "72", "74 少了一个", "收到"):
            reply(world, number, text)
        self._awake()  # the sixth question finds numbers
        reply(world, "+8613912312399", "请问您是哪位")
        silent = world.resident()
        for text in ("退订", "还在吗"):
            reply(world, silent.me["phone"], text)
        kept = scan(StoredReply, SK == "reply")
        self.known["reply_id"] = next(
            one.id for one in kept if one.is_waiting and one.place
        )
        self._awake()

    def _awake(self) -> None:
        """Let an hour pass, or the night."""
        self.world.pass_time(hours=1)
        if not 1 <= self.world.clock.now().hour <= 10:
            self.world.pass_time(hours=13)

    def erasure(self) -> None:
        """Somebody who has left traces everywhere is erased: photos, wishes, claims, offers,
        tickets, consents, notes.
        """
        world = self.world
        witnessed = ConsentGiven(how="spoken", witness="许见证")
        person = world.person(
            "钱进", (Role.GRID_WORKER, GRID), household="h8", consent=witnessed
        )
        ok(
            self.admin.put(
                f"/v1/places/{GRID}/duty",
                {Role.GRID_WORKER.value: [person.id, self.worker.me["id"]]},
            )
        )
        gone = world.phone_of(person)
        world.vet(person.id)
        ok(gone.put("/v1/me/volunteer", {"places": [BAIHUA], "capacity": 5}))
        world.vet(person.id)
        gone = world.phone_of(world.services.people.find(person.id) or person)
        held = self.report(text="地下室漏水", category="water")
        self.move(self.admin, held, "assign", to=person.id)
        own = self.report(gone, photos=[world.upload(gone, jpeg((320, 240)))])
        self.move(gone, own, "comment", text="是我家门口", public=False)
        self.move(self.resident, own, "join")
        joined = self.report(text="井盖松了", category="danger")
        self.move(gone, joined, "join")
        reply(world, person.phone or "", "我搬走了")
        closed = self.report(gone, text="楼道有纸箱", category="rubbish")
        self.move(gone, closed, "close", reason="我自己处理了")
        world.upload(gone, jpeg((320, 240)))  # which nothing shows
        wish = world.open_wish(gone)
        ok(gone.post(f"/v1/wishes/{wish}/edit", self._edit()))
        ok(world.volunteer().post(f"/v1/wishes/{world.open_wish(gone)}/claim"))
        ok(gone.post(f"/v1/wishes/{world.open_wish()}/claim"))
        withdrawn = world.open_wish(gone)
        ok(
            gone.post(
                f"/v1/wishes/{withdrawn}/withdraw", {"reason": "家里有了"}
            )
        )
        self.offered(gone)
        ok(gone.post(f"/v1/offers/{self.offered(gone)}/decline", {}))
        world.sign_in(person.phone or "")
        world.pass_time(minutes=2)
        ok(Phone().post("/v1/auth/codes", {"phone": person.phone}))
        world.pass_time(minutes=2)  # until the next code
        ok(gone.get("/v1/me/data"))
        ok(world.erase(gone))
        self.hand(
            self.due("person.erased", person.id)
        )  # as an older version has written it
        world.pass_time(minutes=10)
        for ticket in (held, own, joined):
            self.move(self.admin, ticket, "close", reason="重复")

    def _edit(self) -> dict[str, Any]:
        kept = ("kind", "title", "story", "budget_fen", "needed_by")
        return {
            name: value
            for name, value in self.world.wish_body(
                title="两个电热水壶"
            ).items()
            if name in kept
        }

    def watched(self) -> None:
        """What waits in the staff queue is announced, due, and there for a newcomer on duty."""
        for _ in range(2):
            ok(self.resident.post("/v1/wishes", self.world.wish_body()))
        self.half_helped()
        self.world.pass_time(days=8)
        newcomer = self._on_duty("何婷", Role.GRID_WORKER, GRID)
        self.world.pass_time(minutes=5)
        lines = ok(newcomer.get("/v1/me/inbox"))["items"]
        assert {line["kind"] for line in lines} == {"queue.waiting_staff"}
        lines = ok(self.admin.get("/v1/me/inbox?limit=100"))["items"]
        assert "queue.overdue_staff" in {line["kind"] for line in lines}

    def half_helped(self) -> None:
        """One of two helpers is found; the other place closes after the date."""
        soon = self.world.clock.now() + timedelta(days=2)
        wish = self.world.open_wish(
            title="搬花盆",
            helpers_needed=2,
            needed_by=soon.date().isoformat(),
        )
        ok(self.world.volunteer().post(f"/v1/wishes/{wish}/claim"))

    def night(self) -> None:
        """A night is one message of the morning; alarms of the same words ring once."""
        world = self.world
        while not 14 <= world.clock.now().hour <= 20:
            world.pass_time(hours=1)
        for n in range(2):
            building = f"{GRID}.b{40 + n}"
            world.services.places.put_place(
                world.boss, building, f"{n}号楼", [], None
            )
            reporter = world.phone_of(world.person())
            self.report(reporter, category="danger", place=building)
        resident = world.resident()
        for title in ("一盏灯", "一把伞"):
            world.open_wish(resident, title=title)
        world.pass_time(hours=16)
        self.close_all()

    # messages

    def messages(self) -> None:
        """Each kind of message, to somebody and to a share of many: by either queue, as each reads
        what is still true.
        """
        about = {
            name.removesuffix("_id"): id for name, id in self.known.items()
        }
        about |= {"ticket.holes_staff": STREET, "queue": STREET}
        about |= {"reply.opted_out_staff": self.resident.me["id"]}
        kinds = [kind for kind in TEMPLATES if kind.partition(".")[0] in about]
        nowhere = self.world.sign_in("+8613912312314", consent="2026-11").me[
            "id"
        ]  # without a home there are no staff to inform
        for kind in kinds:
            subject = about.get(kind, about[kind.partition(".")[0]])
            params: dict[str, str] = {}
            if kind.startswith("wish."):
                params = {"claim": self._claim_of(subject)}
            if kind.startswith("queue."):
                clerk = self.clerk.me["id"]
                params = {"holder": clerk, "places": BAIHUA, "kinds": ""}
            for to in (
                self.resident.me["id"],
                nowhere,
                f"people:{self.helper.me['id']},{nowhere}",
            ):
                self.world.services.outbox.put(
                    self.due(kind, subject, to, params=params)
                )
        self.world.run("sweep")

    def _claim_of(self, wish_id: str) -> str:
        wish = find(Wish, wish_id, "wish")
        return wish.claims[0].id if wish and wish.claims else ""

    def sending(self) -> None:
        """Every recipient, every channel, and every failure of each; in both queues."""
        world = self.world
        mail = world.sign_in("+8613912312313", consent="2026-11")
        ok(mail.post("/v1/me/email", {"address": "lin@example.com"}))
        letter = world.mailbox.read("lin@example.com")[0].text
        ok(
            mail.post(
                "/v1/me/email/verify",
                {
                    "code": "".join(
                        c for c in letter.split("验证码")[1] if c.isdigit()
                    )[:6]
                },
            )
        )
        ok(
            mail.patch(
                "/v1/me",
                {"channels": {"sms": False, "email": True}, "home": UNIT},
            )
        )
        given = ConsentGiven(how="written")
        ward = world.person(
            "李奶奶",
            phone=None,
            contact_via=self.resident.me["id"],
            consent=given,
        )
        kin = [
            world.person(name, phone=phone, household="h9")
            for name, phone in (("王奶奶", None), ("王小明", ""))
        ]
        people = [
            self.resident.me["id"],
            mail.me["id"],
            ward.id,
            *(person.id for person in kin),
            world.person(phone=None).id,
        ]
        audiences = [
            *people,
            f"staff:{UNIT}",
            f"staff:{UNIT}#{self.worker.me['id']}",
        ]
        wish = world.open_wish(self.resident)
        for hours in (0, 12):  # by day, and in the quiet hours
            self._awake()
            world.pass_time(hours=hours)
            for fails in range(len(FAILS) + 1):
                ticket = self.report(urgency="urgent")  # sent by either queue
                for to, (kind, many) in itertools.product(
                    audiences, _BY_EITHER_QUEUE
                ):
                    whom = (
                        f"people:{to}" if many and to.startswith("per_") else to
                    )
                    for way in (world.sms, world.email):
                        way.fails = list(FAILS[fails : fails + 1])
                    self.hand(
                        self.due(
                            kind,
                            wish if kind.startswith("wish") else ticket,
                            whom,
                        )
                    )
                world.sms.fails, world.email.fails = [], []
                world.pass_time(minutes=5)  # tried again
                self.move(self.admin, ticket, "close", reason="重复")
        world.pass_time(days=1)  # the digest
        self._mail_comes_back(mail.me["id"])

    def _mail_comes_back(self, person_id: str) -> None:
        """Bring a mail back: it may come back twice, and staff learn that nothing reaches them."""
        sent = [
            attempt.id
            for attempt in scan(MessageAttempt, SK == "delivery")
            if attempt.person == person_id and attempt.channel == "email"
        ]
        told = [
            bounce(attempt_id, "lin@example.com", kind)
            for attempt_id in sent
            for kind in ("Transient", "Permanent")
        ]
        assert hand_over(*told, told[0]) == []

    def to_everybody(self) -> None:
        """One message to a whole community: a job reads one page, and its timer makes the next one
        read on.
        """
        self._begin_telling(BAIHUA)
        self.world.pass_time(hours=2)

    def _begin_telling(self, place: str) -> None:
        message = self.world.services.ids.new("msg")
        with mock.patch.object(
            fanouts, "MAX_PAGES", 0
        ):  # as many pages as one job may read
            self.hand(
                self.due(
                    "wish.approved",
                    self.world.open_wish(),
                    f"all:place:{place}",
                    message=message,
                )
            )

    # what goes wrong

    def failures(self) -> None:
        """Queues that are away; jobs that fail for good, of every kind of subject, and that
        somebody makes due again.
        """
        world = self.world
        with world.troubled(down=True):
            ticket = self.report()
            world.run("sweep")
        world.pass_time(minutes=2)
        self.move(self.admin, ticket, "close", reason="重复")
        self.hand(*(self.due("nobody.knows", id) for id in self.known.values()))
        for body in (
            "no entry at all",
            write_entry(self.due("command.match.community", BAIHUA)),
        ):
            app.handler_map["park_dead"](sqs_event([("m", body)]), None)
        tasks = ok(self.admin.get(f"/v1/admin/queue?place={STREET}&limit=100"))[
            "items"
        ]
        jobs = [
            task
            for task in tasks
            if task["kind"] == "job.parked"
            and task["job"]["kind"] == "command.match.community"
        ]
        ok(self.admin.post(f"/v1/admin/jobs/{jobs[0]['id']}/redrive", {}))
        world.pass_time(hours=1)

    def contention(self) -> None:
        """Repeat the decision of a request, a job and a photo after a concurrent write."""
        world, body = self.world, self.world.wish_body()
        world.run("check_ladders")  # from now on somebody watches the queue
        with world.troubled(contended=1):
            ok(
                self.resident.post(
                    "/v1/wishes", body, Idempotency_Key="contended"
                )
            )
        with world.troubled(contended=1):
            self.known["upload_id"] = world.upload(
                self.resident, jpeg((320, 240))
            )
        ticket = self.report()
        with world.troubled(contended=1):
            self.move(self.worker, ticket, "accept")
        self._list_file()
        self._begin_telling(BAIHUA)
        with world.troubled(contended=2):
            self.early()
        self.move(self.admin, ticket, "close", reason="重复")

    def early(self) -> None:
        """The sweep's clock is ahead of the workers': what is woken too early sleeps on, and is
        armed afresh.
        """
        self.report()
        for kind in timed():
            armed = self._armed(kind)
            assert armed, kind
            thing = armed[-1]
            timer = thing.timer
            due = a_job(
                id=timer.id,
                at=timer.at,
                shard="s0",
                kind=timer_of(kind),
                subject=thing.id,
            )
            self.world.letters.sent.append(
                (lane_of(due).value, write_entry(due))
            )
        self.world.drain()

    def _armed(self, kind: type[Entity]) -> list[Any]:
        """Return what waits for an instant to come."""
        things = scan(kind, kind.entity_kind == SK)
        return [
            thing
            for thing in things
            if thing.timer and thing.timer.at > self.world.clock.now()
        ]

    def schedules(self) -> None:
        """Each schedule, by day."""
        for source in app.event_sources:
            if isinstance(source, ScheduledEventConfig):
                self.world.run(source.name)
        self._awake()
        self.world.run("check_ladders")
        self._awake()
        lines = ok(self.admin.get("/v1/me/inbox?limit=100"))["items"]
        assert "ticket.holes_staff" in {line["kind"] for line in lines}

    def audits(self) -> None:
        """Lose every timer, some of them long ago; the audit arms them again."""
        world = self.world
        world.open_wish(self.resident, helpers_needed=2)
        self.offered(world.volunteer())
        self.report()
        self.resident.post(
            "/v1/uploads",
            {"kind": "photo", "content_type": "image/jpeg", "size": 9},
        )
        self._list_file()
        self._begin_telling(STREET)
        self._overdue_for_long()
        self._lose()
        world.clock.move_to(world.clock.now() + timedelta(hours=30))
        world.run("audit")
        world.pass_time(hours=1)

    def _overdue_for_long(self) -> None:
        for kind in timed():
            for thing in self._armed(kind)[-1:]:
                save(
                    replace(
                        thing,
                        timer=replace(
                            thing.timer, at=thing.timer.at - timedelta(days=400)
                        ),
                    )
                )

    def _lose(self) -> None:
        remove(*scan(JobRecord, PK.startswith("s")))
