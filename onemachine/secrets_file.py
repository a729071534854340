r"""Keep the secrets of one machine in a file that only its owner reads. Names are printed only.

python -m onemachine.secrets_file new SMS_PROVIDERS=sms.json MAIL_SERVER=mail.json
python -m onemachine.secrets_file set SMS_PROVIDERS=sms.json   # replace one from a file
python -m onemachine.secrets_file rotate TOKEN_KEYS SECRET     # further keys, in force in an hour
python -m onemachine.secrets_file drop-keys TOKEN_KEYS SECRET  # those that nothing lives by
python -m onemachine.secrets_file show                         # the secrets, by name
SECRETS_FILE names the file. Restart the service after a change.
"""

import argparse
import json
import os
import stat
import sys
from pathlib import Path

from chalicelib.kernel.clock import SystemClock
from chalicelib.settings import SECRETS, StoredSecrets
from tools.secret import changed, check, described, from_files, made
from tools.secret_store import Given, Texts

from .errors import StartRefused

__all__ = ["main", "read_secrets"]

_SENDERS = {"gateway"}
_MAILERS = {"smtp"}


def read_secrets(file: Path) -> StoredSecrets:
    """Read the secrets of a service, which sends for real.

    Raises:
        StartRefused: the file is missing, open to others, or not complete.

    """
    texts = _read(file)
    try:
        check(texts)
    except (KeyError, TypeError, ValueError) as wrong:
        raise StartRefused(
            f"SECRETS_FILE {file} cannot be used: {type(wrong).__name__}."
        ) from None
    secrets = StoredSecrets(texts.get, required=True)
    kinds = {provider.kind for provider in secrets.sms_providers}
    if kinds - _SENDERS or secrets.mail.kind not in _MAILERS:
        raise StartRefused(
            f"SECRETS_FILE {file}: one machine sends SMS by gateway and mail by smtp."
        )
    return secrets


def _read(file: Path) -> Texts:
    """Return the secrets as texts.

    Raises:
        StartRefused: the file is missing, open to others, or no JSON.

    """
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        if mode & 0o077:
            raise StartRefused(
                f"SECRETS_FILE {file} has mode {mode:04o}: chmod 0600 it."
            )
        kept = json.loads(file.read_text("utf-8"))
        return {name: json.dumps(kept[name]) for name in SECRETS}
    except FileNotFoundError:
        raise StartRefused(f"SECRETS_FILE {file} does not exist.") from None
    except OSError as error:
        raise StartRefused(
            f"SECRETS_FILE {file} cannot be read ({error.strerror})."
        ) from None
    except (KeyError, TypeError, ValueError) as wrong:
        raise StartRefused(
            f"SECRETS_FILE {file} cannot be used: {type(wrong).__name__}."
        ) from None


def _write(file: Path, texts: Given) -> None:
    """Write the file at once, readable by its owner alone."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    kept = {name: json.loads(texts[name]) for name in SECRETS}
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(kept, out, ensure_ascii=False, indent=1)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)


def main() -> None:
    """Run the command and print the secrets' names, or the reason for refusing it."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "command", choices=("new", "set", "rotate", "drop-keys", "show")
    )
    parser.add_argument("words", nargs="*", metavar="NAME or NAME=FILE")
    parser.add_argument("--now", action="store_true", help="after a leak")
    parser.add_argument("--rekeyed", action="store_true")
    given = parser.parse_args()
    file = Path(os.environ.get("SECRETS_FILE") or "secrets.json").resolve()
    try:
        texts = _ran(file, given)
        print("\n".join(described(texts, SystemClock().now())))
    except (KeyError, OSError, TypeError, ValueError) as wrong:
        sys.exit(f"{file} stays as it is: {wrong}")


def _ran(file: Path, given: argparse.Namespace) -> Texts:
    if given.command == "new":
        if file.exists():
            raise ValueError("the secrets exist already; `set` changes one")
        texts = made(from_files(given.words))
        _write(file, texts)
        return texts
    before = _read(file)
    if given.command == "show":
        return check(before)
    texts = changed(
        before,
        given.command,
        given.words,
        SystemClock().now(),
        at_once=given.now,
        rekeyed=given.rekeyed,
    )
    _write(file, texts)
    return texts


if __name__ == "__main__":
    main()
