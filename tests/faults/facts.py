"""What must be true of the store after any fault. Reads raw rows with scans, which only tests may
do.
"""

import json
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from chalicelib.kernel.changes import Entity
from chalicelib.kernel.fact import Fact
from chalicelib.kernel.job import JobRecord, ScheduledJob, scheduled_of
from chalicelib.kernel.place import grid_of, street_of
from chalicelib.matching.model import Run
from chalicelib.matching.policy import Weights
from chalicelib.message_log.model import MessageAttempt
from chalicelib.offers.model import (
    Offer,
    OfferRound,
    OfferState,
    VolunteerHistory,
)
from chalicelib.offers.policy import FOUR_WEEKS
from chalicelib.people.model import Person
from chalicelib.phone_changes.model import PhoneCorrection
from chalicelib.signin.model import Challenge, Session
from chalicelib.tickets.facts import TICKET_JOINED
from chalicelib.tickets.model import Ticket, TicketLine, TicketReport
from chalicelib.tickets.policy import Level
from chalicelib.tickets.repository import TICKET, TicketEvent
from chalicelib.uploads.model import Upload
from chalicelib.wishes.helpers import HelperRecord
from chalicelib.wishes.model import ClaimPointer, Wish, WishState
from chalicelib.wishes.repository import WishEvent

from ..statistics.oracle import facts_of, stored_facts
from ..store.scan import PK, SK, everything, scan, scan_items

_WHERE = {
    Wish: SK == "wish",
    WishEvent: SK.startswith("event#"),
    ClaimPointer: SK.startswith("claim#"),
    HelperRecord: SK == "helper",
    Person: SK == "person",
    Session: SK == "session",
    Challenge: SK == "challenge",
    JobRecord: PK.startswith("s"),  # a shard: parked jobs are due no more
    MessageAttempt: SK == "delivery",
    Offer: SK == "offer",
    OfferRound: SK == "search",
    VolunteerHistory: PK.startswith("standing#"),
    Run: SK == "run",
    Ticket: SK == "ticket",
    TicketEvent: SK.startswith("event#") & PK.startswith("tkt_"),
    TicketReport: SK.startswith("report#"),
    Upload: SK == "upload",
    PhoneCorrection: SK == "phone_change",
}
LIVE_MOST = Weights().live_most
_seen: dict[type, list[Any]] | None = None


@contextmanager
def one_look() -> Iterator[None]:
    """Read everything once at most until the end: nothing is happening meanwhile."""
    global _seen  # noqa: PLW0603 - tests look from one thread
    _seen = {}
    try:
        yield
    finally:
        _seen = None


def every(kind: type) -> list[Any]:
    """Return all there is of a kind."""
    if _seen is None:
        return scan(kind, _WHERE[kind])
    if kind not in _seen:
        _seen[kind] = scan(kind, _WHERE[kind])
    return _seen[kind]


def wish_of(wish_id: str) -> Wish:
    return next(wish for wish in every(Wish) if wish.id == wish_id)


def timers(subject: str | None = None) -> list[ScheduledJob]:
    return [
        job
        for job in jobs()
        if job.kind.startswith("timer.") and subject in (None, job.subject)
    ]


def jobs() -> list[ScheduledJob]:
    return [scheduled_of(record) for record in every(JobRecord)]


def waiting_messages() -> list[JobRecord]:
    return [
        due
        for due in every(JobRecord)
        if not due.kind.startswith(("timer.", "command."))
    ]


def joined_counts() -> dict[str, int]:
    """Return how many joined, by ticket."""
    return {
        fact.id: fact.n for fact in scan(Fact) if fact.kind == TICKET_JOINED
    }


def count_of(person_id: str) -> int:
    """Return the active claims in the record of a helper's account."""
    return carried_claims().get(person_id, 0)


def carried_claims() -> dict[str, int]:
    return {record.id: record.active for record in every(HelperRecord)}


def snapshot(without: Collection[str] = ()) -> list[str]:
    """Return every row as it is, to compare, except for those of some tables."""
    return sorted(
        json.dumps(item, sort_keys=True, default=repr)
        for table, items in everything().items()
        for item in items
        if not table.endswith(tuple(without))
    )


def check(*, contiguous: bool = True) -> None:
    """Assert what must be true at any time: counters, places, alarms, timelines, pointers, offers
    and reports agree with all there is.
    """
    wishes, offers, tickets = every(Wish), every(Offer), every(Ticket)
    _counters_agree(wishes)
    others = [*every(Upload), *every(Person), *every(PhoneCorrection)]
    _alarms_agree([*wishes, *offers, *tickets, *others])
    check_offers(offers)
    check_tickets(tickets)
    follow = facts_of(wishes, tickets, every(TicketReport))
    assert stored_facts() == follow, "the facts are not those of what there is"
    pointers = {
        (pointer.wish_id, pointer.id) for pointer in every(ClaimPointer)
    }
    versions = defaultdict(set)
    for event in every(WishEvent):
        versions[event.subject].add(event.version)
    for wish in wishes:
        assert len(wish.held) <= wish.helpers_needed, (
            f"{wish.id} is claimed by too many"
        )
        assert {(wish.id, claim.id) for claim in wish.claims} <= pointers, (
            f"a claim on {wish.id} cannot be found by its helper"
        )
        seen = versions.pop(wish.id)
        assert max(seen) <= wish.version, (
            f"the timeline of {wish.id} is ahead of it"
        )
        if contiguous:
            assert seen == set(range(1, wish.version + 1)), (
                f"the timeline of {wish.id} (v{wish.version}) has gaps: {seen}"
            )
    assert not versions, f"events without a wish: {versions}"


def _counters_agree(wishes: list[Wish]) -> None:
    carried = Tally(claim.helper for wish in wishes for claim in wish.active)
    counted = {who: n for who, n in carried_claims().items() if n}
    assert counted == dict(carried), (
        "a volunteer's counter is not the number of her active claims"
    )


def _alarms_agree(entities: list[Any]) -> None:
    armed = defaultdict(list)
    for due in timers():
        armed[due.kind, due.subject].append((due.id, due.at, due.shard))
    for entity in entities:
        first = min(entity.deadlines().values(), default=None)
        timer = entity.timer
        expected = [(timer.id, timer.at, timer.shard)] if timer else []
        assert (timer and timer.at) == first, (
            f"{_named(entity)} is armed for another instant than its due"
        )
        kind = f"timer.{entity.entity_kind}"
        assert armed.pop((kind, entity.id), []) == expected, (
            f"the due rows of {_named(entity)} are not in step with it"
        )
    assert not armed, f"alarms of nobody: {armed}"


def _named(entity: Entity) -> str:
    return (
        f"{type(entity).__name__} {entity.id} ({getattr(entity, 'state', '')})"
    )


# offers


def offers_of(wish_id: str) -> list[Offer]:
    """Return a wish's offers in the order in which they were made."""
    found = {
        offer.id: offer for offer in every(Offer) if offer.wish_id == wish_id
    }
    asked = [
        one.offer
        for offer_round in every(OfferRound)
        if offer_round.id == wish_id
        for one in offer_round.asked
    ]
    assert set(found) == set(asked)
    return [found[id] for id in asked]


def live(offers: list[Offer]) -> list[Offer]:
    return [offer for offer in offers if offer.state is OfferState.OFFERED]


def check_offers(offers: list[Offer]) -> None:
    """Assert what must be true of offers at any time: offers, rounds and histories say the same,
    and nobody is wronged.
    """
    searched = {
        (s.id, a.offer, a.volunteer, a.at, a.until, a.state)
        for s in every(OfferRound)
        for a in s.asked
    }
    assert searched == {
        (o.wish_id, o.id, o.volunteer, o.created_at, o.expires_at, o.state)
        for o in offers
    }
    _standings_agree(offers)
    asked = Tally(
        (o.wish_id, o.volunteer)
        for o in offers
        if o.state is not OfferState.SUPERSEDED
    )
    assert not [pair for pair, times in asked.items() if times > 1], (
        f"asked twice for the same wish: {asked}"
    )
    assert all(
        (offer.answered_at is None) == (offer.state is OfferState.OFFERED)
        for offer in offers
    )
    _nobody_is_asked_too_much(offers)
    _accepted_is_claimed(offers)


def _standings_agree(offers: list[Offer]) -> None:
    """A volunteer's load is their offers of four weeks; an erased volunteer has no history."""
    made = {
        (
            street_of(o.place),
            o.volunteer,
            o.id,
            o.created_at,
            o.expires_at,
            o.state,
        )
        for o in offers
    }
    histories = {history.id: history for history in every(VolunteerHistory)}
    weigh = [
        (s.street, s.id, sent.offer, sent.at, sent.until, sent.state)
        for s in histories.values()
        for sent in s.sent
    ]
    assert len(set(weigh)) == len(weigh), f"counted twice: {weigh}"
    assert set(weigh) <= made, (
        f"what weighs on somebody is no offer of hers: {set(weigh) - made}"
    )
    erased = {person.id for person in every(Person) if person.erased_at}
    for _, volunteer, id, at, *_ in made - set(weigh):
        latest = (
            max((sent.at for sent in histories[volunteer].sent), default=at)
            if volunteer in histories
            else at
        )
        assert volunteer in erased or at <= latest - FOUR_WEEKS, (
            f"{id} does not weigh on her"
        )


def _nobody_is_asked_too_much(offers: list[Offer]) -> None:
    people = {person.id: person for person in every(Person)}
    for volunteer, count in Tally(
        offer.volunteer for offer in live(offers)
    ).items():
        assert count <= min(LIVE_MOST, people[volunteer].capacity), (
            f"{volunteer} has {count} offers to answer"
        )
    wishes = {wish.id: wish for wish in every(Wish)}
    for offer in offers:
        wish, asked = wishes[offer.wish_id], people[offer.volunteer]
        resident = people[wish.person_id]
        kin = {
            wish.person_id,
            wish.filed_by,
            wish.proxy_id,
            resident.contact_via,
        }
        assert offer.volunteer not in kin, (
            f"{offer.id} is for somebody's own wish"
        )
        assert resident.id != asked.contact_via, (
            f"{offer.id} is for the wish of whose phone she uses"
        )
        assert (
            not resident.household or resident.household != asked.household
        ), f"{offer.id} is for her own household"


def _accepted_is_claimed(offers: list[Offer]) -> None:
    claimed = {
        (pointer.wish_id, pointer.helper) for pointer in every(ClaimPointer)
    }
    for offer in offers:
        taken = (offer.wish_id, offer.volunteer) in claimed
        assert offer.state is not OfferState.ACCEPTED or taken, (
            f"{offer.id} is accepted, and she has taken nothing"
        )


def check_offers_at_rest() -> None:
    """Assert what is true of offers once everything that is due has run: nobody waits for an answer
    that is not wanted.
    """
    wishes, offer_rounds = (
        {wish.id: wish for wish in every(Wish)},
        {offer_round.id: offer_round for offer_round in every(OfferRound)},
    )
    waiting = defaultdict(list)
    for offer in live(every(Offer)):
        waiting[offer.wish_id].append(offer.volunteer)
    helped = defaultdict(set)
    for pointer in every(ClaimPointer):
        helped[pointer.wish_id].add(pointer.helper)
    for id, offer_round in offer_rounds.items():
        wanted = (
            wishes[id].places_left if wishes[id].state is WishState.OPEN else 0
        )
        assert len(waiting[id]) <= wanted, (
            f"{waiting[id]} are asked for {wanted} places of {id} ({wishes[id].state})"
        )
        assert not helped[id] & set(waiting[id]), (
            f"who has helped with {id} is asked for it"
        )
        assert offer_round.open == (wanted > 0), (
            f"{wanted} places of {id} ({wishes[id].state}) are left, "
            f"its round is {offer_round.open}"
        )
    assert not waiting.keys() - offer_rounds.keys()


# tickets


def ticket_of(ticket_id: str) -> Ticket:
    return next(ticket for ticket in every(Ticket) if ticket.id == ticket_id)


def timeline(ticket_id: str) -> list[TicketEvent]:
    """Return what has happened to a ticket, oldest first."""
    return sorted(
        (e for e in every(TicketEvent) if e.subject == ticket_id),
        key=lambda e: (e.version, e.number),
    )


def tags_of(ticket_id: str) -> list[str]:
    return [event.tag.removeprefix("ticket.") for event in timeline(ticket_id)]


def climbs(ticket_id: str) -> list[tuple[str, Level]]:
    """Return the steps that a ticket was taken up by its clocks: which were over, and the level."""
    notes = [
        (event.note or "").split()
        for event in timeline(ticket_id)
        if event.tag == "ticket.climbed"
    ]
    return [(names, Level(level)) for names, level in notes]


def reporters(ticket: Ticket) -> set[str]:
    """Return everybody who has reported a ticket or joined it, or one that is seen to with it."""
    return {
        report.person_id
        for report in every(TicketReport)
        if report.ticket_id in (ticket.id, *ticket.merged)
    }


def check_tickets(tickets: list[Ticket]) -> None:
    """Assert what must be true of tickets at any time: queues, timelines, counters and merges say
    what the tickets say.
    """
    kept = {
        item["pk"]["S"]: _decoded(item)
        for item in scan_items(Ticket, SK == "ticket")
    }
    known, versions = (
        {ticket.id: ticket for ticket in tickets},
        defaultdict(set),
    )
    for event in every(TicketEvent):
        versions[event.subject].add(event.version)
    assert versions.keys() <= known.keys(), "events without a ticket"
    for ticket in tickets:
        _queue_agrees(ticket, kept[ticket.id])
        assert max(versions[ticket.id]) <= ticket.version, (
            f"the timeline of {_named(ticket)} is ahead of it"
        )
        ranks = [level.rank for _, level in climbs(ticket.id)]
        assert ranks == sorted(set(ranks)), (
            f"{_named(ticket)} climbed to a level twice, or downwards: {ranks}"
        )
        assert not ranks or ranks[-1] <= ticket.level.rank, (
            f"{_named(ticket)} has come down again"
        )
        assert (ticket.next_due is None) == (ticket.state.value == "closed"), (
            f"{_named(ticket)} waits for nothing"
        )
    _joined_are_counted(known)
    _merged_agree(known)


def _decoded(item: dict[str, Any]) -> SimpleNamespace:
    """Return all attributes of a ticket's row, those of its indexes too."""
    stored = {name: item.get(name) for name in TICKET.attributes}
    return SimpleNamespace(
        **{
            n: one and TICKET.attribute(n).deserialize(next(iter(one.values())))
            for n, one in stored.items()
        }
    )


def _queue_agrees(ticket: Ticket, row: Any) -> None:
    """The queue line of a ticket has the fields and the position that the ticket implies."""
    line = TicketLine.of(ticket)
    shown = (
        row.due_order or "",
        row.waits_for or "",
        row.waits_until,
        row.street,
        row.community,
        row.grid,
    )
    where = (
        street_of(ticket.place),
        ticket.community,
        grid_of(ticket.place),
    )
    assert shown == (line.order, line.waits_for, line.waits_until, *where), (
        f"the queue is not in step with {_named(ticket)}"
    )
    holder = ticket.assignee if ticket.is_open else None
    assert row.held_by == holder, (
        f"{_named(ticket)} is in the list of {row.held_by}, and {holder} has it"
    )


def _joined_are_counted(tickets: dict[str, Ticket]) -> None:
    joined = Tally(
        report.ticket_id
        for report in every(TicketReport)
        if report.person_id != tickets[report.ticket_id].person_id
    )
    counted = {id: n for id, n in joined_counts().items() if n}
    assert counted == dict(joined), (
        "the facts of those who joined are not the number of their reports"
    )


def _merged_agree(tickets: dict[str, Ticket]) -> None:
    """What is merged is seen to with the last one that it was merged into, and with no other that
    is still open.
    """
    for ticket in tickets.values():
        end = ticket
        while end.merged_into:
            end = tickets[end.merged_into]
        known = end is ticket or ticket.id in end.merged
        assert known, (
            f"{_named(ticket)} is merged into {_named(end)}, which knows nothing of it"
        )
        others = [
            one
            for one in tickets.values()
            if ticket.id in one.merged
            and one.merged_into is None
            and one is not end
        ]
        assert not others, (
            f"{_named(ticket)} is also seen to with {[_named(one) for one in others]}"
        )
