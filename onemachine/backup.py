"""Back up a street while it is served: the store, photos and exports, with their digests.

python -m onemachine.backup --to /var/backups/chunhui            # keeps the newest 14
It takes DATA_DIR. Secrets are not in it: they are kept elsewhere (docs/one-machine.md).
"""

import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from chalicelib.kernel.clock import SystemClock

from .folder import StreetFolder
from .held_folder import DATA_FORMAT

__all__ = [
    "MANIFEST",
    "STORE",
    "BackupFailed",
    "back_up",
    "check_store",
    "counts_of",
    "digest_of",
    "main",
    "newest_first",
]

STORE = "store.db"
MANIFEST = "manifest.json"
_UPLOADS = "uploads"
_PREFIX = "chunhui-"
_UNDONE = ".partial"
_BLOCK = 1 << 20


class BackupFailed(Exception):
    """A backup cannot be made, or not be trusted."""


def back_up(folder: Path, to: Path, keep: int) -> Path:
    """Make a backup, delete the oldest beyond `keep`, and return the new one.

    The store comes first. A file that its rows name is older than they are, so it is copied too.

    Raises:
        BackupFailed: there is no street, or the copy is damaged.

    """
    street = StreetFolder(folder)
    if not street.is_in_service or not street.store_file.exists():
        raise BackupFailed(f"{folder} holds no street in service")
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    for undone in to.glob(f"{_PREFIX}*{_UNDONE}"):
        shutil.rmtree(undone)
    name = f"{_PREFIX}{SystemClock().now():%Y%m%dT%H%M%SZ}"
    fresh = to / f"{name}{_UNDONE}"
    fresh.mkdir(mode=0o700)
    _copy_store(street.store_file, fresh / STORE)
    _copy_files(street.files, fresh / _UPLOADS)
    manifest = {
        "format": DATA_FORMAT.strip(),
        "rows": check_store(fresh / STORE),
        "files": _digests(fresh),
    }
    _write(fresh / MANIFEST, manifest)
    done = fresh.rename(to / name)
    _sync(to)
    for old in newest_first(to)[keep:]:
        shutil.rmtree(old)
    return done


def newest_first(to: Path) -> list[Path]:
    """Return the finished backups of a folder."""
    found = []
    for path in to.glob(f"{_PREFIX}*"):
        if path.suffix != _UNDONE and (path / MANIFEST).exists():
            found.append(path)
    return sorted(found, reverse=True)


def _copy_store(source: Path, target: Path) -> None:
    """Copy the store as it is at one instant. Its writers go on meanwhile."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        # All pages in one step, or else each write would make it begin anew.
        live.backup(copy, pages=-1)
        # One file: without a journal of its own.
        copy.execute("PRAGMA journal_mode=DELETE")
    target.chmod(0o600)


def _copy_files(source: Path, target: Path) -> None:
    """Copy photos and exports. One that is deleted meanwhile is gone on purpose."""
    target.mkdir(mode=0o700)
    for file in sorted(source.rglob("[!.]*")):
        copy = target / file.relative_to(source)
        if file.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(file, copy)
            except FileNotFoundError:
                copy.unlink(missing_ok=True)


def check_store(file: Path) -> dict[str, int]:
    """Check a store that nobody has open; return the number of rows of each table.

    Raises:
        BackupFailed: its pages are damaged.

    """
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as store:
        try:
            found = store.execute("PRAGMA integrity_check").fetchone()[0]
        except sqlite3.DatabaseError as error:
            found = type(error).__name__
        if found != "ok":
            raise BackupFailed(f"{file} is damaged")
        return counts_of(store)


def counts_of(store: sqlite3.Connection) -> dict[str, int]:
    """Return the number of rows of each table of an open store."""
    named = store.execute("SELECT table_name FROM _tables ORDER BY 1")
    counts = {}
    for (name,) in named.fetchall():
        quoted = name.replace('"', '""')
        counting = f'SELECT count(*) FROM "{quoted}"'  # noqa: S608 - quoted
        counts[name] = int(store.execute(counting).fetchone()[0])
    return counts


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with file.open("rb") as data:
        while block := data.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _digests(folder: Path) -> dict[str, str]:
    digests = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            with file.open("rb") as data:
                os.fsync(data.fileno())
            digests[file.relative_to(folder).as_posix()] = digest_of(file)
    return digests


def _write(file: Path, manifest: Mapping[str, Any]) -> None:
    with file.open("w") as out:
        json.dump(manifest, out, indent=1)
        out.flush()
        os.fsync(out.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def main() -> None:
    """Make a backup and print where it is and what it holds."""
    parser = argparse.ArgumentParser(description="Back up a street.")
    parser.add_argument("--to", required=True, type=Path)
    parser.add_argument("--keep", type=int, default=14)
    given = parser.parse_args()
    if given.keep < 1:
        parser.error("--keep is 1 or more")
    folder = os.environ.get("DATA_DIR")
    if not folder:
        sys.exit("DATA_DIR is missing (docs/one-machine.md).")
    os.umask(0o077)
    try:
        done = back_up(Path(folder), given.to, given.keep)
    except (BackupFailed, OSError, sqlite3.Error) as error:
        sys.exit(f"no backup: {error}")
    manifest = json.loads((done / MANIFEST).read_text())
    print(f"{done}: {sum(manifest['rows'].values())} rows")


if __name__ == "__main__":
    main()
