"""Rations of a phone or mailbox of staff: work is bundled, and a day has a ceiling. Pure."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from ..kernel.clock import local_day
from ..kernel.template import Template, Urgency
from . import policy
from .model import (
    BUNDLE,
    FURTHER_ALARMS,
    URGENT_BUNDLE,
    BundleWindow,
    PhoneQuota,
    bundle_of,
)

__all__ = ["Placement", "place"]


@dataclass(frozen=True, slots=True)
class Placement:
    """When a message goes out: at once, in the `bundle` of an instant, or with the digest."""

    bundle_at: datetime | None = None
    bundle: str = ""
    is_over_ceiling: bool = False

    @property
    def is_at_once(self) -> bool:
        """Say whether the message goes out now and alone."""
        return self.bundle_at is None and not self.is_over_ceiling


# How long further messages are bundled after one that went out at once.
_LASTS = {
    BUNDLE: policy.BUNDLE_FOR,
    URGENT_BUNDLE: policy.URGENT_BUNDLE_FOR,
    FURTHER_ALARMS: policy.SAME_WORDS_FOR,
}


def place(
    quota: PhoneQuota,
    template: Template,
    attempt_id: str,
    now: datetime,
    zone: str,
    *,
    words: str = "",
    is_bundle: bool = False,
) -> tuple[PhoneQuota, Placement]:
    """Return the place of a message to a phone, and the quota after it.

    The first message is never held back; it opens a window in which further ones are bundled. For
    an alarm these are further ones with the same `words`. An urgent message counts against no
    ceiling. A job that comes twice gets the same place. A bundle has waited already: only the
    ceiling stops it.
    """
    kind, name = _window_of(template, words)
    said = _hash(words)
    window = quota.windows.get(name)
    if window and window.first == attempt_id:
        return quota, Placement()
    if window and now < window.at and not is_bundle:
        return quota, Placement(bundle_at=window.at, bundle=kind)
    if template.urgency is not Urgency.URGENT:
        quota = _of_today(quota, now, zone)
        if quota.sent >= policy.STAFF_SMS_PER_DAY - 1:  # the digest is the last
            return quota, Placement(is_over_ceiling=True)
        if template.for_staff and words and said in quota.words:
            # With the time of the bundle it is not the same SMS once more.
            later = now + policy.BUNDLE_FOR
            quota = _opened(quota, name, "", later, now)
            return quota, Placement(bundle_at=later, bundle=kind)
        quota = replace(quota, sent=quota.sent + 1)
        if words:
            quota = replace(quota, words=(*quota.words, said))
    if kind:
        until = now + _LASTS[kind]
        quota = _opened(quota, name, attempt_id, until, now)
    return quota, Placement()


def _window_of(template: Template, words: str) -> tuple[str, str]:
    """Return the kind of bundle of further messages, and the name of its window."""
    kind = bundle_of(template)
    if kind != FURTHER_ALARMS:
        return kind, kind
    return (kind, f"{kind} {_hash(words)}") if words else ("", "")


def _of_today(quota: PhoneQuota, now: datetime, zone: str) -> PhoneQuota:
    day = str(local_day(now, zone))
    if quota.day == day:
        return quota
    return replace(quota, day=day, sent=0, words=())


def _opened(
    quota: PhoneQuota, name: str, first: str, until: datetime, now: datetime
) -> PhoneQuota:
    """Return a quota with a new window, without those that have ended."""
    windows = {
        name: window
        for name, window in quota.windows.items()
        if window.at > now
    }
    windows[name] = BundleWindow(first=first, at=until)
    return replace(quota, windows=windows)


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:12]
