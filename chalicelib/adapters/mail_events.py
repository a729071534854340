"""What SES tells of an e-mail that it took: it came back, or its recipient complains."""

import json
from collections.abc import Mapping
from typing import Any

from ..kernel.mail_event import MailEvent, MailFate

__all__ = ["read_mail_event"]

_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


def read_mail_event(body: str) -> MailEvent | None:
    """Read a message of the topic; None for one that says nothing of a mail of ours.

    An unreadable message is not tried again: SES would send no other in its place.
    """
    try:
        told = json.loads(body)
        if told.get("Type") == "Notification":  # unless the delivery is raw
            told = json.loads(told["Message"])
        return _event_in(told)
    except _UNREADABLE:
        return None


def _event_in(told: Mapping[str, Any]) -> MailEvent | None:
    (attempt_id,) = told["mail"]["tags"]["delivery"]
    if told["eventType"] == "Complaint":
        complaint = told["complaint"]
        return MailEvent(
            attempt_id=_text(attempt_id),
            fate=MailFate.COMPLAINT,
            reason=f"complaint {complaint.get('complaintFeedbackType', '')}",
            addresses=_addresses(complaint["complainedRecipients"]),
        )
    if told["eventType"] != "Bounce":
        return None
    bounce = told["bounce"]
    kind = bounce["bounceType"]
    return MailEvent(
        attempt_id=_text(attempt_id),
        fate=MailFate.GONE if kind == "Permanent" else MailFate.RETURNED,
        reason=f"bounce {kind} {bounce.get('bounceSubType', '')}",
        addresses=_addresses(bounce["bouncedRecipients"]),
    )


def _addresses(recipients: Any) -> tuple[str, ...]:
    return tuple(_text(each["emailAddress"]) for each in recipients)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    value.encode()  # a lone surrogate could not be stored
    return value
