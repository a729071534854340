"""SMS through any provider behind our small signed HTTP contract.

Domestic providers are adapted to it: AWS China has no SMS.
"""

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..kernel.clock import Clock
from ..kernel.ids import Ids
from ..kernel.signing import sign
from .ports import Refused, Sms, Unclear

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

__all__ = ["HttpSms"]

_LOCAL = frozenset({"127.0.0.1", "localhost"})
# Faults of our key, clock or address at the provider, not of the message. An operator mends them.
_SETTINGS = frozenset({401, 403, 404, 405, 407})
_MAX_ANSWER_BYTES = 16_384


class HttpSms:
    """Sends each text message with one POST.

    The body is ``{"id", "phone", "text", "kind", "class": "service" | "promotional"}``, signed
    (`kernel.signing`) in X-Timestamp, X-Nonce and X-Signature. A 2xx accepts the message and may
    name the provider's reference in ``{"ref"}``. A 429 and faults of our settings refuse it for
    now, any other 4xx for good. After anything else its fate is unknown. Plain http is a
    ValueError, except to this machine.
    """

    def __init__(
        self,
        url: str,
        key: bytes,
        name: str,
        *,
        ids: Ids,
        clock: Clock,
        connect: float = 2,
        read: float = 5,
    ) -> None:
        parts = urlsplit(url)
        is_local = parts.scheme == "http" and parts.hostname in _LOCAL
        if parts.scheme != "https" and not is_local:
            raise ValueError("a gateway is called by https")
        if not key:
            raise ValueError("a gateway needs a key")
        self._url, self._key, self._name = url, key, name
        self._ids, self._clock = ids, clock
        self._connect, self._read = connect, read

    def send(self, sms: Sms) -> str:
        """See `ports.SmsSender`. The reference is the answer's ``ref``."""
        import urllib3  # noqa: PLC0415 - 40 ms that only senders pay

        # A pool for one request. A kept connection may have died while Lambda was frozen. If it
        # broke during a send, the fate of the message would be unknown.
        timeout = urllib3.Timeout(connect=self._connect, read=self._read)
        with urllib3.PoolManager(retries=False, timeout=timeout) as http:
            response = self._post(http, _body(sms))
            try:
                return self._result(response)
            finally:
                # Unless the body was read to its end, the pool does not have its connection back.
                response.close()

    def _post(self, http: "PoolManager", body: bytes) -> "BaseHTTPResponse":
        from urllib3 import exceptions  # noqa: PLC0415 - see send

        headers = self._headers(body)
        try:
            return http.request(
                "POST",
                self._url,
                body=body,
                headers=headers,
                redirect=False,
                preload_content=False,
            )
        # NewConnectionError and NameResolutionError are kinds of ConnectTimeoutError.
        except exceptions.ConnectTimeoutError as error:
            raise Refused(f"{self._name}.{type(error).__name__}") from None
        except exceptions.HTTPError as error:
            if _is_untrusted(error):
                raise Refused(f"{self._name}.certificate") from None
            raise Unclear(f"{self._name}.{type(error).__name__}") from None

    def _headers(self, body: bytes) -> dict[str, str]:
        timestamp, nonce = (
            str(int(self._clock.now().timestamp())),
            self._ids.new("non"),
        )
        return {
            "Content-Type": "application/json; charset=utf-8",
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": sign(self._key, timestamp, nonce, body),
        }

    def _result(self, response: "BaseHTTPResponse") -> str:
        """Return the reference, or raise.

        After a redirect or the time-out of a proxy (408), the message may have been accepted.
        """
        status = response.status
        if 200 <= status < 300:
            return _reference(response)
        if 400 <= status < 500 and status != 408:
            final = status != 429 and status not in _SETTINGS
            raise Refused(f"{self._name}.{status}", final=final)
        raise Unclear(f"{self._name}.{status}")


def _body(sms: Sms) -> bytes:
    kind = "service"
    if sms.promotional:
        kind = "promotional"
    fields = {
        "id": sms.id,
        "phone": sms.phone,
        "text": sms.text,
        "kind": sms.kind,
        "class": kind,
    }
    return json.dumps(
        fields, ensure_ascii=False, separators=(",", ":")
    ).encode()


def _reference(response: "BaseHTTPResponse") -> str:
    """Return ``ref`` of the answer, or an empty text. The message was accepted in any case."""
    from urllib3.exceptions import HTTPError  # noqa: PLC0415 - see send

    try:
        answer = json.loads(response.read(_MAX_ANSWER_BYTES))
    except (HTTPError, OSError, ValueError, RecursionError):
        return ""
    match answer:
        case {"ref": str(reference)}:
            return reference
    return ""


def _is_untrusted(error: Exception) -> bool:
    """Tell whether the handshake failed at the certificate, before anything was sent."""
    import ssl  # noqa: PLC0415 - comes with urllib3

    return any(
        isinstance(cause, ssl.SSLCertVerificationError) for cause in error.args
    )
