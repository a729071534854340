"""Rules of what was promised: hours, addresses, profiles, and tickets that move (I6 to I9)."""

from collections.abc import Mapping

from chalicelib.people.model import Person
from chalicelib.tickets.model import Ticket
from chalicelib.tickets.policy import SlaKind
from chalicelib.wishes.model import Claim, Wish

from .rule import Past, break_rule
from .street import Street

__all__ = [
    "a_rejected_wish_gives_its_ticket_back",
    "hours_are_measured_once",
    "merged_tickets_keep_promises",
    "no_mixed_address",
    "places_are_kept",
    "split_tickets_keep_promises",
    "what_was_set_stays",
]

_URGENCY = ("urgent", "utility", "complex", "general")

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
        timers = [
            timer
            for one in (part, target)
            if one.is_open and (timer := one.sla_timer(kind)) and timer.running
        ]
        own = into.sla_timer(kind)
        if not timers or own is None or not own.running:
            continue
        if own.fired > max(timer.fired for timer in timers):
            continue  # it was due in this very step, and has a new deadline
        due = [timer.due_at for timer in timers if timer.due_at > street.now]
        if due and own.due_at > min(due):
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
