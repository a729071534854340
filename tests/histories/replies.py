"""What phones write, and the rule that an answer belongs to the question that was asked (I2)."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from chalicelib.kernel.changes import Entity
from chalicelib.message_log.policy import QUESTION_TTL
from chalicelib.offers.model import Offer
from chalicelib.tickets.model import Ticket, TicketReport
from chalicelib.wishes.model import Wish

from .people import NUMBERS
from .present import when
from .rule import break_rule, is_awaited
from .sent import SentMessage, round_of
from .street import Street

__all__ = ["ReplyMoves"]

PHONES = st.sampled_from([*NUMBERS])
DIGITS = ("1", "2", "71", "72", "73", "74")
WORDS = ("是", "否", "收到", "没收到", "解决了", "没解决", "谢谢", "在吗", "3")
# Words that name what they answer; the others answer any question.
_CAME = ("wish.delivered", "wish.unconfirmed")
_SOLVED = ("ticket.resolved", "ticket.unanswered")
_FIT = {"收到": _CAME, "没收到": _CAME, "解决了": _SOLVED, "没解决": _SOLVED}
# What may change without a move: numbers of the row, and its timer.
_UNSAID = ("version", "updated_at", "timer")


class ReplyMoves:
    """Rules of the machine about SMS that people send."""

    street: Street

    @when("question")
    @rule(
        n=st.integers(0, 40),
        yes=st.booleans(),
        tail=st.sampled_from(["", "", " 还是不亮", "，谢谢"]),
    )
    def answer_a_question(self, n: int, yes: bool, tail: str) -> None:
        """Answer one of the questions that were asked, an old one too, by its number."""
        asked = [one for one in self.street.sent if one.yes and one.is_sms]
        if asked:
            # The latest are answered most.
            question = asked[-1 - (n * n // 80) % len(asked)]
            number = question.yes
            if not yes:
                number = str(int(number) + 1)
            write(self.street, question.address, number, tail)

    @rule(who=PHONES, text=st.sampled_from([*DIGITS, *WORDS]))
    def write(self, who: str, text: str) -> None:
        number = text if text in DIGITS else ""
        write(self.street, NUMBERS[who], number, "" if number else text)


Said = dict[str, Any]


def write(street: Street, phone: str, number: str, tail: str) -> None:
    """Send an SMS, and judge what it has changed."""
    street.run_due()
    before, subjects = _said(street)
    street.write_sms(phone, number + tail)
    after, _ = _said(street)
    changed = {
        key.partition(" ")[0]
        for key in before.keys() | after.keys()
        if before.get(key) != after.get(key)
    }
    _judge(street, phone, number or tail, changed, subjects)


def _said(street: Street) -> tuple[Said, dict[str, Entity]]:
    """Return what is true of each wish, ticket, report and offer, and the things themselves."""
    said: Said = {}
    subjects: dict[str, Entity] = {}
    for kind in (Ticket, Wish, Offer):
        for one in street.ledger.all(kind):
            fields = {name: getattr(one, name) for name in _fields(kind)}
            said[one.id] = fields
            subjects[one.id] = one
    for report in street.ledger.all(TicketReport):
        key = f"{report.ticket_id} {report.person_id}"
        said[key] = report.answered_at
    return said, subjects


def _fields(kind: type) -> list[str]:
    names: list[str] = [*getattr(kind, "__dataclass_fields__")]  # noqa: B009
    return [name for name in names if name not in _UNSAID]


def _judge(
    street: Street,
    phone: str,
    reply: str,
    changed: set[str],
    subjects: dict[str, Entity],
) -> None:
    """I2 (L1): no answer acts on another round than the one that it was sent for."""
    if not changed or is_awaited("I2"):
        return
    asked = _asked_at(street, phone, reply)
    present = [one for one in asked if _is_present(one, subjects)]
    related = _with_related({one.about for one in present}, subjects)
    waiting = {
        (one.about, one.round)
        for one in present
        if _waits(street, one, subjects)
    }
    if len(waiting) > 1:
        break_rule("I2", street, f"a word of {phone} was a guess: {changed}")
    if not changed <= related:
        break_rule("I2", street, f"{reply} of {phone} acts on {changed}")


def _asked_at(street: Street, phone: str, reply: str) -> list[SentMessage]:
    """Return the questions at a phone that a reply fits: all, or the latest with its number."""
    asked = [
        one
        for one in street.sent
        if one.is_sms
        and one.address == phone
        and one.yes
        and one.at + QUESTION_TTL > street.now
    ]
    if not reply.isdigit():
        fits = _FIT.get(reply)
        return [one for one in asked if fits is None or one.kind in fits]
    number = int(reply)
    yes = str(number if number % 2 else number - 1)
    # The numbers are on one question at a time.
    return [one for one in asked if one.yes == yes][-1:]


def _is_present(asked: SentMessage, subjects: dict[str, Entity]) -> bool:
    """Say whether a question is about the present round of its subject."""
    subject = subjects.get(asked.about)
    if isinstance(subject, Offer):
        return subject.state == "offered"
    return bool(asked.round) and round_of(asked.kind, subject, asked.claim) == (
        asked.round
    )


def _waits(
    street: Street, asked: SentMessage, subjects: dict[str, Entity]
) -> bool:
    """Say whether one of those who were asked has not answered."""
    subject = subjects[asked.about]
    if not isinstance(subject, Ticket):
        return True
    answered = {
        report.person_id
        for report in street.ledger.all(TicketReport)
        if report.ticket_id in {subject.id, *subject.merged}
        and report.answered_at
        and subject.resolved_at
        and report.answered_at >= subject.resolved_at
    }
    return subject.state == "resolved" and not answered >= {*asked.recipients}


def _with_related(ids: set[str], subjects: dict[str, Entity]) -> set[str]:
    """Return things with those that one commit may change beside them: of an offer its wish."""
    related = set(ids)
    for id in ids:
        subject = subjects[id]
        if isinstance(subject, Offer):
            related.add(subject.wish_id)
            related |= {
                one.id
                for one in subjects.values()
                if isinstance(one, Offer) and one.wish_id == subject.wish_id
            }
        if isinstance(subject, Wish):
            related |= {
                one.id
                for one in subjects.values()
                if isinstance(one, Offer) and one.wish_id == id
            }
        if isinstance(subject, Ticket):
            related |= {*subject.merged}
    return related
