"""Rations of a phone or mailbox of staff: work is bundled, and a day has a ceiling. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from ..kernel.clock import local_day
from ..kernel.template import Template, Urgency
from . import policy
from .model import BundleWindow, PhoneQuota, bundle_of

__all__ = ["Placement", "place"]


@dataclass(frozen=True, slots=True)
class Placement:
    """When a message goes out: at once, in the bundle of an instant, or with the digest."""

    bundle_at: datetime | None = None
    is_over_ceiling: bool = False

    @property
    def is_at_once(self) -> bool:
        """Say whether the message goes out now and alone."""
        return self.bundle_at is None and not self.is_over_ceiling


def place(
    quota: PhoneQuota,
    template: Template,
    attempt_id: str,
    now: datetime,
    zone: str,
    *,
    is_bundle: bool = False,
) -> tuple[PhoneQuota, Placement]:
    """Return the place of a message to a phone, and the quota after it.

    The first message is never held back; it opens a window in which further ones are bundled. An
    urgent message counts against no ceiling. A job that comes twice gets the same place. A bundle
    has waited already: only the ceiling stops it.
    """
    kind = bundle_of(template)
    window = quota.windows.get(kind)
    if window and window.first == attempt_id:
        return quota, Placement()
    if window and now < window.at and not is_bundle:
        return quota, Placement(bundle_at=window.at)
    day = str(local_day(now, zone))
    if quota.day != day:
        quota = replace(quota, day=day, sent=0)
    if template.urgency is not Urgency.URGENT:
        if quota.sent >= policy.STAFF_SMS_PER_DAY - 1:  # the digest is the last
            return quota, Placement(is_over_ceiling=True)
        quota = replace(quota, sent=quota.sent + 1)
    if kind:
        lasts = policy.BUNDLE_FOR
        if template.urgency is Urgency.URGENT:
            lasts = policy.URGENT_BUNDLE_FOR
        opened = BundleWindow(first=attempt_id, at=now + lasts)
        quota = replace(quota, windows={**quota.windows, kind: opened})
    return quota, Placement()
