"""The second factor of staff: a code of an app on their phone (TOTP, RFC 6238)."""
