"""The environment of what Chunhui is compared with: its own folder .venv-bench, so that .venv stays
lean.
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
    # Where nothing is; what answers stands in bench.canned
    "AWS_ENDPOINT_URL_DYNAMODB": "http://dynamodb.test:8000",
    "TOKEN_KEYS": '{"k1": "bench-token-key-0123456789-0123456789"}',
    "SECRET": "bench-secret-0123456789-0123456789-01",
    "LOG_LEVEL": "INFO",
}


def peer_python() -> str:
    """Return the Python that has the runtime dependencies and the peers; install them once, and
    again when a pin changes.
    """
    pins = b"".join((ROOT / name).read_bytes() for name in _NEEDS)
    ready = _FOLDER / f".ready-{zlib.crc32(pins)}"
    python = _FOLDER / "bin" / "python"
    if not ready.exists():
        print("setting up .venv-bench (once)", file=sys.stderr)
        if not python.exists():
            subprocess.run(
                [sys.executable, "-m", "venv", str(_FOLDER)], check=True
            )
        needs = [argument for name in _NEEDS for argument in ("-r", name)]
        install = [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            *needs,
        ]
        subprocess.run(install, check=True, cwd=ROOT)
        ready.touch()
    return str(python)


def clean_environment() -> dict[str, str]:
    """Return the environment of a measured process: nothing that changes it is inherited, not even
    from another bench.
    """
    dropped = ("AWS_", "PYTHON", "POWERTOOLS_", "LOG_LEVEL")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(dropped)
    }
    return kept | _ENVIRONMENT | {"PYTHONPATH": str(ROOT)}
