"""Create and change the secrets of an installation, `chunhui/STAGE/…`. Only names are printed.

python -m tools.secret --stage dev new SMS_PROVIDERS=sms.json MAIL_SERVER=mail.json
python -m tools.secret --stage dev set SMS_PROVIDERS=sms.json   # replace one from a file
python -m tools.secret --stage dev rotate TOKEN_KEYS SECRET     # further keys, in force in an hour
python -m tools.secret --stage dev drop-keys TOKEN_KEYS SECRET  # those that nothing lives by
python -m tools.secret --stage dev rotate SECRET --now          # after a leak
python -m tools.secret --stage dev show                         # the secrets, by name
`new` makes random keys, and never changes a secret that exists. A function reads a secret when it
first needs it, and keeps it as long as its process lives: `make deploy` gives all of them the new
one.
"""

import json
import secrets
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3

from chalicelib.adapters.aws import SesEmail, SnsSms
from chalicelib.adapters.choice import Providers, WeightedProvider
from chalicelib.adapters.gateway import HttpSms
from chalicelib.adapters.ports import SmsSender
from chalicelib.adapters.smtp import SmtpEmail
from chalicelib.kernel.clock import SystemClock
from chalicelib.kernel.codes import derive_key, key_id_at, newest_first
from chalicelib.kernel.ids import RandomIds
from chalicelib.settings import SECRETS, Settings

from .commands import stage_parser
from .secret_store import Given, SecretStore, Texts, prefix_of

__all__ = [
    "KEPT",
    "changed",
    "check",
    "described",
    "from_files",
    "made",
    "main",
]

_KEYS = ("TOKEN_KEYS", "SECRET", "PHONE_KEY")
_FROM_FILES = ("SMS_PROVIDERS", "MAIL_SERVER", "OPEN311_KEYS")
_KINDS = {"console", "gateway", "ses", "smtp", "sns"}
_FIRST_KEY = "first"
_OF_THE_STACK = ("URGENT_QUEUE_URL", "BULK_QUEUE_URL", "UPLOAD_BUCKET")
# The time in which every process must learn of a new key: a deployment.
_NOTICE = timedelta(hours=1)
# How long a key is kept after another has taken its place: as long as anything lives by it.
KEPT = {
    "TOKEN_KEYS": timedelta(hours=1),  # an access token lives for half an hour
    "SECRET": timedelta(days=730),  # the unsubscribe link of a mail, two years
    "PHONE_KEY": timedelta(days=31),  # the longest window of a limit, a month
}


def made(given: Given) -> Texts:
    """Return the secrets of a new installation: the given ones, and random keys for the rest."""
    texts = {name: json.dumps({_FIRST_KEY: _random_key()}) for name in _KEYS}
    texts["OPEN311_KEYS"] = "{}"
    texts.update(given)
    return check(texts)


def _random_key() -> str:
    return secrets.token_urlsafe(48)


def changed(
    texts: Given,
    command: str,
    words: list[str],
    now: datetime,
    *,
    at_once: bool = False,
    rekeyed: bool = False,
) -> Texts:
    """Return the secrets after a command. `at_once` is for keys that have leaked.

    Raises:
        KeyError, TypeError, ValueError: the command is refused.

    """
    after = dict(texts)
    if command == "set":
        after |= from_files(words)
        return check(after)
    if not words or set(words) - set(_KEYS):
        raise ValueError(f"say which keys: {', '.join(_KEYS)}")
    for name in words:
        keys: Texts = json.loads(texts[name])
        if command == "rotate":
            begins = now if at_once else now + _NOTICE
            if at_once:
                keys = _begun(keys, now)
            keys = _with_key(keys, begins)
        else:
            until = now if at_once else now - KEPT[name]
            keys = _without_keys(name, keys, until, rekeyed=rekeyed)
        after[name] = json.dumps(keys)
    return check(after)


def _begun(keys: Texts, now: datetime) -> Texts:
    """Drop the keys that were to follow: they have leaked with the others."""
    ids = newest_first(keys)
    return {id: keys[id] for id in ids[ids.index(key_id_at(keys, now)) :]}


def _with_key(keys: Texts, begins: datetime) -> Texts:
    """Add a key that is in force from an instant on, which is its id."""
    id = f"{begins.astimezone(UTC):%Y%m%dT%H%M}"
    if id in keys:
        raise ValueError(f"there is a key {id} already")
    return {id: _random_key()} | keys


def _without_keys(
    name: str,
    keys: Texts,
    until: datetime,
    *,
    rekeyed: bool,
) -> Texts:
    """Drop the keys whose place another key had taken by an instant."""
    ids = newest_first(keys)
    kept = ids[: ids.index(key_id_at(keys, until)) + 1]
    if name == "PHONE_KEY" and len(kept) < len(ids) and not rekeyed:
        raise ValueError(
            "PHONE_KEY: say --rekeyed, if tools.rekey_phones has written every row"
        )
    return {id: keys[id] for id in kept}


def check(texts: Given) -> Texts:
    """Return secrets that the functions can read.

    Raises:
        KeyError, TypeError, ValueError: they could not, and would fail when they need one.

    """
    in_cloud = dict.fromkeys(_OF_THE_STACK, "x")
    settings = Settings.from_env({**texts, **in_cloud})
    known = settings.secrets
    for keys in (known.token_keys, known.secret, known.phone_key):
        if not keys:
            raise ValueError("there must be a key")
        for secret in keys.values():
            derive_key(secret, "check")
    kinds = {given.kind for given in known.sms_providers}
    kinds.add(known.mail.kind)
    unknown = kinds - _KINDS
    if unknown:
        raise ValueError(f"nothing sends by {', '.join(sorted(unknown))}")
    if not known.sms_providers:
        raise ValueError("SMS_PROVIDERS: nobody sends text messages")
    _try(settings)
    json.dumps(dict(known.open311_keys))
    return {name: texts[name] for name in SECRETS}


def _try(settings: Settings) -> None:
    """Create the senders, which refuse settings that could never send.

    For example a gateway without https or key, or two providers of one name.
    """
    clock = SystemClock()
    providers = []
    for given in settings.secrets.sms_providers:
        providers.append(_provider(given, settings, clock))
    Providers(providers)
    mail = settings.secrets.mail
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
    given: Any,
    settings: Settings,
    clock: SystemClock,
) -> WeightedProvider:
    sender: SmsSender
    if given.kind == "gateway":
        sender = HttpSms(
            given.url,
            given.key,
            given.name,
            ids=RandomIds(),
            clock=clock,
        )
    else:
        sender = SnsSms(settings.region)
    return WeightedProvider(
        name=given.name,
        sender=sender,
        weight=given.weight,
        price_li=given.price_li,
    )


def described(texts: Given, now: datetime) -> list[str]:
    """Return a line for each secret, with names only."""
    lines = []
    for name in _KEYS:
        ids = newest_first(json.loads(texts[name]))
        current = key_id_at(ids, now)
        lines.append(f"{name:16}{', '.join(ids)} ({current} is in force)")
    providers = []
    for provider in json.loads(texts["SMS_PROVIDERS"]):
        providers.append(f"{provider['name']} ({provider['kind']})")
    mail = json.loads(texts["MAIL_SERVER"])
    open311_keys = ", ".join(json.loads(texts["OPEN311_KEYS"]))
    return [
        *lines,
        f"SMS_PROVIDERS   {', '.join(providers)}",
        f"MAIL_SERVER     {mail['kind']}",
        f"OPEN311_KEYS    {open311_keys or 'none'}",
    ]


def from_files(words: list[str]) -> Texts:
    """Return secrets from the files that `NAME=FILE` names."""
    paths = dict(word.split("=", 1) for word in words)
    others = paths.keys() - set(_FROM_FILES)
    if others:
        names = ", ".join(others)
        raise ValueError(f"{names}: from a file come {', '.join(_FROM_FILES)}")
    texts = {}
    for name, path in paths.items():
        part = json.loads(Path(path).read_text("utf-8"))
        texts[name] = json.dumps(part, ensure_ascii=False)
    return texts


def main() -> None:
    """Run the command and print the secrets, or the reason for refusing it."""
    parser = stage_parser(__doc__)
    parser.add_argument(
        "command",
        choices=("new", "set", "rotate", "drop-keys", "show"),
    )
    parser.add_argument("words", nargs="*", metavar="NAME or NAME=FILE")
    parser.add_argument(
        "--now",
        action="store_true",
        help="after a leak: the new key is in force at once, and all others are dropped",
    )
    parser.add_argument(
        "--rekeyed",
        action="store_true",
        help="tools.rekey_phones has written every row under the newest PHONE_KEY",
    )
    given = parser.parse_args()
    client = boto3.session.Session().client("secretsmanager")
    where = (given.stage, given.installation)
    store, now = SecretStore(client, *where), SystemClock().now()
    try:
        before = store.read()
        if given.command == "new":
            texts = _create(store, before, given.words)
        elif given.command == "show":
            texts = check(before)
        else:
            texts = changed(
                before,
                given.command,
                given.words,
                now,
                at_once=given.now,
                rekeyed=given.rekeyed,
            )
            store.write(texts, _changed_names(before, texts))
        print("\n".join(described(texts, now)))
    except (KeyError, OSError, TypeError, ValueError) as wrong:
        sys.exit(f"{prefix_of(*where)} stays as it is: {wrong}")


def _changed_names(before: Texts, after: Texts) -> list[str]:
    return [name for name in SECRETS if after[name] != before[name]]


def _create(store: SecretStore, before: Texts, words: list[str]) -> Texts:
    """Create the secrets that are missing: all, or the rest after a failure."""
    given = from_files(words)
    known = given.keys() & before.keys()
    if known or before.keys() == set(SECRETS):
        raise ValueError("the secrets exist already; `set` changes one")
    texts = made({**given, **before})
    store.create({name: texts[name] for name in SECRETS if name not in before})
    return texts


if __name__ == "__main__":
    main()
