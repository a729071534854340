"""The environment of the peers with which Chunhui is compared.

They are installed in .venv-bench, so that .venv stays lean.
"""

import os
import subprocess
import sys
import zlib
from pathlib import Path

__all__ = ["ROOT", "clean_environment", "peer_python"]

ROOT = Path(__file__).resolve().parent.parent
_FOLDER = ROOT / ".venv-bench"
_NEEDS = ("requirements.txt", "requirements-bench.txt")
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    # Nothing listens there: bench.canned stubs the socket.
    "AWS_ENDPOINT_URL_DYNAMODB": "http://dynamodb.test:8000",
    "TOKEN_KEYS": '{"k1": "bench-token-key-0123456789-0123456789"}',
    "SECRET": '{"first": "bench-secret-0123456789-0123456789-01"}',
    "PHONE_KEY": '{"first": "bench-phone-key-0123456789-0123456789"}',
    "LOG_LEVEL": "INFO",
}


def peer_python() -> str:
    """Return the path of the Python that has the runtime dependencies and the peers.

    They are installed once, and again when a pin changes.
    """
    pins = 0
    for name in _NEEDS:
        pins = zlib.crc32((ROOT / name).read_bytes(), pins)
    ready = _FOLDER / f".ready-{pins}"
    python = _FOLDER / "bin" / "python"
    if not ready.exists():
        print("setting up .venv-bench (once)", file=sys.stderr)
        if not python.exists():
            subprocess.run(
                [sys.executable, "-m", "venv", str(_FOLDER)], check=True
            )
        install = [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        for name in _NEEDS:
            install += ["-r", name]
        subprocess.run(install, check=True, cwd=ROOT)
        ready.touch()
    return str(python)


def clean_environment() -> dict[str, str]:
    """Return the environment of a measured process.

    Variables that would change the measurement are not inherited, not even from another bench.
    """
    dropped = ("AWS_", "PYTHON", "POWERTOOLS_", "LOG_LEVEL")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(dropped)
    }
    return kept | _ENVIRONMENT | {"PYTHONPATH": str(ROOT)}
