"""Numbers about people."""

from collections.abc import Mapping
from datetime import timedelta

__all__ = ["CONSENT_TEXTS", "HOUSEHOLD_MAX", "PEOPLE_READ_MAX", "SEALED_FOR"]

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
PEOPLE_READ_MAX = 300  # people read at most for one page of a filtered list
# Half a year: theft is often noticed weeks later, and the police asks after months.
SEALED_FOR = timedelta(days=180)
