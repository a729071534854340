"""What becomes of a message between its attempts. Pure."""

from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum

from ..kernel.clock import share_of
from ..kernel.template import Legal, Template, Urgency
from . import policy
from .model import DeliveryState, MessageAttempt

__all__ = ["Next", "after_refusal", "after_silence", "compose_sms", "is_busy", "next_step", "over_budget", "resume_at"]


class Next(StrEnum):
    """What to do about a message that is found in the ledger already."""

    ATTEMPT = "attempt"  # another attempt is due
    WAIT = "wait"  # another attempt, or a digest, is due later: see that its row is there
    NOTHING = "nothing"


def is_busy(line: MessageAttempt, now: datetime) -> bool:
    """Say whether somebody is making an attempt and has time left for it; after that nobody knows how it ended."""
    return line.state is DeliveryState.CLAIMED and line.lease_until is not None and now < line.lease_until


def next_step(line: MessageAttempt, template: Template, now: datetime) -> Next:
    """Say what a line that nobody is at needs when its message comes (again)."""
    if line.state is DeliveryState.HELD:
        return Next.WAIT
    resend_at = resume_at(line, template)
    if resend_at is None:
        return Next.NOTHING
    return Next.ATTEMPT if resend_at <= now else Next.WAIT


def resume_at(line: MessageAttempt, template: Template) -> datetime | None:
    """Return when another attempt is due, or None when none is.

    After a certain refusal there are several; of unknown fate only the urgent is sent once more, and once only, and
    not where somebody has told her meanwhile.
    """
    if line.state is DeliveryState.RETRY:
        return line.next_at
    once = line.state is DeliveryState.UNKNOWN and line.attempt == 1 and not line.visited_by
    return line.settled_at + policy.HOLD if once and template.urgency is Urgency.URGENT and line.settled_at else None


def after_refusal(line: MessageAttempt, now: datetime, reason: str, *, final: bool) -> MessageAttempt:
    """Return the line after the provider has certainly not taken the message."""
    wait = min(policy.RETRY_FIRST * 2 ** min(line.attempt - 1, 16), policy.RETRY_MOST)
    next_at = now + wait / 2 + share_of(wait, f"{line.id}{line.attempt}")  # between half and one and a half
    over = final or next_at >= min(line.at + policy.RETRY_FOR, line.not_after or datetime.max.replace(tzinfo=UTC))
    if over:
        return replace(line, state=DeliveryState.DEAD, reason=reason, settled_at=now, lease_until=None)
    return replace(line, state=DeliveryState.RETRY, reason=reason, next_at=next_at, settled_at=now, lease_until=None)


def after_silence(line: MessageAttempt, now: datetime) -> MessageAttempt:
    """Return the line when nobody knows whether the message went out."""
    return replace(line, state=DeliveryState.UNKNOWN, settled_at=now, lease_until=None)


def over_budget(template: Template, spent_li: int, budget_li: int | None) -> bool:
    """Say whether a street's monthly budget stops a message: promotions first, the urgent never."""
    if budget_li is None or template.urgency is Urgency.URGENT:
        return False
    share = policy.PROMOTIONS_STOP_AT if template.legal is Legal.PROMOTIONAL else 1
    return spent_li >= budget_li * share


def compose_sms(signature: str, text: str, locale: str, legal: Legal) -> str:
    """Return a text as it is sent and billed: signature, words, and for promotions the way to refuse them."""
    suffix = policy.SUFFIX.format(locale) if legal is Legal.PROMOTIONAL else ""
    return f"【{signature}】{text}{suffix}"
