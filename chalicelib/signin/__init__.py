"""Signing in: codes by SMS, rotating refresh tokens, and the proof that an e-mail address is one's own."""
