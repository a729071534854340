"""Numbers about people."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

__all__ = [
    "CALL_BACK_WITHIN",
    "CONSENT_GRACE",
    "CONSENT_SINCE",
    "CONSENT_TEXTS",
    "GUARDIAN_BELOW",
    "HOUSEHOLD_MAX",
    "PEOPLE_READ_MAX",
    "SEALED_FOR",
    "SELF_GIVEN",
]

# The version of the consent text by purpose. Older consents keep their version.
CONSENT_TEXTS: Mapping[str, str] = {
    "terms": "2026-11",
    "acting": "2026-11",
    "contact_via": "2026-11",
    "household": "2026-11",
    # MIIT Order 31, article 18: no advertising message without a request
    "promotions": "2026-11",
    # PIPL, articles 28 and 29: sensitive data need a consent of their own
    "care": "2026-11",
    # PIPL, article 31: below 14 a guardian agrees
    "guardian": "2026-11",
}
# From when the current version is asked for.
CONSENT_SINCE: Mapping[str, datetime] = {
    purpose: datetime(2026, 11, 1, tzinfo=UTC) for purpose in CONSENT_TEXTS
}
# A month: seldom guests see the question too, and nobody waits for a signature for longer.
CONSENT_GRACE = timedelta(days=30)
# Given by a tap of one's own. The others name somebody else, or are given for each case.
SELF_GIVEN = frozenset({"terms", "promotions", "care"})
HOUSEHOLD_MAX = 12  # members looked at when two wishes are compared
PEOPLE_READ_MAX = 300  # people read at most for one page of a filtered list
# Half a year: theft is often noticed weeks later, and the police asks after months.
SEALED_FOR = timedelta(days=180)
# Three days: a weekend, and the next working day.
CALL_BACK_WITHIN = timedelta(days=3)
GUARDIAN_BELOW = 14  # years of age; PIPL, articles 28 and 31
