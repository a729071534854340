"""An answer counts only for the question as it was asked, from a phone that may answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters.queue import read_entry, write_entry
from chalicelib.catalogue import question_words
from chalicelib.kernel.job import Answer, ScheduledJob
from chalicelib.message_log.feature import answering
from chalicelib.offers.model import Offer
from chalicelib.tickets.model import Ticket
from chalicelib.wishes.model import Wish

from ..faults.facts import every
from ..faults.ladder import EscalationPath, staffed
from ..world import UNIT, Phone, World
from .builders import delivered, expiring, numbers, reply

Again = Callable[[], object]  # asks the same question again


class AskedResident:
    """A resident who is asked a question, and the same again later."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.person = world.person()

    @property
    def resident(self) -> Phone:
        return self._fresh(self.person.id)

    @property
    def staff(self) -> Phone:
        return self._fresh(self.world.admin.id)

    def _fresh(self, person_id: str) -> Phone:
        person = self.world.services.people.find(person_id)
        assert person
        return self.world.phone_of(person)

    def delivered(self) -> Again:
        wish = delivered(self.world, self.resident)

        def again() -> None:
            self.world.pass_time(minutes=5)
            _ok(
                self.staff, f"/v1/wishes/{wish}/dispute", {"reason": "没有收到"}
            )
            _ok(self.staff, f"/v1/wishes/{wish}/reopen", {"reason": "再找一位"})
            helper = self.world.volunteer()
            _ok(helper, f"/v1/wishes/{wish}/claim")
            _ok(helper, f"/v1/wishes/{wish}/deliver", {})

        return again

    def unconfirmed(self) -> Again:
        again = self.delivered()
        self.world.pass_time(days=3)

        def later() -> None:
            again()
            self.world.pass_time(days=3)

        return later

    def expiring(self) -> Again:
        wish = expiring(self.world, self.resident)

        def again() -> None:
            day = self.world.clock.now() + timedelta(days=7)
            body = {"needed_by": day.date().isoformat()}
            _ok(self.resident, f"/v1/wishes/{wish}/keep", body)
            sent = len(
                self.world.sms_to(self.person.phone or "", "wish.expiring")
            )
            while (
                len(self.world.sms_to(self.person.phone or "", "wish.expiring"))
                == sent
            ):
                self.world.pass_time(days=1)

        return again

    def resolved(self) -> Again:
        ladder = staffed(self.world)
        ticket = self.resident.post(
            "/v1/tickets",
            {"category": "light", "text": "楼道灯坏了", "place": UNIT},
        ).json["id"]
        self._resolve(ladder, ticket)

        def again() -> None:
            _ok(
                self.resident,
                f"/v1/tickets/{ticket}/reopen",
                {"reason": "还是黑的"},
            )
            self._resolve(ladder, ticket)

        return again

    def unanswered(self) -> Again:
        again = self.resolved()
        self.world.pass_time(days=4)

        def later() -> None:
            again()
            self.world.pass_time(days=4)

        return later

    def _resolve(self, ladder: EscalationPath, ticket: str) -> None:
        _ok(
            self._fresh(ladder.worker.id),
            f"/v1/tickets/{ticket}/resolve",
            {"note": "换了灯泡"},
        )
        self.world.pass_time(minutes=5)


ASKED: dict[str, Callable[[AskedResident], Again]] = {
    "wish.delivered": AskedResident.delivered,
    "wish.unconfirmed": AskedResident.unconfirmed,
    "wish.expiring": AskedResident.expiring,
    "ticket.resolved": AskedResident.resolved,
    "ticket.unanswered": AskedResident.unanswered,
}
ONCE = {
    "offer.made",
    "ticket.is_it_yours",
}  # each offer and each report is asked about once
# Whose "1" changes nothing: tests/phone_changes/test_corrections.py has its old answers.
ELSEWHERE = {"phone_change.announced"}


def _ok(phone: Phone, path: str, body: object = None) -> None:
    answer = phone.post(path, body)
    assert answer.status == 200, answer.text


def things() -> list[object]:
    """Return the entities that an answer could change."""
    return [*every(Wish), *every(Ticket), *every(Offer)]


def answers_to(asked: AskedResident, yes: bool) -> list[ScheduledJob]:
    """Return the answers of a reply, as the queue would bring them."""
    phone = asked.person.phone or ""
    number = numbers(asked.world, phone)[0 if yes else 1]
    service = asked.world.services.container.get(answering)
    meaning = service.meaning(phone, number, "", lambda person_id: True)
    found = service.answers(meaning, asked.person.id, "")
    jobs = [
        ScheduledJob(
            job=replace(job, id=f"due_{number}"), at=asked.world.clock.now()
        )
        for job in found
    ]
    return [read_entry(write_entry(job)) for job in jobs]


def test_every_question_is_asked_here():
    assert {*ASKED, *ONCE, *ELSEWHERE} == set(question_words())


@pytest.mark.parametrize("yes", [True, False], ids=["yes", "no"])
@pytest.mark.parametrize("kind", ASKED)
def test_a_late_answer_does_not_answer_a_question_that_is_asked_again(
    world: World, kind: str, yes: bool
):
    asked = AskedResident(world)
    again = ASKED[kind](asked)
    old = answers_to(asked, yes)
    assert [job.job.question for job in old if isinstance(job.job, Answer)] == [
        kind
    ]
    again()
    before = things()
    for job in old:
        world.services.run_job(job)
    assert things() == before
    fresh = answers_to(asked, yes)
    for job in fresh:
        world.services.run_job(job)
    assert fresh
    assert things() != before, (
        "the control: an answer to the present question counts"
    )


@pytest.mark.parametrize("word", ["1", "2"])
@pytest.mark.parametrize("contact", ["nobody", "somebody else"])
def test_a_former_contact_cannot_answer_for_the_resident(
    world: World, contact: str, word: str
):
    carer = world.person("李强")
    other = world.person("王芳")
    staff = world.phone_of(world.admin)
    old = world.person("李奶奶", phone=None, contact_via=carer.id)
    body = world.wish_body(
        on_behalf_of=old.id, consent={"how": "spoken", "witness": "许见证"}
    )
    wish_id = staff.post("/v1/wishes", body).json["id"]
    _ok(world.staff(), f"/v1/wishes/{wish_id}/approve")
    helper = world.volunteer()
    _ok(helper, f"/v1/wishes/{wish_id}/claim")
    _ok(helper, f"/v1/wishes/{wish_id}/deliver", {})
    assert world.sms_to(carer.phone or "", "wish.delivered")
    new = {"nobody": None, "somebody else": other.id}[contact]
    changed = staff.put(
        f"/v1/people/{old.id}/household",
        {
            "household": None,
            "contact_via": new,
            "consent": {"how": "spoken", "witness": "许见证"},
        },
    )
    assert changed.status == 200, changed.text
    before = things()
    reply(world, carer.phone or "", word)
    assert things() == before
