"""What becomes of a message between its attempts, and what a reply answers. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from ..kernel.audiences import OnePerson
from ..kernel.clock import share_of
from ..kernel.job import ScheduledJob, Send
from ..kernel.template import Legal, Template, Urgency
from . import policy
from .model import (
    DIGEST,
    AskedQuestion,
    DeliveryState,
    MessageAttempt,
    SuppressionReason,
    id_of_parts,
)

__all__ = [
    "Next",
    "after_refusal",
    "after_silence",
    "answer_to",
    "attempt_again",
    "compose_sms",
    "digest_job",
    "digest_time",
    "intended_question",
    "is_busy",
    "next_step",
    "over_budget",
    "resume_at",
    "suppressed",
]

_NEVER = datetime.max.replace(tzinfo=UTC)
_IN_DOUBT = {DeliveryState.CLAIMED, DeliveryState.UNKNOWN}
_NOT_ASKED = {DeliveryState.RETRY, DeliveryState.DEAD, DeliveryState.SUPPRESSED}


class Next(StrEnum):
    """What to do about a message that is in the log already."""

    ATTEMPT = "attempt"  # another attempt is due
    WAIT = "wait"  # another attempt, or a digest, is due later: its job must exist
    NOTHING = "nothing"


# attempts


def is_busy(attempt: MessageAttempt, now: datetime) -> bool:
    """Say whether a job is making the attempt and has time left. After that its end is unknown."""
    if attempt.state is not DeliveryState.CLAIMED or attempt.lease_until is None:
        return False
    return now < attempt.lease_until


def next_step(attempt: MessageAttempt, template: Template, now: datetime) -> Next:
    """Say what an attempt that nobody is making needs when its message comes (again)."""
    if attempt.state is DeliveryState.HELD:
        return Next.WAIT
    resend_at = resume_at(attempt, template)
    if resend_at is None:
        return Next.NOTHING
    return Next.ATTEMPT if resend_at <= now else Next.WAIT


def resume_at(attempt: MessageAttempt, template: Template) -> datetime | None:
    """Return when another attempt is due, or None when none is.

    After a certain refusal there are several. Of unknown fate only an urgent message is sent once
    more, and only once. A visit in between ends that too.
    """
    if attempt.state is DeliveryState.RETRY:
        return attempt.next_at
    is_first = attempt.state is DeliveryState.UNKNOWN and attempt.attempt == 1
    if not is_first or attempt.visited_by or template.urgency is not Urgency.URGENT:
        return None
    return attempt.settled_at + policy.HOLD if attempt.settled_at else None


def attempt_again(fresh: MessageAttempt, before: MessageAttempt) -> MessageAttempt:
    """Return the next attempt at a line, which keeps its beginning, recipients and covers."""
    return replace(
        fresh,
        attempt=before.attempt + 1,
        at=before.at,
        covers=before.covers,
        person=before.person,
        others=before.others,
        place=before.place,
    )


def after_refusal(
    attempt: MessageAttempt,
    now: datetime,
    reason: str,
    *,
    final: bool,
) -> MessageAttempt:
    """Return the attempt after the provider has certainly not taken the message."""
    wait = min(policy.RETRY_FIRST * 2 ** min(attempt.attempt - 1, 16), policy.RETRY_MAX)
    jitter = share_of(wait, f"{attempt.id}{attempt.attempt}")
    next_at = now + wait / 2 + jitter  # between half and one and a half
    refused = replace(attempt, reason=reason, settled_at=now, lease_until=None)
    if final or next_at >= min(
        attempt.at + policy.RETRY_FOR, attempt.not_after or _NEVER
    ):
        return replace(refused, state=DeliveryState.DEAD)
    return replace(refused, state=DeliveryState.RETRY, next_at=next_at)


def after_silence(attempt: MessageAttempt, now: datetime) -> MessageAttempt:
    """Return the attempt when nobody knows whether the message went out."""
    return replace(
        attempt, state=DeliveryState.UNKNOWN, settled_at=now, lease_until=None
    )


def suppressed(
    attempt: MessageAttempt, now: datetime, reason: SuppressionReason
) -> MessageAttempt:
    """Return the attempt when none is made any more."""
    return replace(
        attempt, state=DeliveryState.SUPPRESSED, reason=reason, settled_at=now
    )


# text and money


def over_budget(template: Template, spent_li: int, budget_li: int | None) -> bool:
    """Say whether a street's monthly budget stops a message: promotions first, the urgent never."""
    if budget_li is None or template.urgency is Urgency.URGENT:
        return False
    share = policy.PROMOTIONS_STOP_AT if template.legal is Legal.PROMOTIONAL else 1
    return spent_li >= budget_li * share


def compose_sms(signature: str, text: str, locale: str, legal: Legal) -> str:
    """Return a text as it is billed: signature, words, and for promotions how to refuse them."""
    suffix = policy.SUFFIX.format(locale) if legal is Legal.PROMOTIONAL else ""
    return f"【{signature}】{text}{suffix}"


# digests


def digest_time(now: datetime, zone: str) -> datetime:
    """Return the instant of the next open digest; one that is about to be made is closed."""
    local = (now + policy.DIGEST_CLOSES).astimezone(ZoneInfo(zone))
    at = datetime.combine(local.date(), policy.DIGEST_AT, local.tzinfo)
    if at <= local:
        at += timedelta(days=1)
    return at.astimezone(now.tzinfo)


def digest_job(person: str, at: datetime) -> ScheduledJob:
    """Return the job that makes the digest of a day: one per person and day."""
    id = id_of_parts("due", "digest", person, f"{at:%Y%m%d}")
    send = Send(
        id=id,
        message_kind=DIGEST,
        subject=person,
        audience=OnePerson(person),
        message_id=id,
    )
    return ScheduledJob(job=send, at=at)


# questions


def answer_to(words: Mapping[str, bool], word: str) -> bool | None:
    """Return what a word answers to a question with these words of its own: yes, no, or None."""
    if word in policy.YES | policy.NO:
        return word in policy.YES
    return words.get(word)


def intended_question(
    asked: Sequence[tuple[AskedQuestion, DeliveryState]],
) -> AskedQuestion | None:
    """Return the question that a reply means: the latest that was delivered, None where in doubt.

    `asked` are the questions that the word can answer and how they were delivered, latest first. Of
    two that it may mean, neither is answered: staff will ask.
    """
    reached = [
        (question, state) for question, state in asked if state not in _NOT_ASKED
    ]
    if not reached:
        return None
    (latest, state), older = reached[0], reached[1:]
    if older and (state in _IN_DOUBT or _clash(latest, older[0][0])):
        return None
    return latest


def _clash(latest: AskedQuestion, older: AskedQuestion) -> bool:
    """Say whether questions about different things were asked so close that a phone shows both."""
    return latest.about != older.about and latest.at - older.at < policy.QUESTION_CLASH
