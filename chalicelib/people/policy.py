"""Numbers about people."""

from collections.abc import Mapping

__all__ = ["CONSENT_TEXTS", "HOUSEHOLD_MAX", "NAMES_MAX", "PEOPLE_READ_MAX"]

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
