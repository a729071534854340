"""What SES says of a mail that came back, as the queue hands it over."""

import json
from typing import Any

from app import app

from ..faults.cloud import sqs_event


def bounce(attempt_id: str, address: str, kind: str = "Permanent") -> str:
    """Return the event of a mail that came back."""
    told = {
        "eventType": "Bounce",
        "bounce": {
            "bounceType": kind,
            "bounceSubType": "General",
            "bouncedRecipients": [
                {"emailAddress": address, "diagnosticCode": f"550 {address}"}
            ],
        },
        "mail": mail_of(attempt_id),
    }
    return json.dumps(told)


def complaint(attempt_id: str, address: str) -> str:
    """Return the event of a recipient who takes a mail for spam."""
    told = {
        "eventType": "Complaint",
        "complaint": {
            "complainedRecipients": [{"emailAddress": address}],
            "complaintFeedbackType": "abuse",
        },
        "mail": mail_of(attempt_id),
    }
    return json.dumps(told)


def mail_of(attempt_id: str) -> dict[str, Any]:
    """Return a mail as SES names it."""
    return {
        "messageId": "0100018f",
        "destination": ["a@example.com"],
        "tags": {"delivery": [attempt_id], "ses:source-ip": ["192.0.2.1"]},
    }


def hand_over(*bodies: str) -> list[str]:
    """Hand messages of the topic to the function; return the ids of those that failed."""
    event = sqs_event([(f"m{n}", body) for n, body in enumerate(bodies)])
    answer = app.handler_map["take_bounces"](event, None)
    return [failed["itemIdentifier"] for failed in answer["batchItemFailures"]]
