"""Numbers about people."""

from collections.abc import Mapping
from datetime import timedelta

__all__ = [
    "CONSENT_TEXTS",
    "HOMES_MAX",
    "HOUSEHOLD_MAX",
    "LIFT_WITHIN",
    "NAMES_MAX",
    "PEOPLE_READ_MAX",
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
}
HOUSEHOLD_MAX = 12  # members looked at when two wishes are compared
# Names of one building that redaction knows: thirty floors with four flats have about as many.
NAMES_MAX = 300
PEOPLE_READ_MAX = 300  # people read at most for one page of a filtered list
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
