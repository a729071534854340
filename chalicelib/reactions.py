"""THE TABLE: what is done when an alarm fires, an event is heard or a message is due. Only here do features meet."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from .kernel.outcome import Due
from .people import jobs as people
from .reminders.model import Recipient
from .signin.texts import MESSAGES as SIGNIN_MESSAGES
from .wishes import jobs as wishes
from .wishes.texts import MESSAGES as WISH_MESSAGES

if TYPE_CHECKING:
    from .wiring import Services

__all__ = ["HEARD", "REACTIONS", "TEXTS", "react"]

Job = Callable[["Services", Due], None]

TEXTS = {**SIGNIN_MESSAGES, **WISH_MESSAGES}


def _tell_of_wish(services: "Services", due: Due) -> None:
    services.reminders.send(due, services.wishes.words_about(due.subject, due.kind, due.params))


def _send_code(services: "Services", due: Due) -> None:
    found = services.signin.words_for_code(due.subject, due.params["nonce"])
    if found:
        challenge, facts = found
        channel = "email" if due.kind == "code.email" else "sms"
        recipient = Recipient(person_id=challenge.id, channel=channel, address=challenge.target, locale=challenge.locale)
        services.reminders.send_to(due, recipient, facts)


def _forget_person(services: "Services", due: Due) -> None:
    people.forget_witnesses(services.people, due)
    wishes.forget_person(services.wishes, due)


ALARMS: Mapping[str, Job] = {
    "alarm.wish": lambda services, due: wishes.wake_wish(services.wishes, due),
}
EVENTS: Mapping[str, Job] = {
    "person.erased": _forget_person,
}
MESSAGES: Mapping[str, Job] = {
    **dict.fromkeys(SIGNIN_MESSAGES, _send_code),
    **dict.fromkeys(WISH_MESSAGES, _tell_of_wish),
}

REACTIONS: Mapping[str, Job] = {**ALARMS, **EVENTS, **MESSAGES}
HEARD = frozenset(EVENTS)


def react(services: "Services", due: Due) -> None:
    """Run the job of a due entry."""
    REACTIONS[due.kind](services, due)
