"""Rules of questions: everybody concerned is asked, under numbers of their own (I1, I2)."""

from collections.abc import Iterator, Mapping, Sequence

from chalicelib.kernel.job import Send
from chalicelib.message_log.model import DeliveryState, MessageAttempt
from chalicelib.message_log.policy import NUMBER_REST, QUESTION_TTL
from chalicelib.people.model import Person
from chalicelib.tickets.model import Ticket, TicketReport
from chalicelib.wishes.model import Wish

from .people import STAFF
from .rule import Past, break_rule, may_act
from .sent import SOLUTION, SentMessage, round_of
from .street import Street

__all__ = [
    "a_pair_belongs_to_one_round",
    "reporters_are_asked",
    "reporters_of_parts_are_asked",
]

# I1


def reporters_are_asked(street: Street, past: Past) -> None:
    """I1 (L2): each reporter of a solved ticket is asked, or staff must visit them."""
    _check_asked(street, past, parts=False)


def reporters_of_parts_are_asked(street: Street, past: Past) -> None:
    """I1 (L2): each reporter of a part is asked where their report went, or is to be visited."""
    _check_asked(street, past, parts=True)


def _check_asked(street: Street, past: Past, *, parts: bool) -> None:
    solved = [
        ticket
        for ticket in street.tickets("resolved", "closed")
        if ticket.resolved_at and ticket.merged_into is None
    ]
    if not solved:
        return
    people = {one.id: one for one in street.ledger.all(Person)}
    reports = street.reports()
    for ticket in solved:
        if ticket.state == "closed" and ticket.ending == "unsolved":
            continue
        # A visit that was to be made leaves the list when the round is over.
        known = past.asked.setdefault((ticket.id, ticket.resolved_at), set())
        known |= _asked_about(street, ticket)
        ids = ticket.merged if parts else (ticket.id,)
        for report in _asked_reports(ticket, ids, reports):
            person = people[report.person_id]
            if report.person_id in known or not may_act(person):
                continue
            if report.answered_at and report.answered_at >= ticket.resolved_at:
                continue
            name = street.name_of(report.person_id)
            what = f"{name} is not asked about {ticket.id}"
            break_rule("I1", street, what)


def _asked_reports(
    ticket: Ticket,
    ids: Sequence[str],
    reports: Mapping[str, list[TicketReport]],
) -> Iterator[TicketReport]:
    """Yield the reports that the present round is for.

    Who joins a solved ticket knows the solution. Who is merged into it does not.
    """
    for id in ids:
        for report in reports.get(id, ()):
            assert ticket.resolved_at
            if id == ticket.id and report.joined_at > ticket.resolved_at:
                continue
            yield report


# Who hears that staff have closed it need not be asked any more.
_ASKED = (*SOLUTION, "ticket.closed")


def _asked_about(street: Street, ticket: Ticket) -> set[str]:
    """Return the people who were asked since the solution, will be, or are to be visited."""
    assert ticket.resolved_at
    asked: set[str] = set()
    for attempt in street.ledger.all(MessageAttempt):
        if attempt.about != ticket.id or attempt.kind not in _ASKED:
            continue
        if attempt.at < ticket.resolved_at:
            continue
        is_lost = attempt.state is DeliveryState.SUPPRESSED
        if is_lost and not (attempt.wants_visit or attempt.visited_by):
            continue
        asked |= {attempt.person, *attempt.others}
    for scheduled in street.ledger.jobs():
        job = scheduled.job
        is_about = isinstance(job, Send) and job.subject == ticket.id
        if is_about and job.message_kind in _ASKED:
            asked |= street.reporters_of(ticket)
    return asked


# I2: see also `replies`, which judges each SMS


def a_pair_belongs_to_one_round(street: Street, past: Past) -> None:
    """I2 (L1): numbers are not given to another round while an SMS may still be answered by them.

    They rest for two days after a round is over without an answer.
    """
    questions = [one for one in street.sent if one.yes and one.is_sms]
    fresh = len([one for one in street.sent[past.judged :] if one.yes])
    for number in range(len(questions) - fresh, len(questions)):
        for before in questions[:number]:
            _check_pair(street, past, before, questions[number])
    for one in questions:
        if one.round and _still_asked(street, one):
            past.open_until[one.about, one.round] = street.now


def _still_asked(street: Street, one: SentMessage) -> bool:
    kind = Ticket if one.about.startswith("tkt_") else Wish
    subject = street.ledger.one(kind, one.about)
    is_closed = isinstance(subject, Ticket) and subject.state == "closed"
    return not is_closed and round_of(one.kind, subject, one.claim) == one.round


def _check_pair(
    street: Street, past: Past, before: SentMessage, after: SentMessage
) -> None:
    same_pair = (before.address, before.yes) == (after.address, after.yes)
    same_round = (before.about, before.round) == (after.about, after.round)
    if not before.round or same_round or not same_pair:
        return
    open_until = past.open_until.get((before.about, before.round), before.at)
    over_at = min(open_until, before.at + QUESTION_TTL)
    if after.at >= over_at + NUMBER_REST or _is_answered(street, before):
        return
    what = f"{after.yes} is on {before.about} and on {after.about}"
    break_rule("I2", street, f"{what} at {after.address}")


_ANSWERS = ("confirm", "reopen", "dispute", "keep", "withdraw", "edit")


def _is_answered(street: Street, asked: SentMessage) -> bool:
    """Say whether those who were asked answered, or staff for them."""
    pair = (asked.yes, str(int(asked.yes) + 1))
    for at, phone, text in street.sms:
        is_later = at >= asked.at and phone == asked.address
        if is_later and (text.startswith(pair) or not text[:1].isdigit()):
            return True
    names = {street.name_of(id) for id in asked.recipients}
    if asked.about.startswith("tkt_"):
        names |= {*STAFF}  # who recorded a report answers for the reporter
    names.add(street.name_of(asked.holder.id) if asked.holder else "")
    return any(
        at >= asked.at
        and name in names
        and asked.about in path
        and path.endswith(_ANSWERS)
        for at, name, path in street.requests
    )
