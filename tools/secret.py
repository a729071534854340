"""Makes and changes the secret of an installation, `chunhui/STAGE`; of what is in it only names are ever printed.

python -m tools.secret --stage dev new SMS_PROVIDERS=sms.json MAIL_SERVER=mail.json   # keys of the house's own are made by chance
python -m tools.secret --stage dev set SMS_PROVIDERS=sms.json                         # a part of it anew, from a file
python -m tools.secret --stage dev add-token-key 2027-11    # signs from now on; the others still verify
python -m tools.secret --stage dev drop-token-keys          # all but the one that signs
python -m tools.secret --stage dev show                     # what is in it, by name
The functions have what they were deployed with: `make deploy` gives them the new version.
"""

import argparse
import json
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

from chalicelib.adapters.aws import SesEmail, SnsSms
from chalicelib.adapters.choice import Provider, Providers
from chalicelib.adapters.gateway import HttpSms
from chalicelib.adapters.ports import SmsSender
from chalicelib.adapters.smtp import SmtpEmail
from chalicelib.kernel.clock import SystemClock
from chalicelib.kernel.ids import RandomIds
from chalicelib.settings import Settings

__all__ = ["changed", "check", "described", "made", "main"]

_PARTS = ("TOKEN_KEYS", "SECRET", "SMS_PROVIDERS", "MAIL_SERVER", "OPEN311_KEYS")
_FROM_FILES = ("SMS_PROVIDERS", "MAIL_SERVER", "OPEN311_KEYS")
_FIRST_KEY = "first"


def made(parts: Mapping[str, str]) -> dict[str, str]:
    """Return a new secret: what is given, and keys by chance for the rest."""
    keys = {
        "TOKEN_KEYS": json.dumps({_FIRST_KEY: secrets.token_urlsafe(48)}),
        "SECRET": secrets.token_urlsafe(48),
    }
    return check(keys | {"OPEN311_KEYS": "{}"} | dict(parts))


def changed(
    secret: Mapping[str, str], command: str, words: list[str]
) -> dict[str, str]:
    """Return the secret as a command leaves it."""
    keys: dict[str, str] = json.loads(secret["TOKEN_KEYS"])
    if command == "add-token-key":
        (name,) = words
        if name in keys:
            raise ValueError(f"there is a token key {name} already")
        keys = {name: secrets.token_urlsafe(48)} | keys  # the first signs
    elif command == "drop-token-keys":
        keys = dict([next(iter(keys.items()))])
    return check(
        {
            **secret,
            "TOKEN_KEYS": json.dumps(keys),
            **_from_files(words if command == "set" else []),
        }
    )


def check(secret: Mapping[str, str]) -> dict[str, str]:
    """Return a secret that the house can read.

    Raises:
        KeyError, TypeError, ValueError: it could not, and every function would fail at its first request.

    """
    in_cloud = dict.fromkeys(
        ("URGENT_QUEUE_URL", "BULK_QUEUE_URL", "UPLOAD_BUCKET"), "x"
    )
    settings = Settings.from_env({**secret, **in_cloud})
    kinds = {given.kind for given in settings.sms_providers} | {settings.mail.kind}
    unknown = kinds - {"console", "gateway", "ses", "smtp", "sns"}
    if unknown:
        raise ValueError(f"nothing sends by {', '.join(sorted(unknown))}")
    if not json.loads(secret["SMS_PROVIDERS"]):
        raise ValueError(
            "SMS_PROVIDERS: nobody sends text messages"
        )  # the house would write them into its log
    _try(settings)
    return {name: secret[name] for name in _PARTS}


def _try(settings: Settings) -> None:
    """Make what sends, which refuses what never could: a gateway without https or key, two of one name, a sender that is none."""
    clock = SystemClock()
    providers = []
    for given in settings.sms_providers:
        sender: SmsSender = SnsSms(settings.region)
        if given.kind == "gateway":
            sender = HttpSms(
                given.url, given.key, given.name, ids=RandomIds(), clock=clock
            )
        providers.append(
            Provider(
                name=given.name,
                sender=sender,
                weight=given.weight,
                price_li=given.price_li,
            )
        )
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


def described(secret: Mapping[str, str]) -> list[str]:
    """Return what is in a secret, in names."""
    parts = {name: json.loads(secret[name]) for name in _PARTS if name != "SECRET"}
    return [
        f"TOKEN_KEYS      {', '.join(parts['TOKEN_KEYS'])} (the first signs)",
        "SECRET          one key",
        f"SMS_PROVIDERS   {', '.join('{name} ({kind})'.format_map(given) for given in parts['SMS_PROVIDERS'])}",
        f"MAIL_SERVER     {parts['MAIL_SERVER']['kind']}",
        f"OPEN311_KEYS    {', '.join(parts['OPEN311_KEYS']) or 'none'}",
    ]


def _from_files(words: list[str]) -> dict[str, str]:
    given = dict(word.split("=", 1) for word in words)
    if not given.keys() <= set(_FROM_FILES):
        raise ValueError(
            f"{', '.join(given.keys() - set(_FROM_FILES))}: from a file come {', '.join(_FROM_FILES)}"
        )
    return {
        name: json.dumps(json.loads(Path(path).read_text("utf-8")), ensure_ascii=False)
        for name, path in given.items()
    }


def main() -> None:
    """Do what is asked, or say why not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stage", required=True, choices=("dev", "prod"))
    parser.add_argument(
        "command", choices=("new", "set", "add-token-key", "drop-token-keys", "show")
    )
    parser.add_argument("words", nargs="*", metavar="NAME=FILE or key id")
    given = parser.parse_args()
    store, name = (
        boto3.session.Session().client("secretsmanager"),
        f"chunhui/{given.stage}",
    )
    try:
        print("\n".join(described(_do(store, name, given.command, given.words))))
    except (KeyError, OSError, TypeError, ValueError) as wrong:
        sys.exit(f"{name} stays as it is: {wrong}")


def _do(store: Any, name: str, command: str, words: list[str]) -> dict[str, str]:
    if command == "new":
        secret = made(_from_files(words))
        store.create_secret(
            Name=name, SecretString=json.dumps(secret, ensure_ascii=False)
        )
        return secret
    before = json.loads(store.get_secret_value(SecretId=name)["SecretString"])
    if command == "show":
        return check(before)
    secret = changed(before, command, words)
    if secret != before:
        store.put_secret_value(
            SecretId=name, SecretString=json.dumps(secret, ensure_ascii=False)
        )
    return secret


if __name__ == "__main__":
    main()
