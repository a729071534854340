"""Mail ALERT_EMAIL that a unit has failed, at most once in six hours for each unit.

python -m onemachine.alert chunhui-health.service
It takes DATA_DIR, SECRETS_FILE and PUBLIC_URL as the server does. The mail names the unit and this
machine.
"""

import os
import socket
import sys
import time
from pathlib import Path
from typing import NoReturn

from chalicelib.adapters.outlets import email_sender
from chalicelib.adapters.ports import Mail, Refused, Unclear
from chalicelib.kernel.clock import SystemClock
from chalicelib.kernel.ids import RandomIds
from chalicelib.settings import Settings

from .options import ServiceOptions, read_service_options
from .secrets_file import read_secrets

__all__ = ["main"]

_PAUSE = 6 * 3600


def main() -> None:
    """Send the mail."""
    if len(sys.argv) != 2:
        sys.exit("which unit? python -m onemachine.alert UNIT")
    unit = sys.argv[1]
    address = os.environ.get("ALERT_EMAIL")
    if not address:
        sys.exit("ALERT_EMAIL is missing (docs/one-machine.md).")
    options = read_service_options()
    mark = options.folder / f"alert-{Path(unit).name}"
    if mark.exists() and time.time() - mark.stat().st_mtime < _PAUSE:
        print("a mail about this unit has gone out in the last six hours")
        return
    try:
        _send(options, address, unit)
    except (Refused, Unclear) as error:
        sys.exit(f"no mail is known to have gone out: {error}")
    mark.touch()


def _send(options: ServiceOptions, address: str, unit: str) -> None:
    secrets = read_secrets(options.secrets_file)
    sender = email_sender(Settings(secrets=secrets), SystemClock(), _no_mailbox)
    host = socket.gethostname()
    sender.send(
        Mail(
            id=RandomIds().new("alr"),
            address=address,
            subject=f"Chunhui: {unit} failed on {host}",
            text=f"See: journalctl -u {unit} -n 50",
            kind="alert",
        )
    )


def _no_mailbox() -> NoReturn:
    raise LookupError("one machine sends mail by smtp")


if __name__ == "__main__":
    main()
