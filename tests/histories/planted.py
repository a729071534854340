"""Planted faults: the real code with an error of the past in it, and the rule that it breaks."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

from chalicelib.kernel import template
from chalicelib.kernel.changes import Put
from chalicelib.kernel.fact import Fact
from chalicelib.kernel.paging import Page
from chalicelib.kernel.user_text import UserText
from chalicelib.message_log.questions import Questions
from chalicelib.notifications.recipients import Recipients
from chalicelib.people.edits import VolunteerEdit
from chalicelib.people.model import VolunteerProfile
from chalicelib.people.service import People
from chalicelib.queue_watch.model import QueueWatch
from chalicelib.store import transaction_items
from chalicelib.tickets import merging, promises, reopening, resolution
from chalicelib.tickets import notifications as ticket_notifications
from chalicelib.tickets.background import TicketJobs
from chalicelib.tickets.policy import TicketUrgency
from chalicelib.tickets.releases import TicketReleases
from chalicelib.tickets.wish_returns import WishReturns
from chalicelib.wishes import claiming, hours, transitions, views
from chalicelib.wishes.homes import WishHomes
from chalicelib.wishes.model import Wish

from .machine import only

__all__ = ["FAULTS", "Fault"]

Patch = AbstractContextManager[object]


@dataclass(frozen=True)
class Fault:
    """A fault, the rule that finds it, and the moves with which histories do so."""

    plant: Callable[[], Patch]
    rule: str
    moves: tuple[str, ...]

    @property
    def machine(self) -> type[Any]:
        """Return a machine of these moves."""
        return only(*self.moves)

    @property
    def name(self) -> str:
        """Return the name of the fault."""
        return f"{self.rule}-{self.plant.__name__}"


# I1


def only_the_first_reporter_is_asked() -> Patch:
    """Those who joined are not asked whether it is solved."""
    original = TicketJobs._page_of_reporters

    def page(self, ticket_id, start, limit, wanted):
        found = original(self, ticket_id, start, limit, wanted)
        return Page(list(found.items)[:1], None)

    return mock.patch.object(TicketJobs, "_page_of_reporters", page)


# I2


def all_solutions_are_one_round() -> Patch:
    """An answer to an old SMS acts on a later solution of the ticket."""
    return mock.patch.object(
        ticket_notifications, "occasion_of", return_value=""
    )


def numbers_are_free_at_once() -> Patch:
    """Every question says 1 and 2, as before there were pairs."""
    return mock.patch.object(
        Questions, "_free_at", lambda self, asked: self._clock.now()
    )


# I3


def the_queue_is_looked_at_once() -> Patch:
    """The watch over the queue does not go on."""
    return mock.patch.object(QueueWatch, "deadlines", return_value={})


def who_leaves_keeps_their_tickets() -> Patch:
    """Nobody gets the tickets of those who lost their role."""
    return mock.patch.object(TicketReleases, "release", return_value=None)


def a_ticket_without_a_clock() -> Patch:
    """A reopened ticket waits for ever."""
    original = reopening.reopen

    def reopen(*args, **options):
        changes = original(*args, **options)
        stopped = replace(changes.entity, clocks=())
        return replace(changes, entity=stopped)

    return mock.patch.object(reopening, "reopen", reopen)


# I4


def the_blocked_are_told() -> Patch:
    """Nobody asks whether a recipient may act."""
    original = Recipients._route

    def route(self, person, template, send, barred):
        freed = replace(person, blocked=False, terms_withdrawn=False)
        return original(self, freed, template, send, barred)

    return mock.patch.object(Recipients, "_route", route)


def the_former_contact_is_told() -> Patch:
    """A phone rings for a person whose contact its owner no longer is."""

    def holders(self, person):
        yield from self._repository.find_persons([*_once]).values()

    _once = dict[str, None]()
    original = People.holders_for

    def remembered(self, person):
        if person.contact_via:
            _once[person.contact_via] = None
            return original(self, person)
        return holders(self, person)

    return mock.patch.object(People, "holders_for", remembered)


# I5


def the_resident_is_told_twice() -> Patch:
    """The same message is put into a commit two times."""
    original = transitions.tell

    def tell(wish, kind, *to, **params):
        return original(wish, kind, *to, *to, **params)

    return mock.patch.object(claiming, "tell", tell)


# I6


def hours_without_a_cap() -> Patch:
    """What was measured is booked, however long it was."""
    return mock.patch.object(hours, "cap_of", return_value=10_000)


# I7


def a_claimed_wish_stays_behind() -> Patch:
    """A helper reads the old building and the new door after a move."""
    stack = ExitStack()
    stack.enter_context(
        mock.patch.object(WishHomes, "follow", return_value=None)
    )
    stack.enter_context(
        mock.patch.object(views, "shows_door", return_value=True)
    )
    return stack


# I8


def what_is_not_named_is_emptied() -> Patch:
    """A change of one field empties the others."""
    original = VolunteerEdit.applied_to

    def applied_to(self, profile):
        bare = VolunteerProfile(places=profile.places)
        return original(self, bare)

    return mock.patch.object(VolunteerEdit, "applied_to", applied_to)


# I9


def a_place_is_sold_twice() -> Patch:
    """A wish takes one helper more than it wants."""

    def left(self):
        return max(0, self.helpers_needed + 1 - len(self.held))

    return mock.patch.object(Wish, "places_left", property(left))


def merging_loses_the_urgency() -> Patch:
    """A target stays as urgent as it was."""
    return mock.patch.object(
        promises, "inherited", lambda into, ticket, slas, now: into
    )


def a_rejected_wish_keeps_its_ticket() -> Patch:
    """Nobody gets the ticket back whose wish was rejected."""
    return mock.patch.object(WishReturns, "follow", return_value=None)


def a_split_ticket_is_less_urgent() -> Patch:
    """A ticket loses its urgency when it is split again."""
    original = merging.split

    def split(ticket, *args, **options):
        changes = original(ticket, *args, **options)
        after = replace(changes.entity, urgency=TicketUrgency.GENERAL)
        return replace(changes, entity=after)

    return mock.patch.object(merging, "split", split)


def a_title_that_is_gone() -> Patch:
    """A message leaves a gap where its reader may not read the title."""
    original = template.fact_for

    def fact_for(reader, locale, fact):
        if isinstance(fact, UserText) and reader not in fact.owners:
            return ""
        return original(reader, locale, fact)

    return mock.patch.object(template, "fact_for", fact_for)


_WISHES = ("a_wish_goes_well", "a_wish_goes_on")
_TICKETS = ("a_ticket_goes_well", "a_ticket_goes_on")
# I10


def who_joins_is_not_counted() -> Patch:
    """A report is added to a ticket, and its fact stays."""
    return mock.patch.object(
        resolution,
        "joined",
        lambda ticket, report: (Put(row=report, new=True),),
    )


def an_old_fact_stays() -> Patch:
    """A fact that follows no more is not deleted."""
    original = transaction_items.changed_projections

    def changed(store, entity, previous):
        gone, written = original(store, entity, previous)
        return [row for row in gone if not isinstance(row, Fact)], written

    return mock.patch.object(transaction_items, "changed_projections", changed)


FAULTS = (
    Fault(only_the_first_reporter_is_asked, "I1", _TICKETS),
    Fault(
        all_solutions_are_one_round,
        "I2",
        (*_TICKETS, "answer_about_a_solution", "answer_a_question"),
    ),
    Fault(numbers_are_free_at_once, "I2", (*_WISHES, *_TICKETS)),
    Fault(
        who_leaves_keeps_their_tickets,
        "I3",
        ("report_a_problem", "give_or_take_a_role", "accept_a_ticket"),
    ),
    Fault(
        a_ticket_without_a_clock,
        "I3",
        (*_TICKETS, "answer_about_a_solution", "answer_a_question"),
    ),
    Fault(the_queue_is_looked_at_once, "I3", ("file_a_wish", "wait")),
    Fault(the_blocked_are_told, "I4", ("file_a_wish", *_WISHES, "block")),
    Fault(
        the_former_contact_is_told,
        "I4",
        ("a_wish_goes_well", "set_contact_and_household", "wait"),
    ),
    Fault(the_resident_is_told_twice, "I5", _WISHES),
    Fault(
        hours_without_a_cap,
        "I6",
        (*_WISHES, "deliver"),
    ),
    Fault(a_claimed_wish_stays_behind, "I7", (*_WISHES, "move_house")),
    Fault(what_is_not_named_is_emptied, "I8", ("set_a_profile",)),
    Fault(a_place_is_sold_twice, "I9", (*_WISHES, "claim_a_wish")),
    Fault(
        a_split_ticket_is_less_urgent,
        "I9",
        ("report_a_problem", "merge_tickets", "split_a_ticket"),
    ),
    Fault(
        merging_loses_the_urgency, "I9", ("report_a_problem", "merge_tickets")
    ),
    Fault(
        a_rejected_wish_keeps_its_ticket,
        "I9",
        ("report_a_problem", "convert_a_ticket", "staff_decide_about_a_wish"),
    ),
    Fault(a_title_that_is_gone, "I9", _WISHES),
    Fault(who_joins_is_not_counted, "I10", (*_TICKETS, "join_a_ticket")),
    Fault(
        an_old_fact_stays, "I10", (*_WISHES, "withdraw_a_wish", "reopen_a_wish")
    ),
)
