"""Codes of an app by time (TOTP, RFC 6238). Loaded with the service of factors only."""

from base64 import b32encode
from datetime import datetime

import pyotp

from ..kernel.codes import same
from .policy import DRIFT

__all__ = ["Totp"]


class Totp:
    """Makes and checks the codes of a secret."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def secret_text(self, secret: bytes) -> str:
        """Return a secret as people type it into an app, in base 32."""
        return b32encode(secret).decode()

    def uri(self, secret: bytes, name: str) -> str:
        """Return the ``otpauth://`` address that an app reads from a QR code."""
        return self._app(secret).provisioning_uri(
            name=name, issuer_name=self._issuer
        )

    def step_of(
        self, secret: bytes, code: str, now: datetime, after: int = 0
    ) -> int | None:
        """Return the step of a right code, None for a wrong one.

        A code of step `after` or before has been used, and is wrong.
        """
        app = self._app(secret)
        current = app.timecode(now)
        for step in range(current - DRIFT, current + DRIFT + 1):
            if same(app.generate_otp(step), code) and step > after:
                return step
        return None

    def _app(self, secret: bytes) -> pyotp.TOTP:
        return pyotp.TOTP(self.secret_text(secret))
