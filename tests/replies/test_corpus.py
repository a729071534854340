"""Replies as people write them: each is understood where that is safe, or waits for staff.

`corpus/replies.tsv` has an expected effect and a text in each line. A tab and a line break in a
text are escaped.

- `yes`, `no`: it answers whatever question has the numbers 1 and 2.
- `yes@solved`, `no@came`, `yes@need`: it answers a question of that group. Otherwise staff read it.
- `stop`: no more SMS.
- `staff`: nothing changes, and the text is in the staff queue.
- With a `+` staff can read the text, too: in the queue, or as the reason of the move.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from chalicelib.message_log.model import MessageAttempt
from chalicelib.replies.model import ReplyEffect, StoredReply
from chalicelib.replies.policy import MAX_TEXT
from chalicelib.tickets.model import Ticket
from chalicelib.wishes.model import Wish

from ..faults.facts import every
from ..store.scan import SK, scan
from ..world import Phone, World
from .builders import PROVIDERS, numbers, reply
from .test_old_questions import ASKED, AskedResident

CORPUS = Path(__file__).parent / "corpus" / "replies.tsv"
GROUPS = {
    "came": {"wish.delivered", "wish.unconfirmed"},
    "need": {"wish.expiring"},
    "solved": {"ticket.resolved", "ticket.unanswered"},
}
# The state after a yes and a no.
STATES = {
    "wish.delivered": ("fulfilled", "disputed"),
    "wish.unconfirmed": ("fulfilled", "disputed"),
    "wish.expiring": ("open", "withdrawn"),
    "ticket.resolved": ("closed", "accepted"),
    "ticket.unanswered": ("closed", "accepted"),
}


@dataclass(frozen=True)
class Line:
    """A line of the corpus."""

    expected: str
    text: str

    def effect_on(self, kind: str) -> str:
        """Return yes, no, stop or staff."""
        effect, _, group = self.expected.rstrip("+").partition("@")
        if group and kind not in GROUPS[group]:
            return "staff"
        return effect

    @property
    def is_for_staff(self) -> bool:
        """Say whether staff have to see the text beside its effect."""
        return self.expected.endswith("+")


def corpus() -> list[Line]:
    lines = []
    for row in CORPUS.read_text().splitlines():
        if not row.startswith("#"):
            expected, _, text = row.partition("\t")
            text = text.replace("\\t", "\t").replace("\\n", "\n")
            lines.append(Line(expected, text))
    return lines


class Question:
    """A world in which one question is open; each reply finds it as it was."""

    def __init__(self, kind: str) -> None:
        self.world = World(sms_providers=PROVIDERS)
        asked = AskedResident(self.world)
        ASKED[kind](asked)
        self.phone = asked.person.phone or ""
        assert numbers(self.world, self.phone, kind) == ("1", "2")
        self.person = asked.person.id
        self.kind = kind
        self._tables = {
            name: table.copy() for name, table in self.world.tables.items()
        }

    def restore(self) -> None:
        """Make the world as it was before any reply."""
        for name, table in self._tables.items():
            self.world.tables[name] = table.copy()

    def receive(self, text: str) -> StoredReply | None:
        """Have a reply brought by the provider; return it as it is kept."""
        reply(self.world, self.phone, text)
        kept = scan(StoredReply, SK == "reply")
        assert len(kept) <= 1
        return kept[0] if kept else None

    def state(self) -> str:
        (thing,) = [*every(Wish), *every(Ticket)]
        return str(thing.state)

    def admin(self) -> Phone:
        return self.world.phone_of(self.world.admin)

    def titles(self) -> list[str]:
        """Return the replies in the staff queue."""
        path = "/v1/admin/queue?place=chunhui&limit=100"
        items = self.admin().get(path).json["items"]
        return [one["title"] for one in items if one["kind"] == "message.reply"]

    def takes_sms(self) -> bool:
        person = self.world.services.people.find(self.person)
        assert person
        return person.sms

    def told(self) -> int:
        kinds = {"reply.not_understood", "reply.too_late"}
        sent = scan(MessageAttempt, SK == "delivery")
        return sum(one.kind in kinds for one in sent)


def shown(text: str) -> str:
    return " ".join(text[:MAX_TEXT].split())


def check_staff(question: Question, line: Line, kept: StoredReply) -> None:
    assert kept.is_waiting
    (title,) = question.titles()
    assert shown(line.text) in title
    assert question.told() == 1, "the sender is not told"


def check_answer(question: Question, line: Line, kept: StoredReply) -> None:
    assert kept.effect is ReplyEffect.ANSWERED
    in_queue = question.titles() != []
    if line.is_for_staff and line.expected.startswith("yes"):
        assert in_queue
    else:
        assert not in_queue
    if line.is_for_staff:
        assert kept.comment
    assert question.told() == 0


def check_stop(
    question: Question, line: Line, kept: StoredReply | None
) -> None:
    assert not question.takes_sms()
    assert bool(question.titles()) is line.is_for_staff
    assert (kept is not None) is line.is_for_staff
    assert question.told() == 0


def check(question: Question, line: Line) -> None:
    effect, before = line.effect_on(question.kind), question.state()
    kept = question.receive(line.text)
    after = question.state()
    if effect == "stop":
        check_stop(question, line, kept)
        assert after == before
        return
    assert question.takes_sms()
    assert kept
    assert kept.text == line.text
    if effect == "staff":
        check_staff(question, line, kept)
        assert after == before
    else:
        check_answer(question, line, kept)
        assert after == STATES[question.kind][effect == "no"]


def test_the_corpus_is_large_and_names_each_text_once():
    lines = corpus()
    assert len({line.text for line in lines}) == len(lines) >= 300
    assert {line.expected.rstrip("+").partition("@")[0] for line in lines} == {
        *("yes", "no", "stop", "staff"),
    }
    assert {*STATES} == {*ASKED}


@pytest.mark.parametrize("kind", STATES)
def test_each_reply_of_the_corpus_has_its_effect_or_stands_before_staff(
    kind: str,
):
    question = Question(kind)
    failed = []
    for line in corpus():
        question.restore()
        try:
            check(question, line)
        except AssertionError as error:
            failed.append(f"{line.expected} {line.text!r}: {error!s:.200}")
    assert not failed, "\n".join(failed)
