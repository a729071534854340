"""Numbers about people."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

__all__ = [
    "CALL_BACK_WITHIN",
    "CONSENT_GRACE",
    "CONSENT_SINCE",
    "CONSENT_TEXTS",
    "DATA_AT_ONCE",
    "DATA_PAGE",
    "GUARDIAN_BELOW",
    "HOMES_MAX",
    "HOUSEHOLD_MAX",
    "LIFT_WITHIN",
    "NAMESAKES_MAX",
    "NAMES_MAX",
    "ROLE_REQUESTS_MAX",
    "ROLE_REQUEST_LASTS",
    "SEALED_FOR",
    "SELF_GIVEN",
    "VETTING_LASTS",
    "VETTING_MAX",
    "VETTING_WARNING",
    "VET_WITHIN",
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
# Bytes of one's own data in one answer. Lambda answers with 6 MB at most, and a phone waits.
DATA_AT_ONCE = 1024 * 1024
DATA_PAGE = 200  # rows of a long section that are read together
HOUSEHOLD_MAX = 12  # members looked at when two wishes are compared
# Names of one building that redaction knows: thirty floors with four flats have about as many.
NAMES_MAX = 300
NAMESAKES_MAX = 20  # looked at when somebody is registered; more are no hint
VETTING_LASTS = timedelta(days=365)  # people move, and staff forget a face
VETTING_MAX = timedelta(days=3 * 365)  # longer than any street's own rule
VETTING_WARNING = timedelta(days=30)  # enough to come by once in office hours
VET_WITHIN = timedelta(days=5)  # three working days, with a weekend between
LIFT_WITHIN = timedelta(
    days=2
)  # a volunteer waits who may have had good reasons
HOMES_MAX = (
    50  # homes in 7 days that staff may allow: an event for a whole building
)
ROLE_REQUESTS_MAX = 5  # one person, a role in two or three grids
# A month: the hiring of a worker takes weeks, and nobody remembers an older request.
ROLE_REQUEST_LASTS = timedelta(days=30)
# Half a year: theft is often noticed weeks later, and the police asks after months.
SEALED_FOR = timedelta(days=180)
# Three days: a weekend, and the next working day.
CALL_BACK_WITHIN = timedelta(days=3)
GUARDIAN_BELOW = 14  # years of age; PIPL, articles 28 and 31
