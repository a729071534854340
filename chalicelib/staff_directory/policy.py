"""Numbers about the staff directory."""

from datetime import timedelta

__all__ = ["AUDIT_TTL"]

# Three years: the general limitation period (Civil Code, article 188), for who asks who looked.
AUDIT_TTL = timedelta(days=3 * 365)
