"""The durable store that a machine can have: the embedded one, in a process of its own."""

import contextlib
import ctypes
import fcntl
import os
import platform
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["binary", "embedded_store"]

ROOT = Path(__file__).resolve().parent.parent
_NAMES = {
    ("Linux", "x86_64"): "linux-x64",
    ("Linux", "aarch64"): "linux-arm64",
    ("Darwin", "arm64"): "darwin-arm64",
}
_NAMES |= {("Darwin", "x86_64"): "darwin-x64"}


def package() -> str:
    """Return the npm package of the embedded store for this machine."""
    name = _NAMES.get((platform.system(), platform.machine()))
    if name is None:
        sys.exit(
            f"no embedded store for {platform.system()} {platform.machine()}; use STORE=memory"
        )
    return f"@dynoxide/{name}"


def binary() -> Path:
    """Return where the embedded store's binary is, installed or not."""
    return ROOT / ".store" / "node_modules" / package() / "dynoxide"


@contextlib.contextmanager
def embedded_store(folder: Path) -> Iterator[str]:
    """Run the embedded store on the folder's file and yield its address. One process at a time may hold the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(
                f"{folder} is in use by another local server; stop it, or set DATA_DIR to another folder"
            )
        _end_orphan(folder / "store.pid")
        port = _free_port()
        command = [
            str(binary()),
            "--port",
            str(port),
            "--db-path",
            str(folder / "store.db"),
        ]
        with (folder / "store.log").open("ab") as said:
            process = subprocess.Popen(
                command,
                stdout=said,
                stderr=said,
                preexec_fn=_die_with_parent,  # noqa: PLW1509
            )
        (folder / "store.pid").write_text(str(process.pid))
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _die_with_parent() -> None:
    """On Linux the store ends with the server even after kill -9; elsewhere `_end_orphan` finds it at the next start."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C is for the server, which then ends the store


def _end_orphan(pid_file: Path) -> None:
    if not pid_file.exists():
        return
    pid = pid_file.read_text().strip()
    listing = subprocess.run(
        ["ps", "-p", pid, "-o", "command="], capture_output=True, text=True, check=False
    )
    if pid and "dynoxide" in listing.stdout:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(500):
        if process.poll() is not None:
            sys.exit(f"the embedded store ended with code {process.returncode}")
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port), 0.2),
        ):
            return
        time.sleep(0.01)
    sys.exit("the embedded store did not answer")
