"""The lean client compared with botocore's: requests, signatures, answers, errors and retries."""

import json
import random
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest import mock

import botocore.endpoint
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.client import BaseClient
from botocore.credentials import (
    Credentials,
    ReadOnlyCredentials,
    RefreshableCredentials,
)
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from pynamodb.connection import Connection

from chalicelib.kernel.clock import SystemClock
from chalicelib.store.dynamo import Dynamo, LeanConnection
from chalicelib.store.signature import Signer

from .lines import CUT, Said, line, said

GET = {
    "TableName": "t",
    "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}},
    "ReturnConsumedCapacity": "TOTAL",
}
TEXTS = st.text(max_size=30)
BYTES = st.binary(max_size=40)
CLIENTS: list[Any] = []  # of a test; their connections are closed after it


def client_of(
    kind: type[Connection],
    address: str | None,
    region: str = "us-east-1",
    **options: Any,
) -> Any:
    times = {
        "connect_timeout_seconds": 1,
        "read_timeout_seconds": 0.3,
        "max_retry_attempts": 3,
    }
    client = kind(region=region, host=address, **(times | options)).client
    CLIENTS.append(client)
    return client


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(
        botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: None)
    )
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    yield
    while CLIENTS:
        CLIENTS.pop().close()


def outcome(
    kind: type[Connection],
    script: list[Said],
    operation: str = "GetItem",
    kwargs: Any = GET,
) -> Any:
    """Return what a client makes of a script, and how often it asked."""
    with line(script) as server:
        client = client_of(kind, server.address)
        try:
            answer = client._make_api_call(operation, dict(kwargs))
            found: Any = answer
        except ClientError as error:
            found = (type(error).__name__, str(error), error.response)
            answer = error.response
        except BotoCoreError as error:
            return type(error), len(server.heard)
        answer["ResponseMetadata"].pop(
            "HTTPHeaders", None
        )  # nobody reads them of what went well
        answer["ResponseMetadata"].pop("MaxAttemptsReached", None)
        return found, len(server.heard)


# what is sent


@settings(max_examples=100)
@given(
    region=st.sampled_from(
        ["us-east-1", "cn-north-1", "cn-northwest-1", "eu-central-1"]
    ),
    secret=st.text("abcABC123/+=", min_size=1, max_size=40),
    token=st.none() | st.text("abcABC123/+=", min_size=1, max_size=200),
    body=st.binary(max_size=300) | TEXTS.map(str.encode),
    operation=st.sampled_from(["GetItem", "TransactWriteItems"]),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),
    port=st.sampled_from(["", ":8000"]),
)
def test_a_request_is_signed_as_botocore_signs_it(
    region, secret, token, body, operation, at, port
):
    host = f"dynamodb.{region}.amazonaws.com{port}"
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": f"DynamoDB_20120810.{operation}",
    }
    theirs = AWSRequest(
        "POST", f"{'http' if port else 'https'}://{host}/", dict(headers), body
    )
    with mock.patch("botocore.auth.get_current_datetime", return_value=at):
        SigV4Auth(
            Credentials("AKID", secret, token), "dynamodb", region
        ).add_auth(theirs)
    instant = at.strftime("%Y%m%dT%H%M%SZ")
    ours = Signer(region, "dynamodb", host).headers(
        headers, body, instant, ReadOnlyCredentials("AKID", secret, token)
    )
    assert ours["authorization"] == theirs.headers["Authorization"]
    assert ours == {
        name.lower(): value for name, value in theirs.headers.items()
    }


def test_a_signing_key_is_derived_once_for_a_day_and_a_secret():
    signer, one, other = (
        Signer("r", "s", "h"),
        ReadOnlyCredentials("a", "s1", None),
        ReadOnlyCredentials("a", "s2", None),
    )

    def fresh(*args: Any) -> str:
        return Signer("r", "s", "h").headers({}, b"", *args)["authorization"]

    for args in [
        ("20260101T000000Z", one),
        ("20260101T235959Z", one),
        ("20260102T000000Z", one),
        ("20260102T000000Z", other),
    ]:
        assert signer.headers({}, b"", *args)["authorization"] == fresh(*args)


VALUES = st.recursive(
    st.builds(lambda v: {"S": v}, TEXTS)
    | st.builds(lambda v: {"B": v}, BYTES)
    | st.builds(lambda v: {"N": str(v)}, st.integers())
    | st.builds(lambda v: {"BS": v}, st.lists(BYTES, min_size=1, max_size=3))
    | st.sampled_from([{"BOOL": True}, {"NULL": True}, {"SS": ["a", "烧水"]}]),
    lambda inner: (
        st.builds(lambda v: {"L": v}, st.lists(inner, max_size=3))
        | st.builds(
            lambda v: {"M": v},
            st.dictionaries(
                st.sampled_from(["B", "BS", "S", "名"]), inner, max_size=3
            ),
        )
    ),
    max_leaves=8,
)
ITEMS = st.dictionaries(
    st.sampled_from(["pk", "B", "BS", "故事", "x"]), VALUES, max_size=4
)


def on_the_wire(value: Any) -> Any:
    return json.loads(
        json.dumps(value, default=lambda given: b64encode(given).decode())
    )


@settings(max_examples=30, deadline=None)
@given(item=ITEMS)
def test_any_item_is_sent_and_read_as_botocore_does_it(item):
    answer = Said(
        body=json.dumps(
            {"Item": on_the_wire(item)}, ensure_ascii=False
        ).encode()
    )
    put = {"TableName": "t", "Item": item, "ReturnConsumedCapacity": "TOTAL"}
    sent = []
    for kind in (Connection, LeanConnection):
        with line([answer]) as server:
            client = client_of(kind, server.address)
            client._make_api_call("PutItem", put)
            assert client._make_api_call("GetItem", dict(GET))["Item"] == item
            sent.append(
                [
                    (
                        headers["x-amz-target"],
                        headers["content-type"],
                        json.loads(body),
                    )
                    for headers, body in server.heard
                ]
            )
    assert sent[0] == sent[1]


def test_a_transaction_has_a_token_and_keeps_it_for_all_its_tries():
    with line([said(500), CUT, said(200)]) as server:
        client_of(LeanConnection, server.address)._make_api_call(
            "TransactWriteItems", {"TransactItems": []}
        )
        tokens = [
            json.loads(body)["ClientRequestToken"] for _, body in server.heard
        ]
        client_of(LeanConnection, server.address)._make_api_call(
            "TransactWriteItems", {"TransactItems": []}
        )
        other = json.loads(server.heard[-1][1])["ClientRequestToken"]
    assert len(tokens) == 3
    assert set(tokens) == {tokens[0]} != {other}
    assert len(tokens[0]) <= 36  # characters that DynamoDB takes


# what is answered

FAILED = "com.amazonaws.dynamodb.v20120810#"
REASONS = [
    {"Code": "None"},
    {
        "Code": "ConditionalCheckFailed",
        "Message": "no",
        "Item": {"pk": {"S": "a"}, "b": {"B": "AAEC"}},
    },
]
ANSWERS = {
    "an item": [said(Item={"pk": {"S": "烧水"}, "b": {"B": "AAEC"}}, crc=True)],
    "nothing there": [said()],
    "capacity": [
        said(ConsumedCapacity={"TableName": "t", "CapacityUnits": 0.5})
    ],
    "chunks": [said(Item={"pk": {"S": "a" * 5000}}, chunked=True)],
    "a condition that fails": [
        said(
            400,
            __type=f"{FAILED}ConditionalCheckFailedException",
            message="no",
            Item={"b": {"B": "AAEC"}},
        )
    ],
    "a cancelled transaction": [
        said(
            400,
            __type=f"{FAILED}TransactionCanceledException",
            Message="x",
            CancellationReasons=REASONS,
        )
    ],
    "a conflict": [
        said(400, __type=f"{FAILED}TransactionConflictException", message="x")
    ],
    "invalid": [
        said(
            400,
            __type="com.amazon.coral.validate#ValidationException",
            message="bad",
        )
    ],
    "not there": [
        said(400, __type=f"{FAILED}ResourceNotFoundException", message="none")
    ],
    "a token that has expired": [
        said(
            400,
            __type="com.amazon.coral.service#ExpiredTokenException",
            message="old",
        )
    ],
    "a clock that is wrong": [
        said(
            400, __type="InvalidSignatureException", message="Signature expired"
        )
    ],
    "denied": [
        said(
            400,
            __type="com.amazon.coral.service#AccessDeniedException",
            Message="no",
        )
    ],
    "unknown": [
        said(400, __type="SomethingNewException:http://x", message="?")
    ],
    "without a type": [said(400, message="?")],
    "a page": [Said(403, b"<html>no</html>", {"content-type": "text/html"})],
    "throttled for ever": [
        said(
            400,
            __type=f"{FAILED}ProvisionedThroughputExceededException",
            message="slow",
        )
    ],
    "throttled once": [
        said(400, __type=f"{FAILED}ThrottlingException", message="slow"),
        said(Item={}),
    ],
    "limited": [
        said(400, __type=f"{FAILED}RequestLimitExceeded", message="slow"),
        said(),
    ],
    "in progress": [
        said(
            400, __type=f"{FAILED}TransactionInProgressException", Message="x"
        ),
        said(),
    ],
    "replicated": [
        said(
            400, __type=f"{FAILED}ReplicatedWriteConflictException", message="x"
        ),
        said(),
    ],
    "too many": [Said(429, b""), said()],
    "broken for ever": [
        said(500, __type=f"{FAILED}InternalServerError", message="x")
    ],
    "broken twice": [
        said(500, __type=f"{FAILED}InternalServerError", message="x"),
        Said(503, b""),
        said(Item={}),
    ],
    "a gateway": [Said(502, b"<html>bad gateway</html>"), said()],
    "cut once": [CUT, said(Item={})],
    "cut for ever": [CUT],
    "silent once": [Said(silent=True), said()],
    "damaged once": [
        Said(200, b'{"Item": {}}', {"x-amz-crc32": "1"}),
        said(crc=True),
    ],
    "damaged for ever": [Said(200, b'{"Item": {}}', {"x-amz-crc32": "1"})],
    "no JSON": [Said(200, b"ok")],
    "an empty body": [Said(200, b"")],
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_means_what_it_means_to_botocore(name):
    script = ANSWERS[name]
    ours, theirs = (
        outcome(kind, list(script)) for kind in (LeanConnection, Connection)
    )
    assert ours == theirs


def test_tries_are_counted_as_configured():
    assert outcome(LeanConnection, [said(500)])[1] == 4
    with line([said(500)]) as server:
        with pytest.raises(ClientError):
            client_of(
                LeanConnection, server.address, max_retry_attempts=1
            )._make_api_call("GetItem", dict(GET))
        assert len(server.heard) == 2


def test_silence_is_a_timeout_and_a_cut_line_a_closed_connection():
    assert outcome(LeanConnection, [Said(silent=True)]) == (ReadTimeoutError, 4)
    assert outcome(LeanConnection, [CUT]) == (ConnectionClosedError, 4)
    with pytest.raises(EndpointConnectionError):
        client_of(LeanConnection, "http://127.0.0.1:9")._make_api_call(
            "GetItem", dict(GET)
        )


def test_a_success_returns_the_retry_quota():
    with line([said(500), said()]) as server:
        client = client_of(LeanConnection, server.address)
        quota = next(
            handler.__self__._quota
            for handler in client.meta.events._emitter._handlers.prefix_search(
                "after-call.dynamodb"
            )
            if hasattr(getattr(handler, "__self__", None), "_quota")
        )
        client._make_api_call("GetItem", dict(GET))
        assert quota.available_capacity == 500
        server.script = [said(500)]
        with pytest.raises(ClientError):
            client._make_api_call("GetItem", dict(GET))
        assert quota.available_capacity == 500 - 3 * 14


def test_a_connection_is_used_again():
    with line(
        [said(), said(400, message="x"), said(chunked=True, Item={}), said()]
    ) as server:
        client = client_of(LeanConnection, server.address)
        for _ in range(6):
            try:
                client._make_api_call("GetItem", dict(GET))
            except ClientError:
                continue
        assert (server.connections, len(server.heard)) == (1, 6)


def test_four_megabytes_go_and_come():
    story = "水" * 1_300_000
    with line([said(Item={"s": {"S": story}}, crc=True)]) as server:
        answer = client_of(
            LeanConnection, server.address, read_timeout_seconds=20
        )._make_api_call(
            "PutItem", {"TableName": "t", "Item": {"s": {"S": story}}}
        )
        assert answer["Item"]["s"]["S"] == story
        assert json.loads(server.heard[0][1])["Item"]["s"]["S"] == story


# endpoints and credentials


@pytest.mark.parametrize(
    "region",
    [
        "cn-north-1",
        "cn-northwest-1",
        "us-east-1",
        "ap-southeast-1",
        "us-gov-west-1",
        "us-iso-east-1",
    ],
)
def test_requests_go_where_botocore_sends_them(region, monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL_DYNAMODB", raising=False)
    where: list[str] = []
    for kind in (Connection, LeanConnection):
        client = client_of(kind, None, region)

        def answer(request: Any, **_: Any) -> Any:
            where.append(request.url)
            return mock.Mock(status_code=200, headers={}, content=b"{}")

        client.meta.events.register_first(
            "before-send.dynamodb.GetItem", answer
        )
        client._make_api_call("GetItem", dict(GET))
    assert where[0] == where[1]


def test_an_endpoint_with_a_path_is_left_to_botocore(
    monkeypatch,
):
    with line([said()]) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.address)
        client_of(LeanConnection, None)._make_api_call("GetItem", dict(GET))
        assert server.heard
        client = client_of(LeanConnection, f"{server.address}/below")
        with mock.patch.object(Dynamo, "call", side_effect=AssertionError):
            client._make_api_call("GetItem", dict(GET))


def test_session_tokens_and_renewed_keys_are_used():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    given = iter([("k1", "t1"), ("k2", "t2")])

    def renewed() -> dict[str, str]:
        key, token = next(given)
        soon = SystemClock().now() + timedelta(seconds=1)
        return {
            "access_key": key,
            "secret_key": "s",
            "token": token,
            "expiry_time": soon.isoformat(),
        }

    with line([said()]) as server:
        client = client_of(LeanConnection, server.address)
        client.botocore_client._request_signer._credentials = (
            RefreshableCredentials("k0", "s", "t0", at, renewed, "test")
        )
        for _ in range(2):
            client._make_api_call("GetItem", dict(GET))
        seen = [
            (
                headers["authorization"].split("/")[0][-2:],
                headers["x-amz-security-token"],
            )
            for headers, _ in server.heard
        ]
    assert seen == [("k1", "t1"), ("k2", "t2")]


def test_without_credentials_nothing_is_sent_until_they_are_found(monkeypatch):
    with line([said()]) as server:
        connection = LeanConnection(region="us-east-1", host=server.address)
        CLIENTS.append(connection.client)
        connection.client.botocore_client._request_signer._credentials = None
        with (
            mock.patch(
                "botocore.session.Session.get_credentials", return_value=None
            ),
            pytest.raises(NoCredentialsError),
        ):
            connection.client._make_api_call("GetItem", dict(GET))
        assert not server.heard
        connection._local.session = None
        CLIENTS.append(connection.client)
        connection.client._make_api_call("GetItem", dict(GET))
        assert len(server.heard) == 1


def test_tables_are_described_by_botocore():
    created = random.Random(1).randint(1, 10**9)
    with line(
        [said(Table={"TableName": "t", "CreationDateTime": created})]
    ) as server:
        answer = client_of(LeanConnection, server.address)._make_api_call(
            "DescribeTable", {"TableName": "t"}
        )
    assert answer["Table"]["CreationDateTime"] == datetime.fromtimestamp(
        created, UTC
    )


def test_a_wrapper_of_botocores_method_sees_every_call():
    seen = []
    original = BaseClient._make_api_call

    def tracing(self, operation, kwargs):
        seen.append(operation)
        return original(self, operation, kwargs)

    with line([said()] * 3) as server:
        client = client_of(LeanConnection, server.address)
        client._make_api_call("GetItem", dict(GET))
        with mock.patch.object(BaseClient, "_make_api_call", tracing):
            client._make_api_call("GetItem", dict(GET))
        client._make_api_call("GetItem", dict(GET))
    assert seen == ["GetItem"]
    assert len(server.heard) == 3
