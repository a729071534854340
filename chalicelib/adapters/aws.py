"""SMS by SNS and e-mail by SES, with the meaning of their errors. AWS China has neither."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from . import email_content
from .ports import Mail, Refused, Sms, Unclear

__all__ = ["SesEmail", "SnsSms"]

# Throttles. With any the status, the message was not accepted and a later attempt may succeed.
_THROTTLES = frozenset(
    {
        "KMSThrottling",
        "LimitExceeded",
        "LimitExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
# A fault of this number, address or text is final. All other 4xx are faults of the account or its
# settings: no permission, an expired token, sending paused, a domain not verified yet. An operator
# mends those while messages wait.
_FINAL = frozenset(
    {
        "BadRequestException",
        "EndpointDisabled",
        "InvalidParameter",
        "InvalidParameterException",
        "InvalidParameterValue",
        "InvalidParameterValueException",
        "MessageRejected",
        "OptedOut",
        "OptedOutException",
        "ParameterValueInvalid",
        "ValidationError",
        "ValidationException",
    }
)


def _client(service: str, region: str, read: float) -> Any:
    import boto3  # noqa: PLC0415 - a quarter of a second that only senders pay
    from botocore.config import Config  # noqa: PLC0415 - comes with boto3

    # One attempt; see `ports`.
    config = Config(
        retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=read
    )
    return boto3.client(service, region_name=region, config=config)


@contextmanager
def _with_new_connection(client: Any) -> Iterator[Any]:
    """Yield a client and close its connections afterwards; the client opens a new one on demand.

    A kept connection may have died while Lambda was frozen. If it broke during a send, the fate of
    the message would be unknown.
    """
    try:
        yield client
    finally:
        client.close()


@contextmanager
def _translated_errors(service: str) -> Iterator[None]:
    """Translate errors of AWS and botocore into `Refused` or `Unclear`.

    Only their codes are kept: their texts quote numbers and addresses. All other errors, such as
    a read timeout or a closed connection, pass unchanged: the fate of the message is unknown.
    """
    from botocore import exceptions as e  # noqa: PLC0415 - comes with boto3
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - comes with boto3

    never_connected = (
        e.ConnectTimeoutError,
        e.EndpointConnectionError,
        e.ProxyConnectionError,
    )
    never_signed = (
        e.NoCredentialsError,
        e.PartialCredentialsError,
        e.CredentialRetrievalError,
        e.NoRegionError,
    )
    try:
        yield
    except e.ClientError as error:
        raise _error_of(service, error.response) from None
    except ResponseParserError:
        raise Unclear(f"{service}.ResponseParserError") from None
    except e.ParamValidationError:
        raise Refused(f"{service}.ParamValidationError", final=True) from None
    except (*never_connected, *never_signed) as error:
        raise Refused(f"{service}.{type(error).__name__}") from None


def _error_of(service: str, response: Any) -> Refused | Unclear:
    code = response.get("Error", {}).get("Code", "")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    if code in _THROTTLES or status == 429:
        return Refused(f"{service}.{code}")
    if not 400 <= status < 500:
        return Unclear(f"{service}.{code} ({status})")
    final = code in _FINAL and not _is_unverified(code, response)
    return Refused(f"{service}.{code}", final=final)


def _is_unverified(code: str, response: Any) -> bool:
    """Tell whether SES rejects the sender: an identity or a sandbox account not verified yet.

    That has no code of its own ("Amazon SES email sending errors" in the SES developer guide).
    """
    message = response["Error"].get("Message", "")
    return code == "MessageRejected" and "not verified" in message


class SnsSms:
    """Text messages through Amazon SNS."""

    def __init__(self, region: str, *, read: float = 5) -> None:
        self._region, self._read = region, read

    @cached_property
    def _sns(self) -> Any:
        return _client("sns", self._region, self._read)

    def send(self, sms: Sms) -> str:
        """See `ports.SmsSender`. The reference is the MessageId."""
        kind = "Promotional" if sms.promotional else "Transactional"
        attributes = {
            "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": kind}
        }
        with _translated_errors("sns"), _with_new_connection(self._sns) as sns:
            answer = sns.publish(
                PhoneNumber=sms.phone,
                Message=sms.text,
                MessageAttributes=attributes,
            )
        return str(answer.get("MessageId", ""))


class SesEmail:
    """E-mail through Amazon SES v2.

    Its events return `Mail.id` in the tag ``delivery``: letters, digits, _ and -.
    """

    def __init__(
        self,
        region: str,
        sender: str,
        *,
        configuration_set: str = "",
        read: float = 5,
    ) -> None:
        self._region, self._sender, self._read = region, sender, read
        self._named: dict[str, str] = {}
        if configuration_set:  # else the identity's own, if it has one
            self._named["ConfigurationSetName"] = configuration_set

    @cached_property
    def _ses(self) -> Any:
        return _client("sesv2", self._region, self._read)

    @cached_property
    def _from(self) -> str:
        from email.utils import formataddr  # noqa: PLC0415 - only senders pay

        # SES takes a name in another script only in the encoding of RFC 2047.
        return formataddr(email_content.sender_of(self._sender))

    def send(self, mail: Mail) -> str:
        """See `ports.EmailSender`. The reference is the MessageId."""
        message = {
            "FromEmailAddress": self._from,
            "Destination": {"ToAddresses": [email_content.recipient_of(mail)]},
            "Content": {"Simple": _simple(mail)},
            "EmailTags": [{"Name": "delivery", "Value": mail.id}],
            **self._named,
        }
        with _translated_errors("ses"), _with_new_connection(self._ses) as ses:
            answer = ses.send_email(**message)
        return str(answer.get("MessageId", ""))


def _simple(mail: Mail) -> dict[str, Any]:
    headers = [
        {"Name": name, "Value": value}
        for name, value in email_content.headers_of(mail).items()
    ]
    body = {
        "Text": _data(email_content.text_of(mail)),
        "Html": _data(email_content.html_of(mail)),
    }
    content: dict[str, Any] = {
        "Subject": _data(email_content.subject_of(mail)),
        "Body": body,
    }
    if headers:
        content["Headers"] = headers
    return content


def _data(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
