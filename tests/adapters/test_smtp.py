"""E-mail by SMTP, against a scripted server: a mail arrives whole and once, with a true outcome."""

import email
import re
import socket
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage

import pytest

from chalicelib.adapters.ports import Mail, Refused, Unclear
from chalicelib.adapters.smtp import SmtpEmail
from chalicelib.kernel.clock import TestClock

from .servers import HANG, HANG_UP, SmtpServer

NOW = datetime(2026, 11, 23, 0, 40, tzinfo=UTC)
LINK = "https://care.example.cn/u/" + "a1b2c3d4" * 40 + "?x=1&y=2"
TEXT = "您的红烧肉\n已有人认领。\n\n.\n.验证码 482913 <b>"
MAIL = Mail(
    id="dlv_1",
    address="zhang@example.cn",
    subject="心愿已认领：" + "红烧肉" * 30,
    text=TEXT,
    kind="wish.claimed",
    unsubscribe=LINK,
)


def smtp(server: SmtpServer, **options: object) -> SmtpEmail:
    return SmtpEmail(
        "127.0.0.1",
        server.port,
        **{
            "sender": "春晖 <care@example.cn>",
            "clock": TestClock(NOW),
            "starttls": False,
            "timeout": 0.3,
        }
        | options,
    )


def sent_to(server: SmtpServer, mail: Mail = MAIL, **options: object) -> str:
    """Send one mail and check that it took one connection, with any outcome."""
    try:
        return smtp(server, **options).send(mail)
    finally:
        assert server.connections == 1
        assert server.verbs.count("MAIL") <= 1
        assert server.verbs.count("DATA") <= 1


def letter_in(server: SmtpServer) -> EmailMessage:
    (mail,) = server.mails
    return email.message_from_bytes(mail, policy=policy.default)


def is_silent(error: BaseException) -> bool:
    """Tell whether neither the exception nor its cause shows an address or content."""
    shown = repr(error) + str(error) + repr(error.__cause__)
    return not any(
        part in shown for part in ("zhang", "红烧肉", "482913", "secret")
    )


def test_a_letter_arrives_whole_in_both_forms():
    with SmtpServer() as server:
        assert sent_to(server) == "4F1A2B"
    letter = letter_in(server)
    assert (letter["To"], letter["From"], letter["Subject"]) == (
        MAIL.address,
        "春晖 <care@example.cn>",
        MAIL.subject,
    )
    assert letter["Message-ID"] == "<dlv_1@example.cn>"
    assert letter["Date"].datetime == NOW
    assert letter.get_content_type() == "multipart/alternative"
    plain, page = (
        part.get_content().replace("\r\n", "\n") for part in letter.iter_parts()
    )
    assert plain.rstrip("\n") == f"{TEXT}\n\n退订 / Unsubscribe: {LINK}"
    assert "<p>您的红烧肉<br>\n已有人认领。</p>" in page
    assert "482913 &lt;b&gt;" in page
    assert f'<a href="{LINK.replace("&", "&amp;")}">' in page
    assert server.commands[1:3] == [
        "mail FROM:<care@example.cn>",
        "rcpt TO:<zhang@example.cn>",
    ]


def test_a_long_link_out_stays_one_word_in_its_header():
    with SmtpServer() as server:
        sent_to(server)
    assert b"List-Unsubscribe: <" + LINK.encode() + b">\r\n" in server.mails[0]
    assert (
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        in server.mails[0]
    )
    assert max(len(line) for line in server.mails[0].split(b"\r\n")) <= 998
    assert server.mails[0].isascii()


def test_what_cannot_be_refused_has_no_way_out():
    with SmtpServer() as server:
        sent_to(
            server,
            Mail(
                id="dlv_1",
                address=MAIL.address,
                subject="验证码",
                text="482913",
                kind="code.sign_in",
            ),
        )
    assert letter_in(server)["List-Unsubscribe"] is None
    assert b"Unsubscribe" not in server.mails[0]
    assert (
        letter_in(server).get_body(("plain",)).get_content().strip() == "482913"
    )


@pytest.mark.parametrize(
    "end", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028", "\x00"]
)
def test_no_line_of_a_subject_becomes_a_header(end):
    subject = f"你好{end}Bcc: everybody@example.cn{end}{end}<script>"
    with SmtpServer() as server:
        sent_to(
            server,
            Mail(
                id=f"dlv{end}Cc: x@example.cn",
                address=MAIL.address,
                subject=subject,
                text="x",
                kind="news",
            ),
        )
    letter = letter_in(server)
    assert letter["Bcc"] is letter["Cc"] is None
    assert letter["Subject"] == "你好 Bcc: everybody@example.cn <script>"
    assert re.fullmatch(
        r"<dlv-+Cc--x-example\.cn@example\.cn>", letter["Message-ID"]
    )
    assert server.verbs == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


STRANGE = [
    "zhang@example.cn\r\nBcc: x@example.cn",
    "zhang@example.cn>\r\nRCPT TO:<x@example.cn",
    "zhang@example.cn\n",
    "zhang@example.cn, x@example.cn",
    "Zhang <zhang@example.cn>",
    "张@example.cn",
    "zhang@例子.cn",
    "zhang",
    "@",
    "",
]


@pytest.mark.parametrize("address", STRANGE)
def test_an_invalid_address_is_refused_before_a_connection_is_made(
    address,
):
    with SmtpServer() as server:
        with pytest.raises(Refused, match=r"^mail\.address$") as caught:
            smtp(server).send(
                Mail(
                    id="dlv_1",
                    address=address,
                    subject="你好",
                    text="x",
                    kind="news",
                )
            )
        assert caught.value.final
        assert server.connections == 0


@pytest.mark.parametrize(
    "link",
    [
        "https://a.cn/\r\nBcc: x@example.cn",
        "javascript:alert(1)",
        "https://a.cn/><b",
        'https://a.cn/"',
        "https://",
        "https://a.cn/路",
    ],
)
def test_a_link_that_is_none_is_refused_before_anybody_is_called(link):
    with SmtpServer() as server:
        with pytest.raises(Refused, match=r"^mail\.unsubscribe$"):
            smtp(server).send(
                Mail(
                    id="dlv_1",
                    address=MAIL.address,
                    subject="你好",
                    text="x",
                    kind="news",
                    unsubscribe=link,
                )
            )
        assert server.connections == 0


NO = "550 5.1.1 <zhang@example.cn>: no such user"


@pytest.mark.parametrize(
    ("replies", "reason", "final"),
    [
        ({"CONNECT": "554 not you"}, "smtp.connect 554", False),
        ({"CONNECT": "421 too busy"}, "smtp.connect 421", False),
        ({"CONNECT": HANG_UP}, "smtp.connect SMTPServerDisconnected", False),
        ({"CONNECT": HANG}, "smtp.connect SMTPServerDisconnected", False),
        ({"EHLO": HANG_UP}, "smtp.hello SMTPServerDisconnected", False),
        ({"MAIL": HANG_UP}, "smtp.hello SMTPServerDisconnected", False),
        ({"MAIL": "550 who are you"}, "smtp.mail 550", False),
        ({"MAIL": "451 later"}, "smtp.mail 451", False),
        ({"RCPT": "450 greylisted"}, "smtp.rcpt 450", False),
        ({"RCPT": "421 zhang@example.cn: slow down"}, "smtp.rcpt 421", False),
        ({"RCPT": NO}, "smtp.rcpt 550", True),
        ({"RCPT": HANG_UP}, "smtp.hello SMTPServerDisconnected", False),
        ({"RCPT": HANG}, "smtp.hello SMTPServerDisconnected", False),
        ({"DATA": "451 later"}, "smtp.data 451", False),
        ({"DATA": "554 no valid recipients"}, "smtp.data 554", True),
        ({"END": "452 disk full"}, "smtp.data 452", False),
        ({"END": "554 5.7.1 zhang@example.cn: spam"}, "smtp.data 554", True),
    ],
    ids=str,
)
def test_a_no_before_the_words_or_to_them_is_certain(replies, reason, final):
    with SmtpServer(**replies) as server, pytest.raises(Refused) as caught:
        sent_to(server)
    assert (caught.value.reason, caught.value.final) == (reason, final)
    assert is_silent(caught.value)


@pytest.mark.parametrize(
    ("replies", "text"),
    [
        ({"END": HANG}, "smtp.data SMTPServerDisconnected"),
        ({"END": HANG_UP}, "smtp.data SMTPServerDisconnected"),
        ({"END": "what?"}, "smtp.data -1"),
        ({"DATA": HANG_UP}, "smtp.data SMTPServerDisconnected"),
    ],
    ids=str,
)
def test_silence_after_the_words_means_that_nobody_knows(replies, text):
    with SmtpServer(**replies) as server, pytest.raises(Unclear) as caught:
        sent_to(server)
    assert str(caught.value) == text
    assert is_silent(caught.value)


@pytest.mark.parametrize(
    "replies",
    [
        {"QUIT": HANG_UP},
        {"QUIT": HANG},
        {"QUIT": "500 no"},
        {"END": "250 fine"},
    ],
    ids=str,
)
def test_what_was_taken_stays_taken_however_they_part(replies):
    with SmtpServer(**replies) as server:
        assert sent_to(server) in ("4F1A2B", "")
    assert len(server.mails) == 1


def test_where_nobody_listens_nothing_was_taken():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    sender = SmtpEmail(
        "127.0.0.1",
        port,
        sender="care@example.cn",
        clock=TestClock(NOW),
        timeout=0.3,
    )
    with pytest.raises(
        Refused, match=r"^smtp\.connect ConnectionRefusedError$"
    ) as caught:
        sender.send(MAIL)
    assert not caught.value.final


def test_a_user_proves_who_he_is_before_he_sends():
    with SmtpServer() as server:
        sent_to(server, user="care", password="secret")
    assert server.logins == ["\0care\0secret"]
    assert server.verbs == ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]


@pytest.mark.parametrize(
    "replies",
    [
        {"AUTH": "535 care/secret: wrong"},
        {"AUTH": "454 later"},
        {"EHLO": "250 here"},
    ],
    ids=str,
)
def test_a_password_that_is_not_taken_is_a_fault_of_the_settings(replies):
    with (
        SmtpServer(**replies) as server,
        pytest.raises(Refused, match=r"^smtp\.hello ") as caught,
    ):
        sent_to(server, user="care", password="secret")
    assert not caught.value.final
    assert is_silent(caught.value)
    assert server.mails == []


@pytest.mark.parametrize("implicit", [False, True])
def test_the_line_is_closed_to_listeners_before_the_password(
    certificate, pem, monkeypatch, implicit
):
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with SmtpServer(certificate, implicit=implicit) as server:
        if implicit:
            monkeypatch.setattr(
                "chalicelib.adapters.smtp._IMPLICIT_TLS", server.port
            )
        assert (
            sent_to(
                server, user="care", password="secret", starttls=not implicit
            )
            == "4F1A2B"
        )
    hello = ["EHLO"] if implicit else ["EHLO", "STARTTLS", "EHLO"]
    assert server.verbs == [*hello, "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]


def test_a_server_that_nobody_vouches_for_gets_neither_password_nor_letter(
    certificate,
):
    with (
        SmtpServer(certificate) as server,
        pytest.raises(Refused, match=r"^smtp\.hello SSLCertVerificationError$"),
    ):
        sent_to(server, user="care", password="secret", starttls=True)
    assert (server.logins, server.mails) == ([], [])


def test_a_server_that_has_no_tls_gets_nothing_where_tls_was_asked_for():
    with (
        SmtpServer() as server,
        pytest.raises(Refused, match=r"^smtp\.hello SMTPNotSupportedError$"),
    ):
        sent_to(server, starttls=True)
    assert server.mails == []


def test_settings_that_leak_the_password_or_lack_a_sender_are_an_error():
    clock = TestClock(NOW)
    with pytest.raises(ValueError, match="TLS"):
        SmtpEmail(
            "smtp.example.cn",
            25,
            sender="care@example.cn",
            clock=clock,
            user="care",
            password="secret",
            starttls=False,
        )
    with pytest.raises(ValueError, match="sender"):
        SmtpEmail("smtp.example.cn", 587, sender="春晖", clock=clock)
