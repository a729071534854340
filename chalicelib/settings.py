"""The settings: the environment as one frozen value, read at the first request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["MailServer", "Settings", "SmsProvider"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsProvider:
    """A provider of text messages.

    `kind` is console, sns or gateway (signed HTTP). `price_li` is the price of a part in 厘.
    """

    name: str
    kind: str
    weight: float = 1
    price_li: int = (
        55  # 5.5 fen: the price of notices at the larger domestic providers
    )
    url: str = ""
    key: bytes = field(
        default=b"", repr=False
    )  # signs requests in both directions


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """A sender of e-mail: `kind` is console, ses or smtp."""

    kind: str = "console"
    sender: str = ""
    host: str = ""
    port: int = 587
    user: str = ""
    password: str = field(default="", repr=False)


_MIN_KEY_LENGTH = (
    16  # of an application's api_key, so that it cannot be guessed
)
_CONSOLE = (SmsProvider(name="console", kind="console"),)
_REQUIRED_IN_CLOUD = frozenset(
    {"BULK_QUEUE_URL", "MAIL_SERVER", "SMS_PROVIDERS", "UPLOAD_BUCKET"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The differences between two installations. `repr` shows no secret."""

    table_prefix: str = "chunhui-"
    region: str = "cn-north-1"
    # Key id -> secret. The first signs, all verify.
    token_keys: Mapping[str, bytes] = field(repr=False)
    secret: bytes = field(repr=False)  # phone index, codes, cursors
    stage: str = "dev"
    urgent_queue_url: str = (
        ""  # without queues each job runs in the process that made it
    )
    bulk_queue_url: str = ""
    sms_providers: tuple[SmsProvider, ...] = _CONSOLE
    mail: MailServer = MailServer()
    sms_signature: str = "春晖"
    sms_per_second: float = 20  # of all providers together
    # Per street and month: 3,000 yuan are about 54,000 parts, four for each of 13,000 homes.
    sms_budget_fen: int = 300_000
    public_url: str = (
        ""  # of this installation; unsubscribe links begin with it
    )
    upload_bucket: str = (
        ""  # private, without versions; "" keeps files in memory
    )
    # Application -> its api_key.
    open311_keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    open311_contact: str = ""  # for developers; "" shows a default text
    open311_key_service: str = ""  # the way for developers to get a key
    emf: bool = False  # write metrics into the log, as CloudWatch reads them
    due_shards: int = 4
    codes_per_address_hour: int = 60
    codes_per_day: int = 5000

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read the environment. KeyError for a missing secret.

        With queues, the SMS providers, the mail server and the bucket are required too. A console
        in the cloud would lose messages and report them as sent. A process's memory would lose
        photos.
        """
        if "URGENT_QUEUE_URL" in env:
            missing = _REQUIRED_IN_CLOUD - env.keys()
            if missing:
                raise KeyError(*sorted(missing))
        return cls(
            table_prefix=env.get("TABLE_PREFIX", "chunhui-"),
            region=env.get("AWS_REGION")
            or env.get("AWS_DEFAULT_REGION", "cn-north-1"),
            token_keys=_token_keys(env["TOKEN_KEYS"]),
            secret=env["SECRET"].encode(),
            stage=env.get("STAGE", "dev"),
            urgent_queue_url=env.get("URGENT_QUEUE_URL", ""),
            bulk_queue_url=env.get("BULK_QUEUE_URL", ""),
            sms_providers=_sms_providers(env.get("SMS_PROVIDERS", "[]")),
            mail=MailServer(**json.loads(env.get("MAIL_SERVER", "{}"))),
            sms_signature=env.get("SMS_SIGNATURE", "春晖"),
            sms_per_second=float(env.get("SMS_PER_SECOND", "20")),
            sms_budget_fen=int(env.get("SMS_BUDGET_FEN", "300000")),
            public_url=env.get("PUBLIC_URL", "").rstrip("/"),
            upload_bucket=env.get("UPLOAD_BUCKET", ""),
            open311_keys=_open311_keys(env.get("OPEN311_KEYS", "{}")),
            open311_contact=env.get("OPEN311_CONTACT", ""),
            open311_key_service=env.get("OPEN311_KEY_SERVICE", ""),
            emf=env.get("EMF", "1") == "1",
            due_shards=int(env.get("DUE_SHARDS", "4")),
            codes_per_address_hour=int(env.get("CODES_PER_ADDRESS_HOUR", "60")),
            codes_per_day=int(env.get("CODES_PER_DAY", "5000")),
        )


def _token_keys(text: str) -> Mapping[str, bytes]:
    return {
        key_id: secret.encode() for key_id, secret in json.loads(text).items()
    }


def _sms_providers(text: str) -> tuple[SmsProvider, ...]:
    return tuple(map(_sms_provider, json.loads(text))) or _CONSOLE


def _sms_provider(given: Mapping[str, object]) -> SmsProvider:
    key = str(given.get("key", "")).encode()
    return SmsProvider(**{**given, "key": key})  # type: ignore[arg-type]


def _open311_keys(text: str) -> Mapping[str, str]:
    """Read the keys of applications; ValueError for a short one."""
    keys: Mapping[str, str] = json.loads(text)
    short = [name for name, key in keys.items() if len(key) < _MIN_KEY_LENGTH]
    if short:
        names = ", ".join(short)
        raise ValueError(
            f"OPEN311_KEYS: {names}: a key needs {_MIN_KEY_LENGTH} characters"
        )
    return keys
