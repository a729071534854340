"""The durable store of a local server: the embedded one, in a process of its own."""

import contextlib
import ctypes
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import StartRefused

__all__ = [
    "ROOT",
    "OpenStore",
    "binary",
    "embedded_store",
    "open_store",
    "package",
]

ROOT = Path(__file__).resolve().parent.parent
_PLATFORMS = {
    ("Linux", "x86_64"): "linux-x64",
    ("Linux", "aarch64"): "linux-arm64",
    ("Darwin", "arm64"): "darwin-arm64",
    ("Darwin", "x86_64"): "darwin-x64",
}
_PR_SET_PDEATHSIG = 1
_PATIENCE = 10  # seconds for the store to close its file


@dataclass(frozen=True, slots=True)
class OpenStore:
    """A store that runs."""

    address: str
    process: subprocess.Popen[bytes]

    @property
    def has_ended(self) -> bool:
        """Return whether its process is gone."""
        return self.process.poll() is not None

    def close(self, patience: float = _PATIENCE) -> None:
        """End the store, by force if it does not listen. What it has acknowledged stays."""
        self.process.terminate()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def package() -> str:
    """Return the npm package of the embedded store for this machine.

    Raises:
        StartRefused: there is none.

    """
    system, machine = platform.system(), platform.machine()
    name = _PLATFORMS.get((system, machine))
    if name is None:
        raise StartRefused(
            f"There is no embedded store for {system} {machine}: use STORE=memory."
        )
    return f"@dynoxide/{name}"


def binary() -> Path:
    """Return the path of the embedded store's binary, installed or not."""
    return ROOT / ".store" / "node_modules" / package() / "dynoxide"


@contextlib.contextmanager
def embedded_store(folder: Path) -> Iterator[str]:
    """Run the embedded store on the folder's file and yield its address. See `open_store`."""
    with open_store(folder) as store:
        yield store.address


@contextlib.contextmanager
def open_store(folder: Path) -> Iterator[OpenStore]:
    """Run the embedded store on the folder's file.

    One process at a time may do so with a folder (`DataFolder.locked`).

    Raises:
        StartRefused: the store is not installed, or does not answer.

    """
    if not binary().exists():
        raise StartRefused(
            "The embedded store is not installed: run `make store`, or use STORE=memory."
        )
    folder.mkdir(parents=True, exist_ok=True)
    _end_orphan(folder / "store.pid")
    port = _free_port()
    command = [str(binary()), "--port", str(port)]
    command += ["--db-path", str(folder / "store.db")]
    with (folder / "store.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            preexec_fn=_die_with_parent,  # noqa: PLW1509
        )
    (folder / "store.pid").write_text(str(process.pid))
    store = OpenStore(f"http://127.0.0.1:{port}", process)
    try:
        _wait_until_open(port, process)
        yield store
    finally:
        store.close()


def _die_with_parent() -> None:
    """End the store with the server on Linux, even after kill -9.

    Elsewhere `_end_orphan` finds the store at the next start.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # Ctrl-C is for the server, which then ends the store.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end_orphan(pid_file: Path) -> None:
    if not pid_file.exists():
        return
    pid = pid_file.read_text().strip()
    command = ["ps", "-p", pid, "-o", "command="]
    listing = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
    )
    if pid and "dynoxide" in listing.stdout:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_until_open(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(500):
        if process.poll() is not None:
            raise StartRefused(
                f"The embedded store ended with code {process.returncode}."
            )
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        time.sleep(0.01)
    raise StartRefused("The embedded store did not answer.")
