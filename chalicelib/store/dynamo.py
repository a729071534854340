"""DynamoDB as PynamoDB calls it, without what botocore does over and over for each request (docs/decisions/0026).

The client is botocore's: credentials, endpoint, TLS, pool, time-outs, retries and the reading of errors are its own. What it
works out anew for every request, though it is the same each time or of no use here (endpoint rules, the user agent, the
signing key, walking the shapes of what is sent and answered), is done once, or in a line of Python.
"""

import hmac
import json
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from itertools import count
from time import gmtime, strftime
from typing import Any, ClassVar, cast
from urllib.parse import urlsplit
from zlib import crc32

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.endpoint import convert_to_response_dict
from botocore.exceptions import NoCredentialsError
from pynamodb.connection import Connection

from ..kernel.ids import RandomIds

__all__ = ["Dynamo", "LeanConnection", "Signer", "connect"]

# What requests and jobs call. Everything else (tables are described and made) goes all of botocore's way.
_LEAN = frozenset(
    {
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "TransactWriteItems",
        "UpdateItem",
    }
)
_BINARY = re.compile(rb'"BS?"')
_JSON = "application/x-amz-json-1.0"


def connect(region: str, client: Any = None) -> Connection:
    """Return a PynamoDB connection to DynamoDB, over the lean client unless CHUNHUI_LEAN=0.

    `client` may stand in for botocore's client: an object with `_make_api_call(operation, kwargs)`.
    """
    lean = os.environ.get("CHUNHUI_LEAN", "1") != "0"
    kind: type[Connection] = LeanConnection if lean else Connection
    if client is not None:
        kind = partial(_GivenConnection, client)  # type: ignore[assignment]
    return kind(
        region=region,
        connect_timeout_seconds=2,
        read_timeout_seconds=5,
        max_retry_attempts=3,
    )


class _GivenConnection(Connection):
    """A PynamoDB connection over another client than botocore's."""

    def __init__(self, given: Any, **options: Any) -> None:
        super().__init__(**options)
        self._given = given

    @property
    def client(self) -> Any:
        """Return the client that was given."""
        return self._given


class LeanConnection(Connection):
    """A PynamoDB connection over the lean client."""

    _lean: "Dynamo | None" = None

    @property
    def client(self) -> Any:
        """Return the client; PynamoDB makes botocore's anew as long as it has found no credentials."""
        whole = super().client
        if self._lean is None or self._lean.whole is not whole:
            self._lean = Dynamo(whole)
        return self._lean


class Signer:
    """AWS Signature Version 4 of a POST to a service's root.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
    """

    def __init__(self, region: str, service: str, host: str) -> None:
        self._region, self._service, self._host = region, service, host
        self._key: tuple[str, str, bytes] = (
            "",
            "",
            b"",
        )  # the day and the secret that it is derived of

    def headers(
        self, headers: Mapping[str, str], body: bytes, instant: str, credentials: Any
    ) -> dict[str, str]:
        """Return the headers, which must be lower-case, with those that sign them; `instant` is as in 20261123T004000Z."""
        day = instant[:8]
        signed = {**headers, "host": self._host, "x-amz-date": instant}
        if credentials.token:
            signed["x-amz-security-token"] = credentials.token
        names = sorted(signed)
        listed = ";".join(names)
        lines = "".join([f"{name}:{signed[name]}\n" for name in names])
        canonical = f"POST\n/\n\n{lines}\n{listed}\n{sha256(body).hexdigest()}"
        scope = f"{day}/{self._region}/{self._service}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{instant}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(
            self._key_of(day, credentials.secret_key), text.encode(), "sha256"
        ).hex()
        proof = f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}, SignedHeaders={listed}, Signature={signature}"
        del signed["host"]  # the connection says it
        signed["authorization"] = proof
        return signed

    def _key_of(self, day: str, secret: str) -> bytes:
        known = self._key
        if known[:2] == (day, secret):
            return known[2]
        key = f"AWS4{secret}".encode()
        for part in (day, self._region, self._service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        self._key = day, secret, key
        return key


class Dynamo:
    """A client of DynamoDB with its own `_make_api_call`; the rest of it is botocore's."""

    # Tracing tools wrap this method of botocore to see every call of AWS. Then calls go through it.
    unwatched: ClassVar[Any] = BaseClient._make_api_call

    def __init__(self, whole: Any) -> None:
        self.whole = whole
        url = urlsplit(whole.meta.endpoint_url)
        self._url = f"{url.scheme}://{url.netloc}/"
        self._plain = url.path in (
            "",
            "/",
        )  # an endpoint with a path is served by botocore
        self._endpoint, self._signer = whole._endpoint, whole._request_signer
        self._sign = Signer(
            self._signer._region_name,
            self._signer._signing_name,
            url.netloc.rpartition("@")[2],
        )
        if (url.scheme, url.port) in (("http", 80), ("https", 443)):
            self._plain = False  # the signed host would need another form than the one that is sent
        self._agent = whole._user_agent_creator.to_string()
        self._ids = RandomIds()

    def __getattr__(self, name: str) -> Any:
        """Return what else there is of a client."""
        return getattr(self.whole, name)

    def _make_api_call(self, operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        if (
            operation in _LEAN
            and self._plain
            and BaseClient._make_api_call is Dynamo.unwatched
        ):
            return self.call(operation, kwargs)
        return cast("dict[str, Any]", self.whole._make_api_call(operation, kwargs))

    def call(self, operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Send a request until it is answered or not worth another try; return the answer or raise what botocore would."""
        if operation == "TransactWriteItems" and "ClientRequestToken" not in kwargs:
            kwargs = kwargs | {
                "ClientRequestToken": self._ids.new("txn")
            }  # the same for all its tries
        body = json.dumps(kwargs, default=_text).encode()
        context: dict[str, Any] = {"client_config": self.whole.meta.config}
        for attempt in count():
            response, parsed, failure = self._try(operation, body)
            if failure is None and parsed is None:
                parsed = self._read_by_botocore(operation, response)
            elif failure is None:
                break
            if not self._is_worth_another_try(
                operation, attempt + 1, response, parsed, failure, context
            ):
                break
        if failure is not None:
            raise failure
        return self._answered(operation, response, parsed or {}, attempt, context)

    def _try(
        self, operation: str, body: bytes
    ) -> tuple[Any, dict[str, Any] | None, Exception | None]:
        """Send once; return the response with what it says, or without where that is no plain answer, or what went wrong."""
        try:
            response = self._send(operation, body)
        except NoCredentialsError:
            raise
        except Exception as error:  # noqa: BLE001 - botocore decides what is worth another try
            return None, None, error
        return response, _read(response), None

    def _answered(
        self,
        operation: str,
        response: Any,
        parsed: dict[str, Any],
        retries: int,
        context: dict[str, Any],
    ) -> dict[str, Any]:
        parsed.setdefault("ResponseMetadata", {})["RetryAttempts"] = retries
        # botocore counts what its tries cost all requests together; this event reports a success.
        self.whole.meta.events.emit(
            f"after-call.dynamodb.{operation}",
            http_response=response,
            parsed=parsed,
            model=None,
            context=context,
        )
        if response.status_code >= 300:
            raise self.whole.exceptions.from_code(parsed.get("Error", {}).get("Code"))(
                parsed, operation
            )
        return parsed

    def _send(self, operation: str, body: bytes) -> Any:
        credentials = self._signer._credentials
        if credentials is None:
            raise NoCredentialsError
        headers = {
            "content-type": _JSON,
            "x-amz-target": f"DynamoDB_20120810.{operation}",
        }
        instant = strftime(
            "%Y%m%dT%H%M%SZ", gmtime()
        )  # the world's time, which AWS compares with its own
        signed = self._sign.headers(
            headers, body, instant, credentials.get_frozen_credentials()
        )
        signed["user-agent"] = self._agent
        request = AWSPreparedRequest(
            "POST", self._url, signed, body, stream_output=False
        )
        # By this event others answer in DynamoDB's place (moto), add headers or look at what is sent.
        for _, answer in self.whole.meta.events.emit(
            f"before-send.dynamodb.{operation}", request=request
        ):
            if answer is not None:
                return answer
        return self._endpoint._send(request)

    def _read_by_botocore(
        self, operation: str, response: AWSResponse
    ) -> dict[str, Any]:
        model = self.whole.meta.service_model.operation_model(operation)
        answer = convert_to_response_dict(response, model)
        parser = self._endpoint._response_parser_factory.create_parser(
            model.service_model.resolved_protocol
        )
        parsed: dict[str, Any] = parser.parse(answer, model.output_shape)
        if response.status_code >= 300:
            self._endpoint._add_modeled_error_fields(answer, parsed, model, parser)
        return parsed

    def _is_worth_another_try(
        self,
        operation: str,
        attempts: int,
        response: AWSResponse | None,
        parsed: dict[str, Any] | None,
        failure: Exception | None,
        context: dict[str, Any],
    ) -> bool:
        """Ask botocore, which also waits as long as it thinks right."""
        model = self.whole.meta.service_model.operation_model(operation)
        answer = None if response is None else (response, parsed)
        return bool(
            self._endpoint._needs_retry(
                attempts, model, {"context": context}, answer, failure
            )
        )


def _read(response: AWSResponse) -> dict[str, Any] | None:
    """Return the answer of a request that was served, or None where botocore must read what it means."""
    content: bytes = response.content
    checksum = response.headers.get("x-amz-crc32")
    if response.status_code != 200 or (
        checksum is not None and crc32(content) != int(checksum)
    ):
        return None
    try:
        parsed = (
            json.loads(content, object_hook=_bytes)
            if _BINARY.search(content)
            else json.loads(content)
        )
    except ValueError:
        return None
    if not isinstance(parsed, dict):
        return None
    parsed["ResponseMetadata"] = {
        "RequestId": response.headers.get("x-amzn-requestid", ""),
        "HTTPStatusCode": 200,
    }
    return parsed


def _text(value: Any) -> str:
    """Write binary attributes; nothing else of what PynamoDB sends is unknown to JSON."""
    if isinstance(value, bytes | bytearray | memoryview):
        return b64encode(value).decode()
    raise TypeError(type(value).__name__)


def _bytes(value: dict[str, Any]) -> dict[str, Any]:
    """Read binary attributes; in a map that somebody called so, "B" is a value with its type, and no text."""
    if len(value) == 1:
        if isinstance(given := value.get("B"), str):
            return {"B": b64decode(given)}
        if isinstance(given := value.get("BS"), list):
            return {"BS": [b64decode(each) for each in given]}
    return value
