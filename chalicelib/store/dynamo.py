"""A lean DynamoDB client for PynamoDB (docs/decisions/0026).

botocore still gives credentials, endpoint, TLS, pool, time-outs, retries and the reading of errors.
The client replaces only the work that botocore repeats for every request: endpoint rules, the user
agent, the signing key, and walking the shapes of requests and responses.
"""

import json
import os
from functools import partial
from itertools import count
from time import gmtime, strftime
from typing import Any, ClassVar, NamedTuple, cast
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.endpoint import convert_to_response_dict
from botocore.exceptions import NoCredentialsError
from pynamodb.connection import Connection

from ..kernel.ids import RandomIds
from .signature import Signer
from .wire import encode_binary, read_success

__all__ = ["LEAN", "Dynamo", "LeanConnection", "connect"]

# The operations of requests and jobs. Others (tables are described and made) go through botocore.
LEAN = frozenset(
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
_JSON = "application/x-amz-json-1.0"
_DEFAULT_PORTS = (("http", 80), ("https", 443))


def connect(region: str, client: Any = None) -> Connection:
    """Return a PynamoDB connection to DynamoDB, over the lean client unless CHUNHUI_LEAN=0.

    `client` replaces botocore's client: an object with `_make_api_call(operation, kwargs)`.
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
        """Return the given client."""
        return self._given


class LeanConnection(Connection):
    """A PynamoDB connection over the lean client."""

    _lean: "Dynamo | None" = None

    @property
    def client(self) -> Any:
        """Return the lean client.

        PynamoDB makes botocore's client anew until credentials are found. The lean one follows.
        """
        botocore_client = super().client
        if (
            self._lean is None
            or self._lean.botocore_client is not botocore_client
        ):
            self._lean = Dynamo(botocore_client)
        return self._lean


class _Reply(NamedTuple):
    """The result of one try.

    `parsed` is None where botocore must read the response. `failure` is set where no response came.
    """

    response: Any = None
    parsed: dict[str, Any] | None = None
    failure: Exception | None = None


class Dynamo:
    """A DynamoDB client with its own `_make_api_call`; all else is botocore's."""

    # Tracing tools wrap this method of botocore to see every call of AWS. Then calls go through it.
    unwatched: ClassVar[Any] = BaseClient._make_api_call

    def __init__(self, botocore_client: Any) -> None:
        self.botocore_client = botocore_client
        self._endpoint = botocore_client._endpoint
        self._request_signer = botocore_client._request_signer
        self._events = botocore_client.meta.events
        url = urlsplit(botocore_client.meta.endpoint_url)
        self._url = f"{url.scheme}://{url.netloc}/"
        # botocore serves an endpoint with a path. It also serves one that names the default port,
        # for there the signed host differs from the host that is sent.
        has_path = url.path not in ("", "/")
        self._is_plain = (
            not has_path and (url.scheme, url.port) not in _DEFAULT_PORTS
        )
        self._signer = Signer(
            self._request_signer._region_name,
            self._request_signer._signing_name,
            url.netloc.rpartition("@")[2],
        )
        self._user_agent = botocore_client._user_agent_creator.to_string()
        self._ids = RandomIds()

    def __getattr__(self, name: str) -> Any:
        """Return another attribute of botocore's client."""
        return getattr(self.botocore_client, name)

    def _make_api_call(
        self, operation: str, kwargs: dict[str, Any]
    ) -> dict[str, Any]:
        is_watched = BaseClient._make_api_call is not Dynamo.unwatched
        if operation in LEAN and self._is_plain and not is_watched:
            return self.call(operation, kwargs)
        answer = self.botocore_client._make_api_call(operation, kwargs)
        return cast("dict[str, Any]", answer)

    def call(self, operation: str, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Send a request, with retries as botocore decides; return the response.

        Raises the exceptions of botocore.
        """
        if (
            operation == "TransactWriteItems"
            and "ClientRequestToken" not in kwargs
        ):
            # One token for all tries, so that DynamoDB applies the transaction once.
            kwargs = {**kwargs, "ClientRequestToken": self._ids.new("txn")}
        body = json.dumps(kwargs, default=encode_binary).encode()
        context: dict[str, Any] = {
            "client_config": self.botocore_client.meta.config
        }
        for attempt in count():
            reply = self._try(operation, body)
            if reply.parsed is not None:
                break
            if reply.failure is None:
                parsed = self._read_by_botocore(operation, reply.response)
                reply = reply._replace(parsed=parsed)
            if not self._needs_retry(operation, attempt + 1, reply, context):
                break
        if reply.failure is not None:
            raise reply.failure
        return self._finish(operation, reply, attempt, context)

    def _try(self, operation: str, body: bytes) -> _Reply:
        try:
            response = self._send(operation, body)
        except NoCredentialsError:
            raise
        except Exception as error:  # noqa: BLE001 - botocore decides what is worth another try
            return _Reply(failure=error)
        return _Reply(response, read_success(response))

    def _finish(
        self,
        operation: str,
        reply: _Reply,
        retries: int,
        context: dict[str, Any],
    ) -> dict[str, Any]:
        """Report the result to botocore; return it, or raise the error that it holds."""
        response, parsed = reply.response, reply.parsed or {}
        parsed.setdefault("ResponseMetadata", {})["RetryAttempts"] = retries
        # botocore has one retry quota for all requests; this event reports a success.
        self._events.emit(
            f"after-call.dynamodb.{operation}",
            http_response=response,
            parsed=parsed,
            model=None,
            context=context,
        )
        if response.status_code < 300:
            return parsed
        code = parsed.get("Error", {}).get("Code")
        raise self.botocore_client.exceptions.from_code(code)(parsed, operation)

    def _send(self, operation: str, body: bytes) -> Any:
        credentials = self._request_signer._credentials
        if credentials is None:
            raise NoCredentialsError
        headers = {
            "content-type": _JSON,
            "x-amz-target": f"DynamoDB_20120810.{operation}",
        }
        # The machine's time, which AWS compares with its own; the injected clock may be moved.
        instant = strftime("%Y%m%dT%H%M%SZ", gmtime())
        frozen = credentials.get_frozen_credentials()
        signed = self._signer.headers(headers, body, instant, frozen)
        signed["user-agent"] = self._user_agent
        request = AWSPreparedRequest(
            "POST", self._url, signed, body, stream_output=False
        )
        # Listeners may answer in DynamoDB's place (moto), add headers or inspect the request.
        answers = self._events.emit(
            f"before-send.dynamodb.{operation}", request=request
        )
        for _, answer in answers:
            if answer is not None:
                return answer
        return self._endpoint._send(request)

    def _read_by_botocore(
        self, operation: str, response: AWSResponse
    ) -> dict[str, Any]:
        model = self.botocore_client.meta.service_model.operation_model(
            operation
        )
        answer = convert_to_response_dict(response, model)
        protocol = model.service_model.resolved_protocol
        parser = self._endpoint._response_parser_factory.create_parser(protocol)
        parsed: dict[str, Any] = parser.parse(answer, model.output_shape)
        if response.status_code >= 300:
            self._endpoint._add_modeled_error_fields(
                answer, parsed, model, parser
            )
        return parsed

    def _needs_retry(
        self,
        operation: str,
        attempts: int,
        reply: _Reply,
        context: dict[str, Any],
    ) -> bool:
        """Ask botocore whether to try again. botocore also sleeps before the next try."""
        model = self.botocore_client.meta.service_model.operation_model(
            operation
        )
        answer = None
        if reply.failure is None:
            answer = (reply.response, reply.parsed)
        retry = self._endpoint._needs_retry(
            attempts, model, {"context": context}, answer, reply.failure
        )
        return bool(retry)
