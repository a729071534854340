"""Sends an SMS reply into the service, and describes its effect."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.adapters.console import DevMailbox
from chalicelib.container import Container
from chalicelib.kernel.changes import Entity
from chalicelib.kernel.ids import RandomIds
from chalicelib.offers.repository import OfferRepository
from chalicelib.replies import feature as replies_feature
from chalicelib.replies.intake import ReplyResult
from chalicelib.replies.model import ReplyEffect
from chalicelib.replies.service import SmsReply
from chalicelib.tickets.repository import TicketRepository
from chalicelib.wishes.repository import WishRepository

from .clock import MovableClock

__all__ = ["ReplyDescriber"]

_DETAILS: Mapping[ReplyEffect, str] = {
    ReplyEffect.OPTED_OUT: "The person receives no more SMS.",
    ReplyEffect.ANSWERED_ALREADY: "No effect: the question has this answer already.",
    ReplyEffect.NOT_UNDERSTOOD: (
        "No effect: this text is neither an answer nor a request for no more SMS."
        " It waits for staff."
    ),
    ReplyEffect.UNKNOWN_PHONE: "No effect: no person has this phone.",
    ReplyEffect.NO_QUESTION: (
        "No effect: no question with this number was sent to this phone."
        " The reply waits for staff."
    ),
    ReplyEffect.IN_DOUBT: (
        "No effect: it is in doubt which question is answered, or how."
        " The reply waits for staff."
    ),
    ReplyEffect.TOO_LATE: (
        "No effect: the answer comes too late. It waits for staff."
    ),
    ReplyEffect.NOT_ALLOWED: (
        "No effect: this phone may not answer for that person."
        " The reply waits for staff."
    ),
    ReplyEffect.REPEATED: "No effect: this reply has come before.",
    ReplyEffect.IGNORED: "No effect: this unknown phone has written enough today.",
}
_TAKEN = {ReplyEffect.ANSWERED, ReplyEffect.OPTED_OUT}


@dataclass(frozen=True, slots=True)
class ReplyDescriber:
    """Takes replies and describes what they change."""

    services: Container
    mailbox: DevMailbox
    clock: MovableClock

    def take(self, phone: str, text: str) -> dict[str, Any]:
        """Take a reply as a provider's webhook would bring it; return its effect."""
        replies = self.services.get(replies_feature.feature)
        reply = SmsReply(id=RandomIds().new("dev"), phone=phone, text=text)
        before = self.clock.now()
        known = len(self.mailbox.read())
        (result,) = replies.receive("console", [], [reply])
        described = self._describe(result)
        if result.effect is ReplyEffect.ANSWERED:
            answer = result.answers[0]
            subject = self._find(answer.subject)
            described["effects"] = {
                "changed": _has_changed(subject, before),
                "state": _state_of(subject),
                "messages": self._messages_after(known),
            }
            described["detail"] = _sentence(described)
        return described

    def _describe(self, result: ReplyResult) -> dict[str, Any]:
        effect = result.effect
        described: dict[str, Any] = {
            "taken": effect in _TAKEN,
            "meaning": effect.value,
            "detail": _DETAILS.get(effect, ""),
        }
        if result.answers:
            answer = result.answers[0]
            described["meaning"] = "no"
            if answer.yes:
                described["meaning"] = "yes"
            described["question"] = answer.question
            described["subject"] = answer.subject
        return described

    def _find(self, entity_id: str) -> Entity | None:
        store = self.services.core.store
        match entity_id.partition("_")[0]:
            case "wsh":
                return WishRepository(store).find_wish(entity_id)
            case "tkt":
                return TicketRepository(store).find_ticket(entity_id)
            case "off":
                return OfferRepository(store).find_offer(entity_id)
        return None

    def _messages_after(self, known: int) -> list[dict[str, str]]:
        letters = self.mailbox.read()
        count = len(letters) - known
        messages: list[dict[str, str]] = []
        for letter in reversed(letters[:count]):
            messages.append({"to": letter.to, "kind": letter.kind})
        return messages


def _has_changed(entity: Entity | None, since: datetime) -> bool:
    if entity is None:
        return False
    return entity.updated_at >= since


def _state_of(entity: Entity | None) -> str | None:
    state = getattr(entity, "state", None)
    if state is None:
        return None
    return str(state)


def _sentence(described: Mapping[str, Any]) -> str:
    effects = described["effects"]
    meaning = described["meaning"]
    answer = f"{meaning!r} to {described['question']}"
    subject = described["subject"]
    if not effects["changed"]:
        return f"Answered {answer}, but {subject} has not changed."
    state = effects["state"]
    sent = len(effects["messages"])
    return f"Answered {answer}: {subject} is now {state}; {sent} messages sent."
