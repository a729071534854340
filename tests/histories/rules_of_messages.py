"""Rules of messages: to whom they go, how often, and that they name something (I4, I5, I9)."""

from collections import Counter

from chalicelib.kernel.access import Role
from chalicelib.message_log.model import COLLECTIONS
from chalicelib.people.model import Person
from chalicelib.tickets.model import Ticket
from chalicelib.wishes.model import Wish

from .rule import Past, break_rule, may_act, serves
from .sent import SOLUTION, SentMessage
from .street import Street

__all__ = [
    "nobody_is_told_twice",
    "nothing_gone_is_named",
    "only_who_may_act_is_told",
]

_STAFF_ROLES = (Role.GRID_WORKER, Role.COMMUNITY_STAFF, Role.STREET_ADMIN)

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
            if not may_act(person):
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
    if holder is None or not may_act(holder) or holder.phone != one.address:
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
        if kind in _TO_ASSIGNEES and not serves(person, subject.place):
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


# I9


def nothing_gone_is_named(street: Street, past: Past) -> None:
    """I9 (L4): no text names something that is gone."""
    for one in street.sent[past.judged :]:
        if any(gap in one.text for gap in ("「」", "“”", "None", "{")):
            break_rule("I9", street, f"{one.kind} names nothing: {one.text}")
