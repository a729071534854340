"""Restore a backup into an empty folder, and check that the store opens and holds every row.

python -m onemachine.restore /var/backups/chunhui/chunhui-… --to /var/lib/chunhui-new
"""

import argparse
import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from .backup import (
    MANIFEST,
    STORE,
    BackupFailed,
    check_store,
    counts_of,
    digest_of,
)
from .errors import StartRefused
from .held_folder import DATA_FORMAT, SERVICE_MARK
from .store import embedded_store

__all__ = ["main", "restore"]


def restore(backup: Path, folder: Path) -> dict[str, int]:
    """Restore a backup; return the number of rows of each table.

    Raises:
        BackupFailed: the backup is damaged, or the folder is not empty.

    """
    manifest = _checked(backup)
    if folder.exists() and any(folder.iterdir()):
        raise BackupFailed(f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in manifest["files"]:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(backup / name, target)
    (folder / SERVICE_MARK).write_text(f"{manifest['format']}\n")
    expected: dict[str, int] = manifest["rows"]
    if check_store(folder / STORE) != expected:
        raise BackupFailed("the restored store holds other rows")
    with embedded_store(folder):  # as the service will open it
        store = f"file:{folder / STORE}?mode=ro"
        with closing(sqlite3.connect(store, uri=True)) as opened:
            if counts_of(opened) != expected:
                raise BackupFailed("the open store holds other rows")
    return expected


def _checked(backup: Path) -> dict[str, Any]:
    """Return the manifest of a backup whose files are as they were written.

    Raises:
        BackupFailed: a file is missing or differs, or the format is another one.

    """
    try:
        manifest: dict[str, Any] = json.loads((backup / MANIFEST).read_text())
        digests = dict(manifest["files"])
        for name, digest in digests.items():
            if digest_of(backup / name) != digest:
                raise BackupFailed(f"{backup / name} is damaged")
    except (OSError, ValueError, KeyError) as error:
        raise BackupFailed(
            f"{backup} is no whole backup ({type(error).__name__})"
        ) from None
    if manifest["format"] != DATA_FORMAT.strip():
        raise BackupFailed(
            f"{backup} has format {manifest['format']}: use the version that made it"
        )
    return manifest


def main() -> None:
    """Restore, and print the number of rows of each table."""
    parser = argparse.ArgumentParser(description="Restore a backup.")
    parser.add_argument("backup", type=Path)
    parser.add_argument("--to", required=True, type=Path)
    given = parser.parse_args()
    os.umask(0o077)
    try:
        rows = restore(given.backup.resolve(), given.to.resolve())
    except (BackupFailed, StartRefused, OSError, sqlite3.Error) as error:
        sys.exit(f"not restored: {error}")
    for table, count in rows.items():
        print(f"{table:24}{count:>10}")
    print(f"{given.to} is whole: {sum(rows.values())} rows")


if __name__ == "__main__":
    main()
