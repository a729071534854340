"""Messages that reach nobody by their route."""

from ..message_log.log import MessageLog
from ..message_log.model import COLLECTIONS
from .route import DueMessage, Route

__all__ = ["settle_unreachable"]


def settle_unreachable(
    log: MessageLog, message: DueMessage, route: Route
) -> bool:
    """Settle a message whose route ends without an address; return whether it does.

    A message that was begun at a phone that may not ring any more is not sent by another route. For
    people without any channel the log stores the reason.
    """
    if route.silenced and log.abandon_channel(message.to(route.silenced)):
        return True  # the phone rang before it was silenced
    if route.unreached is None:
        return False
    # The messages of a digest or bundle are settled one by one.
    if message.send.message_kind not in COLLECTIONS:
        log.suppress(message.to(route.recipient), route.unreached)
    return True
