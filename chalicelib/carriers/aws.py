"""SMS by SNS and mail by SES, for regions that have them (AWS China has neither)."""

from functools import cached_property
from typing import Any

__all__ = ["SesEmail", "SnsSms"]


def _client(service: str, region: str) -> Any:
    import boto3  # noqa: PLC0415 - a quarter of a second that only senders pay
    from botocore.config import Config  # noqa: PLC0415

    config = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=5)  # one attempt; see ports
    return boto3.client(service, region_name=region, config=config)


class SnsSms:
    """Text messages through Amazon SNS."""

    def __init__(self, region: str) -> None:
        self._region = region

    @cached_property
    def _sns(self) -> Any:
        return _client("sns", self._region)

    def send(self, phone: str, text: str, kind: str) -> None:
        """See `ports.SmsSender`."""
        attributes = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
        self._sns.publish(PhoneNumber=phone, Message=text, MessageAttributes=attributes)


class SesEmail:
    """Mail through Amazon SES v2."""

    def __init__(self, region: str, sender: str) -> None:
        self._region, self._sender = region, sender

    @cached_property
    def _ses(self) -> Any:
        return _client("sesv2", self._region)

    def send(self, address: str, subject: str, text: str, kind: str) -> None:
        """See `ports.EmailSender`."""
        self._ses.send_email(
            FromEmailAddress=self._sender,
            Destination={"ToAddresses": [address]},
            Content={
                "Simple": {
                    "Subject": {"Data": subject, "Charset": "UTF-8"},
                    "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
                }
            },
        )
