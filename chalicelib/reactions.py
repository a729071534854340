"""THE TABLE: what is done when an alarm fires, an event is heard or a message is due. Only here do features meet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .fanouts import jobs as fanouts
from .kernel.changes import Due
from .kernel.ids import derived_id
from .kernel.template import Lane, Template, Templates, Urgency
from .matching import jobs as matching
from .message_log.model import DIGEST, Channel, Recipient
from .notifications.texts import MESSAGES as REMINDER_MESSAGES
from .offers import jobs as offers
from .offers.policy import MATCH
from .offers.texts import MESSAGES as OFFER_MESSAGES
from .people import jobs as people
from .signin.texts import MESSAGES as SIGNIN_MESSAGES
from .ticket_policy.texts import MESSAGES as STREET_MESSAGES
from .tickets import jobs as tickets
from .tickets.texts import MESSAGES as TICKET_MESSAGES
from .uploads import jobs as uploads
from .wishes import jobs as wishes
from .wishes.texts import MESSAGES as WISH_MESSAGES

if TYPE_CHECKING:
    from .message_log.sending import Facts
    from .message_log.service import Asking
    from .wiring import Services

__all__ = ["HEARD", "REACTIONS", "TEMPLATES", "lane_of", "parked_as", "place_of", "react", "words_about", "words_about_all"]

Job = Callable[["Services", Due], None]
About = tuple[str, str, Mapping[str, str]]  # what it is about, its kind, its params

# Who hears what: every kind of message, with its words, whom it is for (`told`), how urgent it is and what the law calls it.
TEMPLATES: Templates = {
    **SIGNIN_MESSAGES,
    **WISH_MESSAGES,
    **OFFER_MESSAGES,
    **TICKET_MESSAGES,
    **STREET_MESSAGES,
    **REMINDER_MESSAGES,
}


def words_about(services: "Services", kind: str, about: str, params: Mapping[str, str]) -> "Facts | None":
    """Return the facts of a message as they are now; None when it is no longer true."""
    return words_about_all(services, [(kind, about, params)])[0]


def words_about_all(services: "Services", asked: "Sequence[Asking]") -> "list[Facts | None]":
    """Return the same for several messages; what is about wishes is read together, and what is about tickets."""
    found: list[Facts | None] = [None] * len(asked)
    for messages, read in _WORDS:
        places = [n for n, (kind, _, _) in enumerate(asked) if kind in messages]
        facts = read(services, [(about, kind, params) for kind, about, params in (asked[n] for n in places)]) if places else ()
        for n, said in zip(places, facts, strict=True):
            found[n] = said
    return found


# Which feature knows the words of which messages.
_WORDS: "Sequence[tuple[Templates, Callable[[Services, Sequence[About]], Sequence[Facts | None]]]]" = (
    (WISH_MESSAGES, lambda services, asked: services.wishes.words_about_all(asked)),
    (TICKET_MESSAGES, lambda services, asked: services.upkeep.words_about_all(asked)),
    (OFFER_MESSAGES, lambda services, asked: [services.offers.words_about(about, kind) for about, kind, _ in asked]),
    (
        STREET_MESSAGES,
        lambda services, asked: [services.ticket_policies.words_about_street(about, kind) for about, kind, _ in asked],
    ),
)


def _tell(services: "Services", due: Due) -> None:
    if due.to.startswith(_REPORTERS):
        few = services.upkeep.few(due.to.removeprefix("all:"))
        due = due if few is None else replace(due, to=f"people:{','.join(few)}")
    if due.to.startswith("all:"):
        services.fanouts.begin(due)
        return
    services.notifier.send(due, words_about(services, due.kind, due.subject, due.params))


_REPORTERS = ("all:ticket:", "all:unanswered:")  # mostly one or two, and then no affair for a fan-out


def _send_code(services: "Services", due: Due) -> None:
    challenge, facts = services.signin.words_for_code(due.subject, due.params["nonce"])
    if challenge:
        channel = Channel.EMAIL if due.kind == "code.email" else Channel.SMS
        recipient = Recipient(people=(challenge.id,), channel=channel, address=challenge.target, locale=challenge.locale)
        services.notifier.send_to(due, recipient, facts)


def _forget_person(services: "Services", due: Due) -> None:
    people.forget_witnesses(services.people, due)
    wishes.forget_person(services.wishes, due)
    offers.forget_person(services.offers, due)
    tickets.forget_person(services.upkeep, due)
    uploads.forget_person(services.uploads, due)


def _changed_roles(services: "Services", due: Due) -> None:
    offers.end_unfit(services.offers, due)
    tickets.rehand(services.upkeep, due)


def _look_again(services: "Services", due: Due) -> None:
    offers.look_again(services.offers, due)


_CAN_WAIT = (DIGEST, MATCH, "timer.upload")
TIMERS: Mapping[str, Job] = {
    "timer.wish": lambda services, due: wishes.wake_wish(services.wishes, due),
    "timer.offer": lambda services, due: offers.wake_offer(services.offers, due),
    "timer.ticket": lambda services, due: tickets.wake_ticket(services.upkeep, due),
    "timer.fanout": lambda services, due: fanouts.wake_fanout(services.fanouts, due),
    "timer.upload": lambda services, due: uploads.wake_upload(services.uploads, due),
}
EVENTS: Mapping[str, Job] = {
    "person.erased": _forget_person,
    # Whoever may not be asked any more has no offer that holds a place; who no longer serves has no ticket.
    "person.volunteered": lambda services, due: offers.end_unfit(services.offers, due),
    **dict.fromkeys(("person.granted", "person.blocked"), _changed_roles),
    "wish.fulfilled": lambda services, due: offers.note_met(services.offers, due),
    # Whatever changes how many helpers a wish still needs: offers that nobody needs any more end, or somebody is looked for.
    **dict.fromkeys(
        (
            "wish.approved",
            "wish.claimed",
            "wish.released",
            "wish.edited",
            "wish.unpublished",
            "wish.withdrawn",
            "wish.expired",
            "wish.reopened",
            "wish.owner_erased",
        ),
        _look_again,
    ),
}
JOBS: Mapping[str, Job] = {
    MATCH: lambda services, due: matching.match_community(services.matching, due),
}
ANSWERS: Mapping[str, Job] = {  # what a "1" or "2" to a question does: a job named after whose question it was
    "answer.wish": lambda services, due: wishes.answer_question(services.wishes, due),
    "answer.offer": lambda services, due: offers.answer_offer(services.offers, due),
    "answer.ticket": lambda services, due: tickets.answer_question(services.upkeep, due),
}
MESSAGES: Mapping[str, Job] = {
    **dict.fromkeys(SIGNIN_MESSAGES, _send_code),
    **dict.fromkeys((*WISH_MESSAGES, *OFFER_MESSAGES, *TICKET_MESSAGES, *STREET_MESSAGES), _tell),
    DIGEST: lambda services, due: services.notifier.digest(due),
}

REACTIONS: Mapping[str, Job] = {
    **TIMERS,
    **{f"event.{tag}": job for tag, job in EVENTS.items()},
    "person.erased": _forget_person,  # as an older version has written it
    **JOBS,
    **ANSWERS,
    **MESSAGES,
}
HEARD = frozenset(EVENTS)


def react(services: "Services", due: Due) -> None:
    """Run the job of a due entry."""
    REACTIONS[due.kind](services, due)


def lane_of(due: Due) -> Lane:
    """Return by which queue an entry goes: what is not pressing, or is for many, must not stand before what one waits for."""
    template: Template | None = TEMPLATES.get(due.kind)
    for_many = due.to.startswith("people:")
    pressing = template is None or template.urgency is Urgency.URGENT or (template.urgency is Urgency.NORMAL and not for_many)
    return Lane.URGENT if pressing and due.kind not in _CAN_WAIT else Lane.BULK


def parked_as(due: Due) -> Due:
    """Return a job that failed for good as it is kept: one that comes round by itself stands there once a day, and not fifty times."""
    if due.kind != MATCH:
        return due
    return replace(
        due,
        id=derived_id("due", f"{MATCH} {due.subject} {due.at:%Y-%m-%d}"),
        at=due.at.replace(hour=0, minute=0, second=0, microsecond=0),
    )


def place_of(services: "Services", due: Due) -> str:
    """Return the place whose staff should know of a job that failed for good; empty where none is known."""
    if due.kind == MATCH:
        return due.subject
    places: Mapping[str, Callable[[str], str]] = {
        "wsh": services.wishes.place_of,
        "off": services.offers.place_of,
        "tkt": services.upkeep.place_of,
        "upl": services.uploads.place_of,
    }
    prefix = due.subject.partition("_")[0]
    return places[prefix](due.subject) if prefix in places else ""
