"""The rules of life as checks: each function is one rule, and holds after every step."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NoReturn

from chalicelib.kernel.access import Role
from chalicelib.kernel.job import Send, Timer
from chalicelib.kernel.place import ancestors, covers
from chalicelib.message_log.model import (
    COLLECTIONS,
    DeliveryState,
    MessageAttempt,
)
from chalicelib.message_log.policy import NUMBER_REST, QUESTION_TTL
from chalicelib.people.model import Person
from chalicelib.places.model import Place
from chalicelib.queue_watch.model import QueueWatch
from chalicelib.tickets.model import Ticket, TicketReport
from chalicelib.tickets.policy import SlaKind
from chalicelib.wishes.model import Claim, Wish

from .sent import SOLUTION, SentMessage, round_of
from .street import STAFF, Street

__all__ = ["AWAITS", "RULES", "Past", "RuleBroken", "break_rule", "check"]

# The checks that wait for a mending on another branch, each with what it waits for.
AWAITS: Mapping[str, str] = {}
_STAFF_ROLES = (Role.GRID_WORKER, Role.COMMUNITY_STAFF, Role.STREET_ADMIN)
_URGENCY = ("urgent", "utility", "complex", "general")


class RuleBroken(AssertionError):
    """A rule does not hold; the text begins with its name."""


def break_rule(name: str, street: Street, what: str) -> NoReturn:
    """Raise that a rule does not hold, with all that happened."""
    street.tell(what)
    told = "\n".join(street.story)
    raise RuleBroken(f"{name}: {street.story[-1]}\n{told}")


def is_awaited(name: str) -> bool:
    """Say whether a check is switched off until a mending is merged."""
    return name in AWAITS


@dataclass
class Past:
    """What was true after the step before, and how many messages were judged."""

    tickets: dict[str, Ticket] = field(default_factory=dict)
    wishes: dict[str, Wish] = field(default_factory=dict)
    judged: int = 0
    settled: set[str] = field(default_factory=set)  # claims with long stays
    checked_at: datetime | None = None
    level_since: dict[str, datetime] = field(default_factory=dict)
    # Until when a round of a question was seen to be open.
    open_until: dict[Any, datetime] = field(default_factory=dict)


# I1


def reporters_are_asked(street: Street, past: Past) -> None:
    """I1 (L2): each reporter of a solved ticket is asked, or staff must visit them."""
    _check_asked(street, parts=False)


def reporters_of_parts_are_asked(street: Street, past: Past) -> None:
    """I1 (L2): each reporter of a part is asked where their report went, or is to be visited."""
    _check_asked(street, parts=True)


def _check_asked(street: Street, *, parts: bool) -> None:
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
        asked = _asked_about(street, ticket)
        ids = ticket.merged if parts else (ticket.id,)
        for report in _asked_reports(ticket, ids, reports):
            person = people[report.person_id]
            if report.person_id in asked or not _may_act(person):
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
        if isinstance(job, Send) and job.subject == ticket.id:
            if job.message_kind in _ASKED:
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
        if at >= asked.at and phone == asked.address:
            if text.startswith(pair) or not text[:1].isdigit():
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


# I3


def somebody_has_it(street: Street, past: Past) -> None:
    """I3 (L3): what waits has a person in office or a told level, and a deadline to come."""
    waiting = street.tickets("open", "accepted", "assigned", "on_hold")
    people = {one.id: one for one in street.ledger.all(Person)}
    timers = {
        scheduled.job.entity_id
        for scheduled in street.ledger.jobs()
        if isinstance(scheduled.job, Timer)
    }
    duty = Duty(street, people)
    for ticket in waiting:
        _check_deadline(street, ticket, timers)
        if ticket.assignee:
            assignee = people[ticket.assignee]
            if not _serves(assignee, ticket.place):
                name = street.name_of(ticket.assignee)
                what = f"{ticket.id} is with {name}, who has left"
                break_rule("I3", street, what)
        elif duty.along(ticket.place) and not _was_told(street, ticket, past):
            break_rule("I3", street, f"nobody was told of {ticket.id}")
    _check_wishes(street, duty)
    _note_levels(past, waiting, street.now)


def _note_levels(past: Past, waiting: list[Ticket], now: datetime) -> None:
    """Remember since when each ticket is at its level: not before the step before."""
    for ticket in waiting:
        before = past.tickets.get(ticket.id)
        if before is None or before.level is not ticket.level:
            since = past.checked_at or now
            past.level_since[ticket.id] = max(since, ticket.created_at)


def _check_deadline(street: Street, ticket: Ticket, timers: set[str]) -> None:
    if ticket.reporter_left_at:
        return  # in the queue of staff, who look at it
    due = min(ticket.deadlines().values(), default=None)
    if due is None:
        break_rule("I3", street, f"{ticket.id} has no deadline")
    if due <= street.now:
        break_rule("I3", street, f"the deadline of {ticket.id} has passed")
    if ticket.id not in timers:
        break_rule("I3", street, f"{ticket.id} has no timer")


def _was_told(street: Street, ticket: Ticket, past: Past) -> bool:
    """Say whether staff were sent, or will be sent, anything about a ticket at its level."""
    if ticket.reporter_left_at:
        return True
    since = past.level_since.get(ticket.id, ticket.created_at)
    before = past.tickets.get(ticket.id)
    if before and before.level is not ticket.level:
        since = past.checked_at or since
    for attempt in street.ledger.all(MessageAttempt):
        if attempt.about != ticket.id or attempt.at < since:
            continue
        if _is_for_staff(attempt.kind) and attempt.person.startswith("per_"):
            return True
    return any(
        isinstance(scheduled.job, Send)
        and scheduled.job.subject == ticket.id
        and _is_for_staff(scheduled.job.message_kind)
        for scheduled in street.ledger.jobs()
    )


def _is_for_staff(kind: str) -> bool:
    name = kind.removeprefix("ticket.").removeprefix("urgent_")
    return name.endswith("_staff") or name in ("new", "assigned", "back")


def _check_wishes(street: Street, duty: "Duty") -> None:
    """A task about a wish is told to staff before it is long overdue."""
    watches = street.ledger.all(QueueWatch)
    tasks = [
        (wish, task)
        for wish in street.wishes()
        if not wish.forgotten and (task := wish.waits_for_staff())
    ]
    if tasks and not any(watch.next_at > street.now for watch in watches):
        break_rule("I3", street, "nobody looks at the queue any more")
    for wish, (kind, due_at) in tasks:
        since = max(due_at, street.staffed_since)
        if street.now < since + timedelta(days=12):
            continue  # two working days, with any holidays between
        if duty.along(wish.place) and not _heard_of_queue(street, since):
            break_rule("I3", street, f"nobody was told of {kind} {wish.id}")


def _heard_of_queue(street: Street, since: Any) -> bool:
    return any(
        one.at >= since
        and (one.kind == "queue.overdue_staff" or one.kind in COLLECTIONS)
        for one in street.sent
    )


class Duty:
    """Who is on duty where, by the lists and by what people hold now."""

    def __init__(self, street: Street, people: Mapping[str, Person]) -> None:
        self._lists = {one.id: one.duty for one in street.ledger.all(Place)}
        self._people = people

    def along(self, place: str) -> list[str]:
        """Return the staff on duty at a place and around it."""
        found: list[str] = []
        for code in ancestors(place):
            for role, ids in self._lists.get(code, {}).items():
                if role != "property":
                    found += [id for id in ids if self._is_on(id, role, code)]
        return found

    def _is_on(self, id: str, role: str, place: str) -> bool:
        person = self._people.get(id)
        if person is None or not _may_act(person):
            return False
        return any(
            grant.role == role and covers(grant.place, place)
            for grant in person.grants
        )


def _may_act(person: Person) -> bool:
    """Say whether somebody may be asked anything; written anew, not asked of the model."""
    if person.blocked or person.erased_at:
        return False
    is_staff = any(grant.role != "volunteer" for grant in person.grants)
    return is_staff or not person.terms_withdrawn


def _serves(person: Person, place: str) -> bool:
    """Say whether somebody works at a place now."""
    if not _may_act(person):
        return False
    return any(
        grant.role not in ("volunteer", "resident")
        and (covers(grant.place, place) or covers(place, grant.place))
        for grant in person.grants
    )


# I4


def only_who_may_act_is_told(street: Street, past: Past) -> None:
    """I4 (L1, L2): nobody is asked or told who could not act at that moment."""
    for one in street.sent[past.judged :]:
        if one.kind.startswith("code."):
            continue
        for id in one.recipients:
            person = one.people.get(id)
            if person is None:
                continue
            if not _may_act(person):
                name = street.name_of(id)
                what = f"{one.kind} to {name}, who may not act"
                break_rule("I4", street, what)
            _check_phone(street, one, person)
            _check_relation(street, one, person)


def _check_phone(street: Street, one: SentMessage, person: Person) -> None:
    """A phone rings for its owner, their contact and their household."""
    if not one.is_sms or one.address == person.phone:
        return
    holder = one.holder
    if holder is None or not _may_act(holder) or holder.phone != one.address:
        break_rule("I4", street, f"{one.kind} to a phone of nobody")
    is_contact = (
        person.contact_via == holder.id and "contact_via" in person.consents
    )
    is_kin = (
        person.household is not None
        and person.household == holder.household
        and "household" in person.consents
    )
    if person.phone or not (is_contact or is_kin):
        name = street.name_of(person.id)
        break_rule("I4", street, f"{one.kind} for {name} to a foreign phone")


_TO_HELPERS = {"wish.yours", "wish.due_tomorrow", "wish.overdue"}
_TO_REPORTERS = {
    *SOLUTION,
    *("ticket.accepted", "ticket.commented", "ticket.held"),
}
_TO_ASSIGNEES = {"ticket.new", "ticket.assigned", "ticket.back"}


def _check_relation(street: Street, one: SentMessage, person: Person) -> None:
    """A message goes to those who have a part in its subject now."""
    subject, kind = one.subject, one.kind.replace("urgent_", "")
    name = street.name_of(person.id)
    if one.kind in COLLECTIONS:
        return  # of any work, also that of the property company
    if one.template.for_staff and not _is_staff(person):
        break_rule("I4", street, f"{one.kind} to {name}, who is no staff")
    if isinstance(subject, Ticket):
        if kind in _TO_ASSIGNEES and not _serves(person, subject.place):
            break_rule("I4", street, f"{one.kind} to {name}, who has left")
        if kind in _TO_REPORTERS and person.id not in one.reporters:
            break_rule("I4", street, f"{one.kind} to {name}, no reporter")
    if isinstance(subject, Wish) and kind in _TO_HELPERS:
        helps = any(
            claim.helper == person.id and claim.state == "active"
            for claim in subject.claims
        )
        if not helps or not _volunteers(person):
            break_rule("I4", street, f"{one.kind} to {name}, no helper")


def _is_staff(person: Person) -> bool:
    return any(grant.role in _STAFF_ROLES for grant in person.grants)


def _volunteers(person: Person) -> bool:
    is_vetted = person.vetted is not None and person.vetted.level != "none"
    return is_vetted and any(one.role == "volunteer" for one in person.grants)


# I5


def nobody_is_told_twice(street: Street, past: Past) -> None:
    """I5 (L4): no phone gets the same words about the same subject twice at one instant."""
    new = street.sent[past.judged :]
    told = Counter(
        (one.at, one.address, one.text, one.about)
        for one in new
        if not one.kind.startswith("code.")
    )
    for (_, address, text, about), times in told.items():
        if times > 1:
            what = f"{address} was told {times} times of {about}: {text}"
            break_rule("I5", street, what)


# I6


def hours_are_measured_once(street: Street, past: Past) -> None:
    """I6 (L7): minutes keep to the appointment and one hour, at most four; each claim once."""
    for wish in street.wishes():
        before = past.wishes.get(wish.id)
        known = {claim.id: claim for claim in before.claims} if before else {}
        for claim in wish.claims:
            _check_hours(street, past, wish, claim, known.get(claim.id))


def _check_hours(
    street: Street, past: Past, wish: Wish, claim: Claim, before: Claim | None
) -> None:
    if before and before.hours_by and not claim.hours_by:
        past.settled.add(claim.id)  # staff have booked a longer stay
    elif before and _is_booked(before) and not _is_same(before, claim):
        break_rule("I6", street, f"{wish.id} is booked again")
    limit = _minutes_at_most(wish, claim)
    if claim.minutes > limit and claim.id not in past.settled:
        what = f"{claim.minutes} minutes for {wish.id}: {limit} at most"
        break_rule("I6", street, what)


def _is_booked(claim: Claim) -> bool:
    return claim.state == "confirmed" and claim.minutes > 0


def _is_same(before: Claim, after: Claim) -> bool:
    return before.minutes == after.minutes and after.state == "confirmed"


def _minutes_at_most(wish: Wish, claim: Claim) -> int:
    if not (claim.checked_in_at and claim.checked_out_at):
        return 60
    spans = [slot.end - slot.start for slot in wish.window]
    if not spans:
        return 240
    return min(240, int(max(spans).total_seconds() // 60) + 60)


# I7


def no_mixed_address(street: Street, past: Past) -> None:
    """I7 (L6): a helper reads a place and a door that the resident had at one moment."""
    for wish in street.wishes("open", "claimed"):
        for claim in wish.claims:
            name = street.name_of(claim.helper)
            if claim.state == "active" and name:
                _check_address(street, wish, name)


def _check_address(street: Street, wish: Wish, helper: str) -> None:
    answer = street.phone(helper).get(f"/v1/wishes/{wish.id}")
    if answer.status != 200 or not answer.json.get("address"):
        return
    seen = (answer.json["place"], answer.json["address"])
    if seen not in street.homes.get(wish.person_id, set()):
        what = f"{helper} reads {seen} of {wish.id}, which never was a home"
        break_rule("I7", street, what)


# I8


def what_was_set_stays(street: Street, past: Past) -> None:
    """I8 (L9): the profile of a volunteer is what they set, field by field."""
    people = {one.id: one for one in street.ledger.all(Person)}
    for id, fields in street.profiles.items():
        person = people[id]
        if person.erased_at:
            continue
        for name, value in fields.items():
            kept = getattr(person.volunteer, name, None)
            if kept != value:
                what = f"{street.name_of(id)} set {name} to {value}: {kept}"
                break_rule("I8", street, what)


# I9


def merged_tickets_keep_promises(street: Street, past: Past) -> None:
    """I9 (L2): a target keeps the most urgent urgency and the earliest deadline of its parts."""
    tickets = {one.id: one for one in street.tickets()}
    for before, part in _since(past, tickets):
        if part.merged_into and before.merged_into is None:
            _check_merged(street, past, before, tickets[part.merged_into])


def split_tickets_keep_promises(street: Street, past: Past) -> None:
    """I9 (L2): a ticket that is split is as urgent as it was, and has a deadline."""
    tickets = {one.id: one for one in street.tickets()}
    for before, part in _since(past, tickets):
        if before.merged_into and part.merged_into is None:
            _check_split(street, before, part)


def _since(
    past: Past, tickets: Mapping[str, Ticket]
) -> list[tuple[Ticket, Ticket]]:
    """Return the tickets as they were, and as they are."""
    known = past.tickets
    return [(known[id], now) for id, now in tickets.items() if id in known]


def _check_merged(
    street: Street, past: Past, part: Ticket, into: Ticket
) -> None:
    """Compare a target with what it was, and with what was merged into it."""
    target = past.tickets.get(into.id)
    if target is None or not into.is_open:
        return
    wanted = min(_rank(part), _rank(target))
    if _rank(into) > wanted:
        what = f"{into.id} is less urgent than {part.id}, merged into it"
        break_rule("I9", street, what)
    for kind in (SlaKind.ACCEPT, SlaKind.RESOLVE):
        due = [
            timer.due_at
            for one in (part, target)
            if one.is_open and (timer := one.sla_timer(kind)) and timer.running
        ]
        own = into.sla_timer(kind)
        if due and own and own.running and own.due_at > min(due):
            what = f"{into.id} has a later {kind} deadline than {part.id}"
            break_rule("I9", street, what)


def _check_split(street: Street, before: Ticket, after: Ticket) -> None:
    if _rank(after) > _rank(before):
        break_rule("I9", street, f"{after.id} is split and less urgent")
    if after.is_open and not after.deadlines() and not after.reporter_left_at:
        break_rule("I9", street, f"{after.id} is split and has no deadline")


def _rank(ticket: Ticket) -> int:
    return _URGENCY.index(ticket.urgency)


def a_rejected_wish_gives_its_ticket_back(street: Street, past: Past) -> None:
    """I9 (L2): a ticket whose wish was rejected is back with a person, under a clock."""
    wishes = {one.id: one for one in street.wishes()}
    for ticket in street.tickets("closed"):
        wish = wishes.get(ticket.wish or "")
        if ticket.ending == "wish" and wish and wish.state == "rejected":
            what = f"{ticket.id} became {wish.id}, which was rejected"
            break_rule("I9", street, what)


def places_are_kept(street: Street, past: Past) -> None:
    """I9 (L5): no wish has more helpers than places, and a fulfilled one was confirmed."""
    for wish in street.wishes():
        held = [one for one in wish.claims if one.state != "released"]
        if len(held) > wish.helpers_needed:
            break_rule("I9", street, f"{wish.id} has too many helpers")
        if wish.state != "fulfilled":
            continue
        states = {claim.state.value for claim in held}
        if "confirmed" not in states or "active" in states:
            what = f"{wish.id} is fulfilled with claims {sorted(states)}"
            break_rule("I9", street, what)


def nothing_gone_is_named(street: Street, past: Past) -> None:
    """I9 (L4): no text names something that is gone."""
    for one in street.sent[past.judged :]:
        if any(gap in one.text for gap in ("「」", "“”", "None", "{")):
            break_rule("I9", street, f"{one.kind} names nothing: {one.text}")


def nothing_fails(street: Street, past: Past) -> None:
    """I0: no job fails, none is parked."""
    if street.world.errors:
        break_rule("I0", street, f"failed: {street.world.errors}")
    if parked := street.ledger.parked():
        break_rule("I0", street, f"parked: {parked}")


Rule = Callable[[Street, Past], None]
RULES: tuple[Rule, ...] = (
    nothing_fails,
    reporters_are_asked,
    reporters_of_parts_are_asked,
    a_pair_belongs_to_one_round,
    somebody_has_it,
    only_who_may_act_is_told,
    nobody_is_told_twice,
    hours_are_measured_once,
    no_mixed_address,
    what_was_set_stays,
    merged_tickets_keep_promises,
    split_tickets_keep_promises,
    a_rejected_wish_gives_its_ticket_back,
    places_are_kept,
    nothing_gone_is_named,
)


def check(street: Street, past: Past) -> None:
    """Check every rule, and remember what is true now."""
    for rule in RULES:
        if not is_awaited(rule.__name__):
            rule(street, past)
    past.judged = len(street.sent)
    past.checked_at = street.now
    past.tickets = {one.id: one for one in street.tickets()}
    past.wishes = {one.id: one for one in street.wishes()}
