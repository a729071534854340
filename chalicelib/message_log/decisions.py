"""The steps of a message between its attempts, and the words that answer a question. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from ..kernel.audiences import OnePerson
from ..kernel.clock import share_of, to_text
from ..kernel.courtesy import without_courtesy
from ..kernel.job import ScheduledJob, Send
from ..kernel.template import Legal, Pot, Template, Urgency
from . import policy
from .model import (
    DIGEST,
    Channel,
    DeliveryState,
    MessageAttempt,
    SuppressionReason,
    id_of_parts,
)

__all__ = [
    "NextStep",
    "after_refusal",
    "after_silence",
    "after_waiting_for_numbers",
    "answer_to",
    "attempt_again",
    "bundle_job",
    "compose_sms",
    "digest_job",
    "digest_time",
    "is_busy",
    "job_of_held",
    "next_step",
    "over_budget",
    "pot_li",
    "resume_at",
    "suppressed",
]


class NextStep(StrEnum):
    """The next step of a message that is in the log already."""

    ATTEMPT = "attempt"  # another attempt is due
    WAIT = (
        "wait"  # another attempt, or a digest, is due later: its job must exist
    )
    NOTHING = "nothing"


# attempts


def is_busy(attempt: MessageAttempt, now: datetime) -> bool:
    """Say whether a job is making the attempt and its lease still runs."""
    if (
        attempt.state is not DeliveryState.CLAIMED
        or attempt.lease_until is None
    ):
        return False
    return now < attempt.lease_until


def next_step(
    attempt: MessageAttempt, template: Template, now: datetime
) -> NextStep:
    """Return the next step of an idle attempt when its message comes (again)."""
    if attempt.state is DeliveryState.HELD:
        return NextStep.WAIT
    resend_at = resume_at(attempt, template)
    if resend_at is None:
        return NextStep.NOTHING
    if resend_at > now:
        return NextStep.WAIT
    return NextStep.ATTEMPT


def resume_at(attempt: MessageAttempt, template: Template) -> datetime | None:
    """Return when another attempt is due, or None when none is.

    A message that was certainly refused is tried several times. One of unknown fate is sent once
    more if it is urgent, and only once. A visit in between ends that too.
    """
    if attempt.state is DeliveryState.RETRY:
        return attempt.next_at
    is_first = attempt.state is DeliveryState.UNKNOWN and attempt.attempt == 1
    is_urgent = template.urgency is Urgency.URGENT
    if not is_first or not is_urgent or attempt.visited_by:
        return None
    if attempt.settled_at is None:
        return None
    return attempt.settled_at + policy.RESEND_AFTER


def attempt_again(
    fresh: MessageAttempt, before: MessageAttempt
) -> MessageAttempt:
    """Return the next attempt. It keeps the start, the recipients and the covers of the first."""
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
    """Return the attempt after the provider has certainly refused the message."""
    refused = replace(attempt, reason=reason, settled_at=now, lease_until=None)
    wait = min(
        policy.RETRY_FIRST * 2 ** min(attempt.attempt - 1, 16), policy.RETRY_MAX
    )
    jitter = share_of(wait, f"{attempt.id}{attempt.attempt}")
    next_at = (
        now + wait / 2 + jitter
    )  # between half of the wait and one and a half
    ends_at = attempt.at + policy.RETRY_FOR
    if attempt.not_after:
        ends_at = min(ends_at, attempt.not_after)
    if final or next_at >= ends_at:
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
    """Return the attempt when no further one is made."""
    return replace(
        attempt, state=DeliveryState.SUPPRESSED, reason=reason, settled_at=now
    )


# text and money


def pot_li(pot: Pot, budget_li: int) -> float | None:
    """Return what a pot holds of a street's monthly budget; None for no limit."""
    share = policy.POT_SHARES.get(pot)
    return None if share is None else budget_li * share


def over_budget(template: Template, spent_li: int, budget_li: int) -> bool:
    """Say whether the pot of a message is spent. Promotions are stopped first."""
    pot = pot_li(template.paid_from, budget_li)
    if pot is None:
        return False
    if template.legal is Legal.PROMOTIONAL:
        return spent_li >= pot * policy.PROMOTIONS_STOP_AT
    return spent_li >= pot


def compose_sms(signature: str, text: str, locale: str, legal: Legal) -> str:
    """Return a text as it is billed: signature, text, and the opt-out suffix of a promotion."""
    signed = f"【{signature}】{text}"
    if legal is Legal.PROMOTIONAL:
        return signed + policy.PROMOTION_SUFFIX.format(locale)
    return signed


# digests


def digest_time(now: datetime, zone: str) -> datetime:
    """Return the instant of the next open digest. It closes `DIGEST_CUTOFF` before it is sent."""
    local = (now + policy.DIGEST_CUTOFF).astimezone(ZoneInfo(zone))
    at = datetime.combine(local.date(), policy.DIGEST_AT, local.tzinfo)
    if at <= local:
        at += timedelta(days=1)
    return at.astimezone(now.tzinfo)


def job_of_held(attempt: MessageAttempt, at: datetime) -> ScheduledJob:
    """Return the job that sends a held attempt, with the digest or with its kind of bundle."""
    if attempt.channel is Channel.BUNDLE:
        return bundle_job(attempt.person, attempt.bundle, at)
    return digest_job(attempt.person, at)


def bundle_job(person: str, kind: str, at: datetime) -> ScheduledJob:
    """Return the job of a person's bundle: one for each kind and instant."""
    id = id_of_parts("due", kind, person, to_text(at))
    send = Send(
        id=id,
        message_kind=kind,
        subject=person,
        audience=OnePerson(person),
        params={"at": to_text(at)},
        message_id=id,
    )
    return ScheduledJob(job=send, at=at)


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


def after_waiting_for_numbers(
    attempt: MessageAttempt, now: datetime, free_at: datetime
) -> MessageAttempt:
    """Return the attempt of a question for which its phone has no free numbers.

    It is tried again when some are free, unless it is worthless by then.
    """
    if attempt.not_after and free_at >= attempt.not_after:
        return suppressed(attempt, now, SuppressionReason.TOO_LATE)
    return replace(
        attempt,
        state=DeliveryState.RETRY,
        reason="no_numbers",
        settled_at=now,
        lease_until=None,
        next_at=free_at,
    )


def answer_to(reply_words: Mapping[str, bool], word: str) -> bool | None:
    """Return the answer of a word: yes, no, or None for no answer.

    `reply_words` are the question's words beside those that answer any question. Courtesies
    around a word change nothing. Two answers in one text are none.
    """
    answers: set[bool] = set()
    for one in without_courtesy(word):
        if one in policy.YES:
            answers.add(True)
        elif one in policy.NO:
            answers.add(False)
        elif one in reply_words:
            answers.add(reply_words[one])
    return answers.pop() if len(answers) == 1 else None
