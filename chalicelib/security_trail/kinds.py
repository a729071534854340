"""The kinds of security events. Each has a case in tests/security_trail/producers.py. Pure."""

from enum import StrEnum

__all__ = ["EventKind"]


class EventKind(StrEnum):
    """What has happened. The names are stored, so they never change."""

    SIGN_IN = "auth.sign_in"
    CODE_WRONG = "auth.code_wrong"
    REFRESH_REUSED = "auth.refresh_reused"
    FACTOR_WRONG = "auth.factor_wrong"
    SESSION_ENDED = "person.session_ended"  # by staff
    CODE_READ_OUT = "person.code_read_out"
    PHONE_LOST = "person.phone_lost"
    PHONE_CHANGED = "person.phone_changed"
    PHONE_CORRECTED = "person.phone_corrected"
    PHONE_CORRECTION_ASKED = "person.phone_correction_asked"
    PHONE_CORRECTION_FORCED = "person.phone_correction_forced"
    PHONE_CORRECTION_WITHDRAWN = "person.phone_correction_withdrawn"
    PHONE_CHANGE_STOPPED = "person.phone_change_stopped"
    FACTOR_SET = "person.factor_set"
    FACTOR_RECOVERED = "person.factor_recovered"
    FACTOR_RESET_REQUESTED = "person.factor_reset_requested"
    FACTOR_RESET = "person.factor_reset"

    LISTED = "people.listed"
    REVEALED = "person.revealed"
    LET_REVEAL = "person.let_reveal"
    REVEALS_ALLOWED = "person.reveals_allowed"
    EXPORTED = "person.exported"
    LIST_EXPORTED = "export.made"  # with phones in full
    LIST_FETCHED = "export.fetched"
    UNSEALED = "person.unsealed"
    TRAIL_READ = "trail.read"

    CHANGED = "person.changed"
    HOUSEHOLD_SET = "person.household_set"
    CALLED_BACK = "person.called_back"
    GRANTED = "person.granted"
    ROLE_CODE_SENT = "person.role_code_sent"
    ROLE_AGREED = "person.role_agreed"
    VETTED = "person.vetted"
    LIMITED = "person.limited"
    BLOCKED = "person.blocked"
    UNBLOCKED = "person.unblocked"
    ERASURE_REQUESTED = "person.erasure_requested"
    ERASED = "person.erased"

    # A home was shown. The claim's own row is its line in the trail: see `feature.claims_shown`.
    CLAIMED = "wish.claimed"
    HOURS_SETTLED = "wish.hours_settled"
