"""The tasks of staff that follow from a volunteer and from a spoken consent. Pure."""

from ..kernel.clock import to_text
from ..kernel.waiting_task import WaitingTask, waiting_task
from .model import Person
from .records import Consent

__all__ = [
    "CALL_BACK",
    "VOLUNTEER_TASKS",
    "consent_sk",
    "consent_tasks",
    "volunteer_tasks",
]

VOLUNTEER_TASKS = ("volunteer.vet", "volunteer.paused")
CALL_BACK = "consent.call_back"


def volunteer_tasks(person: Person) -> tuple[WaitingTask, ...]:
    """Return the task of staff about a volunteer, at their first place."""
    waits = person.waits_for_staff()
    if waits is None or person.erased_at or not person.places:
        return ()
    kind, due_at = waits
    return (waiting_task(kind, person.id, person.places[0], due_at),)


def consent_sk(consent: Consent) -> str:
    """Return the sort key of a line of the ledger."""
    return f"consent#{to_text(consent.at)}#{consent.id}"


def consent_tasks(consent: Consent) -> tuple[WaitingTask, ...]:
    """Return the call-back for which a spoken consent waits."""
    if consent.confirm_by is None or not consent.place:
        return ()
    task = waiting_task(
        CALL_BACK,
        consent.id,
        consent.place,
        consent.confirm_by,
        part=consent.person_id,
        row=consent_sk(consent),
    )
    return (task,)
