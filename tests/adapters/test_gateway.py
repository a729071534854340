"""The SMS gateway: one signed request for each message, and a true outcome."""

import json
import socket
from datetime import UTC, datetime

import pytest

from chalicelib.adapters.gateway import HttpSms
from chalicelib.adapters.ports import Refused, Sms, Unclear
from chalicelib.kernel.clock import TestClock
from chalicelib.kernel.ids import RandomIds
from chalicelib.kernel.signing import check_signature

from .servers import HANG, HANG_UP, HttpServer, ScriptedAnswer

NOW = datetime(2026, 11, 23, 0, 40, tzinfo=UTC)
KEY = b"g" * 32
PHONE, WORDS = "+8613900000001", "【春晖】红烧肉已认领，验证码 482913"
SMS = Sms(id="dlv_1", phone=PHONE, text=WORDS, kind="wish.claimed")


def gateway(url: str, **options: float) -> HttpSms:
    return HttpSms(
        url,
        KEY,
        "east",
        ids=RandomIds(),
        clock=TestClock(NOW),
        **{"read": 0.3} | options,
    )


def sent_to(server: HttpServer, sms: Sms = SMS) -> str:
    """Send one message and check that it took one request, with any outcome."""
    try:
        return gateway(server.url).send(sms)
    finally:
        assert (server.connections, len(server.posted)) == (1, 1)


def is_silent(error: BaseException) -> bool:
    """Tell whether neither the exception nor its cause shows a number or content."""
    shown = repr(error) + str(error) + repr(error.__cause__)
    return not any(
        part in shown for part in (PHONE, PHONE[3:], "红烧肉", "482913", "春晖")
    )


def test_a_text_arrives_whole_and_signed():
    with HttpServer() as server:
        assert sent_to(server) == "ref_1"
    (posted,) = server.posted
    stamp, nonce, signature = (
        posted.headers[f"X-{name}"]
        for name in ("Timestamp", "Nonce", "Signature")
    )
    check_signature(
        KEY,
        timestamp=stamp,
        nonce=nonce,
        signature=signature,
        body=posted.body,
        now=NOW,
    )
    assert stamp == str(int(NOW.timestamp()))
    assert posted.headers["Content-Type"] == "application/json; charset=utf-8"
    fields = {
        "id": "dlv_1",
        "phone": PHONE,
        "text": WORDS,
        "kind": "wish.claimed",
        "class": "service",
    }
    assert json.loads(posted.body) == fields
    assert "红烧肉" in posted.body.decode("utf-8")


def test_a_promotional_text_says_so():
    with HttpServer() as server:
        sent_to(
            server,
            Sms(
                id="dlv_2",
                phone=PHONE,
                text=WORDS,
                kind="news",
                promotional=True,
            ),
        )
    assert json.loads(server.posted[0].body)["class"] == "promotional"


def test_every_message_has_a_nonce_and_a_connection_of_its_own():
    with HttpServer() as server:
        sender = gateway(server.url)
        for _ in range(20):
            sender.send(SMS)
    assert len({posted.headers["X-Nonce"] for posted in server.posted}) == 20
    assert server.connections == 20


def test_nothing_of_a_message_is_logged_even_by_the_most_talkative_logger(
    caplog,
):
    caplog.set_level("DEBUG")
    with HttpServer() as server:
        sent_to(server)
    assert not any(
        part in caplog.text for part in (PHONE[3:], "红烧肉", "482913")
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"OK",
        b"[]",
        b'"ref"',
        b'{"ref":7}',
        b"{}",
        b"\xff\xfe",
        b"[" * 16_000,
    ],
)
def test_an_answer_that_names_no_reference_is_still_a_yes(body):
    with HttpServer(ScriptedAnswer(status=202, body=body)) as server:
        assert sent_to(server) == ""


def test_a_yes_that_breaks_off_is_still_a_yes():
    with HttpServer(ScriptedAnswer(body=b'{"ref":', length=100)) as server:
        assert sent_to(server) == ""


@pytest.mark.parametrize(
    ("status", "final"),
    [
        (400, True),
        (422, True),
        (429, False),
        (401, False),
        (403, False),
        (404, False),
    ],
    ids=[
        "bad number",
        "bad text",
        "throttled",
        "our key",
        "our rights",
        "our address",
    ],
)
def test_a_no_is_final_where_the_message_is_at_fault_and_not_where_the_settings_are(
    status, final
):
    with (
        HttpServer(
            ScriptedAnswer(status=status, body=PHONE.encode())
        ) as server,
        pytest.raises(Refused) as caught,
    ):
        sent_to(server)
    assert (caught.value.reason, caught.value.final) == (
        f"east.{status}",
        final,
    )
    assert is_silent(caught.value)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (ScriptedAnswer(status=500, body=WORDS.encode()), "east.500"),
        (ScriptedAnswer(status=503, headers={"Retry-After": "0"}), "east.503"),
        (ScriptedAnswer(status=408), "east.408"),
        (HANG, "east.ReadTimeoutError"),
        (HANG_UP, "east.ProtocolError"),
    ],
    ids=["500", "503", "408", "hang", "hang up"],
)
def test_a_failure_after_the_request_left_means_that_nobody_knows(answer, text):
    with HttpServer(answer) as server, pytest.raises(Unclear) as caught:
        sent_to(server)
    assert str(caught.value) == text
    assert is_silent(caught.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_means_that_nobody_knows(status):
    with (
        HttpServer() as elsewhere,
        HttpServer(
            ScriptedAnswer(status=status, headers={"Location": elsewhere.url})
        ) as server,
    ):
        with pytest.raises(Unclear, match=rf"^east\.{status}$"):
            sent_to(server)
        assert elsewhere.connections == 0


def test_where_nobody_listens_nothing_was_taken():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Refused, match=r"east\.NewConnectionError") as caught:
        gateway(f"http://127.0.0.1:{port}/sms").send(SMS)
    assert not caught.value.final
    assert is_silent(caught.value)


def test_a_connection_that_is_not_made_in_time_took_nothing():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:  # nobody accepts; when the queue is full the next one is kept waiting
            one.setblocking(False)
            one.connect_ex(address)
        with pytest.raises(
            Refused, match=r"east\.ConnectTimeoutError"
        ) as caught:
            gateway(f"http://127.0.0.1:{address[1]}/sms", connect=0.2).send(SMS)
        assert not caught.value.final
        for one in waiting:
            one.close()


def test_a_provider_whose_certificate_nobody_vouches_for_gets_nothing(
    certificate,
):
    with HttpServer() as server:
        server._server.socket = certificate.wrap_socket(
            server._server.socket, server_side=True
        )
        with pytest.raises(Refused, match=r"^east\.certificate$"):
            gateway(server.url.replace("http:", "https:")).send(SMS)
        assert server.posted == []


@pytest.mark.parametrize(
    "url",
    [
        "http://sms.example.cn/send",
        "http://127.0.0.1.example.cn/",
        "ftp://localhost/",
        "localhost/sms",
        "",
    ],
)
def test_plain_http_never_leaves_the_machine(url):
    with pytest.raises(ValueError, match="https"):
        gateway(url)


def test_a_gateway_without_a_key_is_an_error_at_once():
    with pytest.raises(ValueError, match="key"):
        HttpSms(
            "https://sms.example.cn/send",
            b"",
            "east",
            ids=RandomIds(),
            clock=TestClock(NOW),
        )
