"""SMS through any provider that speaks our small signed HTTP contract: domestic ones are put behind it (AWS China has no SMS)."""

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
# Not about this message but about our key, clock or address at the provider, which somebody can put right.
_SETTINGS = frozenset({401, 403, 404, 405, 407})
_ANSWER_BYTES = 16_384


class HttpSms:
    """Text messages by one POST each of ``{"id", "phone", "text", "kind", "class": "service" | "promotional"}``.

    It is signed (`kernel.signing`) in X-Timestamp, X-Nonce and X-Signature. A 2xx means that it was taken, and may name the
    provider's reference in ``{"ref"}``; 429 and what is wrong with our settings are a no for now, any other 4xx a no for
    good; everything else leaves it open. Plain http is a ValueError unless it stays on this machine.
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
        if parts.scheme != "https" and not (
            parts.scheme == "http" and parts.hostname in _LOCAL
        ):
            raise ValueError("a gateway is called by https")
        if not key:
            raise ValueError("a gateway needs a key")
        self._url, self._key, self._name = url, key, name
        self._ids, self._clock = ids, clock
        self._connect, self._read = connect, read

    def send(self, sms: Sms) -> str:
        """See `ports.SmsSender`. The reference is the answer's ``ref``."""
        import urllib3  # noqa: PLC0415 - 40 ms that only senders pay

        # A pool for one request: a kept connection may have died while Lambda was frozen, and dying would leave us unsure.
        timeout = urllib3.Timeout(connect=self._connect, read=self._read)
        with urllib3.PoolManager(retries=False, timeout=timeout) as http:
            response = self._post(http, _body(sms))
            try:
                return self._understood(response)
            finally:
                response.close()  # where it was not read to its end, the pool has not got its connection back

    def _post(self, http: "PoolManager", body: bytes) -> "BaseHTTPResponse":
        from urllib3 import exceptions as e  # noqa: PLC0415 - see send

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
        except (
            e.ConnectTimeoutError
        ) as error:  # NewConnectionError and NameResolutionError are kinds of it
            raise Refused(f"{self._name}.{type(error).__name__}") from None
        except e.HTTPError as error:
            if _is_untrusted(error):
                raise Refused(f"{self._name}.certificate") from None
            raise Unclear(f"{self._name}.{type(error).__name__}") from None

    def _headers(self, body: bytes) -> dict[str, str]:
        timestamp, nonce = str(int(self._clock.now().timestamp())), self._ids.new("non")
        return {
            "Content-Type": "application/json; charset=utf-8",
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": sign(self._key, timestamp, nonce, body),
        }

    def _understood(self, response: "BaseHTTPResponse") -> str:
        """Return the reference. Neither a redirect nor a time-out of a proxy in between (408) says that nothing was taken."""
        status = response.status
        if 200 <= status < 300:
            return _reference(response)
        if 400 <= status < 500 and status != 408:
            raise Refused(
                f"{self._name}.{status}",
                final=status != 429 and status not in _SETTINGS,
            )
        raise Unclear(f"{self._name}.{status}")


def _body(sms: Sms) -> bytes:
    kind = "promotional" if sms.promotional else "service"
    fields = {
        "id": sms.id,
        "phone": sms.phone,
        "text": sms.text,
        "kind": sms.kind,
        "class": kind,
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def _reference(response: "BaseHTTPResponse") -> str:
    """Return ``ref`` of the answer, or an empty text: it was taken in any case."""
    from urllib3.exceptions import HTTPError  # noqa: PLC0415 - see send

    try:
        answer = json.loads(response.read(_ANSWER_BYTES))
    except (HTTPError, OSError, ValueError, RecursionError):
        return ""
    ref = answer.get("ref") if isinstance(answer, dict) else None
    return ref if isinstance(ref, str) else ""


def _is_untrusted(error: Exception) -> bool:
    """Say whether the handshake ended at the provider's certificate, before anything was sent."""
    import ssl  # noqa: PLC0415 - comes with urllib3

    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in error.args)
