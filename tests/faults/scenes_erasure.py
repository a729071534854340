"""Scenes of an erasure: features handle its two events, each in a job of its own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from unittest import mock

from chalicelib.exports.model import (
    Export,
    ExportFormat,
    ExportKind,
    ExportState,
)
from chalicelib.feature import PERSON_ERASED
from chalicelib.kernel.access import Role
from chalicelib.kernel.changes import Changes
from chalicelib.kernel.ended_relations import RELATION_ENDED
from chalicelib.kernel.job import Event, ScheduledJob
from chalicelib.offers.model import Offer
from chalicelib.people.model import Person
from chalicelib.people.records import Consent, ConsentGiven
from chalicelib.replies.model import ReplyEffect, StoredReply
from chalicelib.signin.model import Session
from chalicelib.store import outbox
from chalicelib.tickets.model import Ticket, TicketReport
from chalicelib.uploads.model import Upload
from chalicelib.wishes.model import Wish

from ..adapters.pictures import jpeg
from ..store.scan import SK, save, scan
from ..world import BAIHUA, GRID, Phone, World
from . import seams
from .cloud import Cloud
from .crashes import Row, Scene
from .facts import check, every
from .ladder import report, staffed
from .promises import (
    check_promises,
    forget_what_was_told,
    told_kinds,
    urgent_once_more,
)
from .scenes_offers import unheard

# The handlers of the two events of an erasure.
HANDLERS = {
    PERSON_ERASED: {
        "exports",
        "offers",
        "people",
        "signin",
        "tickets",
        "uploads",
        "wishes",
    },
    RELATION_ENDED: {
        "exports",
        "factors",
        "message_log",
        "offers",
        "replies",
        "tickets",
        "uploads",
        "wishes",
    },
}
SECRETS = (
    "刘见证",
    "冬天没有热水喝",
)  # a witness, and a wish; reports stay as the public reads them
CHANGING = re.compile(
    r"datetime\.datetime\([^()]*(\([^()]*\))?[^()]*\)|due_[a-z2-7]{24}"
)


@dataclass
class Erased:
    """Somebody who has left something with each feature, and what must remain of it."""

    cloud: Cloud
    expected: Any = None

    def settle(self) -> None:
        self.cloud.run_for(minutes=15)

    def remains(self) -> Any:
        """Return what is left, without instants and ids that differ each time."""
        kinds = (Person, Wish, Offer, Ticket, TicketReport, Upload, Session)
        things = [thing for kind in kinds for thing in every(kind)]
        things += scan(Consent, SK.startswith("consent#"))
        things += scan(StoredReply, SK == "reply")
        things += scan(Export, SK == "export")
        rows = sorted(CHANGING.sub("", repr(thing)) for thing in things)
        lines = check_promises(self.cloud, urgent_once_more)
        return rows, set(seams.kept_files(self.cloud.world)), told_kinds(lines)

    def check(self) -> None:
        """Assert that everything is redacted exactly as without a crash."""
        check()
        assert not list(self.cloud.world.services.outbox.every_parked())
        assert self.remains() == self.expected


def somebody_with_every_relation(cloud: Cloud) -> Phone:
    """Let somebody be resident, helper, volunteer, reporter and assignee, each in every stage that
    can be.
    """
    cloud.work_inline()
    world, consent = cloud.world, ConsentGiven(how="oral", witness="刘见证")
    staffed(world)
    person = world.phone_of(
        world.person("王秀英", (Role.GRID_WORKER, GRID), consent=consent)
    )
    profile = {"places": [BAIHUA], "capacity": 5}
    world.vet(person.me["id"])
    assert person.put("/v1/me/volunteer", profile).status == 200
    world.vet(person.me["id"])
    helper = world.volunteer()
    own = [
        world.open_wish(person, story=f"冬天没有热水喝，第{n}回。")
        for n in range(4)
    ]
    _helped(helper, own[1:], person)
    others = [world.open_wish() for _ in range(5)]
    _helped(person, others[1:4], None)
    world.offer(others[0], person)
    assert (
        person.post(
            f"/v1/offers/{world.offer(others[4], person)}/decline",
            {"reason": "太远了"},
        ).status
        == 200
    )
    photo = world.upload(person, jpeg((40, 30)))
    mine = report(
        world, person, text="床头的灯坏了，晚上看不见路", photos=[photo]
    )
    theirs = report(world, world.resident(), text="门口的路灯坏了")
    assert person.post(f"/v1/tickets/{theirs}/join", {}).status in (200, 201)
    assert (
        person.post(
            f"/v1/tickets/{mine}/comment", {"text": "刘见证也看见了"}
        ).status
        == 200
    )
    world.upload(person, jpeg((40, 30)))
    world.pass_time(minutes=5)
    return person


def _helped(helper: Phone, wishes: list[str], resident: Phone | None) -> None:
    """Claim three wishes: the second is released, and the third is delivered with a note."""
    _, released, delivered = wishes
    for wish in wishes:
        assert helper.post(f"/v1/wishes/{wish}/claim").status == 200
    assert (
        helper.post(
            f"/v1/wishes/{released}/release", {"reason": "刘见证病了"}
        ).status
        == 200
    )
    assert (
        helper.post(
            f"/v1/wishes/{delivered}/deliver", {"note": "交给刘见证了"}
        ).status
        == 200
    )
    if resident:
        assert (
            resident.post(
                f"/v1/wishes/{delivered}/confirm",
                {"rating": 5, "thanks": "谢谢"},
            ).status
            == 200
        )


def _sign_a_slip(world: World, person: Phone) -> None:
    """Have staff record a consent with the photo of a slip."""
    clerk = world.staff()
    slip = world.upload(clerk, jpeg((40, 30)))
    body = {"household": "h1", "consent": {"how": "spoken", "slip": slip}}
    path = f"/v1/people/{person.me['id']}/household"
    assert clerk.put(path, body).status == 200


def _has_written(world: World, person: Phone) -> None:
    """Keep a reply of somebody that staff need not see to."""
    now = world.clock.now()
    reply = StoredReply(
        id="rpl_" + "a" * 24,
        created_at=now,
        updated_at=now,
        person_id=person.me["id"],
        text="刘见证也看见了",
        effect=ReplyEffect.ANSWERED,
        ttl=now + timedelta(days=90),
    )
    save(reply)


def _has_exported(world: World, person: Phone) -> None:
    """Keep an export of somebody's own data that could be fetched for a day."""
    now = world.clock.now()
    export = Export(
        id="exp_" + "a" * 24,
        created_at=now,
        updated_at=now,
        owner=person.me["id"],
        what=ExportKind.DATA,
        format=ExportFormat.JSON,
        state=ExportState.READY,
        go_on_at=now,
        ready_at=now,
        clear_at=now + timedelta(days=7),
    )
    world.services.core.transaction.run(
        lambda: Changes(entity=export, previous=None), world.boss
    )


def somebody_is_erased(cloud: Cloud) -> Erased:
    """Erase somebody; the event is due, and no feature has heard of it."""
    cloud.work_inline()
    world, consent = cloud.world, ConsentGiven(how="oral", witness="刘见证")
    staffed(world)
    person = world.phone_of(world.person("王秀英", consent=consent))
    profile = {"places": ["chunhui.baihua"], "capacity": 5}
    world.vet(person.me["id"])
    assert person.put("/v1/me/volunteer", profile).status == 200
    world.vet(person.me["id"])
    world.open_wish(person, story="冬天没有热水喝。")
    world.offer(world.open_wish(), person)
    photo = world.upload(person, jpeg((40, 30)))
    report(world, person, text="床头的灯坏了，晚上看不见路", photos=[photo])
    world.upload(person, jpeg((40, 30)))
    signed = {"phone": person.me["phone"]} | world.fresh_code(person)
    assert Phone().post("/v1/auth/tokens", signed).status == 201
    _sign_a_slip(world, person)
    _has_written(world, person)
    _has_exported(world, person)
    cloud.world.pass_time(minutes=5)
    seams.use_queue(world, cloud)
    with unheard(cloud):
        assert world.erase(person).status == 202
    forget_what_was_told()
    cloud.calls.clear()
    return Erased(cloud)


def _scene(erased: Erased, settle: Any) -> Scene:
    start = erased.cloud.checkpoint()
    settle()
    erased.expected = erased.remains()
    rows, _, _ = erased.expected
    assert not [
        secret for secret in SECRETS if any(secret in row for row in rows)
    ]
    return Scene(settle=settle, check=erased.check, start=start)


def the_house_hears_of_it(cloud: Cloud) -> Scene:
    erased = somebody_is_erased(cloud)
    return _scene(erased, erased.settle)


def each_send_is_its_own(cloud: Cloud) -> Scene:
    """Send job by job, so that a process may die between two sends."""
    erased = somebody_is_erased(cloud)

    def settle() -> None:
        with mock.patch.object(outbox, "_BATCH", 1):
            erased.settle()

    return _scene(erased, settle)


def some_sends_are_refused(cloud: Cloud) -> Scene:
    """Refuse two of the five at first: they get rows, and a process may die before each row."""
    erased = somebody_is_erased(cloud)
    until = cloud.world.clock.now() + timedelta(seconds=2)

    def settle() -> None:
        with refused(cloud, {"tickets", "wishes"}, until):
            erased.settle()

    return _scene(erased, settle)


@contextmanager
def refused(
    cloud: Cloud, handlers: set[str], until: datetime
) -> Iterator[None]:
    """Let the queue refuse the jobs of some handlers until an instant."""
    with mock.patch.object(
        cloud, "takes", partial(_takes, cloud, handlers, until)
    ):
        yield


def _takes(
    cloud: Cloud, handlers: set[str], until: datetime, scheduled: ScheduledJob
) -> bool:
    job = scheduled.job
    concerned = (
        isinstance(job, Event)
        and job.tag == PERSON_ERASED
        and job.handler in handlers
    )
    return not concerned or cloud.world.clock.now() > until


def _row(name: str, arrange: Any, points: int, different: int) -> Row:
    return Row(name, arrange, points, different, repeated=False, refused=False)


ERASURE = [
    _row("every feature hears of it", the_house_hears_of_it, 110, 25),
    _row("each send is its own", each_send_is_its_own, 118, 28),
    _row("some sends are refused", some_sends_are_refused, 126, 32),
]
