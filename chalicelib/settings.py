"""The environment as one frozen value, read once when the first request needs it and never at import."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that differs between two installations. Secrets arrive by reference and never leave `repr`."""

    table_prefix: str = "chunhui-"
    region: str = "cn-north-1"
    token_keys: Mapping[str, bytes] = field(repr=False)  # key id -> secret; the first signs, all verify
    secret: bytes = field(repr=False)  # phone index, codes, cursors
    stage: str = "dev"
    carrier: str = "console"  # console | aws
    queue_url: str = ""
    sms_signature: str = "春晖"
    mail_from: str = ""
    due_shards: int = 4
    codes_per_address_hour: int = 60
    codes_per_day: int = 5000

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read the environment; a missing secret raises KeyError, a short one ValueError at first use."""
        keys = {kid: secret.encode() for kid, secret in json.loads(env["TOKEN_KEYS"]).items()}
        return cls(
            table_prefix=env.get("TABLE_PREFIX", "chunhui-"),
            region=env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION", "cn-north-1"),
            token_keys=keys,
            secret=env["SECRET"].encode(),
            stage=env.get("STAGE", "dev"),
            carrier=env.get("CARRIER", "console"),
            queue_url=env.get("QUEUE_URL", ""),
            sms_signature=env.get("SMS_SIGNATURE", "春晖"),
            mail_from=env.get("MAIL_FROM", ""),
            due_shards=int(env.get("DUE_SHARDS", "4")),
            codes_per_address_hour=int(env.get("CODES_PER_ADDRESS_HOUR", "60")),
            codes_per_day=int(env.get("CODES_PER_DAY", "5000")),
        )
