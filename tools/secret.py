"""Create and change the secret of an installation, `chunhui/STAGE`. Only names are printed.

python -m tools.secret --stage dev new SMS_PROVIDERS=sms.json MAIL_SERVER=mail.json
python -m tools.secret --stage dev set SMS_PROVIDERS=sms.json   # replace a part from a file
python -m tools.secret --stage dev add-token-key 2027-11    # signs from now on; the others verify
python -m tools.secret --stage dev drop-token-keys          # all but the one that signs
python -m tools.secret --stage dev show                     # the parts, by name
`new` makes random keys. The functions keep the version that they were deployed with:
`make deploy` gives them the new one.
"""

import json
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import boto3

from chalicelib.adapters.aws import SesEmail, SnsSms
from chalicelib.adapters.choice import Providers, WeightedProvider
from chalicelib.adapters.gateway import HttpSms
from chalicelib.adapters.ports import SmsSender
from chalicelib.adapters.smtp import SmtpEmail
from chalicelib.kernel.clock import SystemClock
from chalicelib.kernel.ids import RandomIds
from chalicelib.settings import Settings

from .commands import stage_parser

__all__ = ["changed", "check", "described", "made", "main"]

Secret: TypeAlias = dict[str, str]  # its parts by name, as JSON
Given: TypeAlias = Mapping[str, str]
_PARTS = (
    "TOKEN_KEYS",
    "SECRET",
    "SMS_PROVIDERS",
    "MAIL_SERVER",
    "OPEN311_KEYS",
)
_FROM_FILES = ("SMS_PROVIDERS", "MAIL_SERVER", "OPEN311_KEYS")
_KINDS = {"console", "gateway", "ses", "smtp", "sns"}
_FIRST_KEY = "first"
_OF_THE_STACK = ("URGENT_QUEUE_URL", "BULK_QUEUE_URL", "UPLOAD_BUCKET")


def made(parts: Given) -> Secret:
    """Return a new secret: the given parts, and random keys for the rest."""
    token_keys = {_FIRST_KEY: _random_key()}
    secret = {
        "TOKEN_KEYS": json.dumps(token_keys),
        "SECRET": _random_key(),
        "OPEN311_KEYS": "{}",
    }
    secret.update(parts)
    return check(secret)


def _random_key() -> str:
    return secrets.token_urlsafe(48)


def changed(secret: Given, command: str, words: list[str]) -> Secret:
    """Return the secret after a command."""
    keys: dict[str, str] = json.loads(secret["TOKEN_KEYS"])
    if command == "add-token-key":
        (name,) = words
        if name in keys:
            raise ValueError(f"there is a token key {name} already")
        keys = {name: _random_key()} | keys  # the first signs
    elif command == "drop-token-keys":
        signing = next(iter(keys))
        keys = {signing: keys[signing]}
    parts = dict(secret)
    parts["TOKEN_KEYS"] = json.dumps(keys)
    if command == "set":
        parts |= _from_files(words)
    return check(parts)


def check(secret: Given) -> Secret:
    """Return a secret that the functions can read.

    Raises:
        KeyError, TypeError, ValueError: they could not, and would fail at their first request.

    """
    in_cloud = dict.fromkeys(_OF_THE_STACK, "x")
    settings = Settings.from_env({**secret, **in_cloud})
    kinds = {given.kind for given in settings.sms_providers}
    kinds.add(settings.mail.kind)
    unknown = kinds - _KINDS
    if unknown:
        raise ValueError(f"nothing sends by {', '.join(sorted(unknown))}")
    if not json.loads(secret["SMS_PROVIDERS"]):
        # Without a provider messages would be written into the log.
        raise ValueError("SMS_PROVIDERS: nobody sends text messages")
    _try(settings)
    return {name: secret[name] for name in _PARTS}


def _try(settings: Settings) -> None:
    """Create the senders, which refuse settings that could never send.

    For example a gateway without https or key, or two providers of one name.
    """
    clock = SystemClock()
    providers = []
    for given in settings.sms_providers:
        providers.append(_provider(given, settings, clock))
    Providers(providers)
    mail = settings.mail
    if mail.kind == "smtp":
        SmtpEmail(
            mail.host,
            mail.port,
            sender=mail.sender,
            clock=clock,
            user=mail.user,
            password=mail.password,
        )
    elif mail.kind == "ses":
        SesEmail(settings.region, mail.sender)


def _provider(
    given: Any, settings: Settings, clock: SystemClock
) -> WeightedProvider:
    sender: SmsSender
    if given.kind == "gateway":
        sender = HttpSms(
            given.url, given.key, given.name, ids=RandomIds(), clock=clock
        )
    else:
        sender = SnsSms(settings.region)
    return WeightedProvider(
        name=given.name,
        sender=sender,
        weight=given.weight,
        price_li=given.price_li,
    )


def described(secret: Given) -> list[str]:
    """Return the parts of a secret, by name only."""
    token_keys = ", ".join(json.loads(secret["TOKEN_KEYS"]))
    providers = []
    for provider in json.loads(secret["SMS_PROVIDERS"]):
        providers.append(f"{provider['name']} ({provider['kind']})")
    mail = json.loads(secret["MAIL_SERVER"])
    open311_keys = ", ".join(json.loads(secret["OPEN311_KEYS"]))
    return [
        f"TOKEN_KEYS      {token_keys} (the first signs)",
        "SECRET          one key",
        f"SMS_PROVIDERS   {', '.join(providers)}",
        f"MAIL_SERVER     {mail['kind']}",
        f"OPEN311_KEYS    {open311_keys or 'none'}",
    ]


def _from_files(words: list[str]) -> Secret:
    paths = dict(word.split("=", 1) for word in words)
    others = paths.keys() - set(_FROM_FILES)
    if others:
        names = ", ".join(others)
        raise ValueError(f"{names}: from a file come {', '.join(_FROM_FILES)}")
    parts = {}
    for name, path in paths.items():
        part = json.loads(Path(path).read_text("utf-8"))
        parts[name] = json.dumps(part, ensure_ascii=False)
    return parts


def main() -> None:
    """Run the command and print the parts, or the reason for refusing it."""
    parser = stage_parser(__doc__)
    parser.add_argument(
        "command",
        choices=("new", "set", "add-token-key", "drop-token-keys", "show"),
    )
    parser.add_argument("words", nargs="*", metavar="NAME=FILE or key id")
    given = parser.parse_args()
    store = boto3.session.Session().client("secretsmanager")
    name = f"chunhui/{given.stage}"
    try:
        secret = _run(store, name, given.command, given.words)
        print("\n".join(described(secret)))
    except (KeyError, OSError, TypeError, ValueError) as wrong:
        sys.exit(f"{name} stays as it is: {wrong}")


def _run(store: Any, name: str, command: str, words: list[str]) -> Secret:
    if command == "new":
        secret = made(_from_files(words))
        text = json.dumps(secret, ensure_ascii=False)
        store.create_secret(Name=name, SecretString=text)
        return secret
    stored = store.get_secret_value(SecretId=name)
    before = json.loads(stored["SecretString"])
    if command == "show":
        return check(before)
    secret = changed(before, command, words)
    if secret != before:
        text = json.dumps(secret, ensure_ascii=False)
        store.put_secret_value(SecretId=name, SecretString=text)
    return secret


if __name__ == "__main__":
    main()
