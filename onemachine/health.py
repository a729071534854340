"""Ask a street whether it is well, and end with code 1 if it is not. A timer runs this.

python -m onemachine.health --backups /var/backups/chunhui
It takes DATA_DIR and PORT as the server does.
"""

import argparse
import http.client
import json
import os
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chalicelib.kernel.clock import SystemClock

from .backup import MANIFEST, newest_first

__all__ = ["faults", "main"]

_OLDEST_BACKUP = timedelta(hours=26)
_FREE_BYTES = 1 << 30


def faults(port: int, folder: Path, backups: Path | None) -> list[str]:
    """Return what is wrong, in a line each."""
    found = _faults_of_server(port)
    if shutil.disk_usage(folder).free < _FREE_BYTES:
        found.append(f"less than 1 GB is free for {folder}")
    if backups:
        found += _faults_of_backups(backups)
    return found


def _faults_of_server(port: int) -> list[str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        health = json.loads(answer.read())
    except (OSError, ValueError, http.client.HTTPException) as error:
        return [f"the server does not answer ({type(error).__name__})"]
    finally:
        connection.close()
    wrong = []
    for part in ("store", "jobs", "schedules"):
        if health.get(part) != "ok":
            wrong.append(f"{part}: {health.get(part)}")
    return wrong


def _faults_of_backups(backups: Path) -> list[str]:
    found = newest_first(backups)
    if not found:
        return [f"there is no backup in {backups}"]
    made = (found[0] / MANIFEST).stat().st_mtime
    age = SystemClock().now() - datetime.fromtimestamp(made, UTC)
    if age > _OLDEST_BACKUP:
        return [
            f"the newest backup is {age.total_seconds() / 3600:.0f} hours old"
        ]
    return []


def main() -> None:
    """Print what is wrong, or that all is well."""
    parser = argparse.ArgumentParser(description="Check a street's health.")
    parser.add_argument("--backups", type=Path)
    given = parser.parse_args()
    folder = Path(os.environ.get("DATA_DIR") or ".")
    port = int(os.environ.get("PORT") or "8000")
    found = faults(port, folder, given.backups)
    if found:
        sys.exit("\n".join(found))
    print("well")


if __name__ == "__main__":
    main()
