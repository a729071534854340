"""The settings: the environment as one frozen value, read at the first request.

Secrets are apart. Each is read when it is first needed, so that a function which never needs one
never asks for it, and its role may not (docs/decisions/0037).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

__all__ = [
    "SECRETS",
    "KnownSecrets",
    "MailServer",
    "ReadSecret",
    "Secrets",
    "Settings",
    "SmsProvider",
    "StoredSecrets",
    "secret_name",
]

ReadSecret = Callable[[str], str | None]  # name -> text, None if there is none
# The secrets of an installation. Each is one of its own, since functions need different ones.
SECRETS = (
    "TOKEN_KEYS",
    "SECRET",
    "PHONE_KEY",
    "SMS_PROVIDERS",
    "MAIL_SERVER",
    "OPEN311_KEYS",
)


def secret_name(name: str) -> str:
    """Return the end of a secret's name in Secrets Manager: ``PHONE_KEY`` -> ``phone-key``."""
    return name.lower().replace("_", "-")


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
_NO_SERVER = MailServer()
_REQUIRED_IN_CLOUD = frozenset({"BULK_QUEUE_URL", "UPLOAD_BUCKET"})
Keys = Mapping[str, bytes]  # key id -> secret; see kernel.codes


class Secrets(Protocol):
    """The secrets of an installation."""

    @property
    def token_keys(self) -> Keys:
        """Return the keys that sign access tokens."""
        ...

    @property
    def secret(self) -> Keys:
        """Return the secrets of codes, refresh tokens, cursors and links."""
        ...

    @property
    def phone_key(self) -> Keys:
        """Return the secrets of the hashes under which phones and addresses are looked up."""
        ...

    @property
    def sms_providers(self) -> tuple[SmsProvider, ...]:
        """Return the providers of text messages."""
        ...

    @property
    def mail(self) -> MailServer:
        """Return the sender of e-mail."""
        ...

    @property
    def open311_keys(self) -> Mapping[str, str]:
        """Return the api_key of each application."""
        ...


@dataclass(frozen=True, kw_only=True)
class KnownSecrets:
    """Secrets that are given as values: those of tests and of the local server."""

    token_keys: Keys = field(repr=False)
    secret: Keys = field(repr=False)
    phone_key: Keys = field(repr=False)
    sms_providers: tuple[SmsProvider, ...] = _CONSOLE
    mail: MailServer = _NO_SERVER
    open311_keys: Mapping[str, str] = field(default_factory=dict, repr=False)


class StoredSecrets:
    """Secrets that are read as texts, each once, when it is first needed.

    A failure is not remembered: the next request reads again. With `required`, every secret must
    be there. A console in the cloud would lose messages and report them as sent.
    """

    def __init__(self, read: ReadSecret, *, required: bool = False) -> None:
        self._read, self._required = read, required

    @cached_property
    def token_keys(self) -> Keys:
        """See `Secrets`."""
        return _keys(self._text("TOKEN_KEYS"))

    @cached_property
    def secret(self) -> Keys:
        """See `Secrets`."""
        return _keys(self._text("SECRET"))

    @cached_property
    def phone_key(self) -> Keys:
        """See `Secrets`."""
        return _keys(self._text("PHONE_KEY"))

    @cached_property
    def sms_providers(self) -> tuple[SmsProvider, ...]:
        """See `Secrets`."""
        given = json.loads(self._optional("SMS_PROVIDERS", "[]"))
        if not given and not self._required:
            return _CONSOLE
        return tuple(map(_sms_provider, given))

    @cached_property
    def mail(self) -> MailServer:
        """See `Secrets`."""
        return MailServer(**json.loads(self._optional("MAIL_SERVER", "{}")))

    @cached_property
    def open311_keys(self) -> Mapping[str, str]:
        """See `Secrets`."""
        return _open311_keys(self._optional("OPEN311_KEYS", "{}"))

    def _text(self, name: str) -> str:
        text = self._read(name)
        if text is None:
            raise KeyError(name)
        return text

    def _optional(self, name: str, default: str) -> str:
        if self._required:
            return self._text(name)
        text = self._read(name)
        return default if text is None else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The differences between two installations. `repr` shows no secret."""

    table_prefix: str = "chunhui-"
    region: str = "cn-north-1"
    secrets: Secrets = field(repr=False)
    stage: str = "dev"
    installation: str = (
        ""  # with its hyphen; one of several in an account and region
    )
    urgent_queue_url: str = (
        ""  # without queues each job runs in the process that made it
    )
    bulk_queue_url: str = ""
    sms_signature: str = "春晖"
    sms_per_second: float = 20  # of all providers together
    # Per street and month: 3,000 yuan are about 54,000 parts, four for each of 13,000 homes.
    sms_budget_fen: int = 300_000
    # Of SES: by it bounces and complaints come back. "" for none, and for SMTP.
    mail_configuration_set: str = ""
    public_url: str = (
        ""  # of this installation; unsubscribe links begin with it
    )
    upload_bucket: str = (
        ""  # private, without versions; "" keeps files in memory
    )
    # For developers, and of streets without one of their own; "" shows a default text.
    open311_contact: str = ""
    open311_key_service: str = ""  # the way for developers to get a key
    emf: bool = False  # write metrics into the log, as CloudWatch reads them
    due_shards: int = 4
    codes_per_address_hour: int = 60
    codes_per_day: int = 5000
    second_factor: str = "off"  # or "required": of staff, before some actions

    @property
    def requires_factor(self) -> bool:
        """Say whether staff need a fresh second factor before some actions."""
        return self.second_factor == "required"

    @classmethod
    def from_env(
        cls, env: Mapping[str, str], read_secret: ReadSecret | None = None
    ) -> "Settings":
        """Read the environment. `read_secret` reads the secrets, by default from there too.

        With queues, all secrets are required, and the bucket: a process's memory would lose photos.
        """
        in_cloud = "URGENT_QUEUE_URL" in env
        if in_cloud:
            missing = _REQUIRED_IN_CLOUD - env.keys()
            if missing:
                raise KeyError(*sorted(missing))
        return cls(
            table_prefix=env.get("TABLE_PREFIX", "chunhui-"),
            region=env.get("AWS_REGION")
            or env.get("AWS_DEFAULT_REGION", "cn-north-1"),
            secrets=StoredSecrets(read_secret or env.get, required=in_cloud),
            stage=env.get("STAGE", "dev"),
            installation=env.get("INSTALLATION", ""),
            urgent_queue_url=env.get("URGENT_QUEUE_URL", ""),
            bulk_queue_url=env.get("BULK_QUEUE_URL", ""),
            sms_signature=env.get("SMS_SIGNATURE", "春晖"),
            sms_per_second=float(env.get("SMS_PER_SECOND", "20")),
            sms_budget_fen=int(env.get("SMS_BUDGET_FEN", "300000")),
            mail_configuration_set=env.get("MAIL_CONFIGURATION_SET", ""),
            public_url=env.get("PUBLIC_URL", "").rstrip("/"),
            upload_bucket=env.get("UPLOAD_BUCKET", ""),
            open311_contact=env.get("OPEN311_CONTACT", ""),
            open311_key_service=env.get("OPEN311_KEY_SERVICE", ""),
            emf=env.get("EMF", "1") == "1",
            due_shards=int(env.get("DUE_SHARDS", "4")),
            codes_per_address_hour=int(env.get("CODES_PER_ADDRESS_HOUR", "60")),
            codes_per_day=int(env.get("CODES_PER_DAY", "5000")),
            second_factor=_second_factor(env.get("SECOND_FACTOR", "off")),
        )


def _second_factor(given: str) -> str:
    """Return whether a second factor is required; ValueError for a misspelt word."""
    if given not in ("off", "required"):
        raise ValueError(f"SECOND_FACTOR is off or required, not {given!r}")
    return given


def _keys(text: str) -> Keys:
    return {id: secret.encode() for id, secret in json.loads(text).items()}


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
