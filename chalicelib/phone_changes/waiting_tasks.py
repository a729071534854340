"""The task of staff that follows from a stopped correction of a phone. Pure."""

from ..kernel.waiting_task import WaitingTask, waiting_task
from .model import CorrectionState, PhoneCorrection

__all__ = ["STOPPED", "correction_tasks"]

STOPPED = "phone_change.stopped"


def correction_tasks(correction: PhoneCorrection) -> tuple[WaitingTask, ...]:
    """Return the decision of a street administrator for which a correction waits."""
    if correction.state is not CorrectionState.STOPPED:
        return ()
    task = waiting_task(
        STOPPED,
        correction.id,
        correction.place,
        correction.decide_by,
        ttl=correction.ttl,
    )
    return (task,)
