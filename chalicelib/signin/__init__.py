"""Sign-in: codes by SMS, rotating refresh tokens, and proof of e-mail addresses."""
