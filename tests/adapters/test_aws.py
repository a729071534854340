"""SNS and SES: their requests, the meaning of their errors, one request for each message."""

import json
import subprocess
import sys
from urllib.parse import parse_qs

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.stub import Stubber
from moto import mock_aws
from moto.backends import get_backend

from chalicelib.adapters.aws import SesEmail, SnsSms
from chalicelib.adapters.ports import Mail, Refused, Sms, Unclear

from .servers import HANG, HANG_UP, HttpServer, ScriptedAnswer

REGION, ACCOUNT = "us-east-1", "123456789012"
PHONE, WORDS = "+8613900000001", "【春晖】红烧肉已认领，验证码 482913"
SMS = Sms(id="dlv_1", phone=PHONE, text=WORDS, kind="wish.claimed")
LINK = "https://care.example.cn/u/a1?x=1&y=2"
MAIL = Mail(
    id="dlv_1",
    address="zhang@example.cn",
    subject="心愿\n已认领",
    text="红烧肉 <b>\n\n482913",
    kind="wish.claimed",
    unsubscribe=LINK,
)
TAKEN = ScriptedAnswer(
    body=b"<PublishResponse><PublishResult><MessageId>m_1</MessageId>"
    b"</PublishResult></PublishResponse>"
)


def is_silent(error: BaseException) -> bool:
    """Tell whether neither the exception nor its cause shows an address or content."""
    shown = repr(error) + str(error) + repr(error.__cause__)
    return not any(
        part in shown for part in (PHONE[3:], "zhang", "红烧肉", "482913")
    )


def says(
    code: str,
    status: int = 400,
    message: str = f"Invalid parameter: {PHONE} zhang@example.cn",
) -> tuple[SnsSms, SesEmail]:
    """Return both senders, each of which will get this answer."""
    sns, ses = SnsSms(REGION), SesEmail(REGION, "care@example.cn")
    for client, operation in ((sns._sns, "publish"), (ses._ses, "send_email")):
        stub = Stubber(client)
        stub.add_client_error(
            operation,
            service_error_code=code,
            service_message=message,
            http_status_code=status,
        )
        stub.activate()
    return sns, ses


def outcomes(senders: tuple[SnsSms, SesEmail]) -> list[Exception]:
    sns, ses = senders
    caught = []
    for send in (lambda: sns.send(SMS), lambda: ses.send(MAIL)):
        with pytest.raises(Exception) as info:  # noqa: PT011 - the tests check which
            send()
        caught.append(info.value)
    assert all(is_silent(error) for error in caught)
    return caught


def test_a_text_goes_to_its_number_and_its_reference_comes_back():
    with mock_aws():
        reference = SnsSms(REGION).send(SMS)
        assert get_backend("sns")[ACCOUNT][REGION].sms_messages == {
            reference: (PHONE, WORDS)
        }


@pytest.mark.parametrize(
    ("promotional", "kind"), [(False, "Transactional"), (True, "Promotional")]
)
def test_the_carriers_learn_what_the_law_takes_a_text_for(
    monkeypatch, promotional, kind
):
    with HttpServer(TAKEN) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", server.url)
        sent = Sms(
            id="dlv_1",
            phone=PHONE,
            text=WORDS,
            kind="news",
            promotional=promotional,
        )
        assert SnsSms(REGION).send(sent) == "m_1"
    asked = parse_qs(server.posted[0].body.decode())
    assert asked["MessageAttributes.entry.1.Name"] == ["AWS.SNS.SMS.SMSType"]
    assert asked["MessageAttributes.entry.1.Value.StringValue"] == [kind]
    assert asked["Message"] == [WORDS]


def test_a_letter_goes_to_its_address_and_its_reference_comes_back():
    with mock_aws():
        sender = SesEmail(REGION, "春晖 <care@example.cn>")
        sender._ses.create_email_identity(EmailIdentity="care@example.cn")
        reference = sender.send(MAIL)
        (sent,) = get_backend("ses")[ACCOUNT][REGION].sent_messages
    assert (sent.id, sent.destinations["ToAddresses"], sent.subject) == (
        reference,
        ["zhang@example.cn"],
        "心愿 已认领",
    )
    assert "<p>红烧肉 &lt;b&gt;</p>\n<p>482913</p>" in sent.body


def asked_of_ses(
    monkeypatch: pytest.MonkeyPatch, mail: Mail, **named: str
) -> dict:
    with HttpServer(ScriptedAnswer(body=b'{"MessageId":"m_1"}')) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", server.url)
        sender = SesEmail(REGION, "春晖 <care@example.cn>", **named)
        assert sender.send(mail) == "m_1"
    (posted,) = server.posted
    return json.loads(posted.body)


def test_a_letter_names_the_set_by_which_it_comes_back(monkeypatch):
    """Without a name the identity's own set would be used, if it has one."""
    assert "ConfigurationSetName" not in asked_of_ses(monkeypatch, MAIL)
    asked = asked_of_ses(monkeypatch, MAIL, configuration_set="chunhui-dev")
    assert asked["ConfigurationSetName"] == "chunhui-dev"


def test_a_letter_has_both_forms_a_way_out_and_our_mark(monkeypatch):
    asked = asked_of_ses(monkeypatch, MAIL)
    simple = asked["Content"]["Simple"]
    assert asked["FromEmailAddress"] == "=?utf-8?b?5pil5pmW?= <care@example.cn>"
    assert asked["EmailTags"] == [{"Name": "delivery", "Value": "dlv_1"}]
    assert simple["Headers"] == [
        {"Name": "List-Unsubscribe", "Value": f"<{LINK}>"},
        {
            "Name": "List-Unsubscribe-Post",
            "Value": "List-Unsubscribe=One-Click",
        },
    ]
    assert simple["Body"]["Text"] == {
        "Data": f"{MAIL.text}\n\n退订 / Unsubscribe: {LINK}",
        "Charset": "UTF-8",
    }
    assert (
        '<a href="https://care.example.cn/u/a1?x=1&amp;y=2">'
        in simple["Body"]["Html"]["Data"]
    )


def test_what_cannot_be_refused_has_no_way_out(monkeypatch):
    asked = asked_of_ses(
        monkeypatch,
        Mail(
            id="dlv_1",
            address="a@example.cn",
            subject="验证码",
            text="482913",
            kind="code.sign_in",
        ),
    )
    assert "Headers" not in asked["Content"]["Simple"]
    assert "Unsubscribe" not in json.dumps(asked)


@pytest.mark.parametrize(
    "address",
    [
        "zhang@example.cn\r\nBcc: x@example.cn",
        "zhang@example.cn, x@example.cn",
        "张@example.cn",
    ],
)
def test_an_invalid_address_is_refused_before_a_request_is_made(
    address,
):
    with pytest.raises(Refused, match=r"^mail\.address$") as caught:
        SesEmail(REGION, "care@example.cn").send(
            Mail(
                id="dlv_1", address=address, subject="x", text="x", kind="news"
            )
        )
    assert caught.value.final


THROTTLES = [
    "Throttled",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "LimitExceededException",
    "KMSThrottling",
]


@pytest.mark.parametrize("code", THROTTLES)
@pytest.mark.parametrize("status", [400, 429, 503])
def test_a_throttle_took_nothing_and_will_pass(code, status):
    for error, service in zip(
        outcomes(says(code, status)), ("sns", "ses"), strict=True
    ):
        assert isinstance(error, Refused)
        assert (error.reason, error.final) == (f"{service}.{code}", False)


@pytest.mark.parametrize(
    "code",
    [
        "InvalidParameter",
        "ParameterValueInvalid",
        "InvalidParameterValue",
        "OptedOut",
        "MessageRejected",
        "BadRequestException",
    ],
)
def test_what_is_wrong_with_the_message_stays_wrong(code):
    assert [(type(error), error.final) for error in outcomes(says(code))] == [
        (Refused, True)
    ] * 2


@pytest.mark.parametrize(
    "code",
    [
        "AuthorizationError",
        "AccessDenied",
        "ExpiredToken",
        "InvalidClientTokenId",
        "MailFromDomainNotVerifiedException",
        "SendingPausedException",
        "AccountSuspendedException",
        "NotFoundException",
        "KMSDisabled",
        "SomethingNew",
    ],
)
def test_what_is_wrong_with_the_settings_can_be_put_right(code):
    assert [
        (type(error), error.final) for error in outcomes(says(code, 403))
    ] == [(Refused, False)] * 2


def test_a_sender_that_is_not_verified_yet_is_a_fault_of_the_settings_too():
    message = (
        "Email address is not verified. The following identities failed the check "
        "in region US-EAST-1: zhang@example.cn"
    )
    assert not outcomes(says("MessageRejected", message=message))[1].final


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("InternalError", 500),
        ("ServiceUnavailable", 503),
        ("BadGateway", 502),
        ("Odd", 302),
    ],
)
def test_a_failure_of_theirs_means_that_nobody_knows(code, status):
    assert [(type(e), str(e)) for e in outcomes(says(code, status))] == [
        (Unclear, f"sns.{code} ({status})"),
        (Unclear, f"ses.{code} ({status})"),
    ]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (HANG, ReadTimeoutError),
        (HANG_UP, ConnectionClosedError),
        (ScriptedAnswer(status=500, body=b""), Unclear),
        (
            ScriptedAnswer(
                status=503,
                body=f"<html>{PHONE} {WORDS} zhang@example.cn</html>".encode(),
            ),
            Unclear,
        ),
        (
            ScriptedAnswer(
                status=429,
                body=b"<ErrorResponse><Error><Code>Throttled</Code></Error></ErrorResponse>",
            ),
            Refused,
        ),
    ],
    ids=["hang", "hang up", "500", "503 of a proxy", "429"],
)
def test_every_failed_send_is_exactly_one_request(monkeypatch, answer, outcome):
    for name, send in (
        ("SNS", lambda: SnsSms(REGION, read=0.3).send(SMS)),
        (
            "SESV2",
            lambda: SesEmail(REGION, "care@example.cn", read=0.3).send(MAIL),
        ),
    ):
        with HttpServer(answer) as server:
            monkeypatch.setenv(f"AWS_ENDPOINT_URL_{name}", server.url)
            with pytest.raises(outcome) as caught:
                send()
        assert (server.connections, len(server.posted)) == (1, 1)
        assert not isinstance(caught.value, Refused) or outcome is Refused
        assert is_silent(caught.value)


def test_an_answer_of_unknown_form_is_not_quoted_and_causes_no_retry(
    monkeypatch,
):
    with HttpServer(ScriptedAnswer(body=f"{PHONE} {WORDS}".encode())) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", server.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", server.url)
        with pytest.raises(
            Unclear, match=r"^sns\.ResponseParserError$"
        ) as caught:
            SnsSms(REGION).send(SMS)
        assert SesEmail(REGION, "care@example.cn").send(MAIL) == ""
    assert is_silent(caught.value)


def test_no_connection_is_kept_that_could_die_while_nobody_looks(monkeypatch):
    with HttpServer(TAKEN) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", server.url)
        sender = SnsSms(REGION)
        assert [sender.send(SMS) for _ in range(20)] == ["m_1"] * 20
    assert server.connections == 20


def test_where_nobody_listens_nothing_was_taken(monkeypatch):
    with HttpServer() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", server.url)
    with pytest.raises(
        Refused, match=r"^sns\.EndpointConnectionError$"
    ) as caught:
        SnsSms(REGION).send(SMS)
    assert not caught.value.final


def test_without_credentials_nothing_leaves(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(
        "boto3.DEFAULT_SESSION", None
    )  # it remembers the credentials of the tests before
    with HttpServer() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SNS", server.url)
        with pytest.raises(
            Refused, match=rf"^sns\.{NoCredentialsError.__name__}$"
        ) as caught:
            SnsSms(REGION).send(SMS)
    assert not caught.value.final
    assert server.connections == 0


def test_what_is_not_even_a_text_is_refused_without_being_quoted():
    with pytest.raises(Refused, match=r"^sns\.ParamValidationError$") as caught:
        SnsSms(REGION).send(
            Sms(id="dlv_1", phone=13900000001, text=WORDS, kind="news")
        )  # type: ignore[arg-type]
    assert caught.value.final
    assert is_silent(caught.value)


def test_the_api_does_not_pay_for_what_only_senders_need():
    code = (
        "import sys\n"
        "from chalicelib.adapters import aws, choice, console, email_content\n"
        "from chalicelib.adapters import gateway, queue, smtp\n"
        "heavy = {'boto3', 'botocore', 'urllib3', 'smtplib', 'ssl', 'email.message'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        == "[]"
    )
