"""The environment as one frozen value, read once when the first request needs it and never at import."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["MailServer", "Settings", "SmsProvider"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsProvider:
    """A provider of text messages: `kind` is console, sns or gateway (signed HTTP); `price_li` is what a part costs, in 厘."""

    name: str
    kind: str
    weight: float = 1
    price_li: int = (
        55  # five and a half fen: what notices cost at the larger domestic providers
    )
    url: str = ""
    key: bytes = field(
        default=b"", repr=False
    )  # signs what we send and what the provider reports


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """A sender of e-mail: `kind` is console, ses or smtp."""

    kind: str = "console"
    sender: str = ""
    host: str = ""
    port: int = 587
    user: str = ""
    password: str = field(default="", repr=False)


_SHORTEST_KEY = 16  # of another application: what nobody guesses
_CONSOLE = (SmsProvider(name="console", kind="console"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that differs between two installations. Secrets arrive by reference and never leave `repr`."""

    table_prefix: str = "chunhui-"
    region: str = "cn-north-1"
    token_keys: Mapping[str, bytes] = field(
        repr=False
    )  # key id -> secret; the first signs, all verify
    secret: bytes = field(repr=False)  # phone index, codes, cursors
    stage: str = "dev"
    urgent_queue_url: str = ""  # without queues each job runs where it became due
    bulk_queue_url: str = ""
    sms_providers: tuple[SmsProvider, ...] = _CONSOLE
    mail: MailServer = MailServer()
    sms_signature: str = "春晖"
    sms_per_second: float = 20  # what the providers take together
    sms_budget_fen: int | None = None  # per street and month; None for no limit
    public_url: str = ""  # of this installation; unsubscribe links begin with it
    upload_bucket: str = (
        ""  # private, and without versions; without one files are kept in memory
    )
    open311_keys: Mapping[str, str] = field(
        default_factory=dict, repr=False
    )  # application -> its api_key
    open311_contact: str = (
        ""  # for developers; where it is empty, a default text is shown
    )
    open311_key_service: str = ""  # how developers get a key
    emf: bool = False  # write metrics into the log, as CloudWatch reads them
    due_shards: int = 4
    codes_per_address_hour: int = 60
    codes_per_day: int = 5000

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read the environment; a missing secret raises KeyError, a short one ValueError at first use.

        With queues, the SMS providers, the mail server and the bucket are required too. A console in the cloud would
        lose messages and call them sent, and a process's memory would lose photos.
        """
        keys = {
            kid: secret.encode()
            for kid, secret in json.loads(env["TOKEN_KEYS"]).items()
        }
        in_cloud = "URGENT_QUEUE_URL" in env
        providers = (
            json.loads(env["SMS_PROVIDERS"])
            if in_cloud or "SMS_PROVIDERS" in env
            else None
        )
        mail = (
            json.loads(env["MAIL_SERVER"]) if in_cloud or "MAIL_SERVER" in env else {}
        )
        return cls(
            table_prefix=env.get("TABLE_PREFIX", "chunhui-"),
            region=env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION", "cn-north-1"),
            token_keys=keys,
            secret=env["SECRET"].encode(),
            stage=env.get("STAGE", "dev"),
            urgent_queue_url=env.get("URGENT_QUEUE_URL", ""),
            bulk_queue_url=env["BULK_QUEUE_URL"] if in_cloud else "",
            sms_providers=tuple(_provider(given) for given in providers)
            if providers
            else _CONSOLE,
            mail=MailServer(**mail),
            sms_signature=env.get("SMS_SIGNATURE", "春晖"),
            sms_per_second=float(env.get("SMS_PER_SECOND", "20")),
            sms_budget_fen=int(env["SMS_BUDGET_FEN"])
            if "SMS_BUDGET_FEN" in env
            else None,
            public_url=env.get("PUBLIC_URL", "").rstrip("/"),
            upload_bucket=env["UPLOAD_BUCKET"]
            if in_cloud
            else env.get("UPLOAD_BUCKET", ""),
            open311_keys=_long_enough(json.loads(env.get("OPEN311_KEYS", "{}"))),
            open311_contact=env.get("OPEN311_CONTACT", ""),
            open311_key_service=env.get("OPEN311_KEY_SERVICE", ""),
            emf=env.get("EMF", "1") == "1",
            due_shards=int(env.get("DUE_SHARDS", "4")),
            codes_per_address_hour=int(env.get("CODES_PER_ADDRESS_HOUR", "60")),
            codes_per_day=int(env.get("CODES_PER_DAY", "5000")),
        )


def _long_enough(keys: Mapping[str, str]) -> Mapping[str, str]:
    short = [name for name, key in keys.items() if len(key) < _SHORTEST_KEY]
    if short:
        raise ValueError(
            f"OPEN311_KEYS: {', '.join(short)}: a key needs {_SHORTEST_KEY} characters"
        )
    return keys


def _provider(given: Mapping[str, object]) -> SmsProvider:
    return SmsProvider(**{**given, "key": str(given.get("key", "")).encode()})  # type: ignore[arg-type]
