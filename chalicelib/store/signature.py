"""AWS Signature Version 4 for requests to one service."""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

__all__ = ["Signer"]

_ALGORITHM = "AWS4-HMAC-SHA256"


class Signer:
    """Signs POST requests to a service's root path.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
    """

    def __init__(self, region: str, service: str, host: str) -> None:
        self._region, self._service, self._host = region, service, host
        # The day and the secret from which the key is derived, and the key.
        self._derived: tuple[str, str, bytes] = ("", "", b"")

    def headers(
        self,
        headers: Mapping[str, str],
        body: bytes,
        instant: str,
        credentials: Any,
    ) -> dict[str, str]:
        """Return the headers and those that sign them.

        Names of headers must be lower-case. `instant` has the form 20261123T004000Z.
        """
        day = instant[:8]
        signed = {**headers, "host": self._host, "x-amz-date": instant}
        if credentials.token:
            signed["x-amz-security-token"] = credentials.token
        names = ";".join(sorted(signed))
        scope = f"{day}/{self._region}/{self._service}/aws4_request"
        request_hash = sha256(
            _canonical_request(signed, names, body)
        ).hexdigest()
        text = f"{_ALGORITHM}\n{instant}\n{scope}\n{request_hash}"
        key = self._signing_key(day, credentials.secret_key)
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        del signed["host"]  # the HTTP connection adds it
        signed["authorization"] = (
            f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return signed

    def _signing_key(self, day: str, secret: str) -> bytes:
        """Return the key of a day, derived once for a day and a secret."""
        derived = self._derived
        if derived[:2] == (day, secret):
            return derived[2]
        key = f"AWS4{secret}".encode()
        for part in (day, self._region, self._service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        self._derived = day, secret, key
        return key


def _canonical_request(
    headers: Mapping[str, str], names: str, body: bytes
) -> bytes:
    lines = "".join([f"{name}:{headers[name]}\n" for name in sorted(headers)])
    return f"POST\n/\n\n{lines}\n{names}\n{sha256(body).hexdigest()}".encode()
